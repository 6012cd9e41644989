import QueryLanguage
package import TerminalUI

extension Help {
  /// What can be written in a query, from the tables that the language itself is made of.
  package static func language(_ palette: Palette) -> String {
    var text = heading("operators", palette)
    text += entries(
      OperatorTable.all.map { ($0.syntax, $0.summary) }
        + [("<expression> as f", "sets a field on every row")], palette)
    text += "\n" + listed("not built yet", OperatorTable.planned.keys.sorted())
    text += heading("aggregates", palette)
    text += entries(
      AggregateTable.all.map { aggregate in
        let parameters = aggregate.parameters.isEmpty ? "" : "(\(aggregate.parameters))"
        return (aggregate.name + parameters, aggregate.summary)
      }, palette)
    text += heading("functions", palette)
    text += "  \(palette.paint("choice", .quiet))\n"
    text += entries([("if(condition, value, other)", "one of two values")], palette)
    for family in FunctionTable.families where !family.functions.isEmpty {
      text += "\n  \(palette.paint(family.title.lowercased(), .quiet))\n"
      text += entries(
        family.functions.map { function in
          let others = function.names.dropFirst().joined(separator: ", ")
          return (
            "\(function.names[0])(\(function.parameters))",
            function.summary + (others.isEmpty ? "" : "; also \(others)")
          )
        }, palette)
    }
    return text
  }

  /// Terms on the left; a long one has a line for itself.
  static func entries(
    _ rows: [(term: String, meaning: String)], _ palette: Palette
  ) -> String {
    let width = 30
    let indent = String(repeating: " ", count: width + 4)
    return rows.map { row in
      let meaning = wrapped(row.meaning, indent: width + 4).joined(separator: "\n")
      let term = palette.paint(row.term, .accent)
      if row.term.displayWidth > width { return "  \(term)\n\(indent)\(meaning)\n" }
      let blanks = String(repeating: " ", count: width - row.term.displayWidth)
      return "  \(term)\(blanks)  \(meaning)\n"
    }.joined()
  }

  private static func listed(_ title: String, _ words: [String]) -> String {
    "  "
      + wrapped("\(title): " + words.joined(separator: ", "), indent: 2).joined(separator: "\n")
      + "\n"
  }
}
