import Records

/// The parse family: `parse`, `parse regex`, `json`. A run of them forms an OR: a plain parse does not
/// drop a row that an earlier `nodrop` parse of the run has matched.
package protocol ParseOperator: Operator {
  var nodrop: Bool { get }
}

/// How one parse of a run treats rows, settled when it is bound.
struct ParseFate: Sendable {
  let nodrop: Bool
  /// Holds true on rows that a `nodrop` parse before has matched.
  let matchedBefore: Slot?
  /// Where this parse notes its own matches for the later ones.
  let note: Slot?

  init(nodrop: Bool, _ binder: inout Binder) {
    self.nodrop = nodrop
    matchedBefore = binder.parseChain
    if nodrop, binder.parseChain == nil { binder.parseChain = binder.fields.addHidden() }
    note = nodrop ? binder.parseChain : nil
  }

  /// Sets the parsed fields of the matching rows and drops those that the run gives up.
  ///
  /// `values` holds one array of cells a target; rows that did not match keep what they had.
  func apply(matched: Selection, targets: [Slot], values: [[Cell]], to frame: inout Frame) {
    for (index, target) in targets.enumerated() {
      if matched == frame.live {
        frame.set(target, to: .cells(values[index]))
      } else {
        var cells = frame.column(target).spread(over: frame.rowCount)
        matched.forEach { cells[$0] = values[index][$0] }
        frame.set(target, to: .cells(cells))
      }
    }
    if !nodrop {
      var kept = matched
      if let matchedBefore {
        let column = frame.column(matchedBefore)
        var saved = frame.live
        saved.filter { column[$0].isTrue }
        kept.formUnion(saved)
      }
      frame.live = kept
    }
    if let note {
      var flags = frame.column(note).spread(over: frame.rowCount)
      matched.forEach { flags[$0] = Cell(true) }
      frame.set(note, to: .cells(flags))
    }
  }
}

/// Options that the parse family shares, in any order: `field=x`, `nodrop`.
struct ParseOptions {
  var field: FieldName?
  var nodrop = false

  /// Takes one option if one is next.
  mutating func take(_ parser: inout Parser) throws(Diagnostic) -> Bool {
    if try parser.take("nodrop") {
      nodrop = true
      return true
    }
    if parser.token.isWord("field") {
      let before = parser
      try parser.advance()
      if try parser.takeSymbol("=") {
        field = try parser.field("to parse")
        return true
      }
      parser = before
    }
    return false
  }

  var printedField: String { field.map { "field=\($0.printed) " } ?? "" }

  /// The text that is parsed: the named field, else the whole message.
  func input(_ binder: inout Binder) throws(Diagnostic) -> Slot {
    try binder.read(field ?? FieldName(text: "_raw"))
  }
}
