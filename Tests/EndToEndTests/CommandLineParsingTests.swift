import QueryLanguage
import Records
import TerminalUI
import TestKit
import Testing
import tripline

@Suite struct CommandLineParsingTests {
  func options(_ arguments: String...) throws -> Options {
    try Invocation.parse(arguments).options
  }

  /// The first line of what is said about each mistake, and the help.
  func complaints(_ arguments: String...) -> [String] {
    do throws(UsageError) {
      _ = try Invocation.parse(arguments)
      return []
    } catch {
      return error.diagnostics.map { $0.message.text + ($0.help.map { "; " + $0 } ?? "") }
    }
  }

  @Test func `words and flags may come in any order`() throws {
    for arguments in [
      ["query", "error | count", "a.log", "b.log", "-o", "json"],
      ["-o", "json", "query", "error | count", "a.log", "b.log"],
      ["query", "-ojson", "error | count", "a.log", "--", "b.log"],
      ["query", "error | count", "--output=json", "a.log", "b.log"],
      ["query", "error | count", "-o=json", "a.log", "b.log"],
    ] {
      let invocation = try Invocation.parse(arguments)
      #expect(invocation.verb == .query)
      #expect(invocation.words == ["error | count", "a.log", "b.log"])
      #expect(invocation.options.output == .json)
    }
  }

  @Test func `a lone dash is stdin, and nothing is a flag after two`() throws {
    #expect(try Invocation.parse(["query", "x", "-"]).words == ["x", "-"])
    #expect(try Invocation.parse(["query", "--", "--drain", "-"]).words == ["--drain", "-"])
    #expect(try Invocation.parse(["--", "version"]).verb == .version)
  }

  @Test func `values become what they mean`() throws {
    let run = try options(
      "run", "-r", "a.yaml", "--rules=b", "--threads", "4", "--batch-bytes", "64KiB", "--max-line",
      "2MB", "--max-ahead", "1m30s", "--unit", "latency=ms", "--param", "x=a=b", "--fail-on",
      "alert,late", "--fail-on", "malformed", "--on-eof", "exit", "--live", "-q", "--no-color")
    #expect(run.rules == ["a.yaml", "b"])
    #expect(run.threads == 4)
    #expect(run.batchBytes == ByteCount(65_536))
    #expect(run.maxLine == ByteCount(2_000_000))
    #expect(run.maxAhead == Milliseconds(90_000))
    #expect(run.units == [Assignment(name: "latency", value: "ms")])
    #expect(run.params == [Assignment(name: "x", value: "a=b")])
    #expect(run.failOn == [.alert, .late, .malformed])
    #expect(run.onEndOfInput == .exit)
    #expect(run.live && run.quiet && run.colour == .never)
  }

  @Test func `what was not said is left to the configuration`() throws {
    let run = try options("run")
    #expect(run.threads == nil && run.category == nil && run.onEndOfInput == nil)
    #expect(run.maxAhead == nil && run.timezone == nil && run.config == nil)
  }

  @Test(
    arguments: [
      ("now", 1_000_000_000), ("-15m", 999_100_000), ("-1d12h", 870_400_000),
      ("now+15m", 1_000_900_000), ("2025-06-01", 1_748_728_800_000),
      ("2025-06-01T09:14:22", 1_748_762_062_000), ("2025-06-01 09:14:22.5", 1_748_762_062_500),
      ("2025-06-01T09:14:22Z", 1_748_769_262_000), ("2025-06-01T09:14:22-0530", 1_748_789_062_000),
      ("06/01/2025 09:14:22", 1_748_762_062_000), ("1748769262000", 1_748_769_262_000),
    ] as [(String, Int64)])
  func `times are read by the clock and the zone of the run`(_ text: String, _ moment: Int64) throws
  {
    let zone = try #require(Zone(fixedOffset: "+02:00"))
    let from = try #require(try options("query", "x", "--from", text).from)
    #expect(from.resolved(now: 1_000_000_000, zone: zone) == moment)
  }

  @Test(arguments: [
    "", "yesterday", "2025-13-01", "2025-02-29", "2025-06-01T25:00:00", "15m", "- 5m",
    "+99999999999999d", "now now",
  ])
  func `what is no time is refused`(_ text: String) {
    #expect(complaints("query", "x", "--from=\(text)").count == 1)
  }

