import QueryLanguage
package import TerminalUI

/// The texts of `help`, all made from the tables of verbs and flags.
package enum Help {
  static let usage = "tripline VERB [FLAGS] [ARGUMENT ...]"

  /// `tripline help`.
  package static func overview(_ palette: Palette) -> String {
    var text = palette.paint("tripline", .strong) + " \(Version.current): "
    text += "ask logs questions, watch them, act when they cross a line\n"
    text += heading("usage", palette) + "  \(usage)\n"
    text += heading("verbs", palette)
    text += columns(Verb.all.map { ($0.name.rawValue, $0.summary) }, palette)
    text += heading("examples", palette)
    text += examples(Verb.all.flatMap { $0.examples.prefix(1) }, palette)
    text += heading("exit codes", palette)
    text += columns(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }, palette)
    text += "\n" + palette.paint("'tripline help VERB' shows the flags of a verb", .quiet) + "\n"
    return text
  }

  /// `tripline help VERB`, `tripline VERB --help`.
  package static func page(for verb: Verb, _ palette: Palette) -> String {
    var text = palette.paint("tripline \(verb.name.rawValue)", .strong) + ": \(verb.summary)\n"
    text += heading("usage", palette) + "  \(verb.usage)\n"
    if !verb.description.isEmpty {
      text += "\n" + wrapped(verb.description, indent: 0).joined(separator: "\n") + "\n"
    }
    if !verb.examples.isEmpty {
      text += heading("examples", palette) + examples(verb.examples, palette)
    }
    for section in Flag.Section.allCases {
      let flags = verb.flags.filter { $0.section == section }
      if flags.isEmpty { continue }
      text += heading(section.rawValue, palette)
      text += columns(
        flags.map { flag in
          (flag.synopsis, flag.help + (flag.standard.map { " (default: \($0))" } ?? ""))
        }, palette, width: 28)
    }
    // The language is part of how to ask.
    if verb.name == .query { text += language(palette) }
    return text
  }

  static func heading(_ title: String, _ palette: Palette) -> String {
    "\n" + palette.paint(title, .strong) + "\n"
  }

  private static func examples(_ list: [Verb.Example], _ palette: Palette) -> String {
    list.map { example in
      "  \(palette.paint("# " + example.says, .quiet))\n  \(example.command)\n"
    }.joined(separator: "")
  }

  /// Terms on the left, what they mean on the right, wrapped to the usual 80 columns.
  private static func columns(
    _ rows: [(term: String, meaning: String)], _ palette: Palette, width: Int? = nil
  ) -> String {
    let width = width ?? rows.map(\.term.displayWidth).max() ?? 0
    let indent = 2 + width + 2
    var text = ""
    for row in rows {
      let lines = wrapped(row.meaning, indent: indent)
      let term = palette.paint(row.term, .accent)
      let blanks = String(repeating: " ", count: max(0, width - row.term.displayWidth))
      text += "  \(term)\(blanks)  \(lines.joined(separator: "\n"))\n"
    }
    return text
  }

  /// Breaks text between words; every line but the first starts with the indent.
  static func wrapped(_ text: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.displayWidth + 1 + String(word).displayWidth > 80 {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(line)
    let blanks = String(repeating: " ", count: indent)
    return lines.enumerated().map { $0.offset == 0 ? $0.element : blanks + $0.element }
  }
}
