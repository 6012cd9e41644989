package import QueryLanguage
package import TerminalUI

extension Help {
  /// `tripline help lints`: every code that has a page.
  package static func lints(_ palette: Palette) -> String {
    var text = palette.paint("what check finds", .strong) + "\n"
    text += heading("lints: allowed, and hardly ever meant", palette)
    text += entries(LintTable.pages.filter { !$0.isError }.map { ($0.code, $0.summary) }, palette)
    text += heading("mistakes that people make often", palette)
    text += entries(LintTable.pages.filter(\.isError).map { ($0.code, $0.summary) }, palette)
    text += "\n" + palette.paint("'tripline help CODE' shows the page of one", .quiet) + "\n"
    return text
  }

  /// `tripline help CODE`.
  package static func page(of lint: LintPage, _ palette: Palette) -> String {
    var text = palette.paint(lint.code, .strong) + ": \(lint.summary)\n"
    text += "\n" + wrapped(lint.meaning, indent: 0).joined(separator: "\n") + "\n"
    text += heading("at three in the morning", palette)
    text += "  " + wrapped(lint.night, indent: 2).joined(separator: "\n") + "\n"
    text += example("wrong", lint.wrong, palette)
    text += example("right", lint.right, palette)
    guard !lint.isError else { return text }
    text += heading("to accept it", palette)
    text += "  # lint: allow \(lint.code)\n"
    text += palette.paint(
      "  in the monitor or action or right above it; at the top of the file for all of it", .quiet)
    return text + "\n"
  }

  private static func example(
    _ title: String, _ example: LintPage.Example, _ palette: Palette
  ) -> String {
    func indented(_ text: String) -> String {
      text.split(separator: "\n").map { "  \($0)\n" }.joined()
    }
    var text = heading(title, palette) + indented(example.rules)
    if let sample = example.sample {
      text += palette.paint("  # and --sample", .quiet) + "\n" + indented(sample)
    }
    return text
  }
}
