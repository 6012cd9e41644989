import Alerting
import TerminalUI

/// Transitions on stdout: a timeline for people, records for programs.
struct TransitionPrinter {
  private let format: ResultFormat
  private let console: Console
  private var timeline: Timeline
  private var isFirst = true

  init(_ format: ResultFormat, _ console: Console, tense: Timeline.Tense) throws {
    if format == .csv {
      throw Failure(
        "transitions have parts within parts, which csv has not; write -o ndjson", code: .usage)
    }
    self.format = format
    self.console = console
    timeline = Timeline(terminal: console.screen, tense: tense)
  }

  mutating func print(_ transition: Transition) throws {
    switch format {
    case .table:
      let text = timeline.text(for: transition)
      try console.output.write(text)
    case .ndjson:
      let record = transition.json()
      try console.output.write { buffer in
        buffer += record
        buffer.append(0x0A)
      }
    case .json:
      let record = transition.json()
      let opening = isFirst ? "[\n" : ",\n"
      try console.output.write { buffer in
        buffer += Array(opening.utf8)
        buffer += record
      }
    case .csv: preconditionFailure("refused when made")
    }
    isFirst = false
  }

  func finish(_ monitors: [String]) throws {
    switch format {
    case .table: try console.output.write(timeline.closing(monitors: monitors))
    case .json: try console.output.write(isFirst ? "[]\n" : "\n]\n")
    case .ndjson, .csv: break
    }
    try console.output.flush()
  }
}
