// The loops over wide loads, compiled once per instruction set: kernels.c includes this file with
// WIDE(name) set to the name's variant, WIDE_TARGET to the attribute that allows its instructions,
// and these primitives over 32 bytes defined, one bit a byte:
//
//   WIDE(equal)(p, byte)   the bytes that are `byte`
//   WIDE(digits)(p)        the bytes that are '0'...'9'
//   WIDE(differ)(p, q)     the bytes that differ

// ---- Framing --------------------------------------------------------------------------------------

// Sixty-four bytes at a time: the newlines among them are peeled off one word, without a branch on
// where they stand.
WIDE_TARGET static size_t WIDE(frame)(
    const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity) {
  size_t start = *from, at = start, used = 0;
  while (used < capacity && at + 64 <= count) {
    uint64_t found = (uint64_t)WIDE(equal)(text + at + 32, '\n') << 32;
    found |= WIDE(equal)(text + at, '\n');
    while (found != 0) {
      size_t end = at + (size_t)__builtin_ctzll(found);
      found &= found - 1;
      lines[used++] = describe(text, start, end);
      start = end + 1;
      if (used == capacity) break;
    }
    at += 64;
  }
  // The last bytes, which are too few for a wide load.
  while (used < capacity && start < count) {
    if (at < start) at = start;
    const uint8_t *newline = memchr(text + at, '\n', count - at);
    size_t end = newline ? (size_t)(newline - text) : count;
    lines[used++] = describe(text, start, end);
    start = newline ? end + 1 : count;
  }
  *from = start;
  return used;
}

// ---- Values ---------------------------------------------------------------------------------------
//
// Each finds the end of the value at `p` or says NULL: not such a value, or not before `end`, or too
// unusual to be worth code here. At least `slack` bytes behind `end` are readable.

// The closing quote of the string whose inside begins at `p`.
WIDE_TARGET static inline const uint8_t *WIDE(string_end)(
    const uint8_t *p, const uint8_t *end, uint8_t *kind) {
  *kind = cell_text;
  while (p < end) {
    uint32_t quotes = WIDE(equal)(p, '"');
    uint32_t backslashes = WIDE(equal)(p, '\\');
    // Backslashes behind the first quote are none of this string's.
    if (LIKELY((backslashes & (quotes - 1)) == 0)) {
      if (LIKELY(quotes != 0)) {
        p += __builtin_ctz(quotes);
        return p < end ? p : NULL;
      }
      p += 32;
    } else {
      *kind = cell_escaped;
      p += __builtin_ctz(backslashes) + 2;
    }
  }
  return NULL;
}

// The byte behind the number at `p`.
WIDE_TARGET static inline const uint8_t *WIDE(number_end)(const uint8_t *p, const uint8_t *end) {
  p += *p == '-';
  uint32_t others = ~WIDE(digits)(p);
  if (UNLIKELY(others == 0)) return plain_number_end(p, end);
  unsigned count = (unsigned)__builtin_ctz(others);
  if (count == 0 || (*p == '0' && count > 1)) return NULL;
  if (p[count] == '.') {
    others &= others - 1;
    if (UNLIKELY(others == 0)) return plain_number_end(p, end);
    unsigned whole = count;
    count = (unsigned)__builtin_ctz(others);
    if (count == whole + 1) return NULL;
  }
  if (UNLIKELY((p[count] | 0x20) == 'e')) return plain_number_end(p, end);
  return p + count;
}

// The byte behind the number, true, false or null at `p`.
WIDE_TARGET static inline const uint8_t *WIDE(scalar_end)(
    const uint8_t *p, const uint8_t *end, uint8_t *kind) {
  const uint8_t *behind;
  if (LIKELY(*p < 'a')) {
    *kind = cell_numeral;
    behind = WIDE(number_end)(p, end);
  } else {
    behind = word_end(p, kind);
  }
  // Behind the line there may be anything, even more of what looks like this number.
  return behind && behind < end && ends_scalar(*behind) ? behind : NULL;
}

// The byte behind the object or array at `p`. One word holds the kinds of the open containers, so
// what nests deeper than its bits is refused.
WIDE_TARGET static const uint8_t *WIDE(container_end)(const uint8_t *p, const uint8_t *end) {
  uint64_t objects = 0;
  unsigned depth = 0;
  uint8_t kind;
  for (;;) {
    // A value begins here.
    if (*p == '{' || *p == '[') {
      if (depth == 32) return NULL;
      depth++;
      objects = objects << 1 | (*p == '{');
      p = skip_blanks(p + 1, end);
      if (p < end && *p != closing(objects)) goto next_item;
    } else {
      p = *p == '"' ? WIDE(string_end)(p + 1, end, &kind) : WIDE(scalar_end)(p, end, &kind);
      if (!p) return NULL;
      p = skip_blanks(p + (*p == '"'), end);
    }
    // A value ended: leave the containers that end with it, then go to the next value.
    while (p < end && *p == closing(objects)) {
      p++;
      objects >>= 1;
      if (--depth == 0) return p;
      p = skip_blanks(p, end);
    }
    if (p >= end || *p != ',') return NULL;
    p = skip_blanks(p + 1, end);
  next_item:
    if (objects & 1) {
      if (p >= end || *p != '"') return NULL;
      p = WIDE(string_end)(p + 1, end, &kind);
      if (!p) return NULL;
      p = skip_blanks(p + 1, end);
      if (p >= end || *p != ':') return NULL;
      p = skip_blanks(p + 1, end);
    }
    if (p >= end) return NULL;
  }
}

