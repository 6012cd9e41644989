import Alerting
import Engine
import QueryLanguage
import Records
import TerminalUI

/// `tripline query`: ask logs a question, once.
package struct QueryCommand: Command {
  package static let verb = Verb(
    name: .query, summary: "ask logs a question, once",
    arguments: "QUERY [FILE ...]", count: 1...Int.max,
    description: """
      Reads the files, or stdin without any or for '-', and prints what the query yields: matching \
      lines as they are, or the table of its aggregate. On a terminal the table grows while files \
      are read. Interrupted, it prints what the lines read so far yield.
      """,
    examples: [
      Verb.Example(
        "errors per host", "tripline query 'error | count by host' app.log"),
      Verb.Example(
        "slow requests of the last hour, for a program",
        "tripline query -o ndjson --from -1h '* | where response_time > 3s' app.log"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    let setup = try Setup(invocation)
    let options = invocation.options
    let now = SystemClock().now
    let times = try setup.times(now: now)
    let plan = try setup.plan(invocation.words[0], now: now, times: times)
    for warning in plan.warnings {
      console.say(warning.rendered(colour: console.errors.palette.isColoured))
    }
    let sources = try setup.sources(Array(invocation.words.dropFirst()))
    let quarantine = try Quarantine(options.quarantine)
    var answer = Answer(plan, options.output, console, sources)
    let stop = StopSignals()
    var feed = setup.feed
    feed.stop = stop
    let run = QueryRun(
      plan: plan, sources: sources, options: feed, now: now,
      from: times.from, to: times.to, showsTimes: answer.showsTimes,
      memory: setup.configuration.memory)
    let start = ContinuousClock.now
    let report: ScanReport
    do {
      report = try answer.fill(from: run, quarantine)
    } catch is RowsOutgrown {
      let memory = Int64(setup.configuration.memory).memoryText
      throw Failure(
        "this query needs all its rows at once, and they take more than \(memory); look at fewer "
          + "with --from and --to or a condition, or raise `memory` in tripline.yaml", code: .input)
    }
    try quarantine?.flush()
    var outcome = Outcome()
    console.say(report.summary(elapsed: ContinuousClock.now - start).text(console.errors.palette))
    report.note(in: &outcome, options, console)
    if let signal = stop.received {
      console.say(
        "tripline: interrupted; this is the answer of the lines read so far", important: true)
      outcome.interrupted(by: signal)
    }
    return outcome
  }
}

/// The answer to a query on its way to stdout: lines as they are found, or a table that grows.
private struct Answer {
  private let plan: Plan
  private let console: Console
  private let total: Int?
  private let showsLines: Bool
  private let isLive: Bool
  private var writer: any ResultWriter
  private var live: LiveDisplay
  private var progress: ProgressDisplay
  private var lines: LineWriter
  private let columns: [Plan.OutputColumn]
  private let start = ContinuousClock.now

  init(_ plan: Plan, _ format: ResultFormat, _ console: Console, _ sources: [SourcePlan]) {
    self.plan = plan
    self.console = console
    let sizes = sources.flatMap(\.generations).map { Paths.size(of: $0) }
    total = sizes.contains { $0 == nil } ? nil : sizes.compactMap { $0 }.reduce(0, +)
    showsLines = !plan.showsColumns && format == .table
    isLive = plan.isAggregate && format == .table && console.screen.isInteractive
    columns = Answer.columns(of: plan)
    writer = format.writer(for: console.screen)
    live = LiveDisplay(columns.map(\.name), on: console)
    progress = ProgressDisplay(on: console)
    lines = LineWriter(terminal: console.screen)
  }

  /// Whether the time of a message is part of the answer.
  var showsTimes: Bool {
    !showsLines && columns.contains { $0.slot == plan.messageTime?.slot }
  }

  /// What a row shows: for messages the time first and the message last, unless fields were chosen.
  private static func columns(of plan: Plan) -> [Plan.OutputColumn] {
    if plan.isAggregate || plan.hasChosenFields { return plan.output }
    var columns = plan.output
    if let time = plan.messageTime { columns.insert(time, at: 0) }
    if let raw = plan.message { columns.append(raw) }
    return columns
  }

  mutating func fill(from run: QueryRun, _ quarantine: Quarantine?) throws -> ScanReport {
    let names = columns.map(\.name)
    if !showsLines, !isLive { try console.output.write { writer.begin(names, into: &$0) } }
    var answer = self
    let (result, report) = try run.run(
      QueryRun.Outlet(
        rows: { frame in
          try answer.write(&frame)
          return true
        },
        progress: { report, result in
          try answer.show(report, result)
        },
        quarantine: quarantine.map { file in { try file.keep($0) } }))
    answer.progress.erase()
    if var result {
      if answer.isLive {
        try answer.live.finish(answer.rows(of: &result))
      } else {
        try answer.write(&result)
      }
    }
    if !showsLines, !isLive { try console.output.write { answer.writer.end(into: &$0) } }
    try console.output.flush()
    self = answer
    return report
  }

  private mutating func show(_ report: ScanReport, _ result: () -> Frame?) throws {
    guard isLive else {
      try console.output.flush()
      progress.update(bytes: report.bytes, of: total, lines: report.lines)
      return
    }
    // One screen has one moving part: the progress is the last line of the table.
    let shown = columns
    let status = Progress.line(
      Progress.State(
        bytes: report.bytes, total: total, lines: report.lines,
        elapsed: ContinuousClock.now - start), terminal: console.screen)
    try live.update(
      {
        guard var frame = result() else { return [] }
        return Answer.rows(of: &frame, shown)
      }, status: status)
  }

  private mutating func write(_ frame: inout Frame) throws {
    if showsLines {
      let raw = plan.message.map { frame.column($0.slot) } ?? .constant(.null)
      let arena = frame.arena
      try console.output.write { buffer in
        frame.live.forEach { lines.line(raw[$0].text(arena).array, into: &buffer) }
      }
      return
    }
    for row in rows(of: &frame) {
      try console.output.write { writer.row(row, into: &$0) }
    }
  }

  private func rows(of frame: inout Frame) -> [[Value]] { Answer.rows(of: &frame, columns) }

  private static func rows(
    of frame: inout Frame, _ columns: [Plan.OutputColumn]
  ) -> [[Value]] {
    let cells = columns.map { frame.column($0.slot) }
    return frame.live.rows.map { row in cells.map { $0[row].value } }
  }
}
