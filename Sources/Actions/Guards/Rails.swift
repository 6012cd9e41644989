package import Alerting
import QueryLanguage

/// `guard:`: what keeps a remediation from doing harm by being done too often, too widely or at the
/// wrong time. All times are milliseconds.
package struct Rails: Sendable {
  /// How long a target is left alone after the action ran on it.
  package var cooldown: Int64 = 30 * 60_000
  /// How long nothing is said of whether it helped, and nothing else is done to the target.
  package var settle: Int64 = 5 * 60_000
  package var maxPerHour: Int?
  /// How many targets may be sick at once; with more, none is touched.
  package var maxTargets: Int?
  /// The same as a share of all targets that there are.
  package var maxShare: Double?
  package var quiet: [QuietHours] = []
  /// How old a transition may be; nil leaves it to the duty.
  package var staleAfter: Int64?
  /// After so many times in a row that did not help it is not done any more.
  package var breaker = 3

  package init() {}

  /// Whether it matters how many are sick at once.
  package var countsSick: Bool { maxTargets != nil || maxShare != nil }
}

extension Rails {
  /// Binds the value of `guard`; only `stale_after` means something to a notification.
  init?(binding node: ConfigNode, duty: Duty, zones: ZoneBook, sink: DiagnosticSink) {
    guard var keys = ConfigBinder(node, as: "`guard`", sink: sink) else { return nil }
    self.init()
    staleAfter = keys.duration("stale_after")
    if duty == .notification {
      for entry in keys.entries where entry.key != "stale_after" {
        sink.report(
          entry.diagnostic(
            .notGuarded(entry.key), help: "remove it: telling somebody needs no guard rail"))
      }
      return
    }
    if let cooldown = keys.duration("cooldown") { self.cooldown = cooldown }
    if let settle = keys.duration("settle") { self.settle = settle }
    maxPerHour = keys.integer("max_per_hour", in: 1...10_000)
    maxTargets = keys.integer("max_targets", in: 1...1_000_000)
    maxShare = keys.node("max_share").flatMap { Rails.share($0, sink: sink) }
    if let hours = keys.node("quiet") {
      quiet = hours.parts.compactMap { QuietHours(binding: $0, zones: zones, sink: sink) }
    }
    if let breaker = keys.integer("breaker", in: 1...1_000) { self.breaker = breaker }
    keys.finish()
  }

  /// `0.2` and `20%` are the same.
  private static func share(_ node: ConfigNode, sink: DiagnosticSink) -> Double? {
    if let text = node.text {
      let isPercent = text.hasSuffix("%")
      let digits = isPercent ? String(text.dropLast()) : text
      if let number = Double(digits) {
        let share = isPercent ? number / 100 : number
        if share > 0, share <= 1 { return share }
      }
    }
    sink.report(node.diagnostic(.badShare(node.found), help: "write 20% or 0.2"))
    return nil
  }
}

extension ConfigNode {
  /// The items of a list; anything else stands for a list of one.
  var parts: [ConfigNode] { if case .list(let items) = content { items } else { [self] } }
}

extension Diagnostic.Message {
  fileprivate static func notGuarded(_ key: String) -> Self {
    Self("not-guarded", "`\(key)` guards remediation, and this action tells somebody")
  }
  fileprivate static func badShare(_ found: String) -> Self {
    Self("bad-share", "`max_share` needs a share of all targets, found \(found)")
  }
}
