/// The life of one alert: a monitor's level for one group. Pure; `Monitor` tells it what each instant
/// showed, and it answers what happens.
///
///     at rest --hit--> pending --hits for D--> firing --clear for R, or a day of silence--> at rest
///
/// `at_least` stands before all that: it makes hits of instants among which enough were hits. Without
/// `for` nothing is ever pending.
package struct Alert: Sendable, Equatable {
  /// What an instant showed.
  package enum Finding: Sendable {
    case hit
    case clear
    /// No rows and no zero to compare, with `no_value: clear`.
    case nothing
    /// Neither hit nor clear, and breaks no run (`no_value: keep`).
    case unknown
    /// Neither hit nor clear: the runs of hits and of clear instants end.
    case neither
    /// Too early to tell, so that not even hits before it make it one; runs end.
    case early
  }

  enum Change: Sendable {
    case pends, fires, resolves, expires
    /// Would fire, but too many do already.
    case waits
  }

  package internal(set) var isFiring = false
  /// How many alerts there have been, this one included.
  package internal(set) var ordinal = 0
  package internal(set) var firedAt: Int64 = 0
  package internal(set) var lastHit: Int64 = 0
  package internal(set) var clearSince: Int64?
  /// The first of the unbroken run of hits that `for` measures.
  package internal(set) var pendingSince: Int64?
  /// The instants that `at_least` still counts as hits, oldest first.
  package internal(set) var hits: [Int64] = []

  /// Where the day begins after which it expires, of an alert of silence that is firing.
  package internal(set) var silentSince: Int64?

  /// Whether it is under way, so that its group is looked at whether it has lines or not.
  var isActive: Bool { isFiring || pendingSince != nil }

  /// Whether an instant may change it that is no hit.
  var isOpen: Bool { isActive || !hits.isEmpty }

  /// Whether it is as if nothing had ever happened.
  var isBlank: Bool { !isOpen && ordinal == 0 }

  /// Whether it must not be forgotten at the instant `time`: alerts are counted, and so are hits.
  func hasStory(at time: Int64, _ terms: AlertTerms) -> Bool {
    isActive || ordinal > 0 || hits.last.map { $0 > time - (terms.quorum?.span ?? 0) } ?? false
  }

  /// Takes in what the instant `time` showed.
  mutating func observe(
    _ finding: Finding, at time: Int64, _ terms: AlertTerms, mayFire: Bool = true
  ) -> Change? {
    switch terms.quorum.map({ counted(finding, at: time, $0) }) ?? finding {
    case .hit:
      lastHit = max(lastHit, time)
      clearSince = nil
      return isFiring ? nil : rise(at: time, hold: terms.hold, mayFire: mayFire)
    case .clear:
      pendingSince = nil
      guard isFiring else { return nil }
      let since = clearSince ?? time
      clearSince = since
      return time - since >= terms.resolutionWindow ? resolve(at: time, terms) : nil
    case .nothing:
      pendingSince = nil
      guard isFiring else { return nil }
      clearSince = clearSince ?? time
      return time - lastHit >= terms.window ? resolve(at: time, terms) : nil
    case .unknown:
      return nil
    case .neither, .early:
      pendingSince = nil
      clearSince = nil
      return nil
    }
  }

  /// A day without any line ends an alert, whatever its condition says.
  ///
  /// The day begins with the firing, or with the last line if that came later.
  mutating func expire(at time: Int64, lastLine: Int64, _ terms: AlertTerms) -> Change? {
    guard isFiring, time - max(silentSince ?? firedAt, lastLine) >= AlertGroups.memory else {
      return nil
    }
    end()
    return .expires
  }

  /// It fired for want of lines. Missing data is about the silence itself, so that its day begins with
  /// the last line; only when a day had passed already does it begin with the firing: that of an alert
  /// which fires again, or of a window of days. Lines that come late are no reason to begin it anew.
  mutating func noteSilence(since lastLine: Int64) {
    silentSince = firedAt - lastLine < AlertGroups.memory ? lastLine : firedAt
  }

  /// What the instant is once the ones before it have been counted in: too few hits are no hit, but
  /// not clear either.
  private mutating func counted(_ finding: Finding, at time: Int64, _ quorum: Quorum) -> Finding {
    if case .early = finding { return .early }
    hits.removeAll { $0 <= time - quorum.span }
    var isHit = false
    if case .hit = finding { isHit = true }
    if isHit { hits.append(time) }
    if hits.count >= quorum.hits { return .hit }
    return isHit ? .neither : finding
  }

  private mutating func rise(at time: Int64, hold: Int64, mayFire: Bool) -> Change? {
    if hold > 0 {
      guard let since = pendingSince else {
        pendingSince = time
        return .pends
      }
      guard time - since >= hold else { return nil }
    }
    guard mayFire else { return .waits }
    pendingSince = nil
    isFiring = true
    ordinal += 1
    firedAt = time
    return .fires
  }

  private mutating func resolve(at time: Int64, _ terms: AlertTerms) -> Change? {
    guard time >= firedAt, time - lastHit >= terms.keepFiring else { return nil }
    end()
    return .resolves
  }

  mutating func end() {
    isFiring = false
    clearSince = nil
    silentSince = nil
  }
}
