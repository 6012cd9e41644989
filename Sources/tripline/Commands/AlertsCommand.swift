import Alerting
import Engine
import Glibc
import Records
import TerminalUI

/// `tripline alerts`: the alerts of a run with state, one of them closely, or the end of one.
package struct AlertsCommand: Command {
  package static let verb = Verb(
    name: .alerts, summary: "list the alerts of a durable run, show one, or resolve one",
    arguments: "[list | show ID | resolve ID]", count: 0...2,
    description: """
      'list' shows what is firing or pending and the alerts that ended last. 'show' prints the \
      transitions of an alert with their evidence and what became of their deliveries; an id may be \
      cut short. 'resolve' ends an alert that is firing: the run that has the state does it at \
      once, and without a run it is written down, and told to the actions by the next one. An alert \
      whose condition still holds fires anew.
      """,
    examples: [
      Verb.Example("what is firing", "tripline alerts"),
      Verb.Example("why", "tripline alerts show 5c7aca8fd6"),
      Verb.Example("enough of it", "tripline alerts resolve 5c7aca8fd6"),
    ])

  private enum Wish {
    case list
    case show(String)
    case resolve(String)
  }

  private let invocation: Invocation
  private let wish: Wish

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    let words = invocation.words
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): wish = .list
    case ("show", 2): wish = .show(words[1])
    case ("resolve", 2): wish = .resolve(words[1])
    case ("show", _), ("resolve", _):
      throw invocation.mistake(
        "'\(words[0])' needs the id of an alert", help: "'tripline alerts' lists them")
    default:
      throw invocation.mistake(
        "'\(words[0])' is not what alerts can do", help: "write list, show ID or resolve ID")
    }
    guard invocation.options.output != .csv else {
      throw invocation.mistake(
        "alerts have parts within parts, which csv has not", help: "write -o ndjson")
    }
  }

  /// How many alerts that are over are listed.
  private static let recent = 20

  package func run(on console: Console) async throws -> Outcome {
    let directory = try Setup(invocation).state
    let store = try StateStore(readingIn: directory, checks: false)
    switch wish {
    case .list:
      try list(
        try store.openAlerts() + store.endedAlerts(atMost: AlertsCommand.recent), console)
    case .show(let id):
      try show(try alert(id, in: store), console)
    case .resolve(let id):
      try resolve(try alert(id, in: store), directory, store, console)
    }
    return Outcome()
  }

  /// The one alert that an id, or the beginning of one, means.
  private func alert(_ id: String, in store: StateStore) throws -> AlertStory {
    let found = try store.alerts(withID: id.lowercased())
    guard let first = found.first else {
      throw Failure(
        "there is no alert '\(id.displaySafe())' in the journal; 'tripline alerts' lists those "
          + "that there are", code: .usage)
    }
    guard found.count == 1 else {
      let ids = found.prefix(5).map(\.id).joined(separator: ", ")
      throw Failure("'\(id)' may be \(found.count) alerts: \(ids); write more of it", code: .usage)
    }
    return first
  }

  // List and show.

  private func list(_ alerts: [AlertStory], _ console: Console) throws {
    switch invocation.options.output {
    case .ndjson:
      for alert in alerts { try console.output.write(alert.json + "\n") }
    case .json:
      let list = alerts.map { "  " + $0.json }.joined(separator: ",\n")
      try console.output.write(alerts.isEmpty ? "[]\n" : "[\n\(list)\n]\n")
    case .table, .csv:
      var table = AlignedColumns(["alert", "state", "level", "since", "value", "monitor", "group"])
      for alert in alerts {
        table.add([
          .init(alert.id, .accent), .init(alert.state.rawValue, alert.style),
          .init(alert.level.rawValue), .init(Moment.stamp(alert.since)),
          .init(alert.value.map(\.readable) ?? "-", isRight: true), .init(alert.monitor),
          .init(alert.group.readable),
        ])
      }
      guard !alerts.isEmpty else { return console.say("there are no alerts") }
      for line in table.lines(for: console.screen, indent: 0) {
        try console.output.write(line + "\n")
      }
    }
  }

  private func show(_ alert: AlertStory, _ console: Console) throws {
    guard invocation.options.output == .table else {
      return try console.output.write(alert.detailedJSON + "\n")
    }
    let palette = console.screen.palette
    var text = palette.paint(alert.monitor.displaySafe(), .strong)
    text += "  \(alert.level.rawValue)  \(alert.group.readable)  "
    text += palette.paint(alert.state.rawValue, alert.style ?? .quiet)
    text += "\n"
    for step in alert.steps { text += lines(of: step, palette) }
    if alert.steps.isEmpty { text += "  its transitions have been pruned from the journal\n" }
    try console.output.write(text)
  }

  private func lines(of step: AlertStory.Step, _ palette: Palette) -> String {
    let transition = step.transition
    var text = "\n\(Moment.stamp(transition.time))  "
    text += palette.paint(transition.to.rawValue, transition.to == .resolved ? .good : .critical)
    text += "  because of \(transition.reason.rawValue)"
    text += "  " + palette.paint(transition.id, .quiet) + "\n"
    let value = transition.value.map(\.readable) ?? "none"
    text += "  value     \(value), compared: \(transition.threshold.displaySafe())\n"
    text += "  window    \(Moment.stamp(transition.windowStart)) to "
    text += "\(Moment.stamp(transition.windowEnd))\n"
    for (index, line) in transition.evidence.enumerated() {
      text += index == 0 ? "  evidence  " : "            "
      text += "\(line.file.displaySafe()):\(line.offset) \(line.line.displaySafe())\n"
    }
    for (index, delivery) in step.deliveries.enumerated() {
      text += index == 0 ? "  delivery  " : "            "
      let isBad = delivery.status == "failed" || delivery.status == "unknown"
      text += "\(delivery.action.displaySafe()) (\(delivery.mode)): "
      text += palette.paint(delivery.status, isBad ? .critical : .good)
      text += " \(Moment.stamp(delivery.updated)), \(delivery.attempts.counted("attempt"))"
      let detail = delivery.detail.prefix { $0 != "\n" }
      text += detail.isEmpty ? "\n" : ", \(String(detail).displaySafe())\n"
    }
    return text
  }

  // Resolve.

  private func resolve(
    _ alert: AlertStory, _ directory: String, _ store: StateStore, _ console: Console
  ) throws {
    guard alert.state == .firing, let ordinal = alert.ordinal else {
      throw Failure(
        "alert \(alert.id) is not firing: it is \(alert.state.rawValue) since "
          + "\(Moment.stamp(alert.since))", code: .usage)
    }
    let request = ResolveRequest(
      monitor: alert.monitor, level: alert.level, group: alert.group, ordinal: ordinal)
    guard StateDirectory.holder(of: directory) == nil else {
      try ResolveRequests(of: directory).leave(request, as: alert.id)
      return try wait(for: alert, in: store, console)
    }
    let writable = try StateStore(in: StateDirectory(directory))
    guard let end = try writable.resolve(request, at: SystemClock().now) else {
      throw Failure("alert \(alert.id) is not firing any more", code: .usage)
    }
    try say(end, console)
    console.say("nothing is running: the actions are told by the next run")
  }

  /// Looks for the end of an alert in the journal, which the run writes.
  private func wait(for alert: AlertStory, in store: StateStore, _ console: Console) throws {
    for _ in 0..<100 {
      if let now = try store.alerts(withID: alert.id).first, now.state != .firing,
        let end = now.steps.last
      {
        return try say(end.transition, console)
      }
      usleep(100_000)
    }
    throw Failure(
      "the run has not ended alert \(alert.id) within 10 s; it does as soon as it can write its "
        + "state", code: .state)
  }

  private func say(_ end: Transition, _ console: Console) throws {
    guard invocation.options.output == .table else {
      return try console.output.write(String(decoding: end.json(), as: UTF8.self) + "\n")
    }
    let group = end.group.fields.isEmpty ? "" : " \(end.group.readable)"
    try console.output.write(
      "resolved \(end.monitor.displaySafe()) \(end.level.rawValue)\(group) at "
        + "\(Moment.stamp(end.time))  \(end.id)\n")
  }
}

