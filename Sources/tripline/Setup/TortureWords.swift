import Engine
import Records
import TerminalUI

/// The report of `tripline torture`, to be read, mailed or kept.
struct TortureWords {
  private let report: TortureReport
  private let log: String
  private let monitors: Int
  private let elapsed: Duration
  private let palette: Palette

  init(
    _ report: TortureReport, log: String, monitors: Int, elapsed: Duration, palette: Palette
  ) {
    self.report = report
    self.log = log
    self.monitors = monitors
    self.elapsed = elapsed
    self.palette = palette
  }

  private var isSound: Bool { report.findings.isEmpty }

  var text: String {
    let kills = report.kills
    var text = "torture of \(monitors.counted("monitor")) with \(report.lines.counted("line")) "
    text += "(\(report.bytes.byteText)) of \(log.displaySafe()), seed \(report.seed)\n\n"
    for (name, fact) in [
      (
        "kills",
        "\((kills.atPoint + kills.atMoment).grouped) with SIGKILL: \(kills.atPoint.grouped) "
          + "at the points 1 to \(kills.lastPoint) around commits and deliveries, "
          + "\(kills.atMoment.grouped) at a random moment"
      ),
      ("rotations", report.rotations.grouped),
      (
        "transitions",
        "\(report.transitions.grouped)"
          + (isSound ? ", byte for byte those of a run that nobody killed" : "")
      ),
      (
        "journal",
        report.journalEntries.counted("entry", "entries")
          + (isSound ? "; database and every seal whole after each kill" : "")
      ),
      ("notifications", words(report.notifications)),
      ("remediations", words(report.remediations)),
    ] {
      text += "  " + name.padded(to: 15) + fact + "\n"
    }
    text += "\n"
    if isSound {
      return text + palette.paint("nothing lost, nothing twice", .good)
        + ", in \(elapsed.readable)\n"
    }
    for finding in report.findings.prefix(20) {
      text += palette.paint("wrong", .critical) + ": \(shown(finding))\n"
    }
    if report.findings.count > 20 { text += "and \((report.findings.count - 20).grouped) more\n" }
    return text
  }

  private func shown(_ finding: String) -> String {
    finding.split(separator: "\n").map { String($0).displaySafe() }.joined(separator: "\n")
  }

  private func words(_ deliveries: TortureReport.Deliveries) -> String {
    guard deliveries.asked > 0 else { return "none asked for" }
    var text = "\(deliveries.asked.grouped) asked for, \(deliveries.once.grouped) performed once"
    if deliveries.repeated > 0 {
      text += ", \(deliveries.repeated.grouped) again under the same key"
    }
    if deliveries.unknown > 0 {
      text += "; of \(deliveries.unknown.grouped) the end is not known"
    }
    return text
  }
}
