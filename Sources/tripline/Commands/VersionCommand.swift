/// `tripline version`.
package struct VersionCommand: Command {
  package static let verb = Verb(
    name: .version, summary: "show the version", arguments: "", count: 0...0, description: "",
    examples: [])

  package init() {}

  package init(_ invocation: Invocation) throws(UsageError) {}

  package func run(on console: Console) async throws -> Outcome {
    try console.output.write("tripline \(Version.current)\n")
    return Outcome()
  }
}
