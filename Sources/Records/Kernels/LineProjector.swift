import CKernels

/// Reads members of JSON lines into columns; one per worker, because it learns the log's key order.
///
/// A row goes through the automaton of learned key order first (`KeyOrder`, `kernels.h`). One that
/// surprises it is read member by member, by the kernel or, if there is more to it, by `MemberWalk`,
/// the plain way, and is a lesson for the automaton. All ways give the same cells, always: what was
/// learned is a matter of speed only.
package final class LineProjector {
  /// What one chunk gave, row by row.
  package struct Columns: Sendable {
    /// A column for each asked-for member.
    package var members: [[Cell]]
    /// Of the names in order of preference, the first that each row has.
    package var firstOf: [Cell]
    /// Per member: whether any of its cells is text with escapes or a container as it stands.
    package var rich: [Bool]
    /// Members that came again under the same name before the walk along their line ended.
    package var duplicates: Int
  }

  /// How rows are read; the results are the same.
  package enum Path: Sendable {
    /// The automaton, with the widest instructions that the machine has.
    case fastest
    /// The automaton, with the instructions that every machine of its kind has.
    case baseline
    /// As `fastest`, but without what was learned.
    case unlearned
    /// The reference.
    case plain
  }

  private let passes: [Pass]
  private let path: Path

  /// Rows that the automaton did not know, since the beginning.
  package private(set) var surprises = 0

  /// Looks for `members`, and for the first of the names `firstOf` that has a value.
  package init(members: [String], firstOf: [String], path: Path = .fastest) {
    precondition(firstOf.count < WantedMembers.limit, "too many names to prefer among")
    self.path = path
    // As many members as there are bits beside the ranks, then 64 at a time.
    var passes: [Pass] = []
    var rest = members[...]
    var ranks = firstOf
    repeat {
      let part = rest.prefix(WantedMembers.limit - ranks.count)
      passes.append(Pass(WantedMembers(members: part, ranks: ranks)))
      rest = rest.dropFirst(part.count)
      ranks = []
    } while !rest.isEmpty
    self.passes = passes
  }

  /// The cells of every row; null for rows that are not JSON objects.
  ///
  /// `padding` says how many bytes behind `bytes` may be read: lines that end nearer than 64 bytes
  /// to the last readable one go the plain way.
  package func project(_ bytes: Bytes, _ lines: LineTable, padding: Int = 0) -> Columns {
    var columns = Columns(members: [], firstOf: [], rich: [], duplicates: 0)
    for pass in passes {
      surprises += pass.project(bytes, lines, padding: padding, path: path, into: &columns)
    }
    return columns
  }
}

/// One walk along all rows, for at most 64 names.
// SAFETY: `cells` and `surprises` are allocated once for `portion` rows, never lent beyond a call of the
// kernel, and freed in `deinit`. The kernel gets row numbers below `portion` and places inside
// `bytes`; it reads nothing behind `bytes` and its padding. The differential tests run on exactly
// sized heap blocks under the address sanitizer.
private final class Pass {
  private let wanted: WantedMembers
  private let order: KeyOrder
  private var walk: MemberWalk

  /// Columns of `portion` cells: the members', then the one of the ranks.
  private let cells: UnsafeMutablePointer<Cell>
  private let surprises: UnsafeMutablePointer<tripline_surprise>

  /// Rows that pay for lessons. A lesson costs as much as a hundred rows, so a log that never repeats
  /// itself must not get many of them.
  private var credit = Pass.creditLimit
  private var habits = Habits()

  private static let creditLimit = 1 << 17
  private static let lessonPrice = 256

  /// Rows of one call of the kernel: their cells should stay in the nearest caches.
  private static let portion = 512
  /// The first chunk begins with short calls: what surprises one call, the next one knows.
  private static let firstPortion = 8

  init(_ wanted: WantedMembers) {
    self.wanted = wanted
    order = KeyOrder(wanted)
    walk = MemberWalk(wanted)
    cells = .allocate(capacity: (wanted.memberCount + 1) * Pass.portion)
    cells.initialize(repeating: .null, count: (wanted.memberCount + 1) * Pass.portion)
    surprises = .allocate(capacity: Pass.portion)
  }

  deinit {
    cells.deallocate()
    surprises.deallocate()
  }

