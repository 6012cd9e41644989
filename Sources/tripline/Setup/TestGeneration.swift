import Actions
import Alerting
import Engine
import Glibc
import QueryLanguage
import Records
import TerminalUI

/// `tripline test --generate`: the boundary cases of the monitors of a rule file as a file of tests.
struct TestGeneration {
  private let path: String
  private let invocation: Invocation
  private let setup: Setup
  private var options: Options { invocation.options }
  /// Nil for stdout.
  private let target: String?

  init(_ path: String, _ invocation: Invocation, _ setup: Setup) throws {
    self.path = path
    self.invocation = invocation
    self.setup = setup
    guard invocation.words.count <= 1 else {
      throw invocation.mistake(
        "'--generate' writes one file", help: "name one file, or none for stdout")
    }
    target = invocation.words.first { $0 != "-" }
    if let target, access(target, F_OK) == 0 {
      throw invocation.mistake(
        "'\(target)' is there already", help: "name another file; what people wrote stays")
    }
  }

  func run(on console: Console) throws -> Outcome {
    let files = try setup.ruleFiles([path])
    let loaded = try setup.rules(files, environment: .placeholders).checked()
    let rules = loaded.rules.filter { rule in
      files.first.map { rule.rule.source.name == $0.name } ?? false || Paths.isDirectory(path)
    }
    guard !rules.isEmpty else {
      throw Failure("'\(path)' has no monitor that is switched on", code: .rules)
    }
    let sample = try sample()
    let base = target.map(Paths.directory) ?? Paths.directory(of: path)
    let run = RuleTestRun(
      rules: loaded.rules, actions: loaded.actions, options: setup.feed, zone: setup.zone,
      base: base)
    var tests = GeneratedTests(
      rules: files.map { Paths.shortened($0.name, from: base) }, run: run, about: path)
    for rule in rules {
      do {
        try tests.add(BoundaryCases(rule, sample: sample), of: rule.rule.name)
      } catch let refusal as BoundaryCases.Refusal {
        let help = refusal.needsSample ? "; give one that it counts with --sample FILE" : ""
        console.say(
          "tripline: no tests for '\(rule.rule.name)': \(refusal.reason)\(help)", important: true)
      }
    }
    var outcome = Outcome()
    guard !tests.isEmpty else {
      outcome.note(.rules)
      return outcome
    }
    if let target {
      try WholeFile.create(target, with: tests.bytes)
    } else {
      try console.output.write { $0 += tests.bytes }
      try console.output.flush()
    }
    return outcome
  }

  /// The first line of the file that `--sample` names.
  private func sample() throws -> SampleLine? {
    guard let path = options.sample else { return nil }
    let content: [UInt8]
    do throws(InputFailure) { content = try FileBytes.read(path) } catch {
      throw Failure(error.description, code: .usage)
    }
    let line = content.split(separator: 0x0A).first.map(Array.init) ?? []
    guard let sample = SampleLine(line) else {
      throw Failure(
        "the first line of '\(path)' is no JSON object with a time", code: .usage)
    }
    return sample
  }
}

extension Paths {
  /// A path as somebody in a directory would write it; absolute when the two have nothing in common.
  static func shortened(_ path: String, from base: String) -> String {
    guard path.hasPrefix("/") == base.hasPrefix("/") else {
      return path.hasPrefix("/") ? path : absolute(path)
    }
    var from = parts(base)
    var to = parts(path)
    while let first = from.first, first == to.first, to.count > 1 {
      from.removeFirst()
      to.removeFirst()
    }
    if from.contains("..") { return absolute(path) }
    return (Array(repeating: "..", count: from.count) + to).joined(separator: "/")
  }

  private static func parts(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }
}
