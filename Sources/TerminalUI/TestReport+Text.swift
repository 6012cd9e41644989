import QueryLanguage

extension TestReport.File {
  /// The tests of a file, one line each, and what is wrong with those that fail.
  ///
  ///     rules/slow-api.test.yaml
  ///       ✓ five slow calls are no alarm
  ///       ✗ the sixth slow call trips
  ///           rules/slow-api.test.yaml:14:11: this happened differently
  ///             time   - 2026-03-02T10:00:40.000Z
  ///                    + 2026-03-02T10:00:50.000Z
  package func text(_ palette: Palette) -> String {
    var lines = [palette.paint(name.displaySafe(), .strong)]
    for test in tests {
      let (mark, style) = test.status.appearance
      lines.append("  \(palette.paint(mark, style)) \(test.name.displaySafe())")
      for failure in test.failures {
        lines += failure.lines(palette).map { $0.isEmpty ? "" : "      " + $0 }
      }
      lines += test.notes.map { palette.paint("      note: \($0)", .quiet) }
    }
    return lines.joined(separator: "\n") + "\n" + mistakes.joined()
  }
}

extension TestReport.Test.Status {
  fileprivate var appearance: (mark: String, style: Palette.Style) {
    switch self {
    case .passed: ("✓", .good)
    case .failed: ("✗", .critical)
    case .updated: ("↻", .warning)
    }
  }
}

extension TestReport.Failure {
  package var place: TestReport.Place {
    switch self {
    case .different(let place, _, _), .outOfOrder(let place, _), .missing(let place, _, _, _),
      .unexpected(let place, _), .unwritten(let place, _), .unusable(let place, _):
      place
    }
  }

  /// The failure in a word, for programs.
  package var kind: String {
    switch self {
    case .different: "different"
    case .outOfOrder: "out_of_order"
    case .missing: "missing"
    case .unexpected: "unexpected"
    case .unwritten: "unwritten"
    case .unusable: "unusable"
    }
  }

  /// The failure in a sentence.
  package var headline: String {
    switch self {
    case .different: "this happened differently"
    case .outOfOrder: "this happened, but not in this order"
    case .missing: "this did not happen"
    case .unexpected: "this happened and is not expected"
    case .unwritten: "nothing is written here yet; --update writes what happened"
    case .unusable(_, let reason): reason
    }
  }

  /// What to read, without colours for a palette that has none: first the place and what is the
  /// matter, then what was expected behind `-` and what was found behind `+`.
  package func lines(_ palette: Palette) -> [String] {
    let place = palette.paint(place.text + ":", .strong)
    var lines = ["\(place) \(palette.paint(headline, .critical))"]
    switch self {
    case .different(_, let differences, let found):
      lines += Self.table(differences, palette)
      lines.append(palette.paint("  happened: \(found.displaySafe())", .quiet))
    case .outOfOrder(_, let found), .unexpected(_, let found):
      lines.append("  " + Self.found(found, palette))
    case .missing(_, let expected, let nearest, let differences):
      lines.append("  " + Self.expected(expected, palette))
      if let nearest {
        lines.append(palette.paint("  the nearest that happened differs in", .quiet))
        lines += Self.table(differences, palette)
        lines.append(palette.paint("  nearest: \(nearest.displaySafe())", .quiet))
      } else {
        lines.append(palette.paint("  nothing happened at all", .quiet))
      }
    case .unwritten(_, let found):
      lines += found.map { "  " + Self.found($0, palette) }
      if found.isEmpty { lines.append(palette.paint("  nothing happened", .quiet)) }
    case .unusable: break
    }
    return lines
  }

  private static func table(
    _ differences: [TestReport.Difference], _ palette: Palette
  ) -> [String] {
    let width = differences.map(\.field.displayWidth).max() ?? 0
    let blanks = String(repeating: " ", count: width)
    return differences.flatMap { difference in
      [
        "  \(difference.field.padded(to: width)) \(expected(difference.expected, palette))",
        "  \(blanks) \(found(difference.found, palette))",
      ]
    }
  }

  private static func expected(_ text: String, _ palette: Palette) -> String {
    palette.paint("- \(text.displaySafe())", .critical)
  }

  private static func found(_ text: String, _ palette: Palette) -> String {
    palette.paint("+ \(text.displaySafe())", .good)
  }
}
