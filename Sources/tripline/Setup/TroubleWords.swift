import Alerting
import QueryLanguage
import Records
import TerminalUI

extension [(monitor: String, troubles: MonitorTroubles)] {
  /// Says what the monitors of a replay or a run could not use.
  func note(in outcome: inout Outcome, _ options: Options, _ console: Console) {
    for (monitor, troubles) in self {
      if troubles.late > 0 {
        let first = troubles.firstLate.map { ", the first of \(Timestamp.rfc3339($0.time))" } ?? ""
        let lines = troubles.late == 1 ? "1 matching line" : "\(troubles.late) matching lines"
        console.say("\(monitor): \(lines) came too late\(first)")
        if options.failOn.contains(.late) { outcome.note(.findings) }
      }
      if troubles.suppressed > 0 {
        console.say(
          "\(monitor): \(troubles.suppressed.counted("alert")) held back while "
            + "\(Monitor.firingLimit.grouped) groups were firing", important: true)
      }
      if troubles.forgotten > 0 {
        console.say(
          "\(monitor): \(troubles.forgotten.counted("group")) beyond `max_groups` could not be "
            + "remembered: their silence raises no alert", important: true)
      }
      if troubles.unlearned > 0 {
        console.say(
          "\(monitor): \(troubles.unlearned) series beyond `max_groups` could not be kept: they are "
            + "not judged", important: true)
      }
      if troubles.unkept > 0 {
        let first =
          troubles.firstUnkept.map { ", the first of \(Timestamp.rfc3339($0.time))" } ?? ""
        let lines = troubles.unkept == 1 ? "1 matching line" : "\(troubles.unkept) matching lines"
        console.say(
          "\(monitor): no memory for \(lines)\(first); it decided nothing until a whole window had "
            + "passed since the last", important: true)
      }
      if let words = troubles.health.words {
        console.say("\(monitor): \(words)", important: troubles.health != .learning)
      }
    }
  }
}

extension MonitorHealth {
  /// What it means to the person who reads it; nil when there is nothing to say.
  fileprivate var words: String? {
    switch self {
    case .ok: nil
    case .learning: "still learning what is usual, so that it decided nothing yet"
    case .warming: "part of its window could not be read again"
    case .degraded: "some lines could not be judged"
    case .overflow: "its rows outgrew the memory they may have, so that it decides nothing"
    }
  }
}
