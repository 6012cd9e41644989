import Alerting

/// A level that more lines make fire: `> 5`, `>= 3` on a count.
extension BoundaryCases.Stage {
  /// The cases of a level that `needed` lines within the window trip; `waits` when that has to last.
  func lines(needed: Int, waits: Bool) -> [BoundaryCases.Case] {
    // Far enough apart to tell the lines from each other, near enough to be in one window.
    let every = max(0, min(10_000, window / Int64(2 * needed)))
    let span = DurationText.text(window)
    // The last lines stand on an instant, the first on the edge of the window that ends there.
    let last = start + window
    let rest = needed - 1
    func alike(_ count: Int, at start: Int64) -> BoundaryCases.Entry {
      repeated(count, at: start, every: every)
    }
    var cases: [BoundaryCases.Case] = []
    if rest > 0 {
      cases.append(
        one(
          "one line too few", drains: waits, isAboutThreshold: true, [alike(rest, at: start)]))
    }
    cases.append(
      one(
        "just enough lines", drains: waits, isAboutThreshold: true, [alike(needed, at: start)]))
    if rest > 0 {
      cases += [
        ("1 ms inside", start + 1), ("on the edge of", start), ("1 ms outside", start - 1),
      ].map { place, time in
        one(
          "the first line \(place) the window of \(span)", drains: waits,
          [repeated(1, at: time, every: 0), repeated(rest, at: last, every: 0)])
      }
      cases.append(
        one(
          "the earliest line comes last", drains: waits,
          [alike(rest, at: start + every), alike(1, at: start)]))
    }
    cases += [
      one(
        "the same line again and again", drains: waits, [repeated(needed, at: start, every: 0)]),
      one("silence after the alert", drains: true, [alike(needed, at: start)]),
    ]
    // One group trips and is not heard of again, while another one goes on.
    if let other {
      let goesOn = repeated(8, at: last, every: max(1, window / 2), other.line)
      cases.append(
        one(
          "a \(other.name) that trips and vanishes while another goes on",
          [alike(needed, at: start), goesOn]))
    }
    return cases
  }
}
