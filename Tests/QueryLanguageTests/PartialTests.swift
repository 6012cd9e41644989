import QueryLanguage
import Records
import TestKit
import Testing

/// Where a partial has its groups is its own affair: at their numbers or in order, they come to the same.
@Suite struct PartialTests {
  @Test(arguments: [UInt64(1), 2])
  func `groups at their numbers come to the same as groups in the order of arrival`(
    _ seed: UInt64
  ) throws {
    var twins = try Twins(seed: seed)
    for _ in 0..<25 {
      twins.step()
      let (ordered, free) = (twins.ordered.state, twins.free.state)
      try #require(ordered == free, "seed \(seed)")
    }
    #expect(twins.stoodAtNumbers && twins.stoodInOrder, "seed \(seed)")
  }

  @Test(arguments: [UInt64(3), 4])
  func `sums that leave their word are as exact as any`(_ seed: UInt64) throws {
    let plan = try #require(
      try QueryRunner("* | sum(rt) as all, avg(rt) as mean by host").plan.fold)
    var random = SplitMix64(seed: seed)
    var slide = Slide(plan)
    var terms: [[(group: Int32, value: Double)]] = []
    for _ in 0..<40 {
      slide.begin()
      // Each has nearly as many units as a word holds, and drifts one way or the other for a while.
      let range = random.oneIn(2) ? 1_000_000...9_000_000_000 : -9_000_000_000 ... -1_000_000
      terms.append(
        (0..<30).map { _ in
          (Int32.random(in: 0..<3, using: &random), Double(Int.random(in: range, using: &random)))
        })
      let pane = terms[terms.count - 1]
      slide.absorb(
        Selection(all: pane.count), pane.map(\.group), pane.map { Cell($0.value) })
      if terms.count > 7 {
        terms.removeFirst()
        slide.end()
      }
      var exact: [Int32: (sum: ExactSum, count: Int)] = [:]
      for (group, value) in terms.joined() {
        exact[group, default: (ExactSum(), 0)].sum.add(value)
        exact[group]?.count += 1
      }
      let expected = exact.mapValues {
        [Double($0.count), $0.sum.value, $0.sum.mean(count: $0.count)]
      }
      try #require(slide.state == [expected, expected], "seed \(seed)")
    }
  }
}

/// The same panes and their totals twice: with plans that show the order of groups and that don't.
private struct Twins {
  var ordered: Slide
  var free: Slide
  /// Whether the groups of `free` were seen to stand at their numbers, and not to.
  var stoodAtNumbers = false
  var stoodInOrder = false
  private var random: SplitMix64

  init(seed: UInt64) throws {
    let fold = try #require(
      try QueryRunner("* | count, avg(rt) as mean, sum(rt) as all by host").plan.fold)
    var free = fold
    free.showsOrder = false
    ordered = Slide(fold)
    self.free = Slide(free)
    random = SplitMix64(seed: seed)
  }

  /// A pane comes, and sometimes one goes or all groups get other numbers.
  mutating func step() {
    ordered.begin()
    free.begin()
    // From a few groups to nearly all, so that they move to their numbers and back.
    let groups = [40, 1_500, 3_000].randomElement(using: &random) ?? 1
    for _ in 0..<Int.random(in: 1...4, using: &random) { absorb(below: groups) }
    while ordered.panes.count > 4 {
      ordered.end()
      free.end()
    }
    if random.oneIn(6) {
      let numbers = (0..<Int32(3_000)).shuffled(using: &random)
      ordered.renumber { numbers[Int($0)] }
      free.renumber { numbers[Int($0)] }
    }
    if free.isSorted, !ordered.isSorted { stoodAtNumbers = true }
    if !free.isSorted { stoodInOrder = true }
  }

  private mutating func absorb(below limit: Int) {
    let count = Int.random(in: 1...2_500, using: &random)
    let groups = (0..<count).map { _ in Int32.random(in: 0..<Int32(limit), using: &random) }
    let cells = (0..<count).map { _ in
      switch Int.random(in: 0..<50, using: &random) {
      case 0: Cell.null
      case 1: Cell(1e300)
      case 2: Cell(1e-12)
      case 3: Cell(Double(Int.random(in: -1 << 50..<1 << 50, using: &random)))
      case 4: Cell(Int64(9_300_000_000))
      default: Cell(Double(Int.random(in: -9_999..<9_999, using: &random)) / 1_000)
      }
    }
    var rows = Selection(all: count)
    for row in 0..<count where random.oneIn(9) { rows.remove(row) }
    ordered.absorb(rows, groups, cells)
    free.absorb(rows, groups, cells)
  }
}

/// A window that slides: its panes and their totals.
private struct Slide {
  private let plan: FoldPlan
  private(set) var panes: [Partial] = []
  private var totals: Partial
  private var spare: Partial?

  init(_ plan: FoldPlan) {
    self.plan = plan
    totals = Partial(plan)
  }

  mutating func begin() {
    if let last = panes.indices.last { panes[last].tighten() }
    panes.append(panes.last.map { Partial(like: $0, reusing: &spare) } ?? Partial(plan))
  }

  mutating func absorb(_ rows: Selection, _ groups: [Int32], _ cells: [Cell]) {
    let arguments = plan.columns.compactMap(\.argument)
    let width = (arguments.map(\.index).max() ?? 0) + 1
    var frame = Frame(
      columns: [Column](repeating: .cells(cells), count: width), rowCount: cells.count,
      arena: Arena())
    panes[panes.count - 1].absorb(&frame, rows: rows, groups: groups)
    totals.absorb(&frame, rows: rows, groups: groups)
  }

  mutating func end() {
    let pane = panes.removeFirst()
    totals.subtract(pane)
    spare = pane
  }

  mutating func renumber(_ number: (Int32) -> Int32) {
    totals.renumber(number)
    for index in panes.indices { panes[index].renumber(number) }
  }

  /// Whether the groups of the totals come in the order of their numbers.
  var isSorted: Bool {
    var groups: [Int32] = []
    totals.forEachGroup { group, _ in groups.append(group) }
    return groups == groups.sorted()
  }

  /// Everything that can be asked of the totals, and of all panes merged anew.
  var state: [[Int32: [Double?]]] {
    var merged = Partial(plan)
    for pane in panes { merged.merge(pane) }
    return [numbers(totals), numbers(merged)]
  }

  private func numbers(_ partial: Partial) -> [Int32: [Double?]] {
    var numbers: [Int32: [Double?]] = [:]
    partial.forEachGroup { group, _ in numbers[group] = [Double(partial.count(of: Int(group)))] }
    for column in plan.columns.indices {
      partial.forEachNumber(column) { group, number in numbers[group]?.append(number) }
    }
    precondition(numbers.count == partial.groupCount, "groups are counted")
    return numbers
  }
}
