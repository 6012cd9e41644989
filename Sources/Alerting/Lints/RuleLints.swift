package import QueryLanguage

/// Something in a monitor that is allowed and hardly ever meant.
///
/// A lint is one file here with its page, and one line in `RuleLints`.
package protocol RuleLint: Sendable {
  static var page: LintPage { get }

  /// What is to be said of a monitor. Must be true of every log; when in doubt, nothing.
  static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic]
}

/// What lints may ask of the world around a rule file.
package struct LintWorld: Sendable {
  /// How often the values of a field repeat on some lines.
  package struct Variety: Sendable {
    package var values: Int
    package var lines: Int

    package init(values: Int, lines: Int) {
      self.values = values
      self.lines = lines
    }
  }

  /// Whether there is a file at a path.
  package var hasFile: @Sendable (String) -> Bool
  /// What a sample says of each key of the monitor's fold, by its place; nil without a sample.
  package var variety: [Variety]?

  package init(hasFile: @escaping @Sendable (String) -> Bool, variety: [Variety]? = nil) {
    self.hasFile = hasFile
    self.variety = variety
  }
}

/// Every lint of monitors.
package enum RuleLints {
  /// In the order in which help lists them.
  package static let all: [any RuleLint.Type] = [
    NeverTrips.self, AlwaysTrips.self, NeverResolves.self, CrossedLevels.self, SilentValue.self,
    FinerThanEvery.self, UnevenTimeslice.self, UnboundedGroups.self,
    NoEvidence.self, MissingRunbook.self,
  ]

  /// What is said of conditions when they are bound.
  package static let warnings: [LintPage] = [
    LintPage(
      "never-lasts", "an outlier could not last as long as it has to",
      meaning: """
        Of the points in a row that `consecutive` asks for, all but one are among those that the last \
        is compared with. After a lasting shift they widen the band so far that the last lies inside.
        """,
      night:
        "Traffic drops to a tenth and stays there, and the monitor sees one odd point after the other.",
      wrong: .monitor(
        """
        query: '* | timeslice 1m | avg(took_ms) as took by _timeslice'
        window: 30m
        outlier: { critical: { window: 10, consecutive: 3, threshold: 3 } }
        """),
      right: .monitor(
        """
        query: '* | timeslice 1m | avg(took_ms) as took by _timeslice'
        window: 30m
        outlier: { critical: { window: 21, consecutive: 3, threshold: 3 } }
        """))
  ]

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    all.flatMap { $0.findings(in: rule, world) }
  }
}

extension BoundRule {
  /// A finding about the value of a key, or about the monitor's name when the key was not written.
  func finding(
    _ code: String, _ text: String, at key: String, help: String
  ) -> Diagnostic {
    finding(code, text, at: rule.places[key] ?? rule.places["name"] ?? rule.span, help: help)
  }

  func finding(_ code: String, _ text: String, at span: Span, help: String) -> Diagnostic {
    Diagnostic(
      Diagnostic.Message(code, text), at: span, in: rule.source, help: help, severity: .warning)
  }
}
