/// Reads members of JSON lines into columns; one per worker, because it learns the log's key order.
package final class LineProjector {
  /// What one chunk gave, row by row.
  package struct Columns {
    /// A column for each asked-for member.
    package var members: [[Cell]]
    /// Of the names in order of preference, the first that each row has.
    package var firstOf: [Cell]
    /// Per member: whether any of its cells is text with escapes or a container as it stands.
    package var rich: [Bool]
    /// Members that came again under the same name before the walk along their line ended.
    package var duplicates: Int
  }

  private let memberCount: Int
  private let hasRanks: Bool
  private var walks: [MemberWalk]

  /// Looks for `members`, and for the first of the names `firstOf` that has a value.
  package init(members: [String], firstOf: [String]) {
    precondition(firstOf.count < WantedMembers.limit, "too many names to prefer among")
    memberCount = members.count
    hasRanks = !firstOf.isEmpty
    walks = []
    // As many members as fit beside the ranks, then 64 at a time.
    var rest = members[...]
    var ranks = firstOf
    repeat {
      let part = rest.prefix(WantedMembers.limit - ranks.count)
      walks.append(MemberWalk(WantedMembers(members: part, ranks: ranks)))
      rest = rest.dropFirst(part.count)
      ranks = []
    } while !rest.isEmpty
  }

  /// The cells of every row; null for rows that are not JSON objects.
  package func project(_ bytes: Bytes, _ lines: LineTable) -> Columns {
    var columns = Columns(
      members: [[Cell]](
        repeating: [Cell](repeating: .null, count: lines.count), count: memberCount),
      firstOf: [Cell](repeating: .null, count: lines.count),
      rich: [Bool](repeating: false, count: memberCount), duplicates: 0)
    var offset = 0
    for index in walks.indices {
      for row in 0..<lines.count where lines.shapes[row] == .json {
        walks[index].read(lines.line(row, in: bytes))
        columns.duplicates += walks[index].duplicates
        for member in 0..<walks[index].wanted.memberCount {
          let cell = walks[index].cells[member]
          columns.members[offset + member][row] = cell
          if cell.kind == .escaped || cell.kind == .json { columns.rich[offset + member] = true }
        }
        if index == 0, hasRanks { columns.firstOf[row] = walks[index].firstOf }
      }
      offset += walks[index].wanted.memberCount
    }
    return columns
  }
}
