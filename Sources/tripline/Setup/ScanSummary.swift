import Engine
import Records
import TerminalUI

extension ScanReport {
  /// The closing line.
  func summary(elapsed: Duration) -> Summary {
    func trouble(_ trouble: Trouble, _ what: String) -> Summary.Trouble? {
      guard trouble.count > 0 else { return nil }
      return Summary.Trouble(
        trouble.count, what,
        first: trouble.first.map {
          let file = $0.path == "-" ? "stdin" : $0.path
          // A file that was begun near its end has no line numbers.
          if $0.line < 1 { return "\(file.displaySafe()), byte \($0.offset.grouped)" }
          return Summary.place(file: file, line: $0.line, offset: $0.offset)
        })
    }
    let troubles = [
      trouble(malformed, "malformed"), trouble(tooLong, "too long"),
      trouble(untimed, "without a time"), trouble(refused, "refused (too far ahead)"),
      trouble(regexLimit, "undecided (regex limit)"),
      duplicateKeys > 0
        ? Summary.Trouble(duplicateKeys, "with a key twice (the first counts)") : nil,
    ].compactMap { $0 }
    return Summary(lines: lines, bytes: bytes, elapsed: elapsed, troubles: troubles)
  }

  /// Whether there were lines of which nobody can say what they mean.
  var hasUnreadable: Bool { malformed.count + tooLong.count > 0 }

  func note(in outcome: inout Outcome, _ options: Options, _ console: Console) {
    for failure in failures {
      console.say("tripline: \(failure.description)", important: true)
      outcome.note(.input)
    }
    if options.failOn.contains(.malformed), hasUnreadable { outcome.note(.findings) }
  }
}
