package import QueryLanguage
import Records

/// A time, once or again and again, in which some alerts are not to disturb anybody.
///
///     mutes:
///       - name: patch night
///         monitors: ["api-*"]
///         match: level=warning
///         start: 2026-11-07 02:00
///         duration: 2h
///         rrule: FREQ=WEEKLY;BYDAY=SA
///         timezone: Europe/Berlin
package struct Mute: Sendable {
  package let name: String
  /// Why it is there, for those who wonder.
  package let reason: String?
  /// Names of monitors, or patterns; empty for all.
  package let monitors: [String]
  package let matcher: AlertMatcher
  package let place: Place
  private let globs: [Glob]
  private let schedule: Schedule
  private let bounds: Range<Int64>

  /// Where it stands.
  package struct Place: Sendable {
    package var source: SourceText
    package var span: Span
  }

  private enum Schedule: Sendable {
    /// As long as its bounds.
    case once
    case hours(QuietHours)
    case recurring(Recurrence, lasting: Int64)
  }

  /// Whether an alert is among those that it mutes.
  package func covers(_ alert: AlertSubject) -> Bool {
    isAbout(alert.monitor) && matcher.matches(alert)
  }

  /// Whether some alert of a monitor may be.
  package func mayCover(_ rule: Rule) -> Bool {
    isAbout(rule.name)
      && matcher.mayMatch(monitor: rule.name, tags: rule.tags, levels: rule.alertLevels)
  }

  private func isAbout(_ monitor: String) -> Bool {
    guard !globs.isEmpty else { return true }
    let name = PinnedText(monitor)
    return withExtendedLifetime(name) { globs.contains { $0.matches(name.bytes) } }
  }

  /// When the mute that is on at a moment ends; nil when none is on.
  package func end(at time: Int64) -> Int64? {
    guard bounds.contains(time) else { return nil }
    switch schedule {
    case .once:
      return bounds.upperBound
    case .hours(let hours):
      return hours.span(around: time).map { min($0.upperBound, bounds.upperBound) }
    case .recurring(let recurrence, let length):
      return recurrence.occurrence(around: time, lasting: length).map { $0 + length }
    }
  }

  /// Whether it is on at a moment or will be later.
  package func isOver(at time: Int64) -> Bool {
    if end(at: time) != nil { return false }
    return switch schedule {
    case .once, .hours: bounds.upperBound <= time
    case .recurring(let recurrence, _): recurrence.next(after: time) == nil
    }
  }

  /// Whether it never is on, whatever the time.
  package var neverOccurs: Bool {
    guard case .recurring(let recurrence, _) = schedule else { return false }
    return recurrence.next(after: bounds.lowerBound - 1) == nil
  }

  /// Nil when something was reported.
  init?(binding node: ConfigNode, zones: ZoneBook, sink: DiagnosticSink) {
    let own = DiagnosticSink()
    defer { for finding in own.list { sink.report(finding) } }
    guard var keys = ConfigBinder(node, as: "mute", sink: own) else { return nil }
    let name = keys.required("name")
    reason = keys.filled("reason")
    let patterns = keys.strings("monitors")
    if patterns?.isEmpty == true {
      keys.report(.noMonitors, at: "monitors", help: "remove `monitors` to mute all of them")
    }
    monitors = patterns ?? []
    globs = monitors.map { Glob($0, ignoringCase: false, questionMark: true) }
    let match = keys.matcher("match")
    let reader = MuteTimes(&keys, zones)
    keys.finish()
    place = Place(source: node.source, span: keys.span(of: "name") ?? node.span)
    guard !own.hasErrors, let name, let match, let reader else { return nil }
    self.name = name
    matcher = match
    bounds = reader.bounds
    schedule =
      if let (recurrence, length) = reader.recurring {
        .recurring(recurrence, lasting: length)
      } else if let hours = reader.hours {
        .hours(hours)
      } else {
        .once
      }
  }
}

