import Records

/// `total f [as a] [by g]`: the sum over all rows, or over those of the same group, on each of them.
package struct Total: Operator {
  package var field: FieldName
  package var alias: FieldName?
  package var keys: [FieldName]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let field = try parser.argumentField(of: "total")
    let alias = try parser.take("as") ? try parser.field("as a name") : nil
    let keys = try parser.take("by") ? try parser.fieldList("to group by") : []
    return Total(
      field: field, alias: alias, keys: keys, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    "total \(field.printed)" + (alias.map { " as \($0.printed)" } ?? "")
      + (keys.isEmpty ? "" : " by \(keys.map(\.printed).joined(separator: ", "))")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let input = try binder.read(field)
    var slots: [Slot] = []
    for key in keys { slots.append(try binder.read(key)) }
    let name = alias ?? FieldName(text: "_total", span: span)
    let target = try binder.write(name, unit: binder.fields[input].unit)
    binder.append(TotalStage(input: input, target: target, keys: slots))
    binder.show(name)
  }
}

struct TotalStage: Stage {
  static var reach: StageReach { .table }
  let input: Slot
  let target: Slot
  let keys: [Slot]

  func apply(to frame: inout Frame) {
    let values = frame.column(input)
    var table = GroupTable()
    let groups = table.groups(of: keys.map { frame.column($0) }, rows: frame.live)
    var sums = [ExactSum](repeating: ExactSum(), count: table.count)
    frame.live.forEach { row in
      if let number = values[row].number { sums[Int(groups[row])].add(number) }
    }
    frame.set(target, to: frame.computed { Cell(sums[Int(groups[$0])].value) })
  }
}
