package import Alerting
import QueryLanguage
import Records

/// A verdict in words: what happened, because of what, and what would have been needed.
extension Verdict {
  /// One plain sentence. `census` has the lines of the alert's own group, where they were counted.
  package func sentence(of rule: BoundRule, _ census: WindowCensus? = nil) -> String {
    switch kind {
    case .fired: "fired at \(Moment.clock(sighting.alert.firedAt)), because \(cause(rule))"
    case .firing: "firing since \(Moment.clock(sighting.alert.firedAt)); \(outlook(rule))"
    case .heldBack:
      "did not fire: held back, because \(Monitor.firingLimit.grouped) groups fire already; "
        + grounds
    case .pending: pendingText(rule)
    case .tooFewHits: "did not fire: \(quorumText(rule))"
    case .resolved: "resolved at \(Moment.clock(sighting.time)), because \(relief)"
    case .expired:
      "ended at \(Moment.clock(sighting.time)) without being resolved: no line for a day"
    case .notFired: "did not fire: \(distance(rule))"
    case .noValue: "did not fire: \(nothing(rule, census))"
    case .notJudged:
      "not judged: \(start) and a whole window (\(Moment.span(terms.window))) has not "
        + "passed; judged from \(Moment.clock(sighting.judgedFrom)) on"
    }
  }

  /// Where the alert stands after the instant.
  package var state: String {
    let alert = sighting.alert
    if alert.isFiring {
      let since = "firing since \(Moment.clock(alert.firedAt))"
      return alert.clearSince.map { "\(since), clear since \(Moment.clock($0))" } ?? since
    }
    if let since = alert.pendingSince { return "pending since \(Moment.clock(since))" }
    if kind == .notJudged { return "too early until \(Moment.clock(sighting.judgedFrom))" }
    if kind == .noValue { return "no value" }
    return alert.ordinal > 0 ? "at rest, last fired \(Moment.clock(alert.firedAt))" : "at rest"
  }

  /// `2 more needed`, `0.4 less needed`; empty when nothing is.
  package var need: String {
    guard let shortfall else { return "" }
    if shortfall == 0 { return "any \(isDownward ? "less" : "more") needed" }
    switch level?.alert {
    case nil: return "\(shortfall.readable) further out needed"
    case .greater, .greaterOrEqual: return "\(shortfall.readable) more needed"
    case .less, .lessOrEqual: return "\(shortfall.readable) \(counts ? "fewer" : "less") needed"
    case .equal: return "off by \(shortfall.readable)"
    case .notEqual: return ""
    }
  }

  /// `_count was 6 (alerts at > 5)`.
  private var comparison: String { compared(decidingValue) + " (alerts at \(threshold))" }

  private var grounds: String { isMissingData ? silence : comparison }

  private func compared(_ value: Double?) -> String {
    value.map { "\(subject.displaySafe()) was \($0.readable)" } ?? "there was no value"
  }

  private var silence: String {
    sighting.lastLine.map { "no line has come since \(Moment.clock($0))" } ?? "no line has come"
  }

  private func cause(_ rule: BoundRule) -> String {
    if isMissingData { return silence }
    var text = comparison
    if decidingValue == nil { text = "there was no value, which `no_value: hit` counts as a hit" }
    if let quorum = terms.quorum {
      text +=
        "; \(sighting.alert.hits.count) of the last \(quorum.span / rule.every) instants "
        + "were hits, \(quorum.hits) needed"
    }
    if terms.hold > 0 { text += ", and had been for \(Moment.span(terms.hold))" }
    return text
  }

