package import Alerting
import QueryLanguage
import Records

/// The cases in which a monitor that counts lines is most easily wrong: at its threshold, at the edges
/// of its window, with lines out of order or twice, and when lines stop.
package struct BoundaryCases {
  /// One case: what it is about, and its input as entries of a test file.
  package struct Case: Sendable {
    package let name: String
    package let input: [Entry]
    package let drains: Bool
  }

  /// Lines like the sample, `count` of them from `start` on.
  package struct Entry: Sendable {
    package let line: String
    package let count: Int
    /// Milliseconds since the epoch.
    package let start: Int64
    /// Milliseconds from one line to the next.
    package let every: Int64
  }

  /// Why there are no cases.
  package struct Refusal: Error, Sendable {
    package let reason: String
    /// Whether a line that the monitor counts would help.
    package let needsSample: Bool
  }

  package let cases: [Case]
  package let sample: SampleLine

  private static let start: Int64 = 1_772_445_600_000  // 2026-03-02T10:00:00Z
  private static let mostLines = 100_000

  /// The cases of the first level of a rule, with lines like `sample` or like one made from the query.
  package init(_ rule: BoundRule, sample given: SampleLine?) throws(Refusal) {
    guard let level = rule.levels.first else {
      let reason =
        rule.series == nil ? "it has no level" : "it compares points of a series, not one count"
      throw Refusal(reason: reason, needsSample: false)
    }
    let needed = try BoundaryCases.linesToTrip(level, rule)
    var sample: SampleLine
    if let given {
      sample = given
    } else {
      let inversion = QueryInversion(rule.plan)
      guard inversion.obstacles.isEmpty else {
        let list = inversion.obstacles.map { "'\($0)'" }.joined(separator: ", ")
        throw Refusal(reason: "no line can be made that satisfies \(list)", needsSample: true)
      }
      sample = SampleLine(inversion.members)
    }
    let free = BoundaryCases.freeGroups(rule, sample)
    for name in free where sample[name] == nil { sample[name] = SampleLine.json("\(name)-1") }
    self.sample = sample
    let maker = Maker(
      line: sample.text, needed: needed, window: rule.window, start: BoundaryCases.start)
    var cases = maker.cases
    if let name = free.first {
      var other = sample
      other[name] = SampleLine.json("\(name)-2")
      cases.append(maker.vanishing(other.text, by: name))
    }
    self.cases = cases
  }

  /// How many lines within the window make the level fire.
  private static func linesToTrip(
    _ level: BoundLevel, _ rule: BoundRule
  ) throws(Refusal) -> Int {
    guard case .column(let slot) = level.subject, rule.plan.result[slot].aggregate == .count else {
      throw Refusal(
        reason: "'\(level.terms.alertText)' does not compare a count of lines", needsSample: false)
    }
    guard !rule.keepsRows else {
      throw Refusal(
        reason: "what '\(level.terms.alertText)' compares hangs on other lines, or on the time",
        needsSample: false)
    }
    guard level.terms.firesAtOnce else {
      throw Refusal(
        reason: "'\(level.terms.alertText)' has to last before it fires", needsSample: false)
    }
    let needed: Double
    switch level.alert {
    case .greater: needed = level.alertBound.rounded(.down) + 1
    case .greaterOrEqual: needed = level.alertBound.rounded(.up)
    default:
      throw Refusal(
        reason: "'\(level.terms.alertText)' is not tripped by more lines", needsSample: false)
    }
    guard needed >= 1, needed <= Double(mostLines) else {
      throw Refusal(
        reason:
          "'\(level.terms.alertText)' needs \(NumberText.shortest(needed)) lines, and a test has "
          + "from 1 to \(mostLines)", needsSample: false)
    }
    return Int(needed)
  }

  /// The group fields whose value the query leaves open.
  private static func freeGroups(_ rule: BoundRule, _ sample: SampleLine) -> [String] {
    let wished = QueryInversion(rule.plan).members.map { $0.name.lowercased() }
    return rule.rule.groupBy.filter { name in
      guard let slot = rule.plan.fields.slot(named: name) else { return false }
      return !rule.plan.fields[slot].isProduced && !wished.contains(name.lowercased())
        && Metadata(rawValue: name.lowercased()) == nil
    }
  }
}

extension BoundaryCases {
  /// The cases themselves, as drawn in docs/testing-rules.md.
  private struct Maker {
    let line: String
    let needed: Int
    let window: Int64
    let start: Int64

    /// Far enough apart to tell the lines from each other, near enough to be in one window.
    private var every: Int64 { max(0, min(10_000, window / Int64(2 * needed))) }

    private func lines(_ count: Int, at start: Int64, every: Int64? = nil, _ line: String? = nil)
      -> Entry
    {
      Entry(line: line ?? self.line, count: count, start: start, every: every ?? self.every)
    }

    private func one(_ name: String, drains: Bool = false, _ input: [Entry]) -> Case {
      Case(name: name, input: input.filter { $0.count > 0 }, drains: drains)
    }

    var cases: [Case] {
      let span = DurationText.text(window)
      // The last lines stand on an instant, the first on the edge of the window that ends there.
      let last = start + window
      let rest = needed - 1
      var cases = [
        one("one line too few", [lines(rest, at: start)]),
        one("just enough lines", [lines(needed, at: start)]),
      ]
      if rest > 0 {
        cases += [
          one(
            "the first line 1 ms inside the window of \(span)",
            [lines(1, at: start + 1), lines(rest, at: last, every: 0)]),
          one(
            "the first line on the edge of the window of \(span)",
            [lines(1, at: start), lines(rest, at: last, every: 0)]),
          one(
            "the first line 1 ms outside the window of \(span)",
            [lines(1, at: start - 1), lines(rest, at: last, every: 0)]),
          one(
            "the earliest line comes last",
            [lines(rest, at: start + every), lines(1, at: start)]),
        ]
      } else {
        cases.removeFirst()
      }
      cases += [
        one("the same line again and again", [lines(needed, at: start, every: 0)]),
        one("silence after the alert", drains: true, [lines(needed, at: start)]),
      ]
      return cases
    }

    /// One group trips and is not heard of again, while another one goes on.
    func vanishing(_ other: String, by field: String) -> Case {
      let step = max(1, window / 2)
      return one(
        "a \(field) that trips and vanishes while another goes on",
        [lines(needed, at: start), lines(8, at: start + window, every: step, other)])
    }
  }
}
