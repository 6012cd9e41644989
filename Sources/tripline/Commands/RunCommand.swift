/// `tripline run`: follow logs, evaluate monitors, act.
package struct RunCommand: Command {
  package static let verb = Verb(
    name: .run, summary: "follow logs, evaluate monitors, act",
    arguments: "[FILE ...]", count: 0...Int.max,
    description: """
      Follows the files, or reads stdin for '-', evaluates the monitors of the rule files on every \
      line and runs their actions. Remediation does nothing real without --live. Files and rules \
      not given here come from tripline.yaml.
      """,
    examples: [
      Verb.Example("watch a log", "tripline run -r rules/ /var/log/app.log"),
      Verb.Example("watch what a program prints", "app | tripline run -r rules/ -"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    throw Failure("'run' can't run yet: this build has no engine", code: .usage)
  }
}
