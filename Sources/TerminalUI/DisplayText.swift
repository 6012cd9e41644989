import QueryLanguage

// How text from logs looks on a screen: harmless, of known width, cut where it must be.

extension String {
  /// The text with everything spelled out that a terminal would obey instead of show: control
  /// characters, escape sequences, bidirectional overrides, invisible marks.
  ///
  /// A log line is written by whoever talks to the server; shown raw, it could repaint the screen,
  /// set the window title or hide what it says.
  package func displaySafe(keepingTabs: Bool = false) -> String {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += keepingTabs ? "\t" : "\\t"
      case "\u{1B}": result += "\\e"
      default:
        if scalar.isObeyed {
          result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// The text when it fits in `width` columns, else its beginning and `…`.
  package func cut(to width: Int) -> String {
    // A character is at least a byte, so a short text needs no measuring.
    if utf8.count <= width || displayWidth <= width { return self }
    var result = ""
    var used = 0
    for character in self {
      let next = character.displayWidth
      if used + next > width - 1 { break }
      used += next
      result.append(character)
    }
    return width > 0 ? result + "…" : ""
  }

  /// The text followed, or preceded, by blanks up to `width` columns.
  package func padded(to width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - displayWidth))
    return right ? blanks + self : self + blanks
  }

  /// The text without the blanks that end it.
  var trimmedRight: String {
    guard let last = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...last])
  }
}

extension Unicode.Scalar {
  /// Whether a terminal acts on the scalar, or shows nothing or something misleading for it.
  fileprivate var isObeyed: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    // The joiners belong inside emoji and several scripts.
    case .format: value != 0x200C && value != 0x200D
    default: false
    }
  }
}
