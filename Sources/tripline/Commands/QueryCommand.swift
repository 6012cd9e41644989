/// `tripline query`: ask logs a question, once.
package struct QueryCommand: Command {
  package static let verb = Verb(
    name: .query, summary: "ask logs a question, once",
    arguments: "QUERY [FILE ...]", count: 1...Int.max,
    description: """
      Reads the files, or stdin without any or for '-', and prints what the query yields: matching \
      lines as they are, or the table of its aggregate. On a terminal the table grows while files \
      are read.
      """,
    examples: [
      Verb.Example(
        "errors per host", "tripline query 'error | count by host' app.log"),
      Verb.Example(
        "slow requests of the last hour, for a program",
        "tripline query -o ndjson --from -1h '* | where response_time > 3s' app.log"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    throw Failure("'query' can't run yet: this build has no engine", code: .usage)
  }
}
