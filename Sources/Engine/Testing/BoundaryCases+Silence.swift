import Alerting

/// A level that fewer lines make fire, `< 1` on a count, or missing data.
extension BoundaryCases.Stage {
  /// The cases of a level for which all is well while there are `needed` lines in the window.
  func silence(keeping needed: Int, window: Int64) -> [BoundaryCases.Case] {
    // Lines so far apart that every window has exactly as many.
    let every = max(1, window / Int64(needed))
    let windows = 3
    let end = start + Int64(windows) * window
    func steady(_ count: Int, every: Int64) -> BoundaryCases.Entry {
      repeated(windows * count + 1, at: start, every: every)
    }
    var cases = [
      one("enough lines in every window", isAboutThreshold: true, [steady(needed, every: every)])
    ]
    if needed > 1 {
      let fewer = needed - 1
      cases.append(
        one(
          "one line too few in every window", isAboutThreshold: true,
          [steady(fewer, every: max(1, window / Int64(fewer)))]))
    }
    cases += [
      one("lines that stop", drains: true, [steady(needed, every: every)]),
      one(
        "lines that stop and come back",
        [steady(needed, every: every), repeated(2 * needed, at: end + 3 * window, every: every)]),
    ]
    cases += [("1 ms before", end - 1), ("exactly at", end), ("1 ms after", end + 1)].map {
      place, time in
      one(
        "the last line \(place) the end of a window", drains: true,
        [
          repeated(windows * needed, at: start, every: every), repeated(1, at: time, every: 0),
        ])
    }
    cases += [
      one(
        "the earliest line comes last",
        [
          repeated(windows * needed, at: start + every, every: every),
          repeated(1, at: start, every: 0),
        ]),
      one(
        "the same line again and again", drains: true, [repeated(needed, at: start, every: 0)]),
    ]
    if let other {
      cases.append(
        one(
          "a \(other.name) that falls silent while another goes on",
          [
            steady(needed, every: every),
            repeated(4 * needed, at: end + every, every: every, other.line),
          ]))
    }
    return cases
  }
}
