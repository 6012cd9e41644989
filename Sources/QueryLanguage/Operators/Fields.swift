import Records

/// `fields a, b` shows just these; `fields - a, b` removes them. Built-in fields of raw rows stay
/// usable by later stages, as in the original, but are shown only when they are listed.
package struct Fields: Operator {
  package var removes: Bool
  package var names: [FieldName]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let removes = try parser.takeSymbol("-")
    let names = try parser.fieldList(removes ? "to remove" : "to keep")
    if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
      throw Diagnostic(
        .duplicate(names[twice].text), at: names[twice].span, in: parser.source,
        help: "name each field once")
    }
    return Fields(removes: removes, names: names, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    "fields \(removes ? "- " : "")\(names.map(\.printed).joined(separator: ", "))"
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    if removes {
      let isClosed = binder.isAggregate && !binder.missesStages
      // To remove the built-in fields is a habit from raw rows, and does no harm here.
      for name in names
      where isClosed && binder.fields.slot(named: name.text) == nil
        && Metadata(rawValue: name.key) == nil
      {
        binder.diagnostics.append(
          Diagnostic(
            .nothingToRemove(name.text), at: name.span, in: binder.source,
            help: Suggestion.didYouMean(name.text, among: binder.fields.names)
              ?? "the columns here are \(binder.fields.names.joined(separator: ", "))",
            severity: .warning))
      }
      binder.hide(names)
    } else {
      for name in names { _ = try binder.read(name) }
      if binder.isAggregate {
        let kept = Set(names)
        binder.hide(
          binder.fields.names.map { FieldName(text: $0) }.filter { !kept.contains($0) })
      }
      binder.shown = names
    }
    binder.append(ShowStage(), onlyShows: true)
  }
}

/// Which columns are shown is settled when the query is bound, so nothing is left to do.
struct ShowStage: Stage {
  static var reach: StageReach { .row }

  func apply(to frame: inout Frame) {}
}

extension Diagnostic.Message {
  fileprivate static func duplicate(_ name: String) -> Self {
    Self("duplicate-field", "the field '\(name)' is listed twice")
  }
  fileprivate static func nothingToRemove(_ name: String) -> Self {
    Self("unknown-column", "there is no column '\(name)' to remove")
  }
}
