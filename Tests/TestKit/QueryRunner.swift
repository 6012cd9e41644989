package import QueryLanguage
package import Records

/// Runs a query over lines in memory, as the engine does: batch by batch through the head, into
/// partials, merged, through the tail.
///
/// `run` does so several times, with the lines cut into one batch and into random ones shared out to
/// several workers, and throws when that changes the result.
package struct QueryRunner {
  package let plan: Plan
  private let settings: Binder.Settings

  /// Parses and binds `query`.
  package init(_ query: String, settings: Binder.Settings = Binder.Settings()) throws {
    let source = SourceText(name: "query", text: query)
    plan = try Binder.plan(of: source, settings)
    self.settings = settings
  }

  /// The result of `query`: column names and rows. Rows of a query that sets no field are their text.
  package static func run(
    _ query: String, lines: [String], settings: Binder.Settings = Binder.Settings(),
    seed: UInt64 = TestSeed.value
  ) throws -> (columns: [String], rows: [[Value]]) {
    let runner = try QueryRunner(query, settings: settings)
    let whole = runner.run(lines, cut: [lines.count])
    var random = SplitMix64(seed: seed)
    for _ in 0..<4 {
      let cut = random.cut(of: lines.count)
      let rows = runner.run(lines, cut: cut, workers: Int.random(in: 1...3, using: &random))
      guard comparable(rows) == comparable(whole) else {
        throw BatchesMatter(query: query, seed: seed, cut: cut, whole: whole, found: rows)
      }
    }
    let shuffled = runner.run(lines, cut: random.cut(of: lines.count), workers: 3, merge: &random)
    // Without a tail that picks among rows, the order of merging shows in the order of rows only.
    guard !runner.plan.tail.isEmpty || QueryRunner.sameRows(whole, shuffled) else {
      throw BatchesMatter(query: query, seed: seed, cut: [], whole: whole, found: shuffled)
    }
    return (runner.columns, whole)
  }

  /// Everything that is wrong with `query`, as a person sees it; empty when it is right.
  package static func report(
    _ query: String, settings: Binder.Settings = Binder.Settings()
  ) -> String {
    do throws(Diagnostics) {
      let source = SourceText(name: "query", text: query)
      let plan = try Binder.plan(of: source, settings)
      return plan.warnings.map { $0.rendered() }.joined()
    } catch {
      return error.list.map { $0.rendered() }.joined()
    }
  }

  /// The same lines in other batches gave another result.
  package struct BatchesMatter: Error, CustomStringConvertible {
    var query: String
    var seed: UInt64
    var cut: [Int]
    var whole: [[Value]]
    var found: [[Value]]

    package var description: String {
      """
      the result of '\(query)' depends on batches (seed \(seed), batches of \(cut) lines):
        in one batch: \(whole)
        in several:   \(found)
      """
    }
  }

  /// The names of the result's columns.
  package var columns: [String] {
    plan.output.isEmpty ? [Metadata.raw.rawValue] : plan.output.map(\.name)
  }

  /// One run with the lines cut into batches of the given sizes, shared out to `workers` in order.
  package func run(_ lines: [String], cut: [Int], workers: Int = 1) -> [[Value]] {
    result(of: batches(lines, cut: cut), workers: workers) { $0 }
  }

  private func run(
    _ lines: [String], cut: [Int], workers: Int, merge random: inout SplitMix64
  ) -> [[Value]] {
    result(of: batches(lines, cut: cut), workers: workers) { $0.shuffled(using: &random) }
  }

  private static func sameRows(_ left: [[Value]], _ right: [[Value]]) -> Bool {
    Dictionary(grouping: comparable(left)) { $0 }.mapValues(\.count)
      == Dictionary(grouping: comparable(right)) { $0 }.mapValues(\.count)
  }

  /// No number is no number, here too.
  private static func comparable(_ rows: [[Value]]) -> [[Value]] {
    rows.map { row in
      row.map { value in
        if case .number(let number) = value, number.isNaN { return .text("NaN") }
        return value
      }
    }
  }

  // Batches.

  private static let timeFields = [
    "timestamp", "@timestamp", "time", "ts", "datetime", "date", "eventTime", "_messagetime",
  ]

  private func batches(_ lines: [String], cut: [Int]) -> [Batch] {
    let projector = LineProjector(members: plan.members, firstOf: QueryRunner.timeFields)
    let facts = SourceFacts(name: "lines")
    var reader = TimestampReader(zone: settings.zone)
    var previous: Int64?
    var offset = 0
    var first = 0
    var batches: [Batch] = []
    for size in cut {
      let text = lines[first..<first + size].map { $0 + "\n" }.joined()
      let chunk = Chunk(copying: Array(text.utf8), offset: offset, firstLine: first + 1)
      let table = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
      let columns = projector.project(chunk.bytes, table)
      let times = (0..<table.count).map { row -> Int64 in
        let found =
          table.shapes[row] == .json
          ? reader.read(columns.firstOf[row])
          : reader.leftmost(in: table.line(row, in: chunk.bytes), near: previous)
        previous = found ?? previous
        return previous ?? Batch.untimed
      }
      batches.append(
        Batch(
          chunk: chunk, lines: table, members: columns.members, rich: columns.rich, times: times,
          facts: facts, source: 0, generation: 0))
      first += size
      offset += text.utf8.count
    }
    return batches
  }

  // The run.

  private func result(
    of batches: [Batch], workers: Int, merging order: ([Gathered]) -> [Gathered]
  ) -> [[Value]] {
    var ordered = plan.ordered
    var frames: [Frame] = []
    for batch in batches {
      guard ordered.allSatisfy(\.wantsMore) else { break }
      var live = Selection(all: batch.count)
      live.filter { batch.lines.shapes[$0] != .malformed }
      var frame = plan.runHead(
        on: batch, live: live, memberMap: Array(plan.members.indices), now: settings.now)
      for index in ordered.indices { ordered[index].apply(to: &frame) }
      frames.append(frame)
    }
    if let fold = plan.fold {
      let share = max(1, (frames.count + workers - 1) / workers)
      let parts = stride(from: 0, to: frames.count, by: share).map { start in
        Gathered(fold, frames[start..<min(start + share, frames.count)])
      }
      var whole = Gathered(fold, [])
      for part in order(parts) {
        whole.partial.merge(part.partial, from: part.table, into: &whole.table)
      }
      var frame = whole.frame
      frame.now = settings.now
      plan.runTail(on: &frame)
      return rows(of: &frame)
    }
    if plan.collects {
      var frame = collected(frames)
      frame.now = settings.now
      plan.runTail(on: &frame)
      return rows(of: &frame)
    }
    return frames.flatMap { frame in
      var frame = frame
      return rows(of: &frame)
    }
  }

  /// What one worker has folded.
  private struct Gathered {
    var table = GroupTable()
    var partial: Partial

    init(_ fold: FoldPlan, _ frames: ArraySlice<Frame>) {
      partial = Partial(fold)
      for frame in frames {
        var frame = frame
        let groups = table.groups(of: fold.keys.map { frame.column($0) }, rows: frame.live)
        partial.absorb(&frame, rows: frame.live, groups: groups)
      }
    }

    var frame: Frame {
      partial.isEmpty && partial.plan.keys.isEmpty ? partial.emptyRow() : partial.frame(table)
    }
  }

  /// The slot behind all fields of the query, for the text of gathered rows.
  private var rawSlot: Slot { Slot(plan.loads.count) }

  /// The live rows of all frames as one frame.
  private func collected(_ frames: [Frame]) -> Frame {
    let arena = Arena()
    var columns = [[Cell]](repeating: [], count: plan.loads.count + 1)
    for frame in frames {
      var frame = frame
      setRaw(of: &frame)
      for index in columns.indices {
        let column = frame.column(Slot(index))
        frame.live.forEach { columns[index].append(arena.adopt(column[$0])) }
      }
    }
    return Frame(
      columns: columns.map { .cells($0) }, rowCount: columns[rawSlot.index].count, arena: arena)
  }

  private func setRaw(of frame: inout Frame) {
    guard let batch = frame.batch else { return }
    frame.set(rawSlot, to: frame.computed { Cell(text: batch.line($0)) })
  }

  private func rows(of frame: inout Frame) -> [[Value]] {
    setRaw(of: &frame)
    let slots = plan.output.isEmpty ? [rawSlot] : plan.output.map(\.slot)
    let columns = slots.map { frame.column($0) }
    return frame.live.rows.map { row in columns.map { $0[row].value } }
  }
}

extension SplitMix64 {
  /// `count` cut into random parts, none of them empty.
  fileprivate mutating func cut(of count: Int) -> [Int] {
    var parts: [Int] = []
    var left = count
    while left > 0 {
      let part = Int.random(in: 1...left, using: &self)
      parts.append(part)
      left -= part
    }
    return parts
  }
}

/// Rows can be written as they are shown: `["a", 2, 1.5, true, .null]`.
extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral
{
  package init(stringLiteral text: String) { self = .text(text) }
  package init(integerLiteral whole: Int64) { self = .whole(whole) }
  package init(floatLiteral number: Double) { self = .number(number) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}