  /// Adds this pass's columns to `columns`; returns how many rows surprised the automaton.
  func project(
    _ bytes: Bytes, _ lines: LineTable, padding: Int, path: LineProjector.Path,
    into columns: inout LineProjector.Columns
  ) -> Int {
    var members = (0..<wanted.memberCount).map { _ in
      var column: [Cell] = []
      column.reserveCapacity(lines.count)
      return column
    }
    let hasRanks = wanted.ranks != 0
    if hasRanks { columns.firstOf.reserveCapacity(lines.count) }
    var rich: UInt64 = 0
    var surprises = 0
    var row = 0
    var size = credit == Pass.creditLimit ? Pass.firstPortion : Pass.portion
    while row < lines.count {
      let rows = row..<min(row + size, lines.count)
      let room = UnsafeMutableBufferPointer(
        start: cells, count: (wanted.memberCount + 1) * rows.count)
      room.update(repeating: .null)
      var portion = Portion(cells: room, rows: rows.count)
      surprises += read(
        rows, of: lines, in: bytes, padding: padding, path: path, into: &portion)
      for member in members.indices {
        members[member].append(contentsOf: portion.column(member))
      }
      if hasRanks { columns.firstOf.append(contentsOf: portion.column(wanted.memberCount)) }
      rich |= portion.rich
      columns.duplicates += portion.duplicates
      row = rows.upperBound
      size = min(size * 2, Pass.portion)
    }
    columns.members += members
    columns.rich += members.indices.map { rich & 1 << UInt64($0) != 0 }
    review(rows: lines.count, surprises: surprises)
    return surprises
  }

  /// The cells of some rows, column after column.
  private struct Portion {
    let cells: UnsafeMutableBufferPointer<Cell>
    let rows: Int
    var rich: UInt64 = 0
    var duplicates = 0

    func column(_ index: Int) -> Slice<UnsafeMutableBufferPointer<Cell>> {
      cells[index * rows..<(index + 1) * rows]
    }
  }

  private func read(
    _ rows: Range<Int>, of lines: LineTable, in bytes: Bytes, padding: Int,
    path: LineProjector.Path, into portion: inout Portion
  ) -> Int {
    guard path != .plain else {
      for row in rows where lines.shapes[row] == .json {
        readPlainly(lines.line(row, in: bytes), row - rows.lowerBound, into: &portion)
      }
      return 0
    }
    let count = run(rows, of: lines, in: bytes, padding: padding, path: path, into: &portion)
    for surprise in UnsafeBufferPointer(start: surprises, count: count) {
      let row = Int(surprise.row)
      let line = lines.line(rows.lowerBound + row, in: bytes)
      var stop = Int(surprise.stop)
      if stop == 0 {
        readPlainly(line, row, into: &portion)
        stop = walk.stop ?? line.count
      }
      if credit >= Pass.lessonPrice, habits.areTrusted {
        credit -= Pass.lessonPrice
        order.learn(line, upTo: stop)
      }
    }
    return count
  }

  /// Lets the automaton read `rows`; returns how many of them are now in `surprises`.
  private func run(
    _ rows: Range<Int>, of lines: LineTable, in bytes: Bytes, padding: Int,
    path: LineProjector.Path, into portion: inout Portion
  ) -> Int {
    guard wanted.all != 0, let text = bytes.start else { return 0 }
    var automaton = order.automaton
    return lines.starts.withUnsafeBufferPointer { starts in
      lines.lengths.withUnsafeBufferPointer { lengths in
        lines.shapes.withUnsafeBytes { shapes in
          portion.cells.withMemoryRebound(to: tripline_cell.self) { room in
            let cells = room.baseAddress.unsafelyUnwrapped
            var request = tripline_portion(
              text: text, readable_end: text + bytes.count + padding,
              starts: starts.baseAddress.unsafelyUnwrapped + rows.lowerBound,
              lengths: lengths.baseAddress.unsafelyUnwrapped + rows.lowerBound,
              shapes: shapes.baseAddress.unsafelyUnwrapped
                .assumingMemoryBound(to: UInt8.self) + rows.lowerBound,
              rows: rows.count, members: cells,
              first_of: cells + wanted.memberCount * rows.count, rich: 0, duplicates: 0)
            let count = tripline_project(
              &automaton, &request, surprises, path == .baseline,
              path != .unlearned && habits.areTrusted)
            portion.rich |= request.rich
            portion.duplicates += Int(request.duplicates)
            return count
          }
        }
      }
    }
  }

  /// Reads one row of a portion the plain way.
  private func readPlainly(_ line: Bytes, _ row: Int, into portion: inout Portion) {
    walk.read(line)
    portion.duplicates += walk.duplicates
    for member in 0..<wanted.memberCount {
      let cell = walk.cells[member]
      portion.cells[member * portion.rows + row] = cell
      if cell.kind == .escaped || cell.kind == .json { portion.rich |= 1 << UInt64(member) }
    }
    portion.cells[wanted.memberCount * portion.rows + row] = walk.firstOf
  }

  /// After a chunk: puts steps in order, and lets the automaton rest where it is of no use.
  private func review(rows: Int, surprises: Int) {
    credit = min(credit + rows, Pass.creditLimit)
    switch habits.observe(rows: rows, surprises: surprises) {
    case .none: break
    case .settle: order.settle()
    case .rest: order.forget()
    case .tryAgain: credit = Pass.creditLimit
    }
  }
}
