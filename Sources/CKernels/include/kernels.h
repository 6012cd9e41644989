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

// ---- Framing: where lines begin and end -----------------------------------------------------------

// What a line looks like from its first and last byte that are not blank. The first three have the
// numbers of LineTable.Shape.
enum {
  tripline_shape_json = 0,       // from { to }
  tripline_shape_text = 1,       // begins with anything but {
  tripline_shape_malformed = 2,  // from { to anything but }
  tripline_shape_blank = 3,      // nothing but blanks
};

// One line, without its line end and the carriage return before that.
typedef struct {
  uint32_t start;
  uint32_t length;
  uint32_t shape;
} tripline_line;

// Writes the lines of `text` that begin at or behind `*from` to `lines`, at most `capacity` of them,
// says how many, and moves `*from` behind the last one. Reads nothing behind `text + count`.
size_t tripline_frame(
    const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity);
