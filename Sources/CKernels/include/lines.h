// Counting, where finding would be too much.
#pragma once
#include <stddef.h>
#include <stdint.h>

// How many newlines there are in `text`.
size_t tripline_count_newlines(const uint8_t *text, size_t count);

// The last newline in `text`, or NULL. glibc's memrchr, which the Glibc module hides.
const uint8_t *tripline_last_newline(const uint8_t *text, size_t count);

// The first place of `needle`, which is in lower case, in `text` in any ASCII case, or NULL.
const uint8_t *tripline_find_folded(
    const uint8_t *text, size_t count, const uint8_t *needle, size_t needle_count);
