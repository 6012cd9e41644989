import Actions
import Alerting
import Engine
import Glibc
import QueryLanguage
import TerminalUI

/// `tripline explain`: show how a query or a monitor is carried out.
package struct ExplainCommand: Command {
  package static let verb = Verb(
    name: .explain, summary: "show how a query or a monitor is carried out",
    arguments: "[QUERY]", count: 0...1,
    description: """
      Shows the plan: what is decided per line, what is kept per pane of time, what is computed \
      per evaluation, which fields are read, and what it costs. With --rules, or for a rule file \
      instead of a query, it shows the monitors; with --rules the argument is the name of one.
      """,
    examples: [
      Verb.Example("a query", "tripline explain 'error | timeslice 1m | count by _timeslice'"),
      Verb.Example("every monitor of a file", "tripline explain -r rules/web.yaml"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard invocation.options.output != .csv else {
      throw invocation.mistake("a plan is no table", help: "write -o ndjson or -o json")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
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
    let checked = CheckedRules(files, setup)
    // Actions may stand in other files than the monitor that somebody wants explained.
    let errors = checked.findings.filter {
      $0.severity == .error && $0.message.code != "unknown-action"
    }
    guard errors.isEmpty else { throw Diagnostics(errors) }
    var rules = checked.rules
    if let name = word, !isPath {
      rules = rules.filter { $0.rule.name == name }
      if rules.isEmpty {
        let names = checked.rules.map(\.rule.name)
        throw invocation.mistake(
          "there is no monitor '\(name)'",
          help: Suggestion.didYouMean(name, among: names)
            ?? "the monitors are \(names.joined(separator: ", "))")
      }
    }
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
