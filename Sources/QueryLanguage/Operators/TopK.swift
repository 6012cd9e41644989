import Records

/// `topk(N, f, g) by h`: the N rows with the largest f, ties by g, of all or of each combination of the
/// fields behind `by`; `_rank` numbers them from 1. Rows stand in that order; those without f have no
/// place.
package struct TopK: Operator {
  package var count: Int
  package var names: [FieldName]
  package var keys: [FieldName]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    try parser.expect("(", "after 'topk'", help: "write for example 'topk(10, _count)'")
    let count: Int
    do throws(Diagnostic) { count = try parser.wholeNumber(after: "topk(") } catch {
      var mistake = error
      mistake.help = "write for example 'topk(10, _count)'"
      throw mistake
    }
    try parser.expect(",", "after the number", help: "write for example 'topk(10, _count)'")
    let names = try parser.fieldList("to rank by")
    try parser.expect(")", "after the fields")
    let keys = try parser.take("by") ? try parser.fieldList("to group by") : []
    return TopK(
      count: count, names: names, keys: keys, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    "topk(\(count), \(names.map(\.printed).joined(separator: ", ")))"
      + (keys.isEmpty ? "" : " by \(keys.map(\.printed).joined(separator: ", "))")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let first = try binder.read(names[0])
    let sort = try SortStage(names.map { Sort.Key(name: $0, ascending: false) }, &binder)
    var slots: [Slot] = []
    for key in keys { slots.append(try binder.read(key)) }
    let rank = FieldName(text: "_rank", span: span)
    let target = try binder.write(rank)
    binder.append(TopKStage(sort: sort, count: count, first: first, keys: slots, rank: target))
    binder.show(rank)
  }
}

struct TopKStage: Stage {
  static var reach: StageReach { .table }
  let sort: SortStage
  let count: Int
  let first: Slot
  let keys: [Slot]
  let rank: Slot

  func apply(to frame: inout Frame) {
    let values = frame.column(first)
    frame.live.filter { !values[$0].isNull }
    sort.apply(to: &frame)
    var table = GroupTable()
    let groups = table.groups(of: keys.map { frame.column($0) }, rows: frame.live)
    var taken = [Int64](repeating: 0, count: table.count)
    let ranks = frame.computed { row in
      taken[Int(groups[row])] += 1
      return Cell(taken[Int(groups[row])])
    }
    frame.live.filter { ranks[$0].wholeValue <= Int64(count) }
    frame.set(rank, to: ranks)
  }
}
