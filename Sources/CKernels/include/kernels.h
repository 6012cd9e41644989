// The fenced fast paths; each has a plain twin in Swift. See Records/Kernels.
#pragma once
#include <stddef.h>
#include <stdint.h>

// One value of one row. Must have the layout of Records.Cell: the place, its length, a Cell.Kind.
typedef struct {
  const uint8_t *base;
  uint32_t length;
  uint8_t kind;
} tripline_cell;

// The first place of `needle` in `text`, or NULL. glibc's memmem, which the Glibc module hides.
const uint8_t *tripline_find(
    const uint8_t *text, size_t count, const uint8_t *needle, size_t needle_count);
