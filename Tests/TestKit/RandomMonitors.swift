/// Monitors that logs of `RandomLogs` make trip, now and then.
struct RandomMonitors {
  let scale: Int64
  /// Whether instants should be few, because the log is long.
  let isCoarse: Bool

  func monitor(named name: String, using random: inout SplitMix64) -> NaiveMonitor {
    let window = scale * random.pick([1, 1, 1, 2])
    let groupBy = random.pick([[], [], ["host"], ["host"], ["code"], ["host", "code"]])
    let fold = fold(groupBy: groupBy, using: &random)
    let every = every(window, using: &random)
    var monitor = NaiveMonitor(
      name: name, window: window, every: every, groupBy: groupBy,
      filter: filter(using: &random), fold: fold, levels: [],
      evidence: random.pick([20, 20, 1, 3]))
    if random.oneIn(4) { monitor.stages = stages(of: monitor, using: &random) }
    if case .aggregate(let aggregates, _) = fold, random.oneIn(5) {
      let column = random.pick(aggregates)
      monitor.rowFilter = .init(
        column.name, random.pick([.greater, .lessOrEqual, .notEqual]),
        threshold(column, using: &random))
    }
    if case .aggregate(_, let by) = fold, groupBy.isEmpty, !by.isEmpty, random.oneIn(2) {
      monitor.rowLimit = random.pick([1, 1, 2])
    }
    for name in random.pick([[.critical], [.critical], [.warning], [.warning, .critical]])
      as [NaiveLevel.Name]
    {
      monitor.levels.append(level(name, of: monitor, using: &random))
    }
    if random.oneIn(5) {
      monitor.missingData = missingData(of: monitor, using: &random)
      if random.oneIn(3) { monitor.levels = [] }
    }
    if random.oneIn(8) {
      let instants = random.pick([2, 3, 5, 8])
      monitor.atLeast = NaiveAtLeast(Int.random(in: 1...instants, using: &random), of: instants)
    }
    if random.oneIn(8) { monitor.keepFiringFor = duration(for: monitor, using: &random) }
    return monitor
  }

  /// One to three stages, of which the first is none that a row alone could pass.
  private func stages(of monitor: NaiveMonitor, using random: inout SplitMix64) -> [NaiveStage] {
    var stages: [NaiveStage] = []
    while stages.isEmpty || stages.count < 3 && random.oneIn(2) {
      switch Int.random(in: 0..<(stages.isEmpty ? 4 : 5), using: &random) {
      case 0:
        stages.append(
          .dedup(
            fields(using: &random), count: random.pick([1, 1, 1, 2, 3]),
            consecutive: random.oneIn(3)))
      case 1:
        stages.append(.limit(random.pick([1, 2, 3, 5, 8, 13])))
      case 2:
        stages.append(
          .sort(
            fields(using: &random).map { .init($0, isAscending: Bool.random(using: &random)) }))
      case 3:
        let ages = [
          0, 1, monitor.step, monitor.step, 3 * monitor.step, monitor.window / 2,
          monitor.window - 1,
        ]
        stages.append(
          .age(random.pick([.less, .lessOrEqual, .lessOrEqual, .greater]), random.pick(ages)))
      default:
        stages.append(.filter(leaf(using: &random)))
      }
    }
    return stages
  }

  /// One or two different fields.
  private func fields(using random: inout SplitMix64) -> [String] {
    var fields = ["host", "code", "user", "rt", "msg"]
    fields.shuffle(using: &random)
    return Array(fields.prefix(random.pick([1, 1, 2])))
  }

  private func missingData(
    of monitor: NaiveMonitor, using random: inout SplitMix64
  ) -> NaiveMissingData {
    let steps = monitor.window / monitor.step
    let window = monitor.step * max(1, random.pick([1, 3, steps / 2, steps, steps, 2 * steps]))
    return NaiveMissingData(
      window: window,
      perGroup: monitor.groupBy.isEmpty ? nil : random.pick([nil, false, true, true, true]))
  }

  /// A while that may or may not end at an instant.
  private func duration(for monitor: NaiveMonitor, using random: inout SplitMix64) -> Int64 {
    random.pick([
      0, 1, monitor.step, monitor.step, 2 * monitor.step, 3 * monitor.step + 1, monitor.window / 2,
      monitor.window, 2 * monitor.window + NaiveTime.second,
    ])
  }

  /// A divisor of the window in whole seconds, not so small that a case takes long.
  private func every(_ window: Int64, using random: inout SplitMix64) -> Int64? {
    if !isCoarse && random.oneIn(6) { return nil }
    let seconds = (1...window / NaiveTime.second).filter {
      let step = $0 * NaiveTime.second
      return window % step == 0 && window / step <= (isCoarse ? 6 : 20)
    }
    return random.pick(seconds) * NaiveTime.second
  }

  private func leaf(using random: inout SplitMix64) -> NaiveFilter {
    switch Int.random(in: 0..<7, using: &random) {
    case 0: .text(field: "host", equals: random.pick(["a", "b"]))
    case 1: .number(field: "rt", random.pick([.greater, .greaterOrEqual]), 2.5)
    case 2: .number(field: "rt", random.pick([.less, .lessOrEqual, .notEqual]), 3.25)
    case 3: .number(field: "code", random.pick([.equal, .notEqual, .greater]), 200)
    case 4: .contains(field: "msg", random.pick(["error", "\"api", "ä"]))
    case 5: .rawContains(random.pick(["error", "user"]))
    default: .not(.text(field: "host", equals: random.pick(["a", "c"])))
    }
  }

