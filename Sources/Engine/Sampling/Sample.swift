package import QueryLanguage
import Records

/// What recorded lines tell about some queries: which members they have, and what each query makes of
/// them. Lines are read and projected as a query reads them.
package struct Sample: Sendable {
  /// More lines are not looked at.
  package static let mostLines = 100_000

  /// The values of a member on the lines.
  package struct Values: Sendable {
    /// The lines that have it.
    package fileprivate(set) var present = 0
    /// The lines on which it is a number, or text that reads as one.
    package fileprivate(set) var numeric = 0
    /// The lines on which it is text such as `12ms`.
    package fileprivate(set) var measured = 0
    /// Some of the numbers.
    package fileprivate(set) var numbers: [Double] = []
    /// The first value that is no number.
    package fileprivate(set) var text: String?
  }

  /// What one query makes of the lines.
  package struct Reading: Sendable {
    package fileprivate(set) var counts: StageCounts
    /// For each member of the plan, in their order.
    package fileprivate(set) var members: [Values]
    /// How many distinct values each key of the fold has on the lines that reach it.
    package fileprivate(set) var variety: [Int]
    /// The lines that reach the fold.
    package var reached: Int { counts.steps.last?.passed ?? 0 }
  }

  package let path: String
  /// The messages that were looked at.
  package private(set) var lines = 0
  /// Those of them that are JSON.
  package private(set) var json = 0
  /// Whether there was no more to read.
  package private(set) var isWhole = true
  /// The paths of members, and on how many lines each occurs.
  package private(set) var paths: [String: Int] = [:]
  /// One for each plan.
  package private(set) var readings: [Reading]

  /// Reads the first lines of a source for some plans.
  package init(of source: SourcePlan, for plans: [Plan], _ options: FeedOptions) throws {
    path = source.path
    readings = plans.map { plan in
      Reading(
        counts: StageCounts(plan), members: plan.members.map { _ in Values() },
        variety: (plan.fold?.keys ?? []).map { _ in 0 })
    }
    var tables = plans.map { ($0.fold?.keys ?? []).map { _ in GroupTable() } }
    let (members, heads) = Head.sharing(plans)
    let feed = SourceFeed(
      source, source: 0,
      wanted: Wanted(
        members: members, times: plans.contains(where: \.readsTimes), strict: options.strict),
      heads: [], options: options, pool: ChunkPool(), ledger: nil)
    defer { feed.cancel() }
    while isWhole, let fed = try feed.next() {
      let batch = fed.made.batch
      var live = fed.made.messages
      if lines + live.population > Sample.mostLines {
        var left = Sample.mostLines - lines
        live.filter { _ in
          left -= 1
          return left >= 0
        }
        isWhole = false
      }
      lines += live.population
      noteMembers(of: batch, live)
      for index in readings.indices {
        readings[index].note(batch, live, heads[index], &tables[index])
      }
    }
    if let failure = feed.report.failures.first { throw failure }
  }

  private mutating func noteMembers(of batch: Batch, _ live: Selection) {
    live.forEach { row in
      guard batch.lines.shapes[row] == .json else { return }
      json += 1
      for member in JSONScanner.members(of: batch.line(row)) {
        let name = member.key.string
        paths[name, default: 0] += 1
        guard member.value.kind == .json, member.value.place[0] == UInt8(ascii: "{") else {
          continue
        }
        for inner in JSONScanner.members(of: member.value.place) {
          paths["\(name).\(inner.key.string)", default: 0] += 1
        }
      }
    }
  }
}

extension Sample.Reading {
  fileprivate mutating func note(
    _ batch: Batch, _ live: Selection, _ head: Head, _ tables: inout [GroupTable]
  ) {
    for (member, column) in head.memberMap.enumerated() {
      let cells = batch.members[column]
      live.forEach { members[member].note(cells[$0]) }
    }
    var frame = counts.add(batch, live: live, memberMap: head.memberMap)
    for (key, slot) in (head.plan.fold?.keys ?? []).enumerated() {
      _ = tables[key].groups(of: [frame.column(slot)], rows: frame.live)
      variety[key] = tables[key].count
    }
  }
}

extension Sample.Values {
  /// Enough to know where half of them lie.
  private static let mostNumbers = 10_000

  fileprivate mutating func note(_ cell: Cell) {
    guard !cell.isNull else { return }
    present += 1
    if let number = cell.number {
      numeric += 1
      if numbers.count < Sample.Values.mostNumbers { numbers.append(number) }
      return
    }
    if cell.kind == .text, Durations.milliseconds(measured: cell.place) != nil { measured += 1 }
    if text == nil { text = String(cell.place.string.prefix(40)) }
  }

  /// The number that half of the numbers do not reach.
  package var median: Double? { numbers.isEmpty ? nil : numbers.sorted()[numbers.count / 2] }
}
