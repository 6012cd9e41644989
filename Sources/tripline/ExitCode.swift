/// What the program tells its caller: one table for all verbs.
package enum ExitCode: Int32, Sendable, CaseIterable {
  case success = 0
  case findings = 1
  case usage = 2
  case rules = 3
  case input = 4
  case delivery = 5
  case state = 6

  /// What the code means, for `tripline help`.
  package var meaning: String {
    switch self {
    case .success: "done; or whoever read stdout has seen enough"
    case .findings: "findings that --fail-on asks about, or tests that fail"
    case .usage: "a mistake in the flags or in tripline.yaml"
    case .rules: "a mistake in a rule file or a query"
    case .input: "an input could not be read (the rest was done)"
    case .delivery: "a delivery failed for good"
    case .state: "the stored state is damaged, or does not verify"
    }
  }

  /// When several things happened, the first of these is told.
  package static let precedence: [ExitCode] = [
    .state, .usage, .rules, .input, .delivery, .findings,
  ]
}

/// Everything that happened in a run and deserves an exit code.
package struct Outcome: Sendable {
  private var causes: Set<ExitCode> = []
  private var signal: Int32?

  package init(_ causes: ExitCode...) { self.causes = Set(causes) }

  package mutating func note(_ cause: ExitCode) { causes.insert(cause) }

  /// A signal ended the run, after everything was flushed.
  package mutating func interrupted(by signal: Int32) { self.signal = signal }

  /// The number for `exit`: a cause before a signal, since a signal is how `run` normally ends.
  package var status: Int32 {
    if let cause = ExitCode.precedence.first(where: causes.contains) { return cause.rawValue }
    return signal.map { 128 + $0 } ?? 0
  }
}
