import Records

/// `sort by a, b asc`: largest first unless `asc`; text by its characters, nulls last either way.
/// Rows that compare equal keep their order.
package struct Sort: Operator {
  package struct Key: Sendable {
    package var name: FieldName
    package var ascending: Bool
  }

  package var keys: [Key]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    _ = try parser.take("by")
    var keys: [Key] = []
    repeat { keys.append(try key(&parser)) } while try parser.takeSymbol(",")
    return Sort(keys: keys, span: Span(keyword.lower, parser.previousEnd))
  }

  /// `[+|-] field [asc|desc]`.
  static func key(_ parser: inout Parser) throws(Diagnostic) -> Key {
    var ascending = try parser.takeSymbol("+")
    if !ascending { _ = try parser.takeSymbol("-") }
    let name = try parser.field("to sort by")
    if try parser.take("asc") {
      ascending = true
    } else if try parser.take("desc") {
      ascending = false
    }
    return Key(name: name, ascending: ascending)
  }

  package var printed: String {
    let list = keys.map { "\($0.name.printed) \($0.ascending ? "asc" : "desc")" }
    return "sort by \(list.joined(separator: ", "))"
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    binder.append(try SortStage(keys, &binder), onlyShows: true)
  }
}

struct SortStage: Stage {
  static var reach: StageReach { .table }
  private let keys: [(slot: Slot, ascending: Bool)]

  init(_ keys: [Sort.Key], _ binder: inout Binder) throws(Diagnostic) {
    var bound: [(slot: Slot, ascending: Bool)] = []
    for key in keys { bound.append((try binder.read(key.name), key.ascending)) }
    self.keys = bound
  }

  func apply(to frame: inout Frame) {
    let columns = keys.map { frame.column($0.slot) }
    let arena = frame.arena
    let rows = frame.live.rows.enumerated().sorted { left, right in
      for (index, key) in keys.enumerated() {
        let order = SortStage.order(
          columns[index][left.element], columns[index][right.element], arena)
        // Nulls stay last in both directions.
        if order.isAboutNull { if order.value != 0 { return order.value < 0 } else { continue } }
        if order.value != 0 { return (order.value < 0) == key.ascending }
      }
      return left.offset < right.offset
    }
    frame = frame.gathered(rows.map(\.element))
  }

  /// Numbers before other values; text by its bytes with lower case before upper.
  private static func order(
    _ left: Cell, _ right: Cell, _ arena: Arena
  ) -> (value: Int, isAboutNull: Bool) {
    if left.isNull || right.isNull {
      return (left.isNull ? (right.isNull ? 0 : 1) : -1, true)
    }
    if left.isNumeric, right.isNumeric, let a = left.number, let b = right.number {
      return (a < b ? -1 : a > b ? 1 : 0, false)
    }
    if left.isNumeric != right.isNumeric { return (left.isNumeric ? -1 : 1, false) }
    return (textOrder(left.text(arena), right.text(arena)), false)
  }

  private static func textOrder(_ left: Bytes, _ right: Bytes) -> Int {
    for index in 0..<min(left.count, right.count) {
      let (a, b) = (rank(left[index]), rank(right[index]))
      if a != b { return a < b ? -1 : 1 }
    }
    return left.count == right.count ? 0 : left.count < right.count ? -1 : 1
  }

  /// Swaps the cases, which alone differ from byte order.
  private static func rank(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A: byte ^ 0x20
    default: byte
    }
  }
}
