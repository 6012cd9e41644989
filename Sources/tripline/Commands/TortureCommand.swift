import Actions
import Engine
import Glibc
import QueryLanguage
import TerminalUI

/// `tripline torture`: kill a run over and over, and prove that nothing is lost and nothing is twice.
package struct TortureCommand: Command {
  package static let verb = Verb(
    name: .torture, summary: "prove that kill -9 loses nothing and repeats nothing",
    arguments: "FILE ...", count: 1...Int.max,
    description: """
      Lets 'run --durable' follow a growing, rotating copy of a log, kills it with SIGKILL at random \
      moments and around every commit and delivery, starts it again, and holds what it decided \
      against a run that nobody killed, byte for byte. Actions are written down and not performed. \
      The clock stands still: only lines move time. The files are the generations of one log.
      """,
    examples: [
      Verb.Example("with your own rules and log", "tripline torture -r rules/ /var/log/app.log"),
      Verb.Example("harder", "tripline torture -r rules/ --kills 2000 --seed 7 app.log"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) { self.invocation = invocation }

  package func run(on console: Console) async throws -> Outcome {
    let options = invocation.options
    let setup = try Setup(invocation)
    let files = try setup.ruleFiles()
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there are no rules to torture", help: "name files or a directory with -r rules/")
    }
    // Mistakes in the rules are said here, once.
    let loaded = try setup.rules(files, environment: setup.secrets(Environment.variables)).checked()
    let sources = try setup.sources(invocation.words)
    guard let source = sources.first, sources.count == 1, source.path != "-" else {
      throw invocation.mistake(
        "one log at a time can be tortured, and these are \(sources.count)",
        help: "name one file, or the generations of one log")
    }
    let log = try TorturedLog(reading: source.generations, atMost: options.lines?.number ?? 100_000)
    guard !log.lineEnds.isEmpty else {
      throw Failure("'\(source.path.displaySafe())' holds no lines", code: .input)
    }
    guard let beginning = source.beginning else {
      throw Failure(
        "no line at the start of '\(source.path.displaySafe())' has a time; name its field with "
          + "--time-field", code: .input)
    }
    let kills = max(1, options.kills?.number ?? 300)
    let folder = try Self.workFolder()
    let start = ContinuousClock.now
    let torture = Torture(
      Torture.Settings(
        program: Paths.absolute("/proc/self/exe"), arguments: arguments(files.map(\.name)),
        environment: Environment.variables, folder: folder, name: Self.logName(source.path),
        start: beginning, kills: kills, rotations: options.rotations?.number ?? 2,
        seed: UInt64(options.seed?.number ?? 1)), log)
    let report: TortureReport
    do {
      report = try torture.run { done, _ in
        if done % 50 == 0, done < kills { console.say("\(done) of \(kills) kills") }
      }
    } catch {
      console.say("tripline: \(error)\nwhat it left is in \(folder)", important: true)
      return Outcome(.state)
    }
    let words = TortureWords(
      report, log: source.path, monitors: loaded.rules.count,
      elapsed: ContinuousClock.now - start, palette: console.screen.palette)
    try console.output.write(words.text)
    guard report.findings.isEmpty else {
      console.say("what it left is in \(folder)", important: true)
      return Outcome(.state)
    }
    try Paths.removeDirectory(folder)
    return Outcome()
  }

  /// Those of `run`, from this command's flags.
  private func arguments(_ rules: [String]) -> [String] {
    let options = invocation.options
    var arguments = ["run", "--live", "--from-start", "-o", "ndjson"]
    for rule in rules { arguments += ["--rules", Paths.absolute(rule)] }
    let config = options.config ?? "tripline.yaml"
    if Paths.size(of: config) != nil { arguments += ["--config", Paths.absolute(config)] }
    for param in options.params { arguments += ["--param", "\(param.name)=\(param.value)"] }
    for unit in options.units { arguments += ["--unit", "\(unit.name)=\(unit.value)"] }
    let texts = [
      ("--category", options.category), ("--host", options.host), ("--name", options.name),
      ("--time-field", options.timeField), ("--timezone", options.timezone),
      ("--max-line", options.maxLine.map { String($0.bytes) }),
      ("--threads", options.threads.map { String($0) }),
      ("--batch-bytes", options.batchBytes.map { String($0.bytes) }),
    ]
    for case (let flag, let value?) in texts { arguments += [flag, value] }
    return arguments
  }

  /// The log's own name, without what made it a compressed or rotated one.
  private static func logName(_ path: String) -> String {
    let name = String(path.split(separator: "/").last ?? "app.log")
    let ending = [".gz", ".zst"].first { name.hasSuffix($0) && name.count > $0.count } ?? ""
    return String(name.dropLast(ending.count))
  }

  private static func workFolder() throws -> String {
    let base = Environment.variables["TMPDIR"] ?? "/tmp"
    var template = Array("\(base)/tripline-torture-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure(
        "can't make a directory in '\(base)': \(String(cString: strerror(errno)))", code: .input)
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
