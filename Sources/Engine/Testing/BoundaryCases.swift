package import Alerting
import QueryLanguage
import Records

/// The cases in which a monitor is most easily wrong: at its thresholds, at the edges of its window, with
/// lines out of order or twice, and when lines stop.
///
/// What makes a level fire decides which they are: lines (`+Lines`), values in them (`+Values`), or that
/// they stop (`+Silence`).
package struct BoundaryCases {
  /// One case: what it is about, and its input as entries of a test file.
  package struct Case: Sendable {
    package let name: String
    package let input: [Entry]
    package let drains: Bool
    /// Whether it is about the number that is compared with, and about nothing else.
    var isAboutThreshold = false
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

  static let start: Int64 = 1_772_445_600_000  // 2026-03-02T10:00:00Z
  static let mostLines = 100_000

  /// The cases of a rule, with lines like `sample` or like one made from the query.
  package init(_ rule: BoundRule, sample given: SampleLine?) throws(Refusal) {
    guard rule.series == nil else {
      throw Refusal(reason: "it compares points of a series, not one count", needsSample: false)
    }
    guard !rule.keepsRows else {
      throw Refusal(
        reason: "what it compares hangs on other lines, or on the time", needsSample: false)
    }
    var sample: SampleLine
    if let given { sample = given } else { sample = try BoundaryCases.line(countedBy: rule) }
    let free = BoundaryCases.freeGroups(rule, sample)
    for name in free where sample[name] == nil { sample[name] = SampleLine.json("\(name)-1") }
    var stage = Stage(rule: rule, sample: sample)
    if let name = free.first {
      var other = sample
      other[name] = SampleLine.json("\(name)-2")
      stage.other = (name, other)
    }
    self.sample = sample
    guard let first = rule.levels.first else {
      cases = stage.silence(keeping: 1, window: rule.missingData?.window ?? rule.window)
      return
    }
    var cases = try stage.cases(of: first)
    // Of the other levels only what is theirs: their thresholds.
    for level in rule.levels.dropFirst() {
      let name = level.terms.level.rawValue
      cases += try stage.cases(of: level).filter(\.isAboutThreshold).map { one in
        Case(name: "\(name): \(one.name)", input: one.input, drains: one.drains)
      }
    }
    self.cases = cases
  }

  /// A line that the query counts.
  private static func line(countedBy rule: BoundRule) throws(Refusal) -> SampleLine {
    let inversion = QueryInversion(rule.plan)
    guard inversion.obstacles.isEmpty else {
      let list = inversion.obstacles.map { "'\($0)'" }.joined(separator: ", ")
      throw Refusal(reason: "no line can be made that satisfies \(list)", needsSample: true)
    }
    return SampleLine(inversion.members)
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
  /// A rule, and the lines that play before it.
  struct Stage {
    let rule: BoundRule
    let sample: SampleLine
    /// The name of a free group, and the line with another value of it.
    var other: (name: String, line: SampleLine)?

    var window: Int64 { rule.window }
    var start: Int64 { BoundaryCases.start }

    func cases(of level: BoundLevel) throws(Refusal) -> [Case] {
      guard case .column(let slot) = level.subject else {
        throw Refusal(
          reason: "'\(level.terms.alertText)' compares how many rows there are", needsSample: false)
      }
      guard rule.plan.result[slot].aggregate == .count else { return try values(of: level, slot) }
      let bound = level.alertBound
      let (needed, isSilence) =
        switch level.alert {
        case .greater: (bound.rounded(.down) + 1, false)
        case .greaterOrEqual: (bound.rounded(.up), false)
        case .less: (bound.rounded(.up), true)
        case .lessOrEqual: (bound.rounded(.down) + 1, true)
        case .equal, .notEqual: (Double.nan, false)
        }
      guard !needed.isNaN else {
        throw Refusal(
          reason: "'\(level.terms.alertText)' has no side on which it holds", needsSample: false)
      }
      guard needed >= 1, needed <= Double(mostLines) else {
        throw Refusal(
          reason:
            "'\(level.terms.alertText)' needs \(NumberText.shortest(needed)) lines, and a test has "
            + "from 1 to \(mostLines)", needsSample: false)
      }
      return isSilence
        ? silence(keeping: Int(needed), window: window)
        : lines(needed: Int(needed), waits: !level.terms.firesAtOnce)
    }

    func repeated(
      _ count: Int, at start: Int64, every: Int64, _ line: SampleLine? = nil
    ) -> Entry {
      Entry(line: (line ?? sample).text, count: count, start: start, every: every)
    }

    func one(
      _ name: String, drains: Bool = false, isAboutThreshold: Bool = false, _ input: [Entry]
    ) -> Case {
      Case(
        name: name, input: input.filter { $0.count > 0 }, drains: drains,
        isAboutThreshold: isAboutThreshold)
    }
  }
}
