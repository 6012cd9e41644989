package import QueryLanguage
package import Records

/// `tripline.yaml`: what to read, which rules to load, and what holds for all of them.
package struct Configuration: Sendable {
  /// Where lines come from, in file order.
  package var sources: [SourceSettings] = []
  /// Paths of rule files, relative to the configuration.
  package var rules: [String] = []
  /// Keys that every monitor has unless it says otherwise.
  package var defaults: ConfigNode?
  /// Field to unit of time; a rule's and a source's own units come first.
  package var units: [String: String] = [:]
  /// Values of `{{name}}` in queries; a rule file's own come first.
  package var params: [String: String] = [:]
  /// Zone of times that name none.
  package var timezone = "UTC"
  /// Nil means one per core.
  package var threads: Int?
  /// Bytes that monitors may keep in rows, all together.
  package var memory = Configuration.usualMemory

  package static let usualMemory = 1 << 30

  /// The directory of the durable state; nil when none is asked for.
  package var state: String?

  /// How long the state keeps its journal and its deliveries, in milliseconds.
  package var history: Int64 = 30 * 86_400_000

  /// A sign of life to be sent, bound by whoever sends it.
  package var heartbeat: ConfigNode?

  /// Whether actions may run programs that tell them secrets.
  package var allowsSecretCommands = false

  /// What holds without a file.
  package init() {}

  /// Reads the file; nil when nothing can be made of it. What is wrong goes to the sink. `isZone`
  /// knows the time zones there are.
  package static func read(
    _ source: SourceText, sink: DiagnosticSink, isZone: (String) -> Bool = { _ in true }
  ) -> Configuration? {
    guard let root = YAMLReader.read(source, sink: sink),
      var keys = ConfigBinder(root, as: "configuration", sink: sink)
    else { return nil }
    var result = Configuration()
    let sources = keys.nodes("sources") ?? []
    result.sources = sources.compactMap { SourceSettings($0, sink: sink, isZone: isZone) }
    result.rules = keys.strings("rules") ?? []
    result.defaults = keys.node("defaults")
    if let defaults = result.defaults { MonitorBinder.check(defaults: defaults, sink: sink) }
    result.units = keys.units("units") ?? [:]
    result.params = keys.stringMap("params") ?? [:]
    result.timezone = keys.zone("timezone", isZone) ?? "UTC"
    result.threads = keys.integer("threads", in: 1...1_024)
    result.state = keys.string("state")
    if let history = keys.duration("history") {
      result.history = history
      if history == 0 { keys.report(.noHistory, at: "history", help: "write for example 30d") }
    }
    result.memory = keys.byteCount("memory") ?? usualMemory
    if result.memory == 0 { keys.report(.noMemory, at: "memory", help: "write for example 64MiB") }
    result.heartbeat = keys.node("heartbeat")
    result.allowsSecretCommands = keys.bool("allow_secret_commands") ?? false
    keys.notBuilt(["listen"])
    keys.finish()
    return result
  }
}