  @Test(arguments: [
    ("1", 1), ("64KiB", 65_536), ("64k", 65_536), ("1MiB", 1 << 20), ("2 GB", 2_000_000_000),
  ])
  func `sizes are read`(_ text: String, _ bytes: Int) throws {
    #expect(try options("query", "x", "--batch-bytes", text).batchBytes == ByteCount(bytes))
  }

  @Test(arguments: [
    "0", "-1", "64XiB", "KiB", "1.5MiB", "9999999999999999999", "9223372036854775807k",
  ])
  func `what is no size is refused`(_ text: String) {
    #expect(
      complaints("query", "x", "--batch-bytes=\(text)") == [
        "'--batch-bytes' needs a size, found '\(text)'; write a size as 65536, 64KiB or 1MiB"
      ])
  }

  @Test(arguments: ["", "5", "5x", "m", "1m 5s", "-5m", "1e9d", "1.5h", "99999999999999999d"])
  func `what is no duration is refused`(_ text: String) {
    #expect(complaints("run", "--max-ahead=\(text)").count == 1)
  }

  @Test func `every mistake is reported, in the order of writing`() {
    #expect(
      complaints("query", "--ouput", "error", "--threads", "zero", "--drain", "-o", "jsn") == [
        "unknown flag '--ouput' for 'query'; did you mean '--output'?",
        "'--threads' needs a whole number from 1 to 1024, found 'zero'",
        "'--drain' is not a flag of 'query'; it belongs to replay, explain",
        "'--output' needs table, json, ndjson or csv, found 'jsn'; did you mean 'json'?",
      ])
  }

  @Test func `each mistake has its way out`() {
    #expect(complaints("qurey") == ["unknown verb 'qurey'; did you mean 'query'?"])
    #expect(
      complaints("error | count", "a.log") == [
        "unknown verb 'error | count'; to ask a question, write: tripline query QUERY FILE"
      ])
    #expect(
      complaints("serve") == [
        "unknown verb 'serve'; 'serve' is planned but not built yet; 'tripline help' lists the verbs"
      ])
    #expect(
      complaints("query") == [
        "'query' needs QUERY; for example: tripline query 'error | count by host' app.log"
      ])
    #expect(complaints("run", "--rules") == ["'--rules' needs a value; write '--rules PATH'"])
    #expect(
      complaints("run", "-r", "--live") == ["'-r' needs a value; write '-r PATH'"])
    #expect(
      complaints("run", "--live=yes") == [
        "'--live' is a switch and takes no value, found 'yes'; write '--live' alone"
      ])
    #expect(
      complaints("run", "--host", "a", "--host", "b") == [
        "'--host' is given twice; keep the one you mean"
      ])
    #expect(
      complaints("run", "--param", "x") == [
        "'--param' needs NAME=VALUE, found 'x'; write the name, '=' and the value"
      ])
    #expect(
      complaints("run", "--fail-on", "alert,lat") == [
        "'--fail-on' needs alert, malformed, late or lint, found 'lat'; did you mean 'late'?"
      ])
    #expect(
      complaints("version", "now") == [
        "'version' takes no arguments, found 'now'; leave it out, or quote what belongs together"
      ])
    #expect(
      complaints("check", "-Z") == [
        "unknown flag '-Z' for 'check'; 'tripline help check' lists the flags"
      ])
  }

  @Test func `help and version win over what is missing`() throws {
    #expect(try options("query", "--help").help)
    #expect(try options("-V").version)
  }

  @Test func `flags have one name each, and every verb a command`() {
    let longs = Flag.table.map(\.long)
    let shorts = Flag.table.compactMap(\.short)
    #expect(Set(longs).count == longs.count)
    #expect(Set(shorts).count == shorts.count)
    #expect(Verb.all.map(\.name) == Verb.Name.allCases)
    for flag in Flag.table { #expect(!flag.verbs.isEmpty, "\(flag.long)") }
  }

  @Test func `no line of help is wider than a plain terminal`() {
    for text in Verb.all.map({ Help.page(for: $0, .plain) }) + [Help.overview(.plain)] {
      for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }

  @Test func `the gravest cause is the exit code`() {
    #expect(Outcome().status == 0)
    #expect(Outcome(.findings, .delivery, .input, .rules, .usage, .state).status == 6)
    #expect(Outcome(.findings, .delivery, .input, .rules, .usage).status == 2)
    #expect(Outcome(.findings, .delivery).status == 5)
    var outcome = Outcome()
    outcome.interrupted(by: 15)
    #expect(outcome.status == 143)
    outcome.note(.input)
    #expect(outcome.status == 4)
  }
}
