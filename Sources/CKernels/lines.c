#define _GNU_SOURCE
#include "lines.h"

#include <string.h>

size_t tripline_count_newlines(const uint8_t *text, size_t count) {
  // Blocks of at most 255 bytes a lane keep the counters in single bytes, which vectorises widely.
  size_t total = 0;
  size_t index = 0;
  while (index < count) {
    size_t end = count - index > 128 ? index + 128 : count;
    uint8_t block = 0;
    for (; index < end; index++) block += text[index] == '\n';
    total += block;
  }
  return total;
}

const uint8_t *tripline_last_newline(const uint8_t *text, size_t count) {
  return memrchr(text, '\n', count);
}