// ---- Projection -----------------------------------------------------------------------------------

WIDE_TARGET static inline bool WIDE(stands_here)(const uint8_t *p, const tripline_step *step) {
  if ((WIDE(differ)(p, step->literal) & step->mask[0]) != 0) return false;
  return step->length <= 32 || (WIDE(differ)(p + 32, step->literal + 32) & step->mask[1]) == 0;
}

// Reads one row along learned steps; false when the automaton does not know the line.
WIDE_TARGET static inline bool WIDE(follow_steps)(
    const tripline_automaton *automaton, tripline_portion *portion, size_t row,
    tripline_cell *ranks) {
  const uint8_t *p = portion->text + portion->starts[row];
  const uint8_t *end = p + portion->lengths[row];
  row_state state = {.missing = automaton->wanted, .ranks = ranks};
  unsigned at = 0;
  do {
    tripline_step *step = automaton->steps + (size_t)at * tripline_successors;
    tripline_step *last = step + automaton->counts[at];
    const uint8_t *place, *behind;
    uint8_t kind;
    for (;; step++) {
      if (UNLIKELY(step == last)) return false;
      if (UNLIKELY(!WIDE(stands_here)(p, step))) continue;
      place = p + step->length;
      // A value of another kind is a mismatch like any other: `"a":` is the head of `"a":"`.
      if (LIKELY(step->value == tripline_value_string)) {
        behind = WIDE(string_end)(place, end, &kind);
      } else if (LIKELY(step->value == tripline_value_scalar)) {
        behind = place < end ? WIDE(scalar_end)(place, end, &kind) : NULL;
      } else if (step->value == tripline_value_container) {
        kind = cell_json;
        behind = place < end && is_opening(*place) ? WIDE(container_end)(place, end) : NULL;
      } else {
        behind = place <= end ? place : NULL;
        kind = cell_null;
      }
      if (LIKELY(behind != NULL)) break;
    }
    step->hits++;
    if (step->value == tripline_value_end) break;
    if ((step->exact | step->loose) != 0)
      keep(automaton, portion, row, &state, step->exact, step->loose, place, behind, kind);
    p = behind;
    at = step->next;
  } while (state.missing != 0);
  finish(portion, row, &state);
  return true;
}

// Reads one row member by member; returns where it stopped, NULL when it is more than keys of the
// line's own object and values without an error.
WIDE_TARGET static const uint8_t *WIDE(read_members)(
    const tripline_automaton *automaton, tripline_portion *portion, size_t row,
    tripline_cell *ranks) {
  const uint8_t *p = portion->text + portion->starts[row];
  const uint8_t *end = p + portion->lengths[row];
  row_state state = {.missing = automaton->wanted, .ranks = ranks};
  p = skip_blanks(p, end);
  if (*p != '{') return NULL;
  p = skip_blanks(p + 1, end);
  while (*p != '}') {
    uint8_t kind;
    if (*p != '"') return NULL;
    const uint8_t *key = p + 1;
    p = WIDE(string_end)(key, end, &kind);
    if (!p || kind == cell_escaped) return NULL;
    uint64_t exact, loose;
    bool is_watched;
    look_up(automaton, key, (size_t)(p - key), &exact, &loose, &is_watched);
    p = skip_blanks(p + 1, end);
    if (p >= end || *p != ':') return NULL;
    const uint8_t *place = skip_blanks(p + 1, end);
    if (place >= end) return NULL;
    const uint8_t *behind;
    bool is_string = *place == '"';
    if (is_string) {
      behind = WIDE(string_end)(++place, end, &kind);
    } else if (is_opening(*place)) {
      kind = cell_json;
      behind = is_watched ? NULL : WIDE(container_end)(place, end);
    } else {
      behind = WIDE(scalar_end)(place, end, &kind);
    }
    if (!behind) return NULL;
    p = behind + is_string;
    if ((exact | loose) != 0) {
      keep(automaton, portion, row, &state, exact, loose, place, behind, kind);
      if (state.missing == 0) break;
    }
    p = skip_blanks(p, end);
    if (p >= end) return NULL;
    if (*p == ',') {
      p = skip_blanks(p + 1, end);
      if (p >= end || *p == '}') return NULL;
    } else if (*p != '}') {
      return NULL;
    }
  }
  finish(portion, row, &state);
  return p;
}

WIDE_TARGET static size_t WIDE(project)(
    const tripline_automaton *automaton, tripline_portion *portion,
    tripline_surprise *surprises, bool steps) {
  tripline_cell ranks[64];
  size_t count = 0;
  for (size_t row = 0; row < portion->rows; row++) {
    if (portion->shapes[row] != tripline_shape_json) continue;
    const uint8_t *start = portion->text + portion->starts[row];
    const uint8_t *stop = NULL;
    // The widest look behind a line is a literal that is compared at its last byte.
    if (LIKELY(portion->readable_end - (start + portion->lengths[row]) >= slack)) {
      if (steps && LIKELY(WIDE(follow_steps)(automaton, portion, row, ranks))) continue;
      // What the first try has stored the second one finds again, at the same places.
      stop = WIDE(read_members)(automaton, portion, row, ranks);
      if (!steps && stop) continue;
    }
    uint32_t read = stop ? (uint32_t)(stop - start) : 0;
    surprises[count++] = (tripline_surprise){(uint32_t)row, read};
  }
  return count;
}

#undef WIDE
#undef WIDE_TARGET
