/// `tripline explain`: show how a query or a monitor is carried out.
package struct ExplainCommand: Command {
  package static let verb = Verb(
    name: .explain, summary: "show how a query or a monitor is carried out",
    arguments: "[QUERY]", count: 0...1,
    description: """
      Shows the plan: what is decided per line, what is kept per pane of time, what is computed \
      per evaluation, which fields are read, and what it costs.
      """,
    examples: [
      Verb.Example("a query", "tripline explain 'error | timeslice 1m | count by _timeslice'"),
      Verb.Example("every monitor of a file", "tripline explain -r rules/web.yaml"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    throw Failure("'explain' can't run yet: this build has no engine", code: .usage)
  }
}