  private func filter(using random: inout SplitMix64) -> NaiveFilter {
    func leaf() -> NaiveFilter { self.leaf(using: &random) }
    switch Int.random(in: 0..<8, using: &random) {
    case 0..<3: return .everything
    case 3..<5: return leaf()
    case 5: return .and(leaf(), leaf())
    case 6: return .or(leaf(), leaf())
    default: return .not(.and(leaf(), .not(leaf())))
    }
  }

  private func fold(groupBy: [String], using random: inout SplitMix64) -> NaiveMonitor.Fold {
    if random.oneIn(4) { return .matches }
    var columns: [NaiveAggregate] = [
      NaiveAggregate(.count, as: "n"),
      NaiveAggregate(.count, "rt", as: "nrt"),
      NaiveAggregate(.sum, "rt", as: "load"),
      NaiveAggregate(.avg, "rt", as: "mean"),
      NaiveAggregate(.min, "rt", as: "low"),
      NaiveAggregate(.max, "rt", as: "high"),
      NaiveAggregate(.countDistinct, "user", as: "users"),
      NaiveAggregate(.pct(random.pick([50, 90, 95, 99, 12.5])), "rt", as: "p"),
      NaiveAggregate(.first, "rt", as: "newest"),
      NaiveAggregate(.last, "rt", as: "oldest"),
      NaiveAggregate(sumOf: flag(using: &random), as: "slow"),
    ]
    columns.shuffle(using: &random)
    let more = ["host", "code", "user"].filter { !groupBy.contains($0) }
    let by = random.oneIn(groupBy.isEmpty ? 2 : 3) ? groupBy + [random.pick(more)] : groupBy
    return .aggregate(Array(columns.prefix(random.pick([1, 1, 2, 3]))), by: by)
  }

  /// Mostly one whose sum can only grow.
  private func flag(using random: inout SplitMix64) -> NaiveFlag {
    let condition = leaf(using: &random)
    let (yes, no) = random.pick([(1, 0), (1, 0), (0, 1), (2.5, 0.5), (0, 0), (1, -1), (-2, 0)])
    return NaiveFlag(condition, yes, no)
  }

  private func level(
    _ name: NaiveLevel.Name, of monitor: NaiveMonitor, using random: inout SplitMix64
  ) -> NaiveLevel {
    let subject = subject(in: monitor, using: &random)
    var comparators: [NaiveOperator] = [.greater, .greaterOrEqual, .less, .lessOrEqual]
    // Of several rows, which one is "farthest past" an equality is anybody's choice.
    if random.oneIn(4) {
      comparators = monitor.hasOneRowPerGroup ? [.equal, .notEqual] : [.notEqual]
    }
    let comparator = random.pick(comparators)
    let number = threshold(monitor.aggregate(of: subject), using: &random)
    let alert = NaiveComparison(subject, comparator, number)
    var level = NaiveLevel(name, alert)
    if random.oneIn(2) {
      let past: Double = comparator == .greater || comparator == .greaterOrEqual ? -1 : 1
      let further = number + past * random.pick([0, 0.5, 1, -1])
      level.resolve = NaiveComparison(subject, comparator.opposite, further)
    }
    level.resolutionWindow = random.pick([
      nil, nil, 0, monitor.step, 3 * monitor.step, monitor.window / 2, 2 * monitor.window,
    ])
    if random.oneIn(6) { level.holdFor = duration(for: monitor, using: &random) }
    level.noValue = random.pick([nil, nil, .clear, .keep, .hit])
    return level
  }

  private func subject(
    in monitor: NaiveMonitor, using random: inout SplitMix64
  ) -> NaiveComparison.Subject {
    if random.oneIn(6) { return .rows }
    guard case .aggregate(let columns, _) = monitor.fold else { return .implied }
    return columns.count == 1 && random.oneIn(2) ? .implied : .column(random.pick(columns).name)
  }

  private func threshold(_ column: NaiveAggregate?, using random: inout SplitMix64) -> Double {
    switch column?.function {
    case nil, .count: Double(random.pick([0, 1, 2, 3, 5, 8, 13]))
    case .countDistinct: Double(random.pick([1, 2, 3, 5]))
    case .sum: random.pick(column?.flag == nil ? [0, 5, 12.5, 30] : [0, 1, 2, 3, 5, 8])
    case .avg, .pct: random.pick([2, 2.5, 3, 3.5])
    case .min: random.pick([0, 0.5, 1])
    case .max: random.pick([4, 5, 5.5])
    case .first, .last: random.pick([1, 2.5, 4])
    }
  }
}

extension NaiveMonitor {
  /// Whether the rows of a group can never be more than one.
  fileprivate var hasOneRowPerGroup: Bool {
    guard case .aggregate(_, let by) = fold else { return true }
    return Set(by).isSubset(of: groupBy)
  }
}
