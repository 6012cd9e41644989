import Actions
import Alerting
import Engine
import Glibc
import QueryLanguage
import TerminalUI

/// `tripline explain`: show how a query or a monitor is carried out.
package struct ExplainCommand: Command {
  package static let verb = Verb(
    name: .explain, summary: "show how a monitor is carried out, and why it fired or did not",
    arguments: "[QUERY | FILE ...]", count: 0...Int.max,
    description: """
      Shows the plan: what is decided per line, what is kept per pane of time, what is computed \
      per evaluation, which fields are read, and what it costs. With --rules, or for a rule file \
      instead of a query, it shows the monitors; with --rules the argument is the name of one. \
      With --at or --alert it replays the log files up to that moment and says why the monitors \
      fired or did not: the verdict, the value over time, and what became of the lines.
      """,
    examples: [
      Verb.Example("a query", "tripline explain 'error | timeslice 1m | count by _timeslice'"),
      Verb.Example("every monitor of a file", "tripline explain -r rules/web.yaml"),
      Verb.Example(
        "why it fired at 10:14, or why not",
        "tripline explain -r rules/web.yaml --at 2026-03-02T10:14:00Z app.log"),
      Verb.Example(
        "an alert of a replay, by its id", "tripline explain -r rules/web.yaml --alert 3fa8 app.log"
      ),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard invocation.options.output != .csv else {
      throw invocation.mistake("a plan is no table", help: "write -o ndjson or -o json")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let options = invocation.options
    if options.at != nil || options.alert != nil {
      return try InstantExplanation(invocation).run(on: console)
    }
    guard options.monitor == nil, options.groups.isEmpty else {
      throw invocation.mistake(
        "--monitor and --group choose what is told of a moment", help: "add --at TIME")
    }
    guard invocation.words.count <= 1 else {
      throw invocation.mistake(
        "without --at or --alert there is one QUERY to explain, found "
          + invocation.words.count.counted("argument"),
        help: "add --at TIME, or quote what belongs together")
    }
    let setup = try Setup(invocation)
    let word = invocation.words.first
    if let word, invocation.options.rules.isEmpty, access(word, F_OK) != 0 {
      let plan = try setup.plan(word, now: SystemClock().now)
      try write([PlanPage(Explanation(plan))], console)
      return Outcome()
    }
    let isPath = word != nil && invocation.options.rules.isEmpty
    let files = try setup.ruleFiles(isPath ? [word!] : [])
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there is nothing to explain", help: "write a query, or name rules with -r rules/")
    }
    let checked = try CheckedRules(files, setup).withoutErrors()
    var rules = checked.rules
    if let name = word, !isPath { rules = [try checked.rule(named: name, invocation)] }
    try write(rules.map { MonitorPage(RuleExplanation($0), checked.actions) }, console)
    return Outcome()
  }

  private func write(_ pages: [any ExplanationPage], _ console: Console) throws {
    switch invocation.options.output {
    case .ndjson:
      for page in pages { try console.output.write(ExplainCommand.json(page) + "\n") }
    case .json:
      let list = pages.map { "  " + ExplainCommand.json($0) }.joined(separator: ",\n")
      try console.output.write("[\n\(list)\n]\n")
    case .table, .csv:
      let palette = console.screen.palette
      try console.output.write(pages.map { $0.text(palette) }.joined(separator: "\n"))
      for warning in pages.flatMap(\.warnings) {
        console.say(warning.rendered(colour: console.errors.palette.isColoured))
      }
    }
  }

  private static func json(_ page: any ExplanationPage) -> String {
    var writer = Alerting.JSONWriter()
    writer.object { page.write(to: &$0) }
    return writer.text
  }
}

extension CheckedRules {
  /// The same, or what is wrong with them.
  func withoutErrors() throws(Diagnostics) -> CheckedRules {
    // Actions may stand in other files than the monitor that somebody wants explained.
    let errors = findings.filter {
      $0.severity == .error && $0.message.code != "unknown-action"
    }
    guard errors.isEmpty else { throw Diagnostics(errors) }
    return self
  }

  func rule(named name: String, _ invocation: Invocation) throws(UsageError) -> BoundRule {
    if let rule = rules.first(where: { $0.rule.name == name }) { return rule }
    let names = rules.map(\.rule.name)
    throw invocation.mistake(
      "there is no monitor '\(name)'",
      help: Suggestion.didYouMean(name, among: names)
        ?? "the monitors are \(names.joined(separator: ", "))")
  }
}
