/// A verb of the command line, as `help` shows it. Each is declared in the file of its command.
package struct Verb: Sendable {
  package enum Name: String, Sendable, CaseIterable {
    case query, run, replay, test, check, explain, status, alerts, actions, journal, verify
    case audit, doctor, torture
    case demoApp = "demo-app"
    case help, version
  }

  package struct Example: Sendable {
    package var says: String
    package var command: String

    init(_ says: String, _ command: String) {
      self.says = says
      self.command = command
    }
  }

  package let name: Name
  package let summary: String
  /// The arguments: `QUERY [FILE ...]`.
  package let arguments: String
  /// How many there may be.
  package let count: ClosedRange<Int>
  package let description: String
  package let examples: [Example]

  /// `tripline query [FLAGS] QUERY [FILE ...]`
  package var usage: String {
    let words = ["tripline", name.rawValue, "[FLAGS]", arguments]
    return words.filter { !$0.isEmpty }.joined(separator: " ")
  }

  package var flags: [Flag] { Flag.table.filter { $0.verbs.contains(name) } }
}

/// The body of a verb. Everything it wants to know is in the invocation; everything it says goes
/// through the console.
package protocol Command: Sendable {
  static var verb: Verb { get }
  init(_ invocation: Invocation) throws(UsageError)
  func run(on console: Console) async throws -> Outcome
}

extension Verb {
  /// Every command, in the order of `help`.
  package static let commands: [any Command.Type] = [
    QueryCommand.self, RunCommand.self, ReplayCommand.self, TestCommand.self,
    CheckCommand.self, ExplainCommand.self, StatusCommand.self, AlertsCommand.self,
    ActionsCommand.self, JournalCommand.self, VerifyCommand.self, AuditCommand.self,
    DoctorCommand.self,
    TortureCommand.self, DemoAppCommand.self, HelpCommand.self, VersionCommand.self,
  ]

  package static let all: [Verb] = commands.map { $0.verb }

  /// Verbs of the plan that are not there yet, so that asking for one gets a straight answer.
  static let planned = [
    "backtest", "sweep", "plan", "capture", "import",
    "export", "serve", "silence", "fmt", "lsp",
    "completions",
  ]

  /// Words that people may look for, and what does it here.
  static let elsewhere = [
    "why": "tripline explain --at TIME", "why-not": "tripline explain --at TIME",
  ]

  package static func named(_ name: Name) -> Verb {
    guard let verb = all.first(where: { $0.name == name }) else {
      preconditionFailure("no command for the verb '\(name.rawValue)'")
    }
    return verb
  }

  /// The command that an invocation asks for; `--help` and `--version` win over the verb.
  package static func command(for invocation: Invocation) throws(UsageError) -> any Command {
    if invocation.options.help { return HelpCommand(about: invocation.verb) }
    if invocation.options.version { return VersionCommand() }
    guard let name = invocation.verb else { throw UsageError.verbMissing }
    guard let command = commands.first(where: { $0.verb.name == name }) else {
      preconditionFailure("no command for the verb '\(name.rawValue)'")
    }
    return try command.init(invocation)
  }
}
