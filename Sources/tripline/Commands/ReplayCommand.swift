import Actions
import Alerting
import Engine
import QueryLanguage
import Records
import TerminalUI

/// `tripline replay`: the same engine over recorded logs, without side effects.
package struct ReplayCommand: Command {
  package static let verb = Verb(
    name: .replay, summary: "the same engine over recorded logs, without side effects",
    arguments: "[FILE ...]", count: 0...Int.max,
    description: """
      Runs the monitors over recorded logs on the clock of the logs themselves, and prints every \
      alert with what it would have done. Nothing is sent and nothing is touched. The same logs \
      give the same alerts, to the byte. With --journal the logs are those that a durable run has \
      read, in the order and with the clock that its journal tells.
      """,
    examples: [
      Verb.Example(
        "what would have alerted yesterday", "tripline replay -r rules/ yesterday.ndjson.gz"),
      Verb.Example(
        "what a live run would have said with other rules",
        "tripline replay -r rules/ --journal /var/lib/tripline"),
      Verb.Example(
        "fail a build when a rule fires",
        "tripline replay -r rules/ --fail-on alert recorded.ndjson"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    let setup = try Setup(invocation)
    let options = invocation.options
    let files = try setup.ruleFiles()
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there are no rules to replay", help: "name files or a directory with -r rules/")
    }
    let loaded = try setup.rules(files, environment: .placeholders).checked()
    if let directory = options.journal {
      return try run(setup, loaded, journalIn: directory, on: console)
    }
    let times = try setup.times(now: SystemClock().now)
    var printer = try TransitionPrinter(options.output, console, tense: .wouldRun)
    let quarantine = try Quarantine(options.quarantine)
    var replay = Replay(
      rules: loaded.rules, sources: try setup.sources(invocation.words), options: setup.feed,
      actions: loaded.actions, live: options.live, drains: options.drain,
      from: times.from, to: times.to)
    replay.mutes = loaded.mutes
    var progress = ProgressDisplay(on: console)
    var alerts = 0
    let start = ContinuousClock.now
    let result = try replay.run(
      Replay.Outlet(
        transition: { transition in
          if transition.to == .firing { alerts += 1 }
          try printer.print(transition)
        },
        progress: { report in
          progress.update(bytes: report.bytes, of: nil, lines: report.lines)
        },
        quarantine: quarantine.map { file in { try file.keep($0) } }))
    progress.erase()
    try quarantine?.flush()
    try printer.finish(loaded.rules.map(\.rule.name))
    var outcome = Outcome()
    console.say(
      result.report.summary(elapsed: ContinuousClock.now - start).text(console.errors.palette))
    result.report.note(in: &outcome, options, console)
    result.note(in: &outcome, options, console)
    if alerts > 0, options.failOn.contains(.alert) { outcome.note(.findings) }
    return outcome
  }

  /// What a durable run took in, in its order and with its clock, through these rules.
  private func run(
    _ setup: Setup, _ loaded: LoadedRules, journalIn directory: String, on console: Console
  ) throws -> Outcome {
    let options = invocation.options
    guard invocation.words.isEmpty else {
      throw invocation.mistake(
        "the journal names the logs itself", help: "leave out the files, or --journal")
    }
    guard options.from == nil, options.to == nil, !options.drain else {
      throw invocation.mistake(
        "a journal is replayed as a whole", help: "leave out --from, --to and --drain")
    }
    let store = try StateStore(readingIn: directory)
    var printer = try TransitionPrinter(options.output, console, tense: .wouldRun)
    var alerts = 0
    var outcome = Outcome()
    let start = ContinuousClock.now
    let result = try JournaledReplay(store, rules: loaded.rules, actions: loaded.actions)
      .run { transition in
        if transition.to == .firing { alerts += 1 }
        try printer.print(transition)
      }
    try printer.finish(loaded.rules.map(\.rule.name))
    for gone in result.gone {
      console.say("tripline: \(gone.bounds)", important: true)
      outcome.note(.input)
    }
    let elapsed = ContinuousClock.now - start
    console.say(
      "\(result.runs.counted("run")) of '\(directory.displaySafe())' in \(elapsed.readable)")
    if alerts > 0, options.failOn.contains(.alert) { outcome.note(.findings) }
    return outcome
  }
}

extension Replay.Outcome {
  /// Says what monitors and sources could not use.
  func note(in outcome: inout Outcome, _ options: Options, _ console: Console) {
    for path in timeless {
      console.say(
        "tripline: no line of '\(path == "-" ? "stdin" : path)' has a time; name its field with --time-field, or "
          + "`time_field` in tripline.yaml", important: true)
      outcome.note(.input)
    }
    troubles.note(in: &outcome, options, console)
  }
}
