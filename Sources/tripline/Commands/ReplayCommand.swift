/// `tripline replay`: the same engine over recorded logs, without side effects.
package struct ReplayCommand: Command {
  package static let verb = Verb(
    name: .replay, summary: "the same engine over recorded logs, without side effects",
    arguments: "[FILE ...]", count: 0...Int.max,
    description: """
      Runs the monitors over recorded logs on the clock of the logs themselves, and prints every \
      alert with what it would have done. Nothing is sent and nothing is touched. The same logs \
      give the same alerts, to the byte.
      """,
    examples: [
      Verb.Example(
        "what would have alerted yesterday", "tripline replay -r rules/ yesterday.ndjson.gz"),
      Verb.Example(
        "fail a build when a rule fires",
        "tripline replay -r rules/ --fail-on alert recorded.ndjson"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    throw Failure("'replay' can't run yet: this build has no engine", code: .usage)
  }
}
