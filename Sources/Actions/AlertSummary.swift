import Alerting
import Records

/// An alert in words, as every kind of message tells it.
extension AlertContext {
  /// `Slow API: critical`, `Slow API: critical is over`, on one line.
  var headline: String { alertName.onOneLine + ": " + transition.standing }

  /// `Slow API: critical for host=web-1 with 7, slow_calls >= 5`, on one line.
  var summary: String {
    var text = headline
    if !transition.group.fields.isEmpty { text += " for " + transition.group.label }
    if let value = transition.value { text += " with " + NumberText.shortest(value) }
    if !transition.threshold.isEmpty { text += ", " + transition.threshold }
    return text.onOneLine
  }

  /// What people want to know first, in that order.
  var facts: [(name: String, value: String)] {
    var facts: [(String, String)] = []
    if !transition.group.fields.isEmpty { facts.append(("Group", transition.group.label)) }
    if let value = transition.value { facts.append(("Value", NumberText.shortest(value))) }
    if !transition.threshold.isEmpty { facts.append(("Condition", transition.threshold)) }
    facts.append(("Window", transition.windowText))
    switch transition.reason {
    case .manual: facts.append(("Ended", "by hand"))
    case .removed: facts.append(("Ended", "its rule is gone"))
    case .condition, .noData, .expired: break
    }
    if let lateness { facts.append(("Late", DurationText.text(lateness))) }
    if let deed { facts.append(("Remediation", deed.summary)) }
    if let runbook = monitor.runbook, runbookLink == nil { facts.append(("Runbook", runbook)) }
    return facts
  }

  /// The runbook, when it's something that a link can lead to.
  var runbookLink: String? {
    guard let runbook = monitor.runbook, let address = WebAddress(runbook),
      ["http", "https"].contains(address.scheme)
    else { return nil }
    return runbook
  }

  /// The newest lines that made it trip, the newest first, each cut to a readable length.
  var evidenceText: String {
    transition.evidence.prefix(AlertContext.shownLines)
      .map { Markup.plain.text($0.line.onOneLine, atMost: AlertContext.shownLength) }
      .joined(separator: "\n")
  }

  static let shownLines = 5
  /// In UTF-16 units.
  static let shownLength = 500

  /// The same for the firing and the end of one alert, and for no other alert.
  var alertKey: String { transition.alertKey }
}

extension Transition {
  /// The alert in a few words: `critical`, `no data`, `warning is over`.
  var standing: String {
    let name = level == .missingData ? "no data" : level.rawValue
    return switch to {
    case .pending: name + " is pending"
    case .firing: name
    case .resolved: name + " is over"
    case .expired: name + " has expired"
    }
  }

  fileprivate var windowText: String {
    Timestamp.rfc3339(windowStart) + " to " + Timestamp.rfc3339(windowEnd)
  }

  /// What the alert is known by where the end has to find the beginning: its monitor, level, group
  /// and number.
  var alertKey: String {
    var writer = JSONWriter()
    writer.array {
      $0.string(monitor)
      $0.string(level.rawValue)
      $0.raw(group.json)
      $0.whole(Int64(ordinal(within: 100_000) ?? 0))
    }
    return "tripline-" + Digest.short(writer.bytes)
  }
}

/// How a message is coloured.
enum AlertColour {
  case critical, warning, missingData, over

  init(_ transition: Transition) {
    self =
      switch (transition.isOver, transition.level) {
      case (true, _): .over
      case (false, .critical): .critical
      case (false, .warning): .warning
      case (false, .missingData): .missingData
      }
  }

  /// Red, green and blue.
  var number: Int {
    switch self {
    case .critical: 0xC62828
    case .warning: 0xF9A825
    case .missingData: 0x6A1B9A
    case .over: 0x2E7D32
    }
  }

  /// `#C62828`.
  var hex: String { "#" + String(number, radix: 16, uppercase: true) }
}

extension GuardedText {
  /// JSON in which secrets may stand: written once for each of its faces.
  static func json(
    _ write: (inout JSONWriter, (GuardedText) -> String) -> Void
  ) -> GuardedText {
    var (revealed, shown) = (JSONWriter(), JSONWriter())
    write(&revealed) { $0.revealed }
    write(&shown) { $0.description }
    return GuardedText(revealed: revealed.text, shown: shown.text)
  }
}
