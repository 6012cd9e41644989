/// What receivers make of the text they are sent, and how text out of a log is kept from meaning
/// anything there: whoever writes to a log must not mention people, link or hide things.
package enum Markup: Sendable {
  /// Nothing means anything but the characters themselves.
  case plain
  case slack
  /// The dialect of Discord.
  case markdown
  case html

  /// The text made harmless, and cut so that it has at most `limit` UTF-16 units, which is the unit
  /// of the strictest receivers; what was cut ends with an ellipsis.
  package func text(_ text: String, atMost limit: Int = .max) -> String {
    var result = ""
    var count = 0
    // Where to cut if it turns out that not everything fits.
    var cut = result.endIndex
    for scalar in text.unicodeScalars {
      let piece = escaped(scalar)
      let length = piece.utf16.count
      if count + length > limit { return String(result[..<cut]) + (limit > 0 ? "…" : "") }
      result += piece
      count += length
      if count < limit { cut = result.endIndex }
    }
    return result
  }

  /// Lines of a log as a block that shows every character as it is.
  package func block(_ text: String, atMost limit: Int) -> String {
    let fence = "```"
    let room = max(0, limit - 2 * (fence.count + 1))
    // An apostrophe in place of the one character that could end the block.
    let quoted = text.replacing("`", with: "'")
    let body = (self == .slack ? Markup.slack : .plain).text(quoted, atMost: room)
    return fence + "\n" + body + "\n" + fence
  }

  private func escaped(_ scalar: Unicode.Scalar) -> String {
    if scalar.isTreacherous { return " " }
    switch (self, scalar) {
    case (.slack, "&"), (.html, "&"): return "&amp;"
    case (.slack, "<"), (.html, "<"): return "&lt;"
    case (.slack, ">"), (.html, ">"): return "&gt;"
    case (.html, "\""): return "&quot;"
    case (.html, "'"): return "&#39;"
    case (.markdown, let mark) where "\\*_~`|<>[]()#@:".unicodeScalars.contains(mark):
      return "\\" + String(mark)
    default: return String(scalar)
    }
  }
}

extension Unicode.Scalar {
  /// Controls other than a new line or a tab, and those that make text run backwards.
  fileprivate var isTreacherous: Bool {
    switch value {
    case 0x09, 0x0A: false
    case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