/// One entry of `sources:`. All durations are milliseconds.
package struct SourceSettings: Sendable {
  /// What is read.
  package enum Input: Sendable, Hashable {
    /// A path or a glob.
    case path(String)
    case stdin
    /// A program with its arguments, and how often it is run, in milliseconds.
    case command([String], every: Int64)
    /// The systemd journal: a directory or a file, or nil for the machine's own.
    case journal(String?)
  }

  /// How often a command is run that does not say.
  private static let usualEvery: Int64 = 60_000

  package var input: Input
  /// `_sourceCategory`, `_sourceHost` and `_sourceName` of its lines; nil leaves the defaults.
  package var category: String?
  package var host: String?
  package var name: String?
  /// Where the time of a line stands and how it is written; nil looks for it.
  package var timeField: String?
  package var timeFormat: String?
  /// Zone of times that name none; nil means the configuration's.
  package var timezone: String?
  /// Field to unit of time; a rule's own units come first.
  package var units: [String: String]
  /// The longest line that is kept whole, in bytes.
  package var maxLine: Int
  /// How far ahead of its arrival a line's time may lie.
  package var maxAhead: Int64
  /// How long nothing must come before the source no longer holds others back.
  package var idleAfter: Int64
  /// How far its watermark stays behind its newest line.
  package var lateness: Int64
  /// What a container's runtime wrote around its lines.
  package var decode: RecordFormat.Wrapper?
  /// Which lines belong together.
  package var multiline: Multiline?
  package var source: SourceText
  package var span: Span

  /// Nil, and reported, when the entry does not say what to read.
  init?(_ node: ConfigNode, sink: DiagnosticSink, isZone: (String) -> Bool) {
    guard var keys = ConfigBinder(node, as: "source", sink: sink) else { return nil }
    let input = Self.input(&keys, node: node, sink: sink)
    category = keys.string("category")
    host = keys.string("host")
    name = keys.string("name")
    timeField = keys.string("time_field")
    timeFormat = keys.string("time_format")
    if let timeFormat {
      do throws(DatePatternError) { _ = try DatePattern(timeFormat) } catch {
        keys.report(.badFormat(error), at: "time_format")
      }
    }
    timezone = keys.zone("timezone", isZone)
    units = keys.units("units") ?? [:]
    maxLine = keys.byteCount("max_line") ?? 1 << 20
    if maxLine == 0 { keys.report(.noLine, at: "max_line") }
    maxAhead = keys.duration("max_ahead") ?? 300_000
    idleAfter = keys.duration("idle_after") ?? 5_000
    lateness = keys.duration("lateness") ?? 0
    source = node.source
    span = node.span
    decode = keys.choice("decode")
    if let text = keys.filled("multiline") {
      do throws(Regex.Failure) { multiline = try Multiline(text) } catch {
        keys.report(.badMultiline(text, error), at: "multiline", help: Multiline.help)
      }
    }
    keys.finish()
    guard let input else { return nil }
    self.input = input
  }

  private static func input(_ keys: inout ConfigBinder, node: ConfigNode, sink: DiagnosticSink)
    -> Input?
  {
    let inputs = ["path", "stdin", "command", "journal"].filter(keys.has)
    let path = keys.filled("path")
    let stdin = keys.bool("stdin")
    let command = keys.strings("command")
    let every = keys.duration("every")
    let journal = keys.filled("journal")
    if let second = inputs.dropFirst().first, !(inputs.contains("stdin") && stdin == false) {
      keys.report(.twoInputs(inputs), at: second, help: "make them two sources")
      return nil
    }
    if keys.has("every"), !keys.has("command") { keys.report(.everyWithoutCommand, at: "every") }
    if every == 0 { keys.report(.noPause, at: "every", help: "write for example 30s") }
    if let path { return .path(path) }
    if stdin == true { return .stdin }
    if let command {
      if command.first?.isEmpty ?? true { keys.report(.noCommand, at: "command") }
      return .command(command, every: every ?? usualEvery)
    }
    if let journal {
      // What is no path says whether to read it at all.
      if journal == "false" { sink.report(node.diagnostic(.noInput)) }
      return .journal(journal == "true" ? nil : journal)
    }
    if stdin == false || inputs.isEmpty { sink.report(node.diagnostic(.noInput)) }
    return nil
  }
}

/// `multiline`: which lines of a log are one record.
package enum Multiline: Sendable {
  case off
  case auto
  /// One begins at each line that matches.
  case pattern(Regex)

  /// `off`, `auto` or a regular expression.
  package init(_ text: String) throws(Regex.Failure) {
    switch text {
    case "off": self = .off
    case "auto": self = .auto
    default: self = .pattern(try Regex(text))
    }
  }

  /// What to write instead of what is none.
  package static let help =
    "write off, auto, or a regular expression that the first line of each record matches"

  /// How lines are joined.
  package var joining: RecordFormat.Joining {
    switch self {
    case .off: .none
    case .auto: .automatic
    case .pattern(let regex):
      .beginning(regex.pattern) {
        let matcher = regex.matcher()
        return { matcher.matches($0) }
      }
    }
  }
}

extension ConfigBinder {
  fileprivate mutating func zone(_ key: String, _ isZone: (String) -> Bool) -> String? {
    guard let name = filled(key) else { return nil }
    if !isZone(name) { reportNoZone(name, at: key) }
    return name
  }
}

extension Diagnostic.Message {
  fileprivate static func badFormat(_ error: DatePatternError) -> Self {
    Self("bad-time-format", "`time_format` can't be read: \(error)")
  }
  fileprivate static func badMultiline(_ text: String, _ error: Regex.Failure) -> Self {
    Self(
      "bad-regex",
      "`multiline` is '\(text)', which is no regular expression: \(error.reason) at character "
        + "\(error.offset + 1)")
  }
  fileprivate static var noMemory: Self {
    Self("bad-size", "`memory` must be at least 1 byte")
  }
  fileprivate static var noHistory: Self {
    Self("bad-duration", "`history` must be longer than nothing")
  }
  fileprivate static var noLine: Self { Self("bad-size", "`max_line` must be at least 1 byte") }
  fileprivate static func twoInputs(_ keys: [String]) -> Self {
    Self(
      "source-input",
      "a source has one of `path`, `stdin`, `command` and `journal`; this has "
        + keys.map { "`\($0)`" }.joined(separator: " and "))
  }
  fileprivate static var noInput: Self {
    Self(
      "source-input", "this source needs a `path`, `stdin: true`, a `command` or `journal: true`")
  }
  fileprivate static var everyWithoutCommand: Self {
    Self("source-input", "`every` says how often a `command` is run, and this source has none")
  }
  fileprivate static var noPause: Self { Self("bad-duration", "`every` must be longer than that") }
  fileprivate static var noCommand: Self {
    Self("source-input", "`command` needs a program to run, such as [./health.sh, --short]")
  }
}
