import QueryLanguage
package import Alerting
import Records

/// What happened, and when: transitions as a page that one can read at three in the morning.
///
///     Sunday 2025-06-01 UTC
///
///     09:14:22  ● CRITICAL  Slow /api/data  host=web-1
///               value       6, alerts at > 5 over 10 min
///               evidence    6 lines of app.log
///                           │ {"path":"/api/data","response_time":3.4}
///               would run   page-oncall (webhook), reboot-web (aws.ec2.restore, shadow)
package struct Timeline: Sendable {
  /// Whether actions are only planned, as in a replay, or performed.
  package enum Tense: Sendable { case wouldRun, runs }

  private let terminal: Terminal
  private let tense: Tense
  private let evidenceShown: Int
  private var day: String?
  private var history = AlertHistory()

  package init(terminal: Terminal, tense: Tense, evidenceShown: Int = 3) {
    self.terminal = terminal
    self.tense = tense
    self.evidenceShown = evidenceShown
  }

  /// The lines of one more transition, each with its end; a new day brings its heading.
  package mutating func text(for transition: Transition) -> String {
    let lasted = history.record(transition)
    var lines: [String] = []
    let today = Moment.day(transition.time)
    if today != day {
      let heading = "\(Moment.weekday(transition.time)) \(today) UTC"
      lines += (day == nil ? [] : [""]) + [palette.paint(heading, .strong)]
      day = today
    }
    lines += ["", title(of: transition, lasted: lasted), detail("value", value(of: transition))]
    lines += evidence(of: transition)
    if !transition.actions.isEmpty {
      lines.append(detail(tense == .wouldRun ? "would run" : "runs", plan(of: transition)))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The counts per monitor, after the last transition.
  ///
  /// - Parameter monitors: every monitor that watched, so that the silent ones are named too.
  package func closing(monitors: [String] = []) -> String {
    let quiet = monitors.filter { history.monitors[$0] == nil }.sorted()
    var lines: [String] = []
    if !history.monitors.isEmpty {
      let total = history.monitors.values.reduce(0) { $0 + $1.fired.values.reduce(0, +) }
      lines = ["", palette.paint(total.counted("alert"), .strong)]
      let width = history.monitors.keys.map { $0.displaySafe().displayWidth }.max() ?? 0
      for name in history.monitors.keys.sorted() {
        lines.append("  \(name.displaySafe().padded(to: width))  \(tally(of: name))")
      }
    }
    if !quiet.isEmpty {
      let names = quiet.map { $0.displaySafe() }.joined(separator: ", ")
      lines.append(palette.paint("\(lines.isEmpty ? "no alerts" : "quiet"): \(names)", .quiet))
    } else if lines.isEmpty {
      lines.append(palette.paint("no alerts", .quiet))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private var palette: Palette { terminal.palette }

  private func title(of transition: Transition, lasted: Int64?) -> String {
    let (mark, word, style) = Self.appearance(of: transition)
    var line = palette.paint(Moment.clock(transition.time).padded(to: Self.margin), .quiet)
    line += palette.paint("\(mark) \(word)".padded(to: Self.label), style)
    line += palette.paint(transition.monitor.displaySafe(), .strong)
    if !transition.group.fields.isEmpty { line += "  " + transition.group.readable }
    if let lasted, transition.to == .resolved || transition.to == .expired {
      line += palette.paint("  after \(Moment.span(lasted))", .quiet)
    }
    return line
  }

  private static func appearance(of transition: Transition) -> (String, String, Palette.Style) {
    switch (transition.to, transition.level) {
    case (.firing, .critical): ("●", "CRITICAL", .critical)
    case (.firing, .warning): ("●", "WARNING", .warning)
    case (.firing, .missingData): ("●", "NO DATA", .absent)
    case (.pending, let level): ("○", "pending \(level.noun)", .quiet)
    case (.resolved, let level): ("✓", "resolved \(level.noun)", .good)
    case (.expired, let level): ("✕", "expired \(level.noun)", .quiet)
    }
  }

  private func value(of transition: Transition) -> String {
    let value = transition.value.map { palette.paint($0.readable, .strong) } ?? "none"
    let over = Moment.span(transition.windowEnd - transition.windowStart)
    var text =
      transition.threshold.isEmpty
      ? value
      : "\(value), \(transition.to == .resolved ? "clear" : "alerts") at "
        + transition.threshold.displaySafe()
    text += palette.paint(" over \(over)", .quiet)
    switch transition.reason {
    case .condition: break
    case .noData: text += ", no data"
    case .manual: text += ", by hand"
    case .expired: text += ", expired"
    case .removed: text += ", monitor removed"
    }
    return text
  }

  private func evidence(of transition: Transition) -> [String] {
    let lines = transition.evidence
    guard !lines.isEmpty else { return [] }
    let files = Set(lines.map(\.file)).sorted().map { $0.displaySafe() }
    let named = files.count <= 2 ? files.joined(separator: " and ") : "\(files.count) files"
    var result = [detail("evidence", "\(lines.count.counted("line")) of \(named)")]
    let indent = Self.margin + Self.label
    for line in lines.prefix(evidenceShown) {
      var text = line.line.displaySafe()
      if let width = terminal.width { text = text.cut(to: max(20, width - indent - 2)) }
      result.append(Self.blanks(indent) + palette.paint("│ ", .quiet) + text)
    }
    if lines.count > evidenceShown {
      let more = "… \((lines.count - evidenceShown).grouped) more"
      result.append(Self.blanks(indent) + palette.paint("│ \(more)", .quiet))
    }
    return result
  }

  private func plan(of transition: Transition) -> String {
    transition.actions.map { action in
      var kind = action.mode == .shadow ? "\(action.kind), shadow" : action.kind
      if let quiet = action.quiet { kind += ", muted: \(quiet)" }
      if let blocked = action.blocked { kind += ", blocked, \(blocked)" }
      return action.name.displaySafe() + palette.paint(" (\(kind.displaySafe()))", .quiet)
    }.joined(separator: ", ")
  }

  /// `2 critical, 1 warning; longest 16 min 38 s; 1 still firing`.
  private func tally(of name: String) -> String {
    guard let monitor = history.monitors[name] else { return "" }
    var parts = [
      Level.allCases.compactMap { level in
        monitor.fired[level].map { palette.paint("\($0.grouped) \(level.noun)", level.style) }
      }.joined(separator: ", ")
    ]
    if let longest = monitor.longest { parts.append("longest \(Moment.span(longest))") }
    let firing = history.firing(name)
    if firing > 0 { parts.append(palette.paint("\(firing.grouped) still firing", .strong)) }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private func detail(_ label: String, _ text: String) -> String {
    Self.blanks(Self.margin) + palette.paint(label.padded(to: Self.label), .quiet) + text
  }

  /// Columns of the time, and of the word after it: `09:14:22.250  `, `✓ resolved no data  `.
  private static let margin = 14
  private static let label = 21

  private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension Level {
  var noun: String { self == .missingData ? "no data" : rawValue }

  var style: Palette.Style {
    switch self {
    case .critical: .critical
    case .warning: .warning
    case .missingData: .absent
    }
  }
}

/// Which alerts are firing since when, and what each monitor has done so far.
private struct AlertHistory: Sendable {
  struct MonitorTally: Sendable {
    var fired: [Level: Int] = [:]
    var longest: Int64?
  }
  private struct Key: Hashable {
    var monitor: String
    var level: Level
    var group: GroupKey
  }

  private(set) var monitors: [String: MonitorTally] = [:]
  private var since: [Key: Int64] = [:]

  /// Takes note; returns how long the alert had been firing, if this ends it.
  mutating func record(_ transition: Transition) -> Int64? {
    let key = Key(
      monitor: transition.monitor, level: transition.level, group: transition.group)
    switch transition.to {
    case .pending: return nil
    case .firing:
      since[key] = transition.time
      monitors[transition.monitor, default: MonitorTally()].fired[transition.level, default: 0] += 1
      return nil
    case .resolved, .expired:
      guard let start = since.removeValue(forKey: key) else { return nil }
      let lasted = transition.time - start
      let longest = monitors[transition.monitor]?.longest ?? 0
      monitors[transition.monitor]?.longest = max(longest, lasted)
      return lasted
    }
  }

  func firing(_ monitor: String) -> Int { since.keys.count { $0.monitor == monitor } }
}
