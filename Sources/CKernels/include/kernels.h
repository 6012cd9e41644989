// The fenced fast paths; each has a plain twin in Swift. See Records/Kernels.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One value of one row. Must have the layout of Records.Cell: the place, its length, a Cell.Kind.
typedef struct {
  const uint8_t *base;
  uint32_t length;
  uint8_t kind;
} tripline_cell;

// Asks the processor to fetch what stands at `place`, and does nothing else.
static inline void tripline_prefetch(const void *place) { __builtin_prefetch(place); }

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
// `baseline` keeps to the instructions that every machine has.
size_t tripline_frame(
    const uint8_t *text, size_t count, size_t *from, tripline_line *lines, size_t capacity,
    bool baseline);

// ---- Projection: the learned next-key automaton ---------------------------------------------------
//
// Logs repeat themselves. After the value of "level" nearly always comes  ","service":"  and so on:
// a state is "just behind the value of this key, in these containers", a step is the literal text
// that stood between that value and the next one, and says what kind of value follows.
//
//   {"ts":"08:01","level":"info","status":200,"user":{"id":7},"ok":true}
//
//   state 0 ──{"ts":"──▶ 1 ──","level":"──▶ 2 ──","status":──▶ 3 ──,"user":{"id":──▶ 4 ── ...
//   (start)    string    ts     string     level    scalar     status     scalar      user.id
//                                             ╰───","user":{"id":──▶ 4
//                                                        scalar
//
// One wide compare tells whether a literal stands here, another one finds the end of a value. The
// literals hold every byte of structure and values are checked as they are passed, so a line that
// gets through is JSON as far as it was read, and no decoy in a string or an inner object can be
// taken for a member.
//
// What surprises the automaton is read member by member, each key looked up in the table of wanted
// names. What surprises that too (an error of structure, an escape in a key, a wanted name inside a
// container) is left to the plain walk. Both kinds of row are told, so that the automaton can be
// taught their steps.

// What follows a literal.
enum {
  tripline_value_string = 0,     // the inside of a string; the next literal begins with its quote
  tripline_value_scalar = 1,     // a number, true, false or null
  tripline_value_container = 2,  // an object or array, as one value
  tripline_value_end = 3,        // nothing: the literal ends the object
};

enum { tripline_literal_capacity = 64, tripline_successors = 24 };

typedef struct {
  uint8_t literal[tripline_literal_capacity];
  uint32_t mask[2];  // which bytes of the literal count, a bit each
  uint32_t hits;     // how often the step was taken, for ordering
  uint16_t next;     // the state behind the value
  uint8_t length;    // bytes of the literal
  uint8_t value;
  uint64_t exact;    // the wanted names that the value has
  uint64_t loose;    // those it has but for case
} tripline_step;

// One spelling of a key of the line's own object that matters.
typedef struct {
  const uint8_t *text;
  uint32_t length;
  uint16_t next;    // index + 1 of the next one in the same bucket, 0 at the end
  bool is_watched;  // wanted names may stand inside
  uint64_t exact;   // the wanted names spelled so
  uint64_t near;    // those spelled so but for case, and `exact`
} tripline_name;

enum { tripline_buckets = 256 };

typedef struct {
  tripline_step *steps;    // those of state s from s * tripline_successors on, likeliest first
  const uint16_t *counts;  // how many each state has
  const tripline_name *names;
  const uint16_t *buckets;  // by tripline_bucket, index + 1 of the first name there
  uint64_t wanted;         // a bit for each name: first the members, then the ranks
  uint64_t ranks;          // those of them that are ranks
  uint32_t member_count;
} tripline_automaton;

// Where keys of this spelling stand in the table, whatever their case.
size_t tripline_bucket(const uint8_t *key, size_t length);

// Rows of a line table and where their cells go.
typedef struct {
  const uint8_t *text;
  const uint8_t *readable_end;  // nothing at or behind this is touched
  const uint32_t *starts;
  const uint32_t *lengths;
  const uint8_t *shapes;
  size_t rows;
  tripline_cell *members;   // column after column, `rows` cells each, null beforehand
  tripline_cell *first_of;  // likewise, one column
  uint64_t rich;            // out: members with a cell of escaped text or a container
  uint64_t duplicates;      // out: values whose exact name already had one
} tripline_portion;

// A row that the automaton did not know.
typedef struct {
  uint32_t row;
  uint32_t stop;  // where its reader had all it wanted; 0: nobody has read it, its cells are in disorder
} tripline_surprise;

// Reads the JSON rows of a portion, and writes those that surprised it to `surprises`, which has room
// for all. Says how many. `baseline` as above. Without `steps`, the automaton rests: rows are
// read member by member and only the others are surprises.
size_t tripline_project(
    const tripline_automaton *automaton, tripline_portion *portion, tripline_surprise *surprises,
    bool baseline, bool steps);
