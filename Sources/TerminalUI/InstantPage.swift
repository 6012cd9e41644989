package import Alerting
import QueryLanguage
import Records

/// Why a monitor fired at an instant, or why it did not: the answer first, then what it stands on.
///
///     slow-api  rules/slow-api.yaml:3
///     2026-03-02 10:14:00Z, the first instant at or after 10:13:42 (one every 1 min)
///
///     critical  host=web-2
///       did not fire: _count was 4 (alerts at > 5), 2 more needed
package struct InstantPage: Sendable {
  private let report: InstantReport
  private let terminal: Terminal

  package init(_ report: InstantReport, terminal: Terminal) {
    self.report = report
    self.terminal = terminal
  }

  /// The page, each line with its end.
  package var text: String {
    let parts = [heading, answer, alerts, chart, window, evidence]
    return parts.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }
      .joined(separator: "\n")
  }

  private var palette: Palette { terminal.palette }
  private var rule: BoundRule { report.rule }
  private var lead: Verdict? { report.verdicts.first }

  // The answer.

  private var heading: [String] {
    let line = rule.rule.source.position(of: rule.rule.span.lower).line
    let place = "\(rule.rule.source.name.displaySafe()):\(line)"
    let step = "one every \(Moment.span(rule.every))"
    let instant = palette.paint(Moment.stamp(report.instant), .strong)
    var lines = [
      palette.paint(rule.rule.name.displaySafe(), .strong) + "  " + palette.paint(place, .quiet),
      instant
        + (report.asked == report.instant
          ? ", an instant (\(step))"
          : ", the first instant at or after \(Moment.clock(report.asked)) (\(step))"),
    ]
    if let end = report.logEnd {
      lines.append("the log ends at \(Moment.clock(end)); judged as if nothing more had come")
    }
    if let transition = report.transition {
      let value = transition.value.map { ", value \($0.readable)" } ?? ""
      lines.append(
        "\(transition.id): \(transition.level.noun) \(transition.to.rawValue) at "
          + "\(Moment.clock(transition.time))\(value)")
    }
    return lines
  }

  private var answer: [String] {
    guard let lead else {
      if report.lacksRows {
        return ["did not decide: rows of its window outgrew the memory they may have (`memory`)"]
      }
      return [
        "did not fire: no group had a line in the window, so that there was nothing to compare"
      ]
    }
    var title = palette.paint(
      lead.terms.level.noun, lead.kind.isAlarm ? lead.terms.level.style : .strong)
    if !lead.sighting.group.fields.isEmpty { title += "  " + lead.sighting.group.readable }
    return [title]
      + wrapped(lead.sentence(of: rule, report.census), indent: 2).map {
        palette.paint($0, .strong)
      }
  }

  /// The others that the instant looked at, nearest to an alert first.
  private var alerts: [String] {
    guard report.verdicts.count > 1 else { return [] }
    let rows = report.verdicts.map { verdict in
      [
        verdict.terms.level.noun, verdict.sighting.group.readable,
        verdict.sighting.value?.readable ?? "", verdict.threshold.displaySafe(), verdict.need,
        verdict.state,
      ]
    }
    let names = ["level", "group", "value", "alerts at", "needs", "state"]
    let used = names.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = names.indices.map { column in
      ([names[column]] + rows.map { $0[column] }).map(\.displayWidth).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let text = used.map { cells[$0].padded(to: widths[$0], right: $0 == 2) }
        .joined(separator: "  ")
      return "  " + (terminal.width.map { text.cut(to: max(20, $0 - 2)) } ?? text).trimmedRight
    }
    var lines = [palette.paint(line(names), .quiet)]
    for (verdict, row) in zip(report.verdicts, rows) {
      lines.append(
        verdict.kind.isAlarm ? palette.paint(line(row), verdict.terms.level.style) : line(row))
    }
    if report.others > 0 {
      lines.append(palette.paint("  … \(report.others.grouped) more", .quiet))
    }
    return lines
  }

  // What it stands on.

  private var chart: [String] {
    guard let lead, !lead.isMissingData else { return [] }
    let sign = lead.level?.alert.rawValue ?? (lead.isDownward ? "<=" : ">=")
    let chart = Chart(
      report.history.map {
        Chart.Point(time: $0.instant, value: $0.value, isHit: $0.finding == .hit)
      },
      threshold: lead.bound.map { ($0, "\(sign) \($0.readable)") },
      fallsToHit: lead.isDownward, marked: report.instant)
    let lines = chart.lines(width: (terminal.width ?? 80) - 2, in: terminal)
    guard !lines.isEmpty else { return [] }
    var title = palette.paint(lead.subject.displaySafe(), .strong)
    if !lead.sighting.group.fields.isEmpty { title += "  " + lead.sighting.group.readable }
    return [title] + lines.map { "  " + $0 }
  }

  private var window: [String] {
    let census = report.census
    let span = Moment.span(rule.window)
    var lines = [
      palette.paint("window", .strong)
        + "  after \(Moment.clock(report.windowStart)) up to \(Moment.clock(report.instant)) (\(span))"
    ]
    let width = max(5, census.lines.grouped.count)
    func row(_ count: Int, _ text: String) -> String {
      "  \(count.grouped.padded(to: width, right: true))  \(text)"
    }
    lines.append(row(census.lines, census.lines == 1 ? "line read" : "lines read"))
    for (index, stage) in census.stages.enumerated() {
      let text = (index == 0 ? "" : "| ") + stage.text.displaySafe()
      lines.append(row(stage.kept.count, fitted(text, indent: width + 4)))
      if let first = stage.kept.first, stage.dropped.count > 0 || index == census.stages.count - 1 {
        lines.append(example("kept", first, indent: width + 4))
      }
      if let first = stage.dropped.first {
        lines.append(example("dropped", first, indent: width + 4))
      }
    }
    for stage in census.results {
      let noun = stage.rows == 1 ? "row" : "rows"
      lines.append(
        row(stage.rows, fitted("\(noun)  | \(stage.text.displaySafe())", indent: width + 4)))
    }
    for (tally, words) in [
      (census.late, "too late for this instant"), (census.malformed, "malformed"),
      (census.refused, "refused: their time is too far ahead"),
    ] {
      guard let first = tally.first else { continue }
      lines.append(palette.paint(row(tally.count, words), .warning))
      lines.append(example("first", first, indent: width + 4))
    }
    return lines
  }

  private var evidence: [String] {
    guard !report.evidence.isEmpty else { return [] }
    var lines = [
      palette.paint("evidence", .strong)
        + "  \(report.evidence.count.counted("line")), oldest first"
    ]
    for line in report.evidence {
      let tips = line == report.tipping
      let mark = tips ? ">" : " "
      let text = fitted("\(mark) \(place(line))  \(line.text.displaySafe())", indent: 2)
      lines.append("  " + (tips ? palette.paint(text, .critical) : text))
    }
    if report.tipping != nil {
      lines.append(palette.paint("  > is the line that tipped it", .quiet))
    }
    return lines
  }

  // Words and places.

  private func place(_ line: SeenLine) -> String { "\(line.file.displaySafe()):\(line.line)" }

  private func example(_ word: String, _ line: SeenLine, indent: Int) -> String {
    let text = "\(word.padded(to: 7))  \(place(line))  \(line.text.displaySafe())"
    let blanks = String(repeating: " ", count: indent + 2)
    return palette.paint(blanks + fitted(text, indent: indent + 2), .quiet)
  }

  private func fitted(_ text: String, indent: Int) -> String {
    terminal.width.map { text.cut(to: max(20, $0 - indent)) } ?? text
  }

  /// Text broken between words where a screen is narrower.
  private func wrapped(_ text: String, indent: Int) -> [String] {
    let blanks = String(repeating: " ", count: indent)
    guard let width = terminal.width else { return [blanks + text] }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ").map(String.init) {
      if !line.isEmpty, indent + line.displayWidth + 1 + word.displayWidth > width {
        lines.append(blanks + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + [blanks + line]
  }
}

extension Verdict.Kind {
  /// Whether somebody has been, or is about to be, woken up.
  fileprivate var isAlarm: Bool {
    switch self {
    case .fired, .firing, .heldBack, .pending: true
    case .tooFewHits, .resolved, .expired, .notFired, .noValue, .notJudged: false
    }
  }
}
