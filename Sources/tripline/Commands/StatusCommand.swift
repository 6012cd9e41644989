import Actions
import Alerting
import Engine
import Glibc
import Records
import TerminalUI

/// `tripline status`: how a run with state stands, without disturbing it.
package struct StatusCommand: Command {
  package static let verb = Verb(
    name: .status, summary: "show how a durable run stands: logs, monitors, alerts",
    arguments: "", count: 0...0,
    description: """
      Reads the state directory, also while the run goes on, and shows what its last commit said: \
      how far each log was read and how much is left, what each monitor sees and whether its \
      silence can be trusted, what is firing since when, and which deliveries wait. The numbers of \
      monitors are at most some seconds old.
      """,
    examples: [
      Verb.Example("how it stands", "tripline status"),
      Verb.Example("for a program", "tripline status --state /var/lib/tripline -o json"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard invocation.options.output != .csv else {
      throw invocation.mistake(
        "the parts of the status have no columns in common", help: "write -o ndjson")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let report = try StateReport(of: try Setup(invocation).state)
    let page = StatusPage(report, now: SystemClock().now)
    switch invocation.options.output {
    case .json: try console.output.write(page.json + "\n")
    case .ndjson: for line in page.records { try console.output.write(line + "\n") }
    case .table, .csv:
      for line in page.lines(for: console.screen) { try console.output.write(line + "\n") }
    }
    return Outcome()
  }
}

/// A status report as people and programs read it.
private struct StatusPage {
  private let report: StateReport
  private let now: Int64

  init(_ report: StateReport, now: Int64) {
    self.report = report
    self.now = now
  }

  // For people.

  func lines(for terminal: Terminal) -> [String] {
    let palette = terminal.palette
    var lines = head(palette)
    for (title, table) in [
      ("logs", logs), ("monitors", monitors), ("alerts", alerts),
      ("silences", AlignedColumns(silences, at: now)),
    ] where !table.isEmpty {
      lines += ["", palette.paint(title, .strong)] + table.lines(for: terminal)
    }
    lines += ["", palette.paint("deliveries", .strong), "  " + deliveries(palette)]
    return lines + holds.map { "  " + palette.paint($0.sentence.displaySafe(), .warning) }
  }

  private func head(_ palette: Palette) -> [String] {
    var lines: [String] = []
    if let process = report.process {
      let since = report.note.map { " since \(second($0.started))" } ?? ""
      lines.append(palette.paint("running", .good) + " as process \(process)\(since)")
    } else {
      lines.append(palette.paint("not running", .warning))
    }
    if let note = report.note {
      lines[0] += "; last commit \(age(note.committed)) (\(second(note.committed)))"
    }
    if let fault = report.note?.fault, let time = report.note?.faultTime {
      lines.append(
        palette.paint("the rules on the disk can't be loaded", .critical)
          + ", the old ones go on, since \(second(time)):")
      lines += fault.split(separator: "\n").map { "  " + String($0).displaySafe() }
    }
    return lines
  }

  private var logs: AlignedColumns {
    var table = AlignedColumns(["log", "read", "size", "behind", "lines", "newest line"])
    for source in report.sources {
      let isBehind = (source.behind ?? 0) > 0
      table.add([
        .init(source.name == "-" ? "stdin" : source.name),
        .init(source.position?.byteText ?? "", isRight: true),
        .init(source.size?.byteText ?? "", isRight: true),
        .init(source.behind?.byteText ?? "", isBehind ? .warning : nil, isRight: true),
        .init(source.lines.grouped, isRight: true),
        .init(source.newest.map { "\(age($0)), \(second($0))" } ?? "none yet"),
      ])
    }
    return table
  }

  private var monitors: AlignedColumns {
    var table = AlignedColumns(["monitor", "state", "value", "alerts at", "window", "health"])
    for monitor in report.monitors {
      let glance = monitor.glance
      table.add([
        .init(glance.monitor), monitor.cell,
        .init(glance.value.map(\.readable) ?? "-", isRight: true),
        .init(glance.comparison),
        .init(
          glance.seen < glance.window
            ? "\(Moment.span(glance.seen / 1_000 * 1_000)) of \(Moment.span(glance.window))"
            : Moment.span(glance.window)),
        .init(
          glance.health.rawValue
            + (glance.warmsUntil.map { " until \(second($0))" } ?? ""),
          glance.health == .ok ? .good : .warning),
      ])
    }
    return table
  }

  private var alerts: AlignedColumns {
    var table = AlignedColumns(["alert", "state", "level", "since", "monitor", "group"])
    for alert in report.alerts {
      table.add([
        .init(alert.id, .accent), .init(alert.state.rawValue, alert.style),
        .init(alert.level.rawValue), .init("\(second(alert.since)), \(age(alert.since))"),
        .init(alert.monitor), .init(alert.group.readable),
      ])
    }
    return table
  }

  private func deliveries(_ palette: Palette) -> String {
    let counts = report.deliveries
    var text = "\(counts.waiting.grouped) waiting, \(counts.retrying.grouped) retrying, "
    text += palette.paint("\(counts.failed.grouped) failed", counts.failed > 0 ? .critical : .quiet)
    if counts.unknown > 0 {
      text += ", " + palette.paint("\(counts.unknown.grouped) of unknown outcome", .critical)
    }
    if counts.held > 0 {
      text += ", " + palette.paint("\(counts.held.grouped) held", .warning)
    }
    if counts.muted > 0 { text += ", \(counts.muted.grouped) muted" }
    return text
  }

  /// Nobody looks for milliseconds here.
  private func second(_ time: Int64) -> String { Moment.stamp(time / 1_000 * 1_000) }

  /// `12 s ago`.
  private func age(_ time: Int64) -> String {
    let age = now - time
    if age < 1_000 { return age < -1_000 ? "\(Moment.span(-age)) ahead" : "just now" }
    return "\(Moment.span(age / 1_000 * 1_000)) ago"
  }

  /// Those that are on.
  private var silences: [Silence] { report.silences.filter { $0.isOn(at: now) } }

  /// What remediation is to leave alone.
  private var holds: [GuardLedger.Hold] { report.holds.filter { $0.isOn(at: now) } }

  // For programs.

  private typealias Writer = Alerting.JSONWriter

  var json: String {
    var writer = Writer()
    writer.object { writer in
      engine(&writer)
      writer.list("sources", report.sources) { source(&$0, $1) }
      writer.list("monitors", report.monitors) { monitor(&$0, $1) }
      writer.list("alerts", report.alerts) { $1.writeMembers(to: &$0) }
      writer.key("silences")
      writer.array { list in for silence in silences { list.raw(silence.json) } }
      writer.list("holds", holds) { hold(&$0, $1) }
      writer.key("deliveries")
      writer.object { deliveries(&$0) }
    }
    return writer.text
  }

  /// Objects of their own, each with its `kind`.
  var records: [String] {
    [record("run") { engine(&$0) }]
      + report.sources.map { one in record("source") { source(&$0, one) } }
      + report.monitors.map { one in record("monitor") { monitor(&$0, one) } }
      + report.alerts.map { one in record("alert") { one.writeMembers(to: &$0) } }
      + silences.map { one in record("silence") { one.writeMembers(to: &$0) } }
      + holds.map { one in record("hold") { hold(&$0, one) } }
      + [record("deliveries") { deliveries(&$0) }]
  }

  private func hold(_ writer: inout Writer, _ hold: GuardLedger.Hold) {
    writer.member("action", hold.action ?? "")
    if let until = hold.until { writer.time("until", until) }
    writer.member("by", hold.by)
    writer.member("reason", hold.reason)
  }

  private func record(_ kind: String, _ members: (inout Writer) -> Void) -> String {
    var writer = Writer()
    writer.object {
      $0.member("kind", kind)
      members(&$0)
    }
    return writer.text
  }

  private func engine(_ writer: inout Writer) {
    writer.member("state", report.directory)
    writer.key("running")
    writer.raw(report.process == nil ? "false" : "true")
    writer.number("process", report.process.map { Int64($0) })
    writer.time("started", report.note?.started)
    writer.time("committed", report.note?.committed)
    writer.key("fault")
    if let fault = report.note?.fault { writer.string(fault) } else { writer.null() }
    writer.time("fault_since", report.note?.faultTime)
  }

  private func source(_ writer: inout Writer, _ source: StateReport.Source) {
    writer.member("source", source.name)
    writer.number("position", source.position)
    writer.number("size", source.size)
    writer.number("behind", source.behind)
    writer.number("lines", source.lines)
    writer.time("newest", source.newest)
    writer.number("newest_age_ms", source.newest.map { now - $0 })
  }

  private func monitor(_ writer: inout Writer, _ monitor: StateReport.Monitor) {
    let glance = monitor.glance
    writer.member("monitor", glance.monitor)
    writer.member("state", monitor.word)
    writer.key("value")
    if let value = glance.value { writer.number(value) } else { writer.null() }
    writer.member("threshold", glance.comparison)
    writer.number("window_ms", glance.window)
    writer.number("seen_ms", glance.seen)
    writer.member("health", glance.health.rawValue)
    writer.time("warms_until", glance.warmsUntil)
    writer.number("groups", Int64(glance.groups))
    for level in Level.allCases {
      writer.number("firing_\(level.rawValue)", Int64(monitor.firing[level] ?? 0))
    }
    writer.number("pending", Int64(monitor.pending))
  }

  private func deliveries(_ writer: inout Writer) {
    let counts = report.deliveries
    for (name, count) in [
      ("waiting", counts.waiting), ("retrying", counts.retrying), ("failed", counts.failed),
      ("unknown", counts.unknown), ("done", counts.done), ("held", counts.held),
      ("muted", counts.muted),
    ] {
      writer.number(name, Int64(count))
    }
  }
}

extension StateReport.Monitor {
  fileprivate var word: String { !firing.isEmpty ? "firing" : pending > 0 ? "pending" : "ok" }

  /// `critical 2, warning 1`.
  fileprivate var cell: AlignedColumns.Cell {
    let levels = Level.allCases.compactMap { level in
      firing[level].map { "\(level.rawValue)" + (glance.groups > 0 ? " \($0)" : "") }
    }
    if !levels.isEmpty {
      return .init(
        "firing " + levels.joined(separator: ", "), firing[.critical] == nil ? .warning : .critical)
    }
    return pending > 0 ? .init("pending", .warning) : .init("ok", .good)
  }
}

extension Alerting.JSONWriter {
  mutating func number(_ name: String, _ number: Int64?) {
    key(name)
    if let number { whole(number) } else { null() }
  }

  mutating func time(_ name: String, _ time: Int64?) {
    key(name)
    if let time { string(Timestamp.rfc3339(time)) } else { null() }
  }

  mutating func list<Item>(
    _ name: String, _ items: [Item], _ members: (inout Alerting.JSONWriter, Item) -> Void
  ) {
    key(name)
    array { writer in
      for item in items { writer.object { members(&$0, item) } }
    }
  }
}
