/// Where text is going: a screen of some size, or a pipe or file that wants it whole and plain.
package struct Terminal: Sendable, Hashable {
  package var isInteractive: Bool
  /// Columns and rows of the screen; only meaningful when interactive.
  package var columns: Int
  package var rows: Int
  package var palette: Palette
  /// Whether it surely has more than the letters of ASCII, so that drawings may use blocks and lines.
  package var isUnicode: Bool

  package init(
    isInteractive: Bool, columns: Int = 80, rows: Int = 24, palette: Palette = .plain,
    isUnicode: Bool = false
  ) {
    self.isInteractive = isInteractive
    self.columns = max(20, columns)
    self.rows = max(4, rows)
    self.palette = palette
    self.isUnicode = isUnicode
  }

  /// A pipe or a file: nothing is cut, nothing is coloured.
  package static let plain = Terminal(isInteractive: false)

  /// The width text must fit in, or nil where long lines are welcome.
  package var width: Int? { isInteractive ? columns : nil }
}

/// `--color WHEN`, `--progress WHEN`: what a person decides, or leaves to us.
package enum When: String, Sendable, CaseIterable {
  case auto, always, never

  /// The decision, given what would be sensible without one.
  package func decided(sensible: Bool) -> Bool {
    switch self {
    case .auto: sensible
    case .always: true
    case .never: false
    }
  }
}

/// The few colours used, by meaning rather than by hue; a disabled palette returns text as it is.
package struct Palette: Sendable, Hashable {
  package enum Style: String, Sendable {
    case strong = "1"
    case quiet = "2"
    case critical = "1;31"
    case warning = "1;33"
    case absent = "1;35"
    case good = "32"
    case accent = "36"
  }

  package let isColoured: Bool

  package init(isColoured: Bool) { self.isColoured = isColoured }

  package static let plain = Palette(isColoured: false)
  package static let coloured = Palette(isColoured: true)

  /// Paints `text`; an empty text stays empty so that no stray codes are written.
  package func paint(_ text: String, _ style: Style) -> String {
    isColoured && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