  private func outlook(_ rule: BoundRule) -> String {
    let alert = sighting.alert
    if isMissingData { return silence }
    let now = compared(sighting.value)
    switch sighting.finding {
    case .hit: return "\(now), still a hit (alerts at \(threshold))"
    case .clear:
      let since = alert.clearSince ?? sighting.time
      let end = max(since + terms.resolutionWindow, alert.lastHit + terms.keepFiring)
      return "\(now), clear (\(terms.resolveText)) since \(Moment.clock(since)): it resolves at "
        + "\(Moment.clock(rule.instant(atOrAfter: end))) if it stays so"
    case .neither:
      return "\(now), no hit any more but not clear either (clear at \(terms.resolveText))"
    case .nothing:
      let end = max(alert.lastHit + terms.window, alert.lastHit + terms.keepFiring)
      return "there is no value any more: it resolves at "
        + "\(Moment.clock(rule.instant(atOrAfter: end))), a window after its last hit"
    case .unknown: return "there is no value, and `no_value: keep` leaves it as it is"
    case .early: return "too early to tell whether it is clear"
    }
  }

  private func pendingText(_ rule: BoundRule) -> String {
    let since = sighting.alert.pendingSince ?? sighting.time
    let end = rule.instant(atOrAfter: since + terms.hold)
    return "did not fire: `for: \(DurationText.text(terms.hold))` is not reached: a hit since "
      + "\(Moment.clock(since)), fires at \(Moment.clock(end)) if it stays so; "
      + compared(sighting.value) + " (alerts at \(threshold))"
  }

  private func quorumText(_ rule: BoundRule) -> String {
    guard let quorum = terms.quorum else { return comparison }
    let found = sighting.alert.hits.count
    return "\(found) of the last \(quorum.span / rule.every) instants "
      + "\(found == 1 ? "was a hit" : "were hits"), `at_least` needs \(quorum.hits); \(grounds)"
  }

  private var relief: String {
    if isMissingData { return "a line has come" }
    guard let value = sighting.value else {
      return "there was no value any more, a window after its last hit"
    }
    let held =
      terms.resolutionWindow > 0 ? " and had been for \(Moment.span(terms.resolutionWindow))" : ""
    return "\(compared(value)), clear (\(terms.resolveText))\(held)"
  }

  private func distance(_ rule: BoundRule) -> String {
    if isMissingData {
      let last = sighting.lastLine ?? sighting.judgedFrom - terms.window
      let end = rule.instant(atOrAfter: last + terms.window)
      return "the last line came at \(Moment.clock(last)); if none follows, it fires at "
        + Moment.clock(end)
    }
    var text = comparison
    if !need.isEmpty { text += ", \(need)" }
    if let quorum = terms.quorum, !sighting.alert.hits.isEmpty {
      text +=
        "; \(sighting.alert.hits.count) of the last \(quorum.span / rule.every) instants hit, "
        + "`at_least` needs \(quorum.hits)"
    }
    return text
  }

  /// Why there was nothing to compare.
  private func nothing(_ rule: BoundRule, _ census: WindowCensus?) -> String {
    if case .anomaly(let level) = rule.series?.detector {
      return "no point could be judged: it learns for \(Moment.span(level.habit.learn)) from its "
        + "first point on (`learn`), and from at least \(SeasonalBaseline.fewest) of them"
    }
    if rule.series != nil { return "no point could be judged: too few came before it" }
    let text = "there was no value to compare"
    guard let census, let level, case .column(let slot) = level.subject else { return text }
    let column = slot.index - rule.fold.keys.count
    guard census.arguments.indices.contains(column), rule.plan.tailOnlyShows,
      let argument = census.arguments[column]
    else { return text }
    if argument.lines == 0 { return "\(text): no line of the window matched" }
    let field = argument.field.isEmpty ? "its argument" : "`\(argument.field.displaySafe())`"
    let all = argument.lines.counted("line")
    let reasons = [
      argument.missing.count > 0 ? "is missing in \(argument.missing.count.grouped)" : nil,
      argument.notNumeric.count > 0 ? "is no number in \(argument.notNumeric.count.grouped)" : nil,
    ].compactMap { $0 }
    if reasons.isEmpty { return text }
    return "\(text): \(field) \(reasons.joined(separator: " and ")) of \(all)"
  }

  private var start: String {
    let first = Moment.clock(sighting.judgedFrom - terms.window)
    return sighting.isYoungGroup
      ? "the group's first line came at \(first)" : "the monitor began at \(first)"
  }
}
