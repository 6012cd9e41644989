package import QueryLanguage
package import Records

/// `outlier` or `anomaly` with everything settled: what makes the points of series, and what judges
/// them.
///
/// A series is what the rows of one value of all group fields show over time, slice by slice; without
/// slices, instant by instant. A group may have several.
package struct SeriesCondition: Sendable {
  package enum Detector: Sendable {
    case outlier([OutlierLevel])
    case anomaly(AnomalyLevel)
  }

  /// The column that says in which slice of time a row stands.
  package struct SliceColumn: Sendable {
    package let slot: Slot
    package let slices: Slices
  }

  package let detector: Detector
  package let direction: Direction
  /// The column that is judged, and its name.
  package let column: Slot
  package let name: String
  package let sliceColumn: SliceColumn?
  /// The columns that tell series apart: the group fields first.
  package let keys: [Slot]
  /// Whether a group has one series, so that what is known of the group is known of it.
  package let hasSeriesPerGroup: Bool
  /// A slice without lines is a point of 0, because the column is a count or a sum.
  package let emptyIsZero: Bool

  package var terms: [AlertTerms] {
    switch detector {
    case .outlier(let levels): levels.map(\.terms)
    case .anomaly(let level): [level.terms]
    }
  }

  /// Whether silence can make it fire.
  package var isTrippedBySilence: Bool { emptyIsZero && direction != .up }

  /// How long what came stays part of what is judged, beyond the window.
  package var memory: Int64 {
    switch detector {
    case .outlier: 0
    case .anomaly(let level): level.range
    }
  }

  /// Whether every instant adds to what is known, so that none may be passed over.
  var learns: Bool {
    switch detector {
    case .outlier: false
    case .anomaly: true
    }
  }
}

extension BoundRule {
  /// How many conditions there are; the alert of missing data comes behind theirs.
  var conditionCount: Int { series.map(\.terms.count) ?? levels.count }

  /// Whether absence bears on what the alert `index` tells: its groups are remembered for a day.
  ///
  /// Silence is a number to a series of counts, whichever side it is watched on: after a quiet hour the
  /// group that comes back is no new one.
  func isAboutAbsence(_ index: Int) -> Bool {
    guard index < conditionCount else { return true }
    return series?.emptyIsZero ?? levels[index].isAboutAbsence
  }

  /// The same for some condition, missing data aside.
  var hasConditionAboutAbsence: Bool {
    (0..<conditionCount).contains { isAboutAbsence($0) }
  }
}
