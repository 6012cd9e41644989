import Alerting
import Engine
import QueryLanguage
import TerminalUI

/// `tripline test`: unit tests for rules.
package struct TestCommand: Command {
  package static let verb = Verb(
    name: .test, summary: "unit tests for rules",
    arguments: "[PATH ...]", count: 0...Int.max,
    description: """
      Runs the tests of rules: each says which lines go in and which alerts have to come out, with \
      the actions they would run. It is the engine of run and replay on the clock of the lines, so \
      a test takes no time and touches nothing. The arguments are files, or directories of \
      NAME.test.yaml; without any, the directories of the configuration's rules. Exits 1 when a \
      test fails.
      """,
    examples: [
      Verb.Example("all tests of a directory", "tripline test rules/"),
      Verb.Example(
        "tests to start from: what happens at each boundary",
        "tripline test --generate errors.yaml new.test.yaml"),
    ])

  private let invocation: Invocation
  private var options: Options { invocation.options }

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    let options = invocation.options
    if options.generate == nil {
      if options.sample != nil {
        throw invocation.mistake("'--sample' needs '--generate'", help: "leave it out")
      }
      if !options.rules.isEmpty {
        throw invocation.mistake(
          "'--rules' needs '--generate'", help: "a test file says itself which rules it tests")
      }
    } else if options.update || options.filter != nil || options.junit != nil {
      throw invocation.mistake("'--generate' runs no tests", help: "give it alone")
    }
    if options.output == .csv {
      throw invocation.mistake(
        "results have parts within parts, which csv has not", help: "write -o ndjson")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let setup = try Setup(invocation)
    if let path = options.generate {
      return try TestGeneration(path, invocation, setup).run(on: console)
    }
    let suites = try suites(setup)
    let chosen = suites.map { $0.tests(options.filter) }
    if let filter = options.filter, chosen.allSatisfy(\.isEmpty),
      suites.allSatisfy(\.mistakes.isEmpty)
    {
      throw invocation.mistake(
        "no test has '\(filter)' in its name", help: "leave out '--filter' to run them all")
    }
    let start = ContinuousClock.now
    var report = TestReport(files: [], elapsed: .zero)
    var isFirst = true
    for (suite, tests) in zip(suites, chosen) where !tests.isEmpty || !suite.mistakes.isEmpty {
      var file = try suite.report(on: tests, updates: options.update)
      file.mistakes = suite.mistakes.map {
        $0.rendered(colour: options.output == .table && console.screen.palette.isColoured)
      }
      if options.output == .table {
        try console.output.write((isFirst ? "" : "\n") + file.text(console.screen.palette))
        try console.output.flush()
      }
      isFirst = false
      report.files.append(file)
    }
    report.elapsed = ContinuousClock.now - start
    return try finish(report, console)
  }

  private func suites(_ setup: Setup) throws -> [TestSuite] {
    // Beside the rules that are loaded stand their tests.
    let named =
      invocation.words.isEmpty
      ? setup.configuration.rules.map { Paths.writtenIn(options.config ?? "", $0) }
        .flatMap(Paths.expanded).filter(Paths.isDirectory)
      : invocation.words.flatMap(Paths.expanded)
    guard !named.isEmpty else {
      throw invocation.mistake(
        "there is nothing to test", help: "name a directory or a file: tripline test rules/")
    }
    var paths: [String] = []
    for path in named {
      do throws(InputFailure) {
        for file in try Paths.testFiles(at: path) where !paths.contains(file) { paths.append(file) }
      } catch {
        throw Failure(error.description, code: .rules)
      }
    }
    guard !paths.isEmpty else {
      throw invocation.mistake(
        "there are no tests in \(named.map { "'\($0)'" }.joined(separator: ", "))",
        help: "the tests of a directory are its files named NAME.test.yaml")
    }
    return try paths.map { path in
      let content: [UInt8]
      do throws(InputFailure) { content = try FileBytes.read(path) } catch {
        throw Failure(error.description, code: .rules)
      }
      return try TestSuite(SourceText(name: path, bytes: content), setup)
    }
  }

  private func finish(_ report: TestReport, _ console: Console) throws -> Outcome {
    switch options.output {
    case .table, .csv: break
    case .ndjson:
      for record in report.records { try console.output.write { $0 += record + [0x0A] } }
    case .json:
      let records = report.records.map { String(decoding: $0, as: UTF8.self) }
      try console.output.write(
        records.isEmpty ? "[]\n" : "[\n" + records.joined(separator: ",\n") + "\n]\n")
    }
    try console.output.flush()
    if let path = options.junit { try WholeFile.write(Array(report.junit.utf8), to: path) }
    console.say(report.summary(console.errors.palette))
    var outcome = Outcome()
    if report.files.contains(where: { !$0.mistakes.isEmpty }) { outcome.note(.rules) }
    if report.count(.failed) > 0 { outcome.note(.findings) }
    return outcome
  }
}
