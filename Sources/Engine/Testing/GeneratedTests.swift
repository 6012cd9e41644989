import Alerting
import QueryLanguage
import Records

/// A test file made from the boundary cases of monitors, with what the engine does in each of them.
package struct GeneratedTests {
  private var text: String
  private let rules: String
  private let run: RuleTestRun

  /// - Parameter rules: the rule files as the test file is to name them.
  package init(rules: [String], run: RuleTestRun, about path: String) {
    self.rules = "rules: [\(rules.map(\.yaml).joined(separator: ", "))]\n"
    self.run = run
    text = """
      # Boundary cases of \(path.split(separator: "/").last ?? "the rules"), made by \
      'tripline test --generate'.
      # What they expect is what the engine did when they were made, not what anybody wished for:
      # read each of them, and keep those that are right.

      """
    text += self.rules + "\ntests:\n"
  }

  /// Whether any case was added.
  package private(set) var isEmpty = true

  /// Adds the cases of a monitor; refuses when the monitor does not count their lines.
  package mutating func add(_ cases: BoundaryCases, of monitor: String) throws {
    var written = ""
    var hasFired = false
    for one in cases.cases {
      let name = "\(monitor): \(one.name)"
      let test = GeneratedTests.test(one, name)
      let transitions = try result(of: test, name)
      // What other monitors make of these lines is their own affair.
      let own = transitions.filter { $0.monitor == monitor }
      if own.contains(where: { $0.to == .firing }) { hasFired = true }
      written += (isEmpty && written.isEmpty ? "" : "\n") + test
      if own.count < transitions.count { written += "    exact: false\n" }
      written += GeneratedTests.expect(own)
    }
    guard hasFired else {
      throw BoundaryCases.Refusal(
        reason: "no number of lines like this one trips it: \(cases.sample.text)",
        needsSample: true)
    }
    text += written
    isEmpty = false
  }

  /// The whole file.
  package var bytes: [UInt8] { Array(text.utf8) }

  /// What the engine does with a case, read the way a test file is read.
  private func result(of test: String, _ name: String) throws -> [Transition] {
    let sink = DiagnosticSink()
    let source = SourceText(name: "generated", text: rules + "tests:\n" + test + "    expect: []\n")
    guard let test = RuleTestFile.read(source, sink: sink)?.tests.first, !sink.hasErrors else {
      throw Diagnostics(sink.list)
    }
    return try run.run(test).transitions
  }

  private static func test(_ one: BoundaryCases.Case, _ name: String) -> String {
    var text = "  - name: \(name.yaml)\n    input:\n"
    for entry in one.input {
      text += "      - line: \(entry.line.yaml)\n"
      if entry.count > 1 { text += "        repeat: \(entry.count)\n" }
      text += "        start: \(Timestamp.rfc3339(entry.start))\n"
      if entry.count > 1 { text += "        every: \(DurationText.text(entry.every))\n" }
    }
    if one.drains { text += "    drain: true\n" }
    return text
  }

  private static func expect(_ transitions: [Transition]) -> String {
    if transitions.isEmpty { return "    expect: []  # computed\n" }
    var text = "    expect:  # computed\n"
    for transition in transitions {
      let keys = TransitionText.usualKeys(of: transition)
      text += "      - \(TransitionText.lines(transition, keys, indent: 10))\n"
    }
    return text
  }
}
