#define _GNU_SOURCE
#include "kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

const uint8_t *tripline_find(
    const uint8_t *text, size_t count, const uint8_t *needle, size_t needle_count) {
  return memmem(text, count, needle, needle_count);
}

// ---- Framing --------------------------------------------------------------------------------------

// Space, tab, newline, vertical tab, form feed, carriage return: Bytes.isBlank.
static inline int is_blank(uint8_t byte) { return byte == ' ' || (byte >= 9 && byte <= 13); }

// Everything about the line text[start ..< end], whose line end is not part of it.
static inline tripline_line describe(const uint8_t *text, size_t start, size_t end) {
  if (end > start && text[end - 1] == '\r') end--;
  size_t first = start, last = end;
  while (first < end && is_blank(text[first])) first++;
  while (last > first && is_blank(text[last - 1])) last--;
  uint32_t shape = first == last            ? tripline_shape_blank
                   : text[first] != '{'     ? tripline_shape_text
                   : text[last - 1] == '}' && last - first > 1 ? tripline_shape_json
                                            : tripline_shape_malformed;
  return (tripline_line){(uint32_t)start, (uint32_t)(end - start), shape};
}

// The same loop at two widths: `NEWLINES` says which of the 64 bytes at `p` are newlines, one bit
// each. Sixty-four at a time because the bits of one word are then peeled off without a branch on
// where they stand.
#define TRIPLINE_FRAME(NAME, TARGET, NEWLINES)                                                      \
  TARGET static size_t NAME(                                                                       \
      const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity) {     \
    size_t start = *from, at = start, used = 0;                                                    \
    while (used < capacity && at + 64 <= count) {                                                  \
      uint64_t found = NEWLINES(text + at);                                                        \
      while (found != 0) {                                                                         \
        size_t end = at + (size_t)__builtin_ctzll(found);                                          \
        found &= found - 1;                                                                        \
        lines[used++] = describe(text, start, end);                                                \
        start = end + 1;                                                                           \
        if (used == capacity) {                                                                    \
          *from = start;                                                                           \
          return used;                                                                             \
        }                                                                                          \
      }                                                                                            \
      at += 64;                                                                                    \
    }                                                                                              \
    return frame_tail(text, count, start, at, from, lines, used, capacity);                        \
  }

// The last bytes of a text, which are too few for a wide load.
static size_t frame_tail(
    const uint8_t *text, size_t count, size_t start, size_t at, size_t *from, tripline_line *lines,
    size_t used, size_t capacity) {
  while (used < capacity && start < count) {
    const uint8_t *newline = memchr(text + at, '\n', count - at);
    size_t end = newline ? (size_t)(newline - text) : count;
    lines[used++] = describe(text, start, end);
    start = at = newline ? end + 1 : count;
  }
  *from = start;
  return used;
}

#if defined(__x86_64__)

static inline uint64_t newlines_sse2(const uint8_t *p) {
  const __m128i newline = _mm_set1_epi8('\n');
  uint64_t found = 0;
  for (int part = 0; part < 4; part++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(p + 16 * part));
    found |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline)) << (16 * part);
  }
  return found;
}

__attribute__((target("avx2"))) static inline uint64_t newlines_avx2(const uint8_t *p) {
  const __m256i newline = _mm256_set1_epi8('\n');
  __m256i low = _mm256_loadu_si256((const __m256i *)p);
  __m256i high = _mm256_loadu_si256((const __m256i *)(p + 32));
  uint64_t found = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline));
  return found << 32 | (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline));
}

TRIPLINE_FRAME(frame_sse2, , newlines_sse2)
TRIPLINE_FRAME(frame_avx2, __attribute__((target("avx2,bmi"))), newlines_avx2)

size_t tripline_frame(
    const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity) {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
    return frame_avx2(text, count, from, lines, capacity);
  return frame_sse2(text, count, from, lines, capacity);
}

#else

size_t tripline_frame(
    const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity) {
  return frame_tail(text, count, *from, *from, from, lines, 0, capacity);
}

#endif
