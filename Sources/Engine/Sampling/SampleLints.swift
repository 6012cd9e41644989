package import Alerting
package import QueryLanguage
import Records

/// What shows only when a monitor is held against recorded lines.
package enum SampleLints {
  /// In the order in which help lists them.
  package static let pages: [LintPage] = [missingField, noNumber, otherUnit, deadEnd]

  /// What the lines of a sample say against a monitor.
  package static func findings(
    in rule: BoundRule, _ reading: Sample.Reading, of sample: Sample
  ) -> [Diagnostic] {
    guard sample.lines > 0 else { return [] }
    let held = HeldRule(rule: rule, reading: reading, sample: sample)
    let fields = held.missingFields + held.fieldsWithoutNumbers + held.fieldsInOtherUnits
    return fields + held.deadEnd(explainedBy: fields)
  }

  private static let missingField = LintPage(
    "missing-field", "no line of the sample has the field",
    meaning: """
      The query, or `group_by`, reads a member that none of the lines of --sample has. Alternatives \
      are left alone: one side of an `or` whose other side the lines have, and what is tested with \
      isNull.
      """,
    night: """
      A field that is not there compares as false and groups as nothing: the monitor is silent, or \
      all hosts are one.
      """,
    wrong: .monitor(
      """
      query: '* | where respnse_time > 3'
      critical: { alert: "> 5" }
      """, sample: responseTimes),
    right: .monitor(
      """
      query: '* | where response_time > 3'
      critical: { alert: "> 5" }
      """, sample: responseTimes))

  private static let noNumber = LintPage(
    "never-a-number", "a field that is taken as a number never is one",
    meaning: """
      The field is compared with a number, or summed or averaged, and none of its values in --sample \
      is one. As text, '12ms' comes before '3'.
      """,
    night:
      "The comparison goes by the letters: the slowest answer of the week counts as a fast one.",
    wrong: .monitor(
      """
      query: '* | where took > 500'
      critical: { alert: "> 5" }
      """,
      sample: #"""
        {"time":"2026-03-02T09:00:00Z","took":"612ms"}
        {"time":"2026-03-02T09:00:01Z","took":"12ms"}
        """#),
    right: .monitor(
      """
      query: '* | where took > 500ms'
      units: { took: ms }
      critical: { alert: "> 5" }
      """,
      sample: #"""
        {"time":"2026-03-02T09:00:00Z","took":"612ms"}
        {"time":"2026-03-02T09:00:01Z","took":"12ms"}
        """#))

  private static let otherUnit = LintPage(
    "other-unit", "the values of a field look like another unit",
    meaning: """
      The numbers in --sample lie a hundred times and more beyond the duration that they are compared \
      with, and fit it well in a thousandth, or a thousand times, of the declared unit.
      """,
    night: "The threshold is off by a thousand: every line is slow, or none ever is.",
    wrong: .monitor(
      """
      query: '* | where response_time > 3s'
      units: { response_time: s }
      critical: { alert: "> 5" }
      """,
      sample: #"""
        {"time":"2026-03-02T09:00:00Z","response_time":1250}
        {"time":"2026-03-02T09:00:01Z","response_time":980}
        {"time":"2026-03-02T09:00:02Z","response_time":4100}
        """#),
    right: .monitor(
      """
      query: '* | where response_time > 3s'
      units: { response_time: ms }
      critical: { alert: "> 5" }
      """,
      sample: #"""
        {"time":"2026-03-02T09:00:00Z","response_time":1250}
        {"time":"2026-03-02T09:00:01Z","response_time":980}
        {"time":"2026-03-02T09:00:02Z","response_time":4100}
        """#))

  private static let deadEnd = LintPage(
    "dead-end", "no line of the sample gets through a stage",
    meaning: """
      Lines of --sample come as far as this stage, and none passes. That may well be right: the \
      sample may just have no such event. So this is a note, which never fails a run.
      """,
    night: "If the sample holds the very incident that the rule is for, the rule does not see it.",
    wrong: .monitor(
      """
      query: '* | where level = "ERROR"'
      critical: { alert: "> 5" }
      """, sample: errors),
    right: .monitor(
      """
      query: '* | where level = "error"'
      critical: { alert: "> 5" }
      """, sample: errors))

  private static let responseTimes = #"""
    {"time":"2026-03-02T09:00:00Z","host":"web-1","response_time":0.2}
    {"time":"2026-03-02T09:00:01Z","host":"web-2","response_time":4.1}
    """#

  private static let errors = #"""
    {"time":"2026-03-02T09:00:00Z","level":"info","msg":"ready"}
    {"time":"2026-03-02T09:00:01Z","level":"error","msg":"disk full"}
    """#
}

/// A monitor held against the lines of a sample.
private struct HeldRule {
  let rule: BoundRule
  let reading: Sample.Reading
  let sample: Sample

  private var plan: Plan { rule.plan }

  private func finding(
    _ code: String, _ text: String, at span: Span?, help: String,
    severity: Diagnostic.Severity = .warning
  ) -> Diagnostic {
    let found = Diagnostic(
      Diagnostic.Message(code, text), at: span ?? Span(0, 0), in: rule.rule.source, help: help,
      severity: severity)
    return rule.placed([found])[0]
  }

  /// A finding about a field, where it is read first; `group_by` may be the only place.
  private func finding(_ code: String, _ text: String, about slot: Slot, help: String) -> Diagnostic
  {
    let field = plan.fields[slot]
    var found = finding(code, text, at: field.firstRead, help: help)
    if field.firstRead.map({ $0.upper == 0 }) ?? true { found.span = rule.rule.groupBySpan }
    return found
  }

  private func values(of slot: Slot) -> Sample.Values? {
    guard case .member(let index) = plan.fields[slot].load else { return nil }
    return reading.members[index]
  }

  private func isPresent(_ name: String) -> Bool {
    plan.fields.slot(named: name).flatMap(values).map { $0.present > 0 } ?? true
  }

  var missingFields: [Diagnostic] {
    let read = Set(plan.fields.fields.map { $0.spelling.lowercased() })
    let others = sample.paths.keys.filter { !read.contains($0.lowercased()) }.sorted()
    // What may be missing is told of only when it looks like a slip.
    func isSlip(_ name: String) -> Bool {
      Suggestion.nearest(to: name, among: others, slips: name.count < 8 ? 1 : 2) != nil
    }
    return plan.missedMembers(occurs: isPresent, isSlip: isSlip).map { slot in
      let name = plan.fields[slot].spelling
      return finding(
        "missing-field", "'\(name)' occurs in 0 of \(sample.lines.grouped) lines", about: slot,
        help: advice(insteadOf: name))
    }
  }

  private func advice(insteadOf name: String) -> String {
    guard sample.json > 0 else {
      return "no line is JSON: cut the field out of the text with 'parse' or 'parse regex'"
    }
    if let near = Suggestion.nearest(to: name, among: sample.paths.keys.sorted()) {
      return "did you mean '\(near)', which occurs in \(sample.paths[near, default: 0].grouped)?"
    }
    let common = sample.paths.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
    return "the lines have \(common.map(\.key).joined(separator: ", "))"
  }

  var fieldsWithoutNumbers: [Diagnostic] {
    var seen: Set<Slot> = []
    return plan.numericReads.compactMap { read in
      // A comparison with a duration reads '12ms' as well.
      guard read.duration == nil, let values = values(of: read.slot), values.present > 0,
        values.numeric == 0, let text = values.text, seen.insert(read.slot).inserted,
        values.measured == 0 || plan.fields[read.slot].unit == nil
      else { return nil }
      let name = plan.fields[read.slot].spelling
      return finding(
        "never-a-number",
        "'\(name)' is a number in 0 of the \(values.present.grouped) lines that have it",
        about: read.slot,
        help: "its values are such as '\(text)': "
          + (values.measured > 0
            ? "declare its unit, as in units: { \(name): ms }, and compare with a duration"
            : "compare with a text, or cut the number out with 'parse'"))
    }
  }

  var fieldsInOtherUnits: [Diagnostic] {
    plan.numericReads.compactMap { read in
      guard let limit = read.duration, limit > 0, let values = values(of: read.slot),
        let median = values.median, let unit = plan.fields[read.slot].unit,
        let other = likelierUnit(values.numbers, median, limit, unit)
      else { return nil }
      let field = plan.fields[read.slot]
      let (from, to) = (Units.name(of: unit), Units.name(of: other))
      guard let from, let to else { return nil }
      return finding(
        "other-unit",
        "'\(field.spelling)' is taken as \(from), but half of its values are "
          + "\(NumberText.shortest(median)) and more: they look like \(to)",
        about: read.slot, help: "write units: { \(field.spelling): \(to) }")
    }
  }

  /// The unit a thousand times smaller or larger, when the numbers fit the limit there and are wide of
  /// it as they are.
  private func likelierUnit(
    _ numbers: [Double], _ median: Double, _ limit: Double, _ unit: Double
  ) -> Double? {
    let areWhole = numbers.allSatisfy { $0 == $0.rounded() }
    if areWhole, median >= 100 * limit, median / 1_000 <= 10 * limit { return unit / 1_000 }
    let most = numbers.max() ?? 0
    if !areWhole, most > 0, most <= limit / 100, most * 1_000 >= limit / 100 { return unit * 1_000 }
    return nil
  }

  /// The stage that lets nothing through, unless it is known why.
  func deadEnd(explainedBy others: [Diagnostic]) -> [Diagnostic] {
    guard let index = reading.counts.deadEnd else { return [] }
    let step = reading.counts.steps[index]
    let came = index == 0 ? sample.lines : reading.counts.steps[index - 1].passed
    let found = finding(
      "dead-end",
      came == 1
        ? "the one line that comes here does not get through"
        : "none of the \(came.grouped) lines that come here gets through",
      at: step.span ?? plan.query.scopeSpan, help: help(atScope: index == 0), severity: .note)
    let isExplained = others.contains { other in
      found.span.lower <= other.span.lower && other.span.upper <= found.span.upper
    }
    return isExplained ? [] : [found]
  }

  private func help(atScope: Bool) -> String {
    let metadata = plan.fields.fields.filter { field in
      if case .metadata(let metadata, _) = field.load { metadata.yieldsToMember } else { false }
    }
    guard atScope, !metadata.isEmpty else {
      return "look at the sample with 'tripline query', or take one that has such lines"
    }
    return
      "say where the sample comes from with --category, --host and --name: the search words ask "
      + "for \(metadata.map(\.spelling).joined(separator: ", "))"
  }
}
