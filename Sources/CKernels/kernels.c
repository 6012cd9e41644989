#define _GNU_SOURCE
#include "kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

const uint8_t *tripline_find(
    const uint8_t *text, size_t count, const uint8_t *needle, size_t needle_count) {
  return memmem(text, count, needle, needle_count);
}

// ---- Framing, one line ----------------------------------------------------------------------------

// Space, tab, newline, vertical tab, form feed, carriage return: Bytes.isBlank.
static inline bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= 9 && byte <= 13); }

// The line text[start ..< end], whose line end is not part of it.
static inline tripline_line describe(const uint8_t *text, size_t start, size_t end) {
  if (end > start && text[end - 1] == '\r') end--;
  size_t first = start, last = end;
  while (first < end && is_blank(text[first])) first++;
  while (last > first && is_blank(text[last - 1])) last--;
  uint32_t shape = tripline_shape_malformed;
  if (first == last)
    shape = tripline_shape_blank;
  else if (text[first] != '{')
    shape = tripline_shape_text;
  else if (text[last - 1] == '}')
    shape = tripline_shape_json;
  return (tripline_line){(uint32_t)start, (uint32_t)(end - start), shape};
}

// ---- Values, byte by byte -------------------------------------------------------------------------

// The numbers of Cell.Kind.
enum {
  cell_null = 0,
  cell_text = 1,
  cell_escaped = 2,
  cell_numeral = 3,
  cell_yes = 4,
  cell_no = 5,
  cell_json = 6,
};

static inline const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end) {
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) p++;
  return p;
}

static inline bool is_opening(uint8_t byte) { return byte == '{' || byte == '['; }

// What closes the innermost container.
static inline uint8_t closing(uint64_t objects) { return objects & 1 ? '}' : ']'; }

static inline bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

// Whether a number or word may end before this byte.
static inline bool ends_scalar(uint8_t byte) {
  return byte == ',' || byte == '}' || byte == ']' || byte == ' ' || byte == '\t' ||
         byte == '\r' || byte == '\n';
}

// The byte behind the number without sign at `p`, in the whole of JSON's grammar.
static const uint8_t *plain_number_end(const uint8_t *p, const uint8_t *end) {
  const uint8_t *start = p;
  while (p < end && is_digit(*p)) p++;
  if (p == start || (*start == '0' && p - start > 1)) return NULL;
  if (p < end && *p == '.') {
    start = ++p;
    while (p < end && is_digit(*p)) p++;
    if (p == start) return NULL;
  }
  if (p < end && (*p | 0x20) == 'e') {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    start = p;
    while (p < end && is_digit(*p)) p++;
    if (p == start) return NULL;
  }
  return p;
}

// The byte behind true, false or null. May read 5 bytes.
static inline const uint8_t *word_end(const uint8_t *p, uint8_t *kind) {
  if (memcmp(p, "true", 4) == 0) {
    *kind = cell_yes;
    return p + 4;
  }
  if (memcmp(p, "null", 4) == 0) {
    *kind = cell_null;
    return p + 4;
  }
  if (memcmp(p, "false", 5) == 0) {
    *kind = cell_no;
    return p + 5;
  }
  return NULL;
}

// ---- Projection, one row --------------------------------------------------------------------------

// Readable bytes behind a line's end without which it is not read: no load is wider, and the loads
// of a literal begin before the end.
enum { slack = tripline_literal_capacity };

// What is known about the row so far; the twin of MemberWalk's variables.
typedef struct {
  uint64_t missing;  // names that may still come
  uint64_t exact;    // names found
  uint64_t loose;    // names found but for case
  uint64_t rich;     // names whose cell is escaped text or a container
  uint64_t duplicates;
  uint64_t ranked;  // ranks with a value that is not null
  // One for each bit of `ranked`. Apart, because clearing them for every row would cost more than
  // reading the row.
  tripline_cell *ranks;
} row_state;

static inline void store(
    const tripline_automaton *automaton, tripline_portion *portion, size_t row, row_state *state,
    uint64_t names, tripline_cell cell) {
  bool is_rich = cell.kind == cell_escaped || cell.kind == cell_json;
  while (names != 0) {
    uint64_t bit = names & -names;
    unsigned name = (unsigned)__builtin_ctzll(names);
    names ^= bit;
    if (name < automaton->member_count) {
      portion->members[name * portion->rows + row] = cell;
      state->rich = is_rich ? state->rich | bit : state->rich & ~bit;
    } else {
      state->ranks[name] = cell;
      state->ranked = cell.kind != cell_null ? state->ranked | bit : state->ranked & ~bit;
    }
  }
}

// Takes note of a value that has the names in `exact`, and those in `loose` but for case.
static inline void keep(
    const tripline_automaton *automaton, tripline_portion *portion, size_t row, row_state *state,
    uint64_t exact, uint64_t loose, const uint8_t *place, const uint8_t *behind, uint8_t kind) {
  bool has_place = kind != cell_null && kind != cell_yes && kind != cell_no;
  tripline_cell cell = {NULL, 0, kind};
  if (has_place) cell = (tripline_cell){place, (uint32_t)(behind - place), kind};
  // The names in `exact` are spelled alike, so either all of them are new or none is.
  uint64_t first = exact & ~state->exact;
  if (first != 0) {
    store(automaton, portion, row, state, first, cell);
    state->exact |= first;
    state->missing &= ~first;
    // Nobody needs the ranks behind the best one that has a value.
    uint64_t best = first & automaton->ranks;
    if (best != 0 && kind != cell_null) state->missing &= ~(automaton->ranks & ~(best ^ (best - 1)));
  } else if (exact != 0) {
    state->duplicates++;
  }
  uint64_t near = loose & ~(state->exact | state->loose);
  if (near != 0) {
    store(automaton, portion, row, state, near, cell);
    state->loose |= near;
  }
}

