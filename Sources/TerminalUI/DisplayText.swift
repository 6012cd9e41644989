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

  /// The number of screen columns that the text takes: 2 for wide characters, 0 for combining ones.
  package var displayWidth: Int {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return utf8.count }
    return reduce(0) { $0 + $1.displayWidth }
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

extension Character {
  /// Columns of one grapheme: an emoji with modifiers or a flag is as wide as its widest part.
  fileprivate var displayWidth: Int {
    let scalars = unicodeScalars
    // U+FE0F asks for the emoji form of a symbol; two regional letters make a flag.
    if scalars.contains("\u{FE0F}") || (scalars.count > 1 && scalars.first!.isRegional) { return 2 }
    return scalars.reduce(0) { max($0, $1.displayWidth) }
  }
}

extension Unicode.Scalar {
  fileprivate var isRegional: Bool { (0x1F1E6...0x1F1FF).contains(value) }

  /// Whether a terminal acts on the scalar, or shows nothing or something misleading for it.
  fileprivate var isObeyed: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    // The joiners belong inside emoji and several scripts.
    case .format: value != 0x200C && value != 0x200D
    default: false
    }
  }

  fileprivate var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if properties.isEmojiPresentation { return 2 }
    return Self.wide.contains { $0.contains(value) } ? 2 : 1
  }

  /// East Asian Wide and Fullwidth blocks of UAX #11, joined where the gaps are unassigned.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD,
  ]
}
