/// What one level of a monitor watches for: a comparison over what the query gives, or its silence.
struct NaiveCondition {
  enum Kind {
    case comparison(NaiveLevel)
    case missingData(NaiveMissingData)
  }

  let kind: Kind
  let monitor: NaiveMonitor

  /// The conditions of a monitor in the order in which they are decided.
  static func all(of monitor: NaiveMonitor) -> [NaiveCondition] {
    let levels = NaiveLevel.Name.allCases.flatMap { name in
      monitor.levels.filter { $0.name == name }
    }
    let kinds =
      levels.map(Kind.comparison) + (monitor.missingData.map { [.missingData($0)] } ?? [])
    return kinds.map { NaiveCondition(kind: $0, monitor: monitor) }
  }

  var name: String {
    switch kind {
    case .comparison(let level): level.name.rawValue
    case .missingData: "missing_data"
    }
  }

  var window: Int64 {
    switch kind {
    case .comparison: monitor.window
    case .missingData(let silence): silence.window
    }
  }

  var isGrouped: Bool {
    if monitor.groupBy.isEmpty { return false }
    guard case .missingData(let silence) = kind else { return true }
    return silence.perGroup ?? false
  }

  /// The group it judges to which a line of the monitor's `group` belongs.
  func group(_ group: NaiveGroup) -> NaiveGroup { isGrouped ? group : "{}" }

  /// How long a group is remembered after its last line: as long as a window holds it, or a day
  /// where its absence can trip.
  var memory: Int64 {
    switch kind {
    case .comparison(let level): level.remembersGroups ? NaiveTime.day : window
    case .missingData: NaiveTime.day
    }
  }

  /// Whether fewer lines can never make it true, so that it need not wait for a whole window.
  var isSafeEarly: Bool {
    guard case .comparison(let level) = kind else { return false }
    return monitor.isConfirming(level.alert)
  }

  /// Whether it fires on the line that makes it true, instead of at an instant.
  var tripsOnLine: Bool { isSafeEarly && holdFor == 0 && monitor.atLeast == nil }

  /// How long hits must have lasted.
  var holdFor: Int64 {
    guard case .comparison(let level) = kind else { return 0 }
    return level.holdFor ?? 0
  }

  /// How long clear instants must have lasted; a line that returns ends silence at once.
  var resolutionWindow: Int64 {
    guard case .comparison(let level) = kind else { return 0 }
    return level.resolutionWindow ?? window
  }

  var alertText: String {
    guard case .comparison(let level) = kind else { return "" }
    return level.alert.text
  }

  var clearingText: String {
    guard case .comparison(let level) = kind else { return "" }
    return level.clearing.text
  }

  /// What the lines of one group in one window, and the rows that stages leave of them, say by
  /// themselves.
  func verdict(lines: [NaiveArrival], rows: [NaiveArrival]) -> NaiveVerdict {
    switch kind {
    case .missingData:
      return NaiveVerdict(lines.isEmpty ? .hit : .clear, nil)
    case .comparison(let level):
      let values = monitor.values(level.alert, over: rows)
      guard let value = level.alert.farthest(of: values) else {
        switch level.noValue ?? .clear {
        case .clear: return NaiveVerdict(.clearForNoValue, nil)
        case .keep: return NaiveVerdict(.neither(breaksRun: false), nil)
        case .hit: return NaiveVerdict(.hit, nil)
        }
      }
      if values.contains(where: level.alert.holds) { return NaiveVerdict(.hit, value) }
      let clearing = monitor.values(level.clearing, over: rows)
      let isClear = !clearing.isEmpty && clearing.allSatisfy(level.clearing.holds)
      return NaiveVerdict(isClear ? .clear : .neither(breaksRun: true), value)
    }
  }
}

/// What a condition says of one group at one instant, and the value that a record would show.
struct NaiveVerdict {
  enum Kind {
    case hit, clear, clearForNoValue
    /// Neither hit nor clear; `breaksRun` ends a run of hits or of clear instants.
    case neither(breaksRun: Bool)
  }

  var kind: Kind
  var value: Double?

  init(_ kind: Kind, _ value: Double?) {
    self.kind = kind
    self.value = value
  }

  var isHit: Bool { if case .hit = kind { true } else { false } }
}
