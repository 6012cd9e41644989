import Actions
import Alerting
import Engine
import Glibc
import QueryLanguage
import Records
import TerminalUI

/// `tripline run`: follow logs, evaluate monitors, act.
package struct RunCommand: Command {
  package static let verb = Verb(
    name: .run, summary: "follow logs, evaluate monitors, act",
    arguments: "[FILE ...]", count: 0...Int.max,
    description: """
      Follows the files, or reads stdin for '-', evaluates the monitors of the rule files on every \
      line and runs their actions. Remediation does nothing real without --live. Files and rules \
      not given here come from tripline.yaml. Rule files that change are loaded anew; SIGHUP asks \
      for it.
      """,
    examples: [
      Verb.Example("watch a log", "tripline run -r rules/ /var/log/app.log"),
      Verb.Example("watch what a program prints", "app | tripline run -r rules/ -"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    let setup = try Setup(invocation)
    let options = invocation.options
    let environment = Environment.variables
    let files = try setup.ruleFiles()
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there are no rules to run", help: "name files or a directory with -r rules/")
    }
    guard options.output != .csv else {
      throw invocation.mistake(
        "alerts have parts within parts, which csv has not", help: "write -o ndjson")
    }
    let secrets = setup.secrets(environment)
    var loaded = try setup.rules(files, environment: secrets).checked()
    for finding in loaded.findings where finding.message.code == "exposed-secret" {
      console.say(finding.rendered(colour: console.errors.palette.isColoured), important: true)
    }
    let patterns = setup.patterns(invocation.words)
    // What a pattern names comes by itself once it is there.
    var sources = try setup.sources(invocation.words).filter { source in
      !patterns.contains { $0.pattern == source.path }
    }
    var printer = try TransitionPrinter(options.output, console, tense: .runs)
    let quarantine = try Quarantine(options.quarantine)
    let audit = try AuditFile(options.audit)
    var settings = Watch.Settings(feed: setup.feed)
    settings.live = options.live
    settings.fromStart = options.fromStart
    settings.onEnd = RunCommand.endOfInput(options, loaded.rules)

    let words = RunWords(console)
    var alerts = 0
    var showsAlerts = true
    var outcome = Outcome()
    let state = try setup.stateOfRun.map { path in
      console.say("keeping state in '\(path.displaySafe())'")
      return try StateStore(in: StateDirectory(path))
    }
    var world = Watch.World(
      clock: SystemClock(), stop: StopSignals(), output: STDOUT_FILENO, state: state,
      transport: { SystemTransport(environment: environment) })
    world.rules = setup.supply(files, environment: secrets)
    world.heartbeat = try setup.heartbeat(secrets)
    world.history = setup.configuration.history
    world.reload = ReloadSignal()
    world.requests = try setup.stateOfRun.map { ResolveRequests(of: $0) }
    world.orders = try setup.stateOfRun.map { RequestFolder.orders(of: $0) }
    if let rehearsal = try Rehearsal(environment) {
      rehearsal.apply(to: &world, &sources, &loaded.actions)
      // Other rules would bring actions that are no rehearsal.
      world.rules = nil
      console.say(rehearsal.words, important: true)
    }
    var outlet = Watch.Outlet(
      transition: { transition in
        if transition.to == .firing { alerts += 1 }
        guard showsAlerts else { return }
        do {
          try printer.print(transition)
          try console.output.flush()
        } catch let failure as Failure {
          // A full disk behind stdout must not end the watch: the actions matter more.
          showsAlerts = false
          console.say(
            "tripline: \(failure.description); alerts are no longer shown", important: true)
        }
      },
      news: { news in
        if case .source(.failed) = news { outcome.note(.input) }
        if case .watching = news { words.begin(loaded, sources, patterns, live: options.live) }
        words.say(news)
      },
      delivery: { report in
        words.say(report)
        audit?.keep(report, console)
      },
      quarantine: quarantine.map { file in
        { line in
          try file.keep(line)
          try file.flush()
        }
      })
    outlet.pulse = { words.say($0) }
    let result = try Watch(
      rules: loaded.rules, sources: sources, patterns: patterns, actions: loaded.actions,
      settings: settings
    ).run(in: world, outlet)
    if result.end != .output, showsAlerts { try printer.finish(result.troubles.map(\.monitor)) }
    words.end(result, alerts: alerts)
    result.note(in: &outcome, options, console)
    if alerts > 0, options.failOn.contains(.alert) { outcome.note(.findings) }
    return outcome
  }

  private static func endOfInput(_ options: Options, _ rules: [BoundRule]) -> Watch.EndOfInput {
    switch options.onEndOfInput {
    case .drain: .drain
    case .exit: .exit
    case nil: rules.contains(where: \.watchesForAbsence) ? .drain : .exit
    }
  }
}

/// What a run says on stderr.
private struct RunWords: Sendable {
  private let console: Console
  private let start = ContinuousClock.now

  init(_ console: Console) { self.console = console }

  private var palette: Palette { console.errors.palette }

  /// `watching app.log and stdin with 3 monitors`.
  func begin(
    _ loaded: LoadedRules, _ sources: [SourcePlan], _ patterns: [SourcePattern], live: Bool
  ) {
    let coming = patterns.map { "what else is '\($0.pattern.displaySafe())'" }
    let names = sources.map { ($0.generations.last ?? "-").sourceName } + coming
    console.say(
      "watching \(names.listed) with \(loaded.rules.count.counted("monitor"))")
    var used: Set<String> = []
    let actions = loaded.rules.flatMap(\.rule.actions).compactMap { use in
      used.insert(use.name).inserted ? loaded.actions[use.name] : nil
    }
    let shadows = actions.filter { $0.mode(live: live) == .shadow }.map { $0.name.displaySafe() }
    if !shadows.isEmpty {
      console.say(
        "in shadow: \(shadows.listed); --live lets \(shadows.count == 1 ? "it" : "them") act")
    }
  }

  func say(_ news: WatchNews) {
    switch news {
    case .source(.failed(let failure)):
      console.say("tripline: \(failure.description)", important: true)
    case .source(let news):
      console.say(news.description)
    case .watching:
      break
    case .lookedBack(let lines, let newest):
      console.say(
        "starting at the end, \(Timestamp.rfc3339(newest)); the windows hold "
          + "\(lines.counted("line")) from before")
    case .unkept(let failure):
      console.say(
        "tripline: \(failure.description); alerts are told all the same, remediation waits, and it "
          + "is tried again every second", important: true)
    case .rules(.loaded(let changes)):
      console.say(changes.description)
    case .rules(.fault(let fault)):
      for diagnostic in fault.diagnostics {
        console.say(diagnostic.rendered(colour: palette.isColoured), important: true)
      }
      if fault.diagnostics.isEmpty { console.say("tripline: \(fault.reason)", important: true) }
      console.say("the rules that were loaded before go on", important: true)
    case .gap(let path, let time, let monitors):
      let lines = path == "-" ? "stdin" : "'\(path.displaySafe())'"
      console.say(
        "lines of \(lines) up to \(Timestamp.rfc3339(time)) are missing: until that is a whole window "
          + "ago, \(monitors.counted("monitor")) will only fire, on what more lines could not undo",
        important: true)
    case .request(let request, let isGranted):
      let group = request.group.fields.isEmpty ? "" : " \(request.group.json.displaySafe())"
      let alert = "'\(request.monitor.displaySafe())' \(request.level.rawValue)\(group)"
      console.say(
        isGranted ? "\(alert) was resolved by hand" : "\(alert) is not firing any more")
    case .keptAgain:
      console.say("the state can be written again", important: true)
    case .draining(let end):
      console.say(
        "the input has ended; time runs on to \(Timestamp.rfc3339(end)), until what is still open "
          + "has decided itself (--on-eof exit would leave)")
    }
  }

  /// `14:02:11.250  page-oncall (webhook) for Slow API: done, 200`. Called on any thread.
  func say(_ report: Delivery.Report) {
    let style: Palette.Style =
      report.outcome.isFailure ? .critical : report.outcome.isRetrying ? .warning : .good
    // Of a shadow the first line says what would run; the rest is its whole input.
    let detail = report.outcome.detail.prefix { $0 != "\n" }
    let attempt = report.attempt > 1 ? ", attempt \(report.attempt)" : ""
    var text = palette.paint(Moment.clock(report.time).padded(to: 14), .quiet)
    text += "\(report.action.displaySafe()) (\(report.kind)) for \(report.monitor.displaySafe()): "
    text += palette.paint(report.outcome.word, style) + attempt
    if !detail.isEmpty { text += ", " + String(detail).displaySafe() }
    console.say(text, important: report.outcome.isFailure)
  }

  /// Called on any thread.
  func say(_ news: PulseNews) {
    switch news {
    case .failing(let name, let reason):
      console.say(
        "tripline: '\(name.displaySafe())' sends again and again, and it does not arrive: "
          + reason.displaySafe(), important: true)
    case .arrivingAgain(let name):
      console.say(
        "what '\(name.displaySafe())' sends again and again arrives again", important: true)
    }
  }

  func end(_ result: Watch.Outcome, alerts: Int) {
    var text = result.report.summary(elapsed: ContinuousClock.now - start).text(palette)
    text += "; \(alerts.counted("alert"))"
    for (count, word) in result.deliveries.counts where count > 0 {
      text += "; \(count.grouped) \(word)"
    }
    console.say(text)
  }
}

extension Lane.Tally {
  /// For each way in which deliveries ended how many did.
  fileprivate var counts: [(Int, String)] {
    [
      (done, "delivered"), (shadow, "in shadow"), (blocked, "blocked"), (failed, "failed"),
      (unknown, "of unknown outcome"), (refused, "refused"), (abandoned, "abandoned"),
    ]
  }
}

extension Delivery.Outcome {
  fileprivate var isRetrying: Bool { if case .retrying = self { true } else { false } }
}

extension Watch.Outcome {
  /// What happened and deserves a word or an exit code.
  fileprivate func note(in outcome: inout Outcome, _ options: Options, _ console: Console) {
    troubles.note(in: &outcome, options, console)
    if options.failOn.contains(.malformed), report.hasUnreadable { outcome.note(.findings) }
    if deliveries.hasFailures { outcome.note(.delivery) }
    if case .signal(let number) = end { outcome.interrupted(by: number) }
  }
}

extension String {
  fileprivate var sourceName: String { self == "-" ? "stdin" : displaySafe() }
}

extension [String] {
  /// `a, b and c`.
  fileprivate var listed: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}
