import Records

/// `dedup [consecutive] [N] [[by] f, g]`: the first N rows of each combination of values, in the
/// present order; with `consecutive` of each run of equal neighbours. Values are told apart like
/// those of group fields. Without fields the text of the message counts, behind an aggregate the
/// whole row.
package struct Dedup: Operator {
  package var consecutive: Bool
  package var count: Int?
  package var names: [FieldName]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let consecutive = try parser.take("consecutive")
    var count: Int?
    if case .number = parser.token.kind {
      let place = parser.place
      count = try parser.wholeNumber(after: "dedup")
      if count == 0 {
        throw Diagnostic(
          .noRows, at: place, in: parser.source, help: "write how many rows of each may stay")
      }
    }
    let needsNames = try parser.take("by")
    var names: [FieldName] = []
    if needsNames || parser.token.kind != .pipe && parser.token.kind != .end {
      names = try parser.fieldList("to compare rows by")
    }
    return Dedup(
      consecutive: consecutive, count: count, names: names,
      span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    let words = [
      consecutive ? "consecutive" : nil, count.map(String.init),
      names.isEmpty ? nil : "by \(names.map(\.printed).joined(separator: ", "))",
    ]
    return (["dedup"] + words.compactMap { $0 }).joined(separator: " ")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    var compared = names
    if names.isEmpty {
      let columns = binder.isAggregate ? binder.fields.names : ["_raw"]
      compared = columns.map { FieldName(text: $0, span: span) }
    }
    var slots: [Slot] = []
    for name in compared { slots.append(try binder.read(name)) }
    binder.append(DedupStage(slots: slots, count: count ?? 1, consecutive: consecutive))
  }
}

struct DedupStage: Stage {
  static var reach: StageReach { .order }
  private let slots: [Slot]
  private let count: Int
  private let consecutive: Bool
  /// The combinations met so far; of a run only the one at hand.
  private var table = GroupTable()
  private var seen: [Int] = []
  private var last: Int?

  init(slots: [Slot], count: Int, consecutive: Bool) {
    self.slots = slots
    self.count = count
    self.consecutive = consecutive
  }

  mutating func apply(to frame: inout Frame) {
    let groups = table.groups(of: slots.map { frame.column($0) }, rows: frame.live)
    seen += [Int](repeating: 0, count: table.count - seen.count)
    frame.live.filter { row in
      let group = Int(groups[row])
      if consecutive, group != last { seen[group] = 0 }
      last = group
      seen[group] += 1
      return seen[group] <= count
    }
    if consecutive { forgetOthers() }
  }

  /// Whatever follows, only the run that is under way can go on.
  private mutating func forgetOthers() {
    guard let run = last, table.count > 1 else { return }
    var fresh = GroupTable()
    last = fresh.adopt(run, of: table)
    seen = [seen[run]]
    table = fresh
  }
}

extension Diagnostic.Message {
  fileprivate static let noRows = Self("arguments", "'dedup 0' would keep no row")
}
