import QueryLanguage

/// What an instant made of one alert of a monitor, and why.
package struct Verdict: Sendable {
  /// The most serious first.
  package enum Kind: String, Sendable, CaseIterable {
    /// Since the instant before, on a line or at this instant.
    case fired
    /// It fired earlier, and still does.
    case firing
    /// It would fire if fewer groups did.
    case heldBack = "held_back"
    /// Hits, but not for long enough.
    case pending
    /// A hit, but too few of them among the last instants.
    case tooFewHits = "too_few_hits"
    /// Ended at this instant.
    case resolved, expired
    case notFired = "not_fired"
    /// There was nothing to compare.
    case noValue = "no_value"
    /// Too early to tell.
    case notJudged = "not_judged"
  }

  package let kind: Kind
  package let terms: AlertTerms
  /// Nil for missing data, which compares nothing, and for conditions on series.
  package let level: BoundLevel?
  /// What is compared with, with its number where that changes with time.
  package let threshold: String
  /// What was compared: the name of a column, or `rows`.
  package let subject: String
  /// At the instant itself.
  package let sighting: Sighting
  /// On the line that tripped it in the instant's window, if one did.
  package let trip: Sighting?
  /// How far the value was from a hit; nil for a hit, and where distance says nothing.
  package let shortfall: Double?
  /// Whether what is compared counts, so that only whole numbers come.
  package let counts: Bool

  /// The verdict on one alert; `sightings` are those of the instant's window, in their order. Nil
  /// when the instant itself did not look at the alert.
  package init?(_ sightings: [Sighting], of rule: BoundRule) {
    guard let sighting = sightings.last(where: { $0.line == nil }) else { return nil }
    let level = sighting.level < rule.levels.count ? rule.levels[sighting.level] : nil
    self.sighting = sighting
    self.level = level
    terms = rule.terms[sighting.level]
    subject = level.map { rule.name(of: $0.subject) } ?? rule.series?.name ?? ""
    threshold =
      rule.series.flatMap { series in sighting.band?.text(series.name, inside: false) }
      ?? terms.alertText
    counts = level.map { rule.counts($0.subject) } ?? false
    trip = sightings.last { $0.line != nil && $0.decision?.transition.to == .firing }
    kind = Verdict.kind(of: sighting, every: rule.every)
    shortfall = Verdict.shortfall(of: sighting, level, counts: counts)
  }

  private static func shortfall(
    of sighting: Sighting, _ level: BoundLevel?, counts: Bool
  ) -> Double? {
    guard sighting.finding != .hit, let value = sighting.value else { return nil }
    if let level { return level.shortfall(of: value, counts: counts) }
    // A point may lie outside and be no hit, because one is not enough.
    return sighting.band.map { $0.room(for: value) }.flatMap { $0 > 0 ? $0 : nil }
  }

  private static func kind(of sighting: Sighting, every: Int64) -> Kind {
    let alert = sighting.alert
    if alert.isFiring {
      let age = sighting.instant - alert.firedAt
      return age >= 0 && age < every ? .fired : .firing
    }
    switch sighting.decision?.transition.to {
    case .resolved: return .resolved
    case .expired: return .expired
    case .pending, .firing, nil: break
    }
    if sighting.isHeldBack { return .heldBack }
    if alert.pendingSince != nil { return .pending }
    switch sighting.finding {
    case .hit: return .tooFewHits
    case .early: return .notJudged
    case .nothing, .unknown: return .noValue
    case .clear, .neither: return .notFired
    }
  }

  /// The transition that made it so at this instant or within its step; nil when there was none.
  package var transition: Transition? {
    (sighting.decision ?? (kind == .fired ? trip?.decision : nil))?.transition
  }

  /// The value that decided: that of the line which tripped it, else that of the instant.
  package var decidingValue: Double? {
    kind == .fired ? trip?.value ?? sighting.value : sighting.value
  }

  /// Whether this one should be told before the other.
  package func precedes(_ other: Verdict) -> Bool {
    let order = Kind.allCases
    let mine = order.firstIndex(of: kind)!
    let theirs = order.firstIndex(of: other.kind)!
    if mine != theirs { return mine < theirs }
    if let shortfall, let others = other.shortfall, shortfall != others {
      return shortfall < others
    }
    if sighting.level != other.sighting.level { return sighting.level < other.sighting.level }
    if let level, let value = sighting.value, let others = other.sighting.value, value != others {
      return level.isFarther(value, than: others)
    }
    return sighting.group.json.utf8.lexicographicallyPrecedes(other.sighting.group.json.utf8)
  }
}

extension Verdict {
  package var isMissingData: Bool { terms.level == .missingData }

  /// Whether it is small values that alert.
  package var isDownward: Bool {
    switch level?.alert {
    case .less, .lessOrEqual: true
    case .greater, .greaterOrEqual, .equal, .notEqual: false
    case nil: sighting.band?.direction == .down
    }
  }

  /// The number that has to be passed; nil where there is none.
  package var bound: Double? {
    level?.alertBound ?? sighting.band.map { $0.direction == .down ? $0.lower : $0.upper }
  }
}

extension Band {
  /// How far inside a value lies; negative outside.
  fileprivate func room(for value: Double) -> Double {
    switch direction {
    case .up: upper - value
    case .down: value - lower
    case .both: min(upper - value, value - lower)
    }
  }
}

extension BoundLevel {
  /// How much closer a value would have to be to be a hit: 0 when the least bit more would do.
  fileprivate func shortfall(of value: Double, counts: Bool) -> Double? {
    let next = alertBound.rounded(.down) + 1
    let before = alertBound.rounded(.up) - 1
    return switch alert {
    case .greater: (counts ? next : alertBound) - value
    case .greaterOrEqual: (counts ? alertBound.rounded(.up) : alertBound) - value
    case .less: value - (counts ? before : alertBound)
    case .lessOrEqual: value - (counts ? alertBound.rounded(.down) : alertBound)
    case .equal: (alertBound - value).magnitude
    case .notEqual: nil
    }
  }
}

extension BoundRule {
  /// The name of what a level compares.
  package func name(of subject: BoundLevel.Subject) -> String {
    switch subject {
    case .rows: "rows"
    case .column(let slot): plan.result[slot].spelling
    }
  }

  /// Whether a subject only takes whole numbers.
  fileprivate func counts(_ subject: BoundLevel.Subject) -> Bool {
    switch subject {
    case .rows: true
    case .column(let slot):
      [.count, .countDistinct].contains(plan.result[slot].aggregate)
    }
  }
}
