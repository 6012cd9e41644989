import Alerting
import Engine
import QueryLanguage
import Records
import TerminalUI

/// `tripline check`: find mistakes in rules and queries.
package struct CheckCommand: Command {
  package static let verb = Verb(
    name: .check, summary: "find mistakes in rules and queries",
    arguments: "[RULES ...]", count: 0...Int.max,
    description: """
      Parses and binds every monitor and query, and points at each mistake with the way out. The \
      arguments are rule files or directories of them, as for --rules. Then looks for what is \
      allowed and hardly ever meant: a threshold that nothing can cross, an action that nobody uses, \
      a secret in a file. With --sample the rules are held against the lines of a log. 'tripline help \
      lints' lists all of it; a comment '# lint: allow CODE' in a monitor accepts a finding.
      """,
    examples: [
      Verb.Example("all rules of a directory", "tripline check rules/"),
      Verb.Example(
        "misspelt fields and wrong units show on real lines",
        "tripline check --sample app.ndjson --fail-on lint rules/"),
      Verb.Example("a collection of queries", "tripline check --queries queries.jsonl"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    var report = CheckReport(console, invocation.options)
    let setup: Setup
    do {
      setup = try Setup(invocation)
    } catch let mistakes as ConfigurationMistakes {
      // Nothing else can be judged without it.
      report.add(mistakes.list, about: "the configuration", cause: .usage)
      return try report.finish()
    }
    let files = try setup.ruleFiles(invocation.words)
    guard !files.isEmpty || invocation.options.queries != nil else {
      throw invocation.mistake(
        "there is nothing to check", help: "name rule files or a directory: tripline check rules/")
    }
    if let path = invocation.options.queries { try check(queries: path, setup, &report) }
    if !files.isEmpty {
      let rules = CheckedRules(files, setup)
      let subject = [
        files.count.counted("file"), rules.read.rules.count.counted("monitor"),
        rules.read.actions.count.counted("action"),
      ].joined(separator: ", ")
      let sample = try sample(for: rules, setup)
      let findings = LintReport(rules, of: files, sample: sample).findings
      report.add(findings, about: subject, cause: .rules)
      if let sample { report.note(sample) }
    }
    return try report.finish()
  }

  /// The lines that `--sample` names, as the monitors read them.
  private func sample(for rules: CheckedRules, _ setup: Setup) throws -> Sample? {
    guard let path = invocation.options.sample else { return nil }
    let sources = try setup.sources([path])
    guard sources.count == 1, let source = sources.first else {
      throw invocation.mistake("'--sample' takes one log, '\(path)' are several")
    }
    do {
      return try Sample(of: source, for: rules.rules.map(\.plan), setup.feed)
    } catch let failure as InputFailure {
      throw Failure(failure.description, code: .input)
    }
  }

  private func check(queries path: String, _ setup: Setup, _ report: inout CheckReport) throws {
    let content: [UInt8]
    do throws(InputFailure) { content = try FileBytes.read(path) } catch {
      throw Failure(error.description, code: .rules)
    }
    let corpus = Corpus(SourceText(name: path, bytes: content))
    let now = SystemClock().now
    var findings = corpus.findings
    var accepted = 0
    for query in corpus.queries {
      var allowances = Allowances(query)
      do throws(Diagnostics) {
        // A missing parameter is for whoever runs the query, not a mistake in it.
        let warnings = try setup.plan(query, now: now, missing: .neutral).warnings
        findings += warnings.filter { !allowances.accept($0) }
        findings += allowances.idle(known: LintTable.pages, uncertain: [])
        accepted += 1
      } catch {
        findings += error.list
      }
    }
    try report.headline("accepted \(accepted) of \(corpus.queries.count)")
    report.add(findings, about: corpus.queries.count.counted("query", "queries"), cause: .rules)
  }
}

/// Findings on their way to the user: as text to read or as records, with a closing line for each
/// thing that was checked.
private struct CheckReport {
  private let console: Console
  private let options: Options
  private var outcome = Outcome()
  private var findings: [Diagnostic] = []
  private var closing: [String] = []

  init(_ console: Console, _ options: Options) {
    self.console = console
    self.options = options
  }

  private var isText: Bool { options.output == .table }

  /// A result of its own: data for those who read text; records are not mixed with it.
  func headline(_ text: String) throws {
    if isText { try console.output.write(text + "\n") } else { console.say(text) }
  }

  mutating func add(_ found: [Diagnostic], about subject: String, cause: ExitCode) {
    let errors = found.count { $0.severity == .error }
    let warnings = found.count { $0.severity == .warning }
    let notes = found.count { $0.severity == .note }
    findings += found
    closing.append("\(subject): \(CheckReport.verdict(errors, warnings, notes))")
    if errors > 0 { outcome.note(cause) }
    if warnings > 0, options.failOn.contains(.lint) { outcome.note(.findings) }
  }

  /// Says how much of the sample was looked at.
  mutating func note(_ sample: Sample) {
    let lines = sample.lines.counted("line")
    closing.append("\(sample.path): " + (sample.isWhole ? lines : "the first \(lines)"))
  }

  func finish() throws -> Outcome {
    try write()
    try console.output.flush()
    for line in closing { console.say(line) }
    return outcome
  }

  private static func verdict(_ errors: Int, _ warnings: Int, _ notes: Int) -> String {
    let parts = [(errors, "error"), (warnings, "warning"), (notes, "note")]
      .filter { $0.0 > 0 }.map { $0.0.counted($0.1) }
    return parts.isEmpty ? "no mistakes" : parts.joined(separator: ", ")
  }

  private func write() throws {
    guard isText else {
      var writer = options.output.writer(for: console.screen)
      let text = writer.text(of: Diagnostic.recordColumns, findings.map(\.record))
      return try console.output.write { $0 += text }
    }
    for finding in findings {
      try console.output.write(
        finding.rendered(
          colour: console.screen.palette.isColoured, showsCode: finding.severity != .error) + "\n")
    }
  }
}
