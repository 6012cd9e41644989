import Alerting
import QueryLanguage
import Records

/// When several alerts become one notification.
///
///     page-oncall:
///       webhook: { url: "${env:PAGER_URL}" }
///       group: { by: [monitor], wait: 30s, interval: 5m }
///       storm: 50
package struct Gathering: Sendable, Hashable {
  package struct Group: Sendable, Hashable {
    /// Fields of the alerts' groups, or `monitor`; alerts that agree in them go together.
    package var by: [String]
    /// How long the first of them waits for others.
    package var wait: Duration
    /// How soon the next notification about the same may follow.
    package var interval: Duration

    package init(by: [String], wait: Duration, interval: Duration) {
      self.by = by
      self.wait = wait
      self.interval = interval
    }

    /// What an alert has to have in common with others.
    package func place(of alert: AlertContext) -> [String] {
      by.map { name in
        name == "monitor"
          ? alert.monitor.name : alert.transition.group[name]?.plainText ?? ""
      }
    }
  }

  /// Nil tells each alert by itself.
  package var group: Group?
  /// How many notifications there may be in a minute before the rest becomes one; nil for any number.
  package var storm: Int?

  package init(group: Group? = nil, storm: Int? = nil) {
    self.group = group
    self.storm = storm
  }

  private static let usualStorm = 50

  /// Binds `group` and `storm` of an action; of one that can't tell of several alerts at once, or that
  /// is to change something, they are mistakes.
  init(
    binding keys: inout ConfigBinder, of kind: (any Action.Type)?, sink: DiagnosticSink
  ) {
    let gathers = kind.map { $0.duty == .notification && $0.tellsOfSeveral } ?? true
    storm = gathers ? Gathering.usualStorm : nil
    if let node = keys.node("group") {
      if gathers {
        group = Group(binding: node, sink: sink)
      } else {
        keys.report(.oneByOne(kind?.kind ?? ""), at: "group", help: "remove it")
      }
    }
    guard keys.has("storm") else { return }
    if !gathers { keys.report(.oneByOne(kind?.kind ?? ""), at: "storm", help: "remove it") }
    if keys.node("storm")?.text == "off" {
      storm = nil
    } else {
      storm = keys.integer("storm", in: 1...100_000)
    }
  }
}

extension Gathering.Group {
  init(binding node: ConfigNode, sink: DiagnosticSink) {
    self.init(by: [], wait: .seconds(30), interval: .seconds(300))
    guard var keys = ConfigBinder(node, as: "`group`", sink: sink) else { return }
    by = keys.strings("by") ?? []
    if let wait = keys.duration("wait") { self.wait = .milliseconds(wait) }
    if let interval = keys.duration("interval") { self.interval = .milliseconds(interval) }
    keys.finish()
  }
}

extension AlertContext {
  /// One notification about several alerts, nil of none: that of the worst alert that fires, with the
  /// others in their order behind it. So whoever looks at one alert only sees that one.
  package init?(gathering alerts: [AlertContext]) {
    let lead = alerts.indices.min { alerts[$0].urgency < alerts[$1].urgency }
    guard let lead else { return nil }
    self = alerts[lead]
    others = alerts.enumerated().filter { $0.offset != lead }.map(\.element)
  }

  /// The smaller, the sooner people have to know.
  private var urgency: Int {
    if transition.isOver { return Level.allCases.count }
    return Level.allCases.firstIndex(of: transition.level) ?? 0
  }

  /// Every alert that it tells of, this one first.
  package var all: [AlertContext] {
    var first = self
    first.others = []
    return [first] + others
  }

  /// What it tells of, an alert a line: `firing critical Slow API host=web-1: 7 (> 5)`; no more than
  /// `limit` of them, and how many there are besides.
  package func digest(limit: Int = 50) -> [String] {
    let lines = all.prefix(limit).map(\.digestLine)
    let rest = all.count - lines.count
    return rest > 0 ? lines + ["and \(rest) more"] : lines
  }

  private var digestLine: String {
    var line = "\(transition.to.rawValue) \(transition.level.rawValue) \(alertName)"
    let group = transition.group.label
    if !group.isEmpty { line += " \(group)" }
    if let value = transition.value { line += ": " + NumberText.shortest(value) }
    if !transition.threshold.isEmpty { line += " (\(transition.threshold))" }
    return line.onOneLine
  }

  /// The alerts as the array that payloads have.
  func writeAlerts(to writer: inout JSONWriter) {
    writer.array { list in
      for alert in all {
        list.object {
          $0.member("id", alert.transition.id)
          $0.member("time", Timestamp.rfc3339(alert.transition.time))
          $0.member("monitor", alert.transition.monitor)
          $0.member("name", alert.alertName)
          $0.member("level", alert.transition.level.rawValue)
          $0.member("to", alert.transition.to.rawValue)
          $0.key("group")
          $0.raw(alert.transition.group.json)
          $0.key("value")
          if let value = alert.transition.value { $0.number(value) } else { $0.null() }
          $0.member("threshold", alert.transition.threshold)
        }
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func oneByOne(_ kind: String) -> Self {
    Self("one-by-one", "\(kind) actions deal with each alert by itself")
  }
}
