import Actions
import Alerting
import Engine
import QueryLanguage
import Records
import TerminalUI

/// `tripline actions try`: a sample alert through one action, so that nobody finds out at night that
/// the pager's address is wrong.
struct ActionTrial {
  let invocation: Invocation
  let name: String

  func run(on console: Console) throws -> Outcome {
    let setup = try Setup(invocation)
    let files = try setup.ruleFiles()
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there are no rules, and so no actions", help: "name files or a directory with -r rules/")
    }
    let environment = Environment.variables
    let loaded = try setup.rules(files, environment: setup.secrets(environment)).checked()
    guard let action = loaded.actions[name] else {
      let near = Suggestion.didYouMean(name, among: loaded.actions.names)
      throw invocation.mistake(
        "there is no action '\(name.displaySafe())'",
        help: near ?? "the rules have " + loaded.actions.names.joined(separator: ", "))
    }
    let delivery = Delivery(
      action: action, alert: sample(loaded.rules), mode: action.mode(live: invocation.options.live))
    for line in delivery.outline.split(separator: "\n", omittingEmptySubsequences: false) {
      try console.output.write(String(line).displaySafe() + "\n")
    }
    guard delivery.mode == .live else {
      console.say("nothing was done: '\(name.displaySafe())' is a remediation; --live lets it act")
      return Outcome()
    }
    if let refusal = refusal(of: delivery) {
      throw Failure("not done: \(refusal)", code: .delivery)
    }
    var transport: any Transport = SystemTransport(environment: environment)
    do throws(ActionError) {
      let deed = try Attempt(delivery: delivery, clock: SystemClock()).run(on: &transport)
      console.say("\(deed.taken ? "done" : "nothing done"): \(deed.summary.displaySafe())")
      return Outcome()
    } catch {
      throw Failure("\(name.displaySafe()): \(error.reason.displaySafe())", code: .delivery)
    }
  }

  /// Why the guard rails that need no history would not let it act.
  private func refusal(of delivery: Delivery) -> String? {
    let ruling = GuardLedger().ruling(on: delivery, at: SystemClock().now, isApproved: true)
    return if case .blocked(let block) = ruling { block.reason } else { nil }
  }

  /// A critical alert of the first monitor that uses the action, now.
  private func sample(_ rules: [BoundRule]) -> AlertContext {
    let now = SystemClock().now
    let rule = rules.first { $0.rule.actions.contains { $0.name == name } }?.rule
    var facts = rule.map { MonitorFacts($0) } ?? MonitorFacts(name: "Sample")
    facts.description = "This is a trial of tripline, not an alert."
    let level = rule?.levels.first
    let group = GroupKey((rule?.groupBy ?? []).map { ($0, .text("sample")) })
    let id = Transition.identity(
      monitor: facts.name, group: group, level: .critical, to: .firing, time: now, ordinal: 1,
      windowEnd: now)
    return AlertContext(
      monitor: facts,
      transition: Transition(
        id: id, time: now, monitor: facts.name, level: .critical, to: .firing, reason: .condition,
        group: group, value: level?.alert.number, threshold: level?.alert.text ?? "> 0",
        windowStart: now - (rule?.window ?? 600_000), windowEnd: now,
        evidence: [
          EvidenceLine(
            file: "sample.log", generation: "0", offset: 0,
            line: #"{"message": "this is a trial of tripline, not an alert"}"#)
        ], actions: []))
  }
}
