/// `tripline check`: find mistakes in rules and queries.
package struct CheckCommand: Command {
  package static let verb = Verb(
    name: .check, summary: "find mistakes in rules and queries",
    arguments: "[RULES ...]", count: 0...Int.max,
    description: """
      Parses and binds every monitor and query, and points at each mistake with the way out. The \
      arguments are rule files or directories of them, as for --rules.
      """,
    examples: [
      Verb.Example("all rules of a directory", "tripline check rules/"),
      Verb.Example("a collection of queries", "tripline check --queries queries.jsonl"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    throw Failure("'check' can't run yet: this build has no engine", code: .usage)
  }
}