/// Reads when a mute is on: `from` and `to`, `start` and `duration` with or without `rrule`, or `hours`
/// and `days`, which may have bounds.
private struct MuteTimes {
  var bounds = Int64.min..<Int64.max
  var hours: QuietHours?
  var recurring: (Recurrence, Int64)?

  init?(_ keys: inout ConfigBinder, _ zones: ZoneBook) {
    let isDaily = keys.has("hours") || keys.has("days")
    let isTimed = keys.has("start") || keys.has("duration") || keys.has("rrule")
    let isBounded = keys.has("from") || keys.has("to")
    let zone = zones.zone(of: &keys)
    let written = QuietHours(keys: &keys, zone: zone)
    let (from, to) = (keys.time("from", zone), keys.time("to", zone))
    let start = keys.time("start", zone)
    let length = keys.positiveDuration("duration")
    let rule = keys.filled("rrule")

    if isTimed, isDaily || isBounded {
      keys.report(.twoSchedules, at: isDaily ? (keys.has("hours") ? "hours" : "days") : "to")
      return nil
    }
    if isTimed {
      if !keys.has("start") { _ = keys.required("start") }
      if !keys.has("duration") { _ = keys.required("duration") }
      guard let start, let length else { return nil }
      guard let rule else {
        bounds = start..<start.addingReportingOverflow(length).partialValue
        return
      }
      bounds = start..<Int64.max
      do throws(Recurrence.Failure) {
        recurring = (try Recurrence(rule, from: start, zone: zone), length)
      } catch {
        keys.report(.badRule(error.problem), at: "rrule", help: error.help)
        return nil
      }
      return
    }
    guard isDaily || isBounded else {
      keys.report(
        .noSchedule, at: "name",
        help: "add from and to, start and duration, or hours; `enabled: false` ends a monitor")
      return nil
    }
    if isBounded, !isDaily, !keys.has("to") {
      _ = keys.required("to")
      return nil
    }
    guard from ?? .min < to ?? .max else {
      keys.report(.endsBefore, at: "to", help: "write the later time behind `to`")
      return nil
    }
    bounds = (from ?? .min)..<(to ?? .max)
    if isDaily { hours = written }
  }
}

extension ConfigBinder {
  /// A matcher; that of everything when the key is absent.
  mutating func matcher(_ key: String) -> AlertMatcher? {
    guard let texts = strings(key) else { return has(key) ? nil : try? AlertMatcher("") }
    do throws(AlertMatcher.Failure) {
      return try AlertMatcher(texts.joined(separator: " "))
    } catch {
      report(.badMatcher(error.problem), at: key, help: error.help)
      return nil
    }
  }

  /// A moment.
  fileprivate mutating func time(_ key: String, _ zone: Zone) -> Int64? {
    guard let text = filled(key) else { return nil }
    if let time = Timestamp.parse(text, zone: zone, now: nil) { return time }
    report(.badTime(key, text), at: key, help: "write it as 2026-03-02 22:00")
    return nil
  }
}

extension Rule {
  /// The levels at which it may have alerts.
  var alertLevels: [Level] {
    Level.allCases.filter { level in
      switch level {
      case .missingData: missingData != nil
      case .critical, .warning:
        levels.contains { $0.level == level }
          || outlier?.levels.contains { $0.level == level } ?? false
          || (level == .critical && anomaly != nil)
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let noMonitors = Self("empty-list", "`monitors` names no monitor")
  fileprivate static func badMatcher(_ problem: String) -> Self { Self("bad-matcher", problem) }
  fileprivate static func badTime(_ key: String, _ found: String) -> Self {
    Self("bad-time", "`\(key)` needs a time, found '\(found.shortened)'")
  }
  fileprivate static func badRule(_ problem: String) -> Self { Self("bad-rrule", problem) }
  fileprivate static let twoSchedules = Self(
    "two-schedules", "a mute has `start` and `duration`, or `from`, `to` and `hours`")
  fileprivate static let noSchedule = Self("no-schedule", "this mute does not say when")
  fileprivate static let endsBefore = Self("bad-time", "`to` is not after `from`")
}
