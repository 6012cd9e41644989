import Alerting
import Engine
import Glibc
import Records
import TerminalUI

/// `tripline silence`: keeps some alerts from disturbing anybody for a while, whether a run goes on or
/// not.
package struct SilenceCommand: Command {
  package static let verb = Verb(
    name: .silence, summary: "keep alerts of a durable run quiet for a while",
    arguments: "[list | add TERM ... | expire ID ...]", count: 0...100,
    description: """
      'add' keeps quiet the alerts that all terms mean: monitor=GLOB, level=critical, tag.team=web, or a \
      field of the group such as host=web-1; != leaves out, =~ and !~ take a regular expression. It \
      needs --for or --until. Nobody is told of those alerts and nothing is remedied for them; what is \
      still firing when the silence ends is told then. 'list' shows the silences there are, 'expire' \
      ends some at once; an id may be cut short. A run that goes on obeys within a moment.
      """,
    examples: [
      Verb.Example(
        "for a deployment",
        "tripline silence add 'monitor=api-*' host=web-1 --for 2h --reason deploy"),
      Verb.Example("what is silenced", "tripline silence list"),
      Verb.Example("enough", "tripline silence expire 3f2a9c"),
    ])

  private enum Wish {
    case list
    case add(AlertMatcher)
    case expire([String])
  }

  private let invocation: Invocation
  private let wish: Wish

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    let options = invocation.options
    let words = invocation.words
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): wish = .list
    case ("add", 2...):
      do throws(AlertMatcher.Failure) {
        wish = .add(try AlertMatcher(terms: Array(words.dropFirst())))
      } catch {
        throw invocation.mistake(error.problem, help: error.help)
      }
      guard (options.duration == nil) != (options.until == nil) else {
        throw invocation.mistake(
          "a silence ends some time", help: "add --for 2h, or --until 18:00, one of them")
      }
    case ("expire", 2...): wish = .expire(Array(words.dropFirst()))
    case ("add", _):
      throw invocation.mistake(
        "'add' needs to know which alerts", help: "write monitor='*' for all of them")
    case ("expire", _):
      throw invocation.mistake(
        "'expire' needs the id of a silence", help: "'tripline silence list' shows them")
    default:
      throw invocation.mistake(
        "'\(words[0])' is not what silence can do", help: "write list, add TERM or expire ID")
    }
    guard options.output != .csv else {
      throw invocation.mistake("silences can't be had as csv", help: "write -o ndjson")
    }
  }

  /// How long one that is over is still listed.
  private static let memory: Int64 = 24 * 3_600_000

  package func run(on console: Console) async throws -> Outcome {
    let setup = try Setup(invocation)
    let directory = try setup.state
    let files = SilenceFiles(of: directory)
    let now = SystemClock().now
    switch wish {
    case .list:
      try show(files.all().filter { $0.until > now - SilenceCommand.memory }, now, console)
    case .add(let matcher):
      try StateDirectory.prepare(directory)
      files.forget(before: now - SilenceCommand.memory)
      let silence = try silence(matcher, setup, now)
      try files.leave(silence)
      try say(silence, "silenced until", silence.until, console)
      if StateDirectory.holder(of: directory) == nil {
        console.say("nothing is running there: it holds for the next run")
      }
    case .expire(let ids):
      for id in ids {
        let old = try find(id, files.all().filter { $0.isOn(at: now) })
        let ended = Silence(
          id: old.id, matcher: old.matcher, from: old.from, until: now, author: old.author,
          reason: old.reason)
        try files.leave(ended)
        try say(ended, "ended at", now, console)
      }
    }
    return Outcome()
  }

  private func silence(_ matcher: AlertMatcher, _ setup: Setup, _ now: Int64) throws -> Silence {
    let options = invocation.options
    let until =
      options.duration.map { now.addingReportingOverflow($0.count).partialValue }
      ?? options.until?.resolved(now: now, zone: setup.zone) ?? now
    guard until > now else {
      throw Failure("the silence would be over before it begins", code: .usage)
    }
    var draft = Silence(
      id: "", matcher: matcher, from: now, until: until,
      author: Environment.variables["USER"] ?? Environment.variables["LOGNAME"] ?? "unknown",
      reason: options.reason ?? "")
    draft.id = Digest.short(Array("\(draft.json) \(getpid())".utf8))
    return draft
  }

  /// The one silence that an id, or the beginning of one, means.
  private func find(_ id: String, _ silences: [Silence]) throws -> Silence {
    let found = silences.filter { $0.id.hasPrefix(id.lowercased()) }
    guard let first = found.first else {
      throw Failure(
        "no silence '\(id.displaySafe())' is on; 'tripline silence list' shows those that are",
        code: .usage)
    }
    guard found.count == 1 else {
      throw Failure(
        "'\(id)' may be \(found.count) silences: \(found.map(\.id).joined(separator: ", ")); "
          + "write more of it", code: .usage)
    }
    return first
  }

  private func show(_ silences: [Silence], _ now: Int64, _ console: Console) throws {
    switch invocation.options.output {
    case .ndjson:
      for silence in silences { try console.output.write(silence.json + "\n") }
    case .json:
      let list = silences.map { "  " + $0.json }.joined(separator: ",\n")
      try console.output.write(silences.isEmpty ? "[]\n" : "[\n\(list)\n]\n")
    case .table, .csv:
      guard !silences.isEmpty else { return console.say("there are no silences") }
      for line in AlignedColumns(silences, at: now).lines(for: console.screen, indent: 0) {
        try console.output.write(line + "\n")
      }
    }
  }

  private func say(
    _ silence: Silence, _ words: String, _ time: Int64, _ console: Console
  ) throws {
    guard invocation.options.output == .table else {
      return try console.output.write(silence.json + "\n")
    }
    try console.output.write(
      "\(silence.id)  \(silence.matcher.text.displaySafe())  \(words) \(Moment.stamp(time))\n")
  }
}

extension AlignedColumns {
  /// Silences as people read them.
  init(_ silences: [Silence], at now: Int64) {
    self.init(["silence", "state", "until", "author", "reason", "alerts"])
    for silence in silences {
      let isOn = silence.isOn(at: now)
      add([
        .init(silence.id, .accent), .init(isOn ? "on" : "over", isOn ? .warning : nil),
        .init(Moment.stamp(silence.until)), .init(silence.author), .init(silence.reason),
        .init(silence.matcher.text),
      ])
    }
  }
}
