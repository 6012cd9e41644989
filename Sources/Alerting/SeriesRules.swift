package import QueryLanguage

/// On which side of the usual a point has to lie.
package enum Direction: String, Sendable, CaseIterable { case both, up, down }

/// The column whose values are the points of a series, as written.
package struct WrittenField: Sendable {
  package var name: String
  package var span: Span

  package init(name: String, span: Span) {
    self.name = name
    self.span = span
  }
}

/// `outlier:` of a monitor: points far from the mean of the points before them.
package struct OutlierRule: Sendable {
  /// `critical:` or `warning:` inside it.
  package struct Level: Sendable {
    package var level: Alerting.Level
    /// How many points make the mean.
    package var window = 10
    /// How many points in a row have to be outliers.
    package var consecutive = 1
    /// In standard deviations.
    package var threshold = 3.0
    package var span: Span

    package init(level: Alerting.Level, span: Span) {
      self.level = level
      self.span = span
    }
  }

  /// Nil means the only column that the rows are not grouped by.
  package var field: WrittenField?
  package var direction = Direction.both
  package var levels: [Level] = []
  package var span: Span

  package init(span: Span) { self.span = span }
}

/// `anomaly:` of a monitor: points far from what is usual at that hour.
package struct AnomalyRule: Sendable {
  package var field: WrittenField?
  package var direction = Direction.both
  /// 0.1 sees only what is glaring, 1 sees much.
  package var sensitivity = 0.5
  /// How many anomalous points there have to be within `range`.
  package var minCount = 1
  /// Nil means the monitor's window.
  package var range: Int64?
  /// How long points are only learned from.
  package var learn: Int64 = 86_400_000
  package var span: Span

  package init(span: Span) { self.span = span }
}