// The row is read: only now may it count.
static inline void finish(tripline_portion *portion, size_t row, const row_state *state) {
  if (state->ranked != 0) portion->first_of[row] = state->ranks[__builtin_ctzll(state->ranked)];
  portion->rich |= state->rich;
  portion->duplicates += state->duplicates;
}

// ---- Names ----------------------------------------------------------------------------------------

static inline uint8_t fold(uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static inline size_t bucket(const uint8_t *key, size_t length) {
  if (length == 0) return 0;
  size_t ends = (size_t)fold(key[0]) * 31 + (size_t)fold(key[length - 1]) * 7;
  return (ends + length * 13) % tripline_buckets;
}

size_t tripline_bucket(const uint8_t *key, size_t length) { return bucket(key, length); }

static bool same_but_for_case(const uint8_t *left, const uint8_t *right, size_t length) {
  for (size_t index = 0; index < length; index++)
    if (fold(left[index]) != fold(right[index])) return false;
  return true;
}

// What a key of the line's own object is to the wanted names.
static inline void look_up(
    const tripline_automaton *automaton, const uint8_t *key, size_t length, uint64_t *exact,
    uint64_t *loose, bool *is_watched) {
  *exact = *loose = 0;
  *is_watched = false;
  uint16_t index = automaton->buckets[bucket(key, length)];
  while (UNLIKELY(index != 0)) {
    const tripline_name *name = automaton->names + index - 1;
    index = name->next;
    if (name->length != length || !same_but_for_case(name->text, key, length)) continue;
    *is_watched |= name->is_watched;
    *loose |= name->near;
    if (memcmp(name->text, key, length) == 0) *exact = name->exact;
  }
  *loose &= ~*exact;
}

// ---- The variants ---------------------------------------------------------------------------------

#if defined(__x86_64__)

// SSE2, which every x86-64 has.
static inline uint32_t join(__m128i low, __m128i high) {
  return (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
}

static inline __m128i load16(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)p); }

static inline uint32_t equal_baseline(const uint8_t *p, char byte) {
  const __m128i wanted = _mm_set1_epi8(byte);
  return join(_mm_cmpeq_epi8(load16(p), wanted), _mm_cmpeq_epi8(load16(p + 16), wanted));
}

static inline __m128i digits16(const uint8_t *p) {
  // There is no unsigned comparison: a byte is at most 9 if the smaller one of both is the byte.
  __m128i value = _mm_sub_epi8(load16(p), _mm_set1_epi8('0'));
  return _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
}

static inline uint32_t digits_baseline(const uint8_t *p) {
  return join(digits16(p), digits16(p + 16));
}

static inline uint32_t differ_baseline(const uint8_t *p, const uint8_t *q) {
  return ~join(
      _mm_cmpeq_epi8(load16(p), load16(q)), _mm_cmpeq_epi8(load16(p + 16), load16(q + 16)));
}

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

AVX2 static inline __m256i load32(const uint8_t *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

AVX2 static inline uint32_t equal_avx2(const uint8_t *p, char byte) {
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load32(p), _mm256_set1_epi8(byte)));
}

AVX2 static inline uint32_t digits_avx2(const uint8_t *p) {
  __m256i value = _mm256_sub_epi8(load32(p), _mm256_set1_epi8('0'));
  __m256i least = _mm256_min_epu8(value, _mm256_set1_epi8(9));
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(least, value));
}

AVX2 static inline uint32_t differ_avx2(const uint8_t *p, const uint8_t *q) {
  return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load32(p), load32(q)));
}

static inline bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt") &&
         __builtin_cpu_supports("popcnt");
}

#define WIDE(name) name##_avx2
#define WIDE_TARGET AVX2
#include "wide.h"

#else

// Any other machine: loops that the compiler makes wide as well as it can.
static inline uint32_t equal_baseline(const uint8_t *p, char byte) {
  uint32_t found = 0;
  for (int index = 0; index < 32; index++) found |= (uint32_t)(p[index] == byte) << index;
  return found;
}

static inline uint32_t digits_baseline(const uint8_t *p) {
  uint32_t found = 0;
  for (int index = 0; index < 32; index++) found |= (uint32_t)is_digit(p[index]) << index;
  return found;
}

static inline uint32_t differ_baseline(const uint8_t *p, const uint8_t *q) {
  uint32_t found = 0;
  for (int index = 0; index < 32; index++) found |= (uint32_t)(p[index] != q[index]) << index;
  return found;
}

#endif

#define WIDE(name) name##_baseline
#define WIDE_TARGET
#include "wide.h"

size_t tripline_frame(
    const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity,
    bool baseline) {
#if defined(__x86_64__)
  if (!baseline && has_avx2()) return frame_avx2(text, count, from, lines, capacity);
#endif
  (void)baseline;
  return frame_baseline(text, count, from, lines, capacity);
}

size_t tripline_project(
    const tripline_automaton *automaton, tripline_portion *portion, tripline_surprise *surprises,
    bool baseline, bool steps) {
#if defined(__x86_64__)
  if (!baseline && has_avx2()) return project_avx2(automaton, portion, surprises, steps);
#endif
  (void)baseline;
  return project_baseline(automaton, portion, surprises, steps);
}