extension AlertStory {
  var style: Palette.Style? {
    switch state {
    case .firing: level == .warning ? .warning : .critical
    case .pending: .warning
    case .resolved, .expired: .good
    }
  }

  fileprivate var json: String {
    var writer = Alerting.JSONWriter()
    writer.object { writeMembers(to: &$0) }
    return writer.text
  }

  func writeMembers(to writer: inout Alerting.JSONWriter) {
    writer.member("id", id)
    writer.member("state", state.rawValue)
    writer.member("monitor", monitor)
    writer.member("level", level.rawValue)
    writer.key("group")
    writer.raw(group.json)
    writer.time("since", since)
    writer.key("value")
    if let value { writer.number(value) } else { writer.null() }
  }

  fileprivate var detailedJSON: String {
    var writer = Alerting.JSONWriter()
    writer.object {
      writeMembers(to: &$0)
      $0.list("steps", steps) { writer, step in
        writer.key("transition")
        writer.raw(String(decoding: step.transition.json(), as: UTF8.self))
        writer.list("deliveries", step.deliveries) { writer, delivery in
          writer.member("action", delivery.action)
          writer.member("mode", delivery.mode)
          writer.member("status", delivery.status)
          writer.number("attempts", Int64(delivery.attempts))
          writer.time("updated", delivery.updated)
          writer.member("detail", delivery.detail)
        }
      }
    }
    return writer.text
  }
}
