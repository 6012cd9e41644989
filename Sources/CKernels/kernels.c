#define _GNU_SOURCE
#include "kernels.h"

#include <string.h>

const uint8_t *tripline_find(
    const uint8_t *text, size_t count, const uint8_t *needle, size_t needle_count) {
  return memmem(text, count, needle, needle_count);
}
