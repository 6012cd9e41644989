import CLinux
import Glibc
package import TerminalUI

/// Where a command's data and words go: stdout and stderr, and how each likes its text.
package struct Console: Sendable {
  /// Data. Buffered; commands must not write to stdout in any other way.
  package let output: Output
  package let screen: Terminal
  /// How words on stderr may look.
  package let errors: Terminal

  private let words = Output(descriptor: STDERR_FILENO)
  private let colour: When
  private let isQuiet: Bool
  private let progress: When

  package init(_ options: Options) {
    output = Output(descriptor: STDOUT_FILENO)
    screen = Terminal(of: STDOUT_FILENO, colour: options.colour)
    errors = Terminal(of: STDERR_FILENO, colour: options.colour)
    colour = options.colour
    isQuiet = options.quiet
    progress = options.progress
  }

  /// The screen as it is now: its window may have been resized since the start.
  package var currentScreen: Terminal { Terminal(of: STDOUT_FILENO, colour: colour) }

  /// Whether a progress line is welcome.
  package var showsProgress: Bool {
    progress.decided(sensible: errors.isInteractive && !isQuiet)
  }

  /// Writes words to stderr, at once. `--quiet` leaves the important ones.
  package func say(_ text: String, important: Bool = false) {
    if isQuiet, !important { return }
    send(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Writes to stderr as it is: progress, and what erases it.
  package func send(_ text: String) {
    // With stderr gone there is nowhere left to complain.
    try? words.write(text)
    try? words.flush()
  }
}

extension Terminal {
  /// The terminal behind a descriptor, as it is now.
  package init(of descriptor: Int32, colour: When) {
    var size = winsize()
    let isInteractive = isatty(descriptor) == 1
    if isInteractive { _ = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) }
    let term = Self.environment("TERM")
    // https://no-color.org: any value but the empty one counts.
    let isSensible =
      isInteractive && Self.environment("NO_COLOR") == nil && term != nil && term != "dumb"
    self.init(
      isInteractive: isInteractive && term != "dumb",
      columns: size.ws_col > 0 ? Int(size.ws_col) : 80,
      rows: size.ws_row > 0 ? Int(size.ws_row) : 24,
      palette: Palette(isColoured: colour.decided(sensible: isSensible)),
      isUnicode: isInteractive && term != "dumb" && Self.speaksUTF8)
  }

  /// Whether the person's language settings say so; the first of them that is set decides.
  private static var speaksUTF8: Bool {
    let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }

  private static func environment(_ name: String) -> String? {
    // SAFETY: nothing in this program changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
