#define _GNU_SOURCE
#include "lines.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

static inline uint8_t folded(uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static inline uint8_t raised(uint8_t byte) {
  return byte >= 'a' && byte <= 'z' ? byte & ~0x20 : byte;
}

static int stands_at(const uint8_t *text, const uint8_t *needle, size_t needle_count) {
  for (size_t index = 0; index < needle_count; index++) {
    if (folded(text[index]) != needle[index]) return 0;
  }
  return 1;
}

const uint8_t *tripline_find_folded(
    const uint8_t *text, size_t count, const uint8_t *needle, size_t needle_count) {
  if (needle_count == 0) return text;
  if (count < needle_count) return NULL;
  size_t places = count - needle_count + 1;
  size_t place = 0;
#if defined(__SSE2__)
  // Sixteen places at a time: only where both the first and the last byte fit is the rest compared.
  const __m128i first = _mm_set1_epi8((char)needle[0]);
  const __m128i first_raised = _mm_set1_epi8((char)raised(needle[0]));
  const __m128i last = _mm_set1_epi8((char)needle[needle_count - 1]);
  const __m128i last_raised = _mm_set1_epi8((char)raised(needle[needle_count - 1]));
  for (; place + 16 <= places; place += 16) {
    __m128i heads = _mm_loadu_si128((const __m128i *)(text + place));
    __m128i tails = _mm_loadu_si128((const __m128i *)(text + place + needle_count - 1));
    __m128i fits = _mm_and_si128(
        _mm_or_si128(_mm_cmpeq_epi8(heads, first), _mm_cmpeq_epi8(heads, first_raised)),
        _mm_or_si128(_mm_cmpeq_epi8(tails, last), _mm_cmpeq_epi8(tails, last_raised)));
    unsigned candidates = (unsigned)_mm_movemask_epi8(fits);
    while (candidates) {
      size_t found = place + (size_t)__builtin_ctz(candidates);
      if (stands_at(text + found, needle, needle_count)) return text + found;
      candidates &= candidates - 1;
    }
  }
#endif
  for (; place < places; place++) {
    if (stands_at(text + place, needle, needle_count)) return text + place;
  }
  return NULL;
}
