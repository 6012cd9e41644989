package import QueryLanguage
import Records

/// Groups by a field that has a new value on nearly every line.
package enum UnboundedGroups: RuleLint {
  package static let page = LintPage(
    "unbounded-groups", "the groups are as many as the lines",
    meaning: """
      The monitor, or its query, groups by something that hardly ever repeats: an id of a request, a \
      time, a whole message, an address with its parameters. Each value is a group with a window of \
      its own. With --sample the values are counted; without it the name of the field tells.
      """,
    night: """
      No group ever gathers enough lines to cross the threshold; memory grows with the traffic; and \
      when everything fails at once, each request is an alert of its own.
      """,
    wrong: .monitor(
      """
      query: error
      group_by: [host, request_id]
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: error
      group_by: [host]
      critical: { alert: "> 5" }
      """))

  /// Names that give away a value of its own on every line, without case and punctuation.
  private static let names: Set<String> = [
    "raw", "messagetime", "receipttime", "messageid", "messagecount", "timestamp", "message",
    "requestid", "reqid", "xrequestid", "traceid", "spanid", "parentspanid", "correlationid",
    "transactionid", "sessionid", "uuid", "guid", "uri", "url", "requesturi", "requesturl",
    "fullurl", "querystring", "referer", "referrer", "stacktrace",
  ]

  /// So many lines must have come through for their values to mean something.
  private static let enoughLines = 100

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    // Who only asks whether there are rows has no use for the groups to gather lines.
    let counts = rule.series != nil || rule.levels.contains { $0.subject != .rows }
    return rule.fold.keys.enumerated().compactMap { index, slot in
      let name = rule.plan.fields[slot].spelling
      guard counts || isGroup(name, of: rule) else { return nil }
      if let seen = world.variety?[index], seen.lines >= enoughLines {
        guard 2 * seen.values >= seen.lines else { return nil }
        return finding(
          in: rule, name,
          "'\(name)' has \(seen.values.grouped) values on the \(seen.lines.grouped) lines that come so far"
        )
      }
      guard isSuspect(name) else { return nil }
      return finding(
        in: rule, name, "'\(name)' sounds as if nearly every line had a value of its own")
    }
  }

  private static func isGroup(_ name: String, of rule: BoundRule) -> Bool {
    rule.rule.groupBy.contains { $0.lowercased() == name.lowercased() }
  }

  private static func isSuspect(_ name: String) -> Bool {
    let last = name.lowercased().split(separator: ".").last.map(String.init) ?? ""
    return names.contains(last.filter { $0.isLetter || $0.isNumber })
  }

  private static func finding(in rule: BoundRule, _ name: String, _ text: String) -> Diagnostic {
    let help =
      "group by what there are few of, such as a host or a route, or count them: "
      + "count_distinct(\(name))"
    if isGroup(name, of: rule) {
      return rule.finding("unbounded-groups", text, at: rule.rule.groupBySpan, help: help)
    }
    let stages = rule.plan.query.stages
    let keys = stages.lazy.compactMap { ($0 as? AggregateStage)?.keys ?? ($0 as? Top)?.names }.first
    let span = keys?.first { $0.key == name.lowercased() }?.span ?? Span(0, 0)
    return rule.placed([rule.finding("unbounded-groups", text, at: span, help: help)])[0]
  }
}
