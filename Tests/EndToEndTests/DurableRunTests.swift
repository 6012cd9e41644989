import Alerting
import Foundation
import Records
import TestKit
import Testing

/// `tripline run --state` dies at every point of its way, and nothing is lost and nothing is twice.
@Suite struct DurableRunTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took > 3"
        units: { took: s }
        window: 10m
        every: 1m
        group_by: [host]
        critical: { alert: "> 3", resolve: "<= 3", resolution_window: 0s }
        missing_data: { window: 5m, per_group: true }
        actions: [tell]
      - name: mean
        query: "* | avg(took) as mean by host"
        units: { took: s }
        window: 5m
        every: 30s
        group_by: [host]
        warning: { alert: "mean > 1.7s", for: 2m }
        at_least: 2 of 3
        actions: [tell]
      - name: last words
        query: the_end
        window: 1m
        critical: { alert: "> 0" }
    actions:
      tell:
        file: { path: told.ndjson }
    """

  /// Times stand in no order nearer than some seconds, hosts fall silent, and bursts are slow.
  private static func log(_ lines: Int, using random: inout SplitMix64) -> [String] {
    var time: Int64 = 1_772_445_600_000
    let quiet = Int.random(in: 0..<4, using: &random)
    var log = (0..<lines).map { number in
      time += Int64.random(in: 100...6_000, using: &random)
      let late = random.oneIn(6) ? Int64.random(in: 0...9_000, using: &random) : 0
      var host = Int.random(in: 0..<4, using: &random)
      if host == quiet, number > lines / 3, number < 2 * lines / 3 { host = (host + 1) % 4 }
      let most = number / 150 % 3 == 0 ? 4_000 : 3_005
      let took = Double(Int.random(in: 0...most, using: &random)) / 1_000
      return #"{"timestamp":\#(time - late),"host":"web-\#(host)","took":\#(took)}"#
    }
    log.append(#"{"timestamp":\#(time + 60_000),"msg":"the_end"}"#)
    return log
  }

  /// The lines as Docker writes down what comes over several lines, and those in pieces.
  private static func wrapped(
    _ lines: [String], using random: inout SplitMix64
  ) throws -> [[String]] {
    try lines.map { line in
      let time = try #require(JSONTree(line)?["timestamp"]?.whole)
      let rows = line.replacing(",", with: ",\n  ").split(separator: "\n")
      return rows.flatMap { row in
        let cut = row.index(row.startIndex, offsetBy: Int.random(in: 0..<row.count, using: &random))
        let pieces = random.oneIn(3) ? [row[..<cut], row[cut...]] : [row]
        return pieces.enumerated().map { index, piece in
          let text = piece.replacing("\"", with: "\\\"") + (index == pieces.count - 1 ? "\\n" : "")
          return #"{"log":"\#(text)","stream":"stdout","time":"\#(Timestamp.rfc3339(time))"}"#
        }
      }
    }
  }

  @Test(arguments: [1, 2])
  func `a run that dies at every point in turn goes on as if it had not`(
    _ seed: UInt64
  ) throws {
    var random = SplitMix64(seed: TestSeed.value &+ seed)
    let lines = Self.log(900, using: &random)
    try survives(
      lines.map { [$0] }, "sources: [{ path: app.log, idle_after: 1d }]", &random,
      seed: TestSeed.value &+ seed)
  }

  @Test func `a run that dies in the middle of records goes on as if it had not`() throws {
    let seed = TestSeed.value &+ 3
    var random = SplitMix64(seed: seed)
    let lines = Self.log(400, using: &random)
    // The last record is over when another one begins.
    let records = try Self.wrapped(lines + [lines[lines.count - 1]], using: &random)
    try survives(
      records.dropLast(2) + [records[records.count - 2] + records[records.count - 1]],
      "sources: [{ path: app.log, idle_after: 1d, decode: docker, multiline: auto }]", &random,
      reading: ["--decode", "docker", "--multiline", "auto"], seed: seed)
  }

  /// Writes the records piece by piece, to a run that dies again and again, and holds what it decided
  /// against a replay; the last one says that it is.
  private func survives(
    _ records: [[String]], _ configuration: String, _ random: inout SplitMix64,
    reading flags: [String] = [], seed: UInt64
  ) throws {
    let lines = records.flatMap { $0 }
    let starts = Set(
      records.reduce(into: [0]) { starts, record in starts.append(starts.last! + record.count) })
    let site = try RunSite(rules: Self.rules)
    try site.write(configuration, to: "tripline.yaml")
    try site.write(lines.joined(separator: "\n") + "\n", to: "all.log")
    let expected = try replayed(in: site, flags)
    #expect(expected.count > 20, "seed \(seed)")

    // From the first commit on every line counts.
    try site.write("", to: "app.log")
    let first = try site.run("--state", "state", "--from-start")
    try first.wait(for: "watching", on: .errors)
    first.send(SIGKILL)
    _ = try first.status()

    let last = records[records.count - 1]
    var rest = lines.dropLast(last.count)
    var deaths = 0
    while !rest.isEmpty {
      // Three points lie around the first commit, three more around that of the lines below; actions
      // add theirs. So it dies, at another place each time.
      let point = Int.random(in: 1...6, using: &random)
      let run = try site.run(
        ["--state", "state", "--batch-bytes", "2000"],
        environment: ["TRIPLINE_DIE_AT": String(point)])
      let piece = rest.prefix(Int.random(in: 1...50 * last.count, using: &random))
      rest = rest.dropFirst(piece.count)
      try site.append(piece.joined(separator: "\n") + "\n")
      if starts.contains(rest.startIndex), random.oneIn(4) { try rotate(site) }
      try #require(try run.status() == 128 + SIGKILL, "\(run.text(.errors))")
      deaths += 1
    }
    let end = try site.run("--state", "state")
    try end.wait(for: "watching", on: .errors)
    try site.append(last.joined(separator: "\n") + "\n")
    try end.wait(for: #""monitor":"last words""#)
    end.send(SIGTERM)
    #expect(try end.status() == 143, "\(end.text(.errors))")

    let decided = try journal(of: site)
    #expect(
      firstDifference(decided.map(\.summary), expected.map(\.summary)) == nil, "seed \(seed)")
    #expect(deaths > 10)
    let verified = try BinaryRun.tripline(
      ["verify", "-r", "rules.yaml", "--state", "state"], in: site.directory)
    #expect(
      verified.status == 0
        && verified.output == "verified \(expected.count) of \(expected.count) transitions\n",
      "\(verified.output)seed \(seed)")
    let told = try told(in: site)
    let owed = expected.filter { $0.actions.contains { $0.name == "tell" } }.map(\.id)
    #expect(Set(told) == Set(owed))
  }

  @Test func `a remediation that was begun is never begun again`() throws {
    var attempts: [Int] = []
    var unknown = 0
    for point in 1...14 {
      let site = try RunSite(
        rules: """
          monitors:
            - name: slow
              query: "* | where took_ms > 3s"
              window: 10m
              critical: { alert: "> 2" }
              actions: [heal]
          actions:
            heal:
              exec: { command: [/bin/sh, -c, 'echo "$TRIPLINE_ID" >> healed.txt'] }
              live: true
          """)
      let now = Int(Date.now.timeIntervalSince1970 * 1_000)
      try site.append((0..<3).map { #"{"timestamp":\#(now + $0),"took_ms":4000}"# + "\n" }.joined())
      let arguments = ["--state", "state", "--from-start", "app.log"]
      let first = try site.run(arguments, environment: ["TRIPLINE_DIE_AT": String(point)])
      _ = try first.hasSaid("heal (exec) for slow: done", on: .errors)
      first.send(SIGKILL)
      _ = try first.status()
      let second = try site.run(arguments)
      try second.wait(for: "watching", on: .errors)
      second.send(SIGTERM)
      #expect(try second.status() == 143 || second.status() == 5, "\(second.text(.errors))")
      let healed = site.exists("healed.txt") ? try text("healed.txt", in: site) : ""
      attempts.append(healed.split(separator: "\n").count)
      if second.text(.errors).contains("unknown, the program ended during the attempt") {
        unknown += 1
      }
    }
    // Wherever it died: once at most, and once wherever nothing had been begun.
    #expect(attempts.allSatisfy { $0 <= 1 }, "\(attempts)")
    #expect(attempts.contains(1), "\(attempts)")
    #expect(unknown > 0, "no death fell into an attempt")
  }

  /// Of two logs one says nothing more; how far it had come must be known, or time would stand still.
  @Test(arguments: [false, true])
  func `a log that is silent after a restart holds up nothing`(forgetsLargestTimes: Bool) throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: hello
            query: hello
            window: 1m
            critical: { alert: "> 0" }
          - name: slow
            query: slow
            window: 1m
            every: 10s
            critical: { alert: "> 2", for: 1m }
          - name: last words
            query: the_end
            window: 1m
            critical: { alert: "> 0" }
        """)
    try site.write(
      "sources: [{ path: a.log, idle_after: 1d }, { path: b.log, idle_after: 1d }]",
      to: "tripline.yaml")
    func line(_ second: Int, _ words: String) -> String {
      #"{"timestamp":\#(1_772_445_600_000 + second * 1_000),"msg":"\#(words)"}"# + "\n"
    }
    try site.write(line(0, "first") + line(600, "hello"), to: "a.log")
    try site.write("", to: "b.log")
    let first = try site.run("--state", "state", "--from-start")
    try first.wait(for: #""monitor":"hello""#)
    first.send(SIGKILL)
    _ = try first.status()
    if forgetsLargestTimes {
      let shell = try ChildProgram(
        "sqlite3", [site.url("state/state.db").path, "UPDATE sources SET largest = NULL"])
      #expect(try shell.wait() == 0)
    }
    let second = try site.run("--state", "state")
    try second.wait(for: "watching", on: .errors)
    let slow = stride(from: 300, to: 590, by: 5).map { line($0, "slow") }.joined()
    try site.append(slow + line(595, "the_end"), to: "b.log")
    try second.wait(for: #""monitor":"last words""#)
    second.send(SIGTERM)
    _ = try second.status()
    #expect(second.text(.output).contains(#""monitor":"slow""#) == !forgetsLargestTimes)
  }

  /// The log and its last line are gone; the lines of the next one, written while nobody ran, say no
  /// time and have that of the line before.
  @Test(arguments: [false, true])
  func `lines without a time need that of the line before a restart`(forgets: Bool) throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: hello
            query: hello
            window: 1m
            critical: { alert: "> 0" }
          - name: trouble
            query: trouble
            window: 1m
            critical: { alert: "> 2" }
          - name: last words
            query: the_end
            window: 1m
            critical: { alert: "> 0" }
        """)
    try site.write("sources: [{ path: a.log, idle_after: 1d }]", to: "tripline.yaml")
    try site.write("2026-03-02T10:00:00Z hello\n", to: "a.log")
    let first = try site.run("--state", "state", "--from-start")
    try first.wait(for: #""monitor":"hello""#)
    first.send(SIGKILL)
    _ = try first.status()
    try site.remove("a.log")
    try site.write("trouble\ntrouble\ntrouble\n2026-03-02T10:00:01Z the_end\n", to: "a.log")
    if forgets {
      let shell = try ChildProgram(
        "sqlite3", [site.url("state/state.db").path, "UPDATE sources SET previous = NULL"])
      #expect(try shell.wait() == 0)
    }
    let second = try site.run("--state", "state")
    try second.wait(for: #""monitor":"last words""#)
    second.send(SIGTERM)
    _ = try second.status()
    #expect(second.text(.output).contains(#""monitor":"trouble""#) == !forgets)
  }

  /// A megabyte of lines is let go of at a time, so that what is read again begins among lines that
  /// have the time of a line before them.
  @Test func `lines without a time that are read again keep theirs`() throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: trouble
            query: trouble
            window: 1m
            critical: { alert: "> 2", resolution_window: 0s, for: 10s }
          - name: last words
            query: the_end
            window: 1m
            critical: { alert: "> 0" }
        """)
    try site.write("sources: [{ path: a.log, idle_after: 1d }]", to: "tripline.yaml")
    let padding = String(
      repeating: "2026-03-02T10:00:00Z fine, fine, fine, fine, fine\n", count: 20_000)
    let trouble = String(repeating: "trouble\n", count: 20_000)
    try site.write(padding + trouble + "2026-03-02T10:10:00Z hello\n", to: "a.log")
    let first = try site.run("--state", "state", "--from-start", "--batch-bytes", "10000")
    try first.wait(for: #""to":"resolved""#)
    first.send(SIGTERM)
    _ = try first.status()
    let second = try site.run("--state", "state")
    try second.wait(for: "watching", on: .errors)
    try site.append("2026-03-02T10:10:30Z the_end\n", to: "a.log")
    try second.wait(for: #""monitor":"last words""#)
    second.send(SIGTERM)
    _ = try second.status()
    #expect(!second.text(.output).contains(#""monitor":"trouble""#))
  }

  /// Which lines come first decides what `limit` keeps.
  @Test func `windows of several logs are filled again in the order in which they were read`()
    throws
  {
    let site = try RunSite(
      rules: """
        monitors:
          - name: first ones
            query: turn | limit 3 | where log = "b" | count
            window: 1m
            every: 1m
            critical: { alert: "> 1" }
          - name: seen
            query: turn | count by turn
            window: 10m
            every: 10m
            group_by: [turn]
            critical: { alert: "> 0" }
          - name: last words
            query: the_end | count by log
            window: 1m
            group_by: [log]
            critical: { alert: "> 0" }
        """)
    try site.write(
      "sources: [{ path: a.log, idle_after: 1d }, { path: b.log, idle_after: 1d }]",
      to: "tripline.yaml")
    func line(_ second: Int, _ words: String, _ more: String = "") -> String {
      #"{"timestamp":\#(1_772_445_600_000 + second * 1_000),"msg":"\#(words)"\#(more)}"# + "\n"
    }
    for log in ["a.log", "b.log"] { try site.write("", to: log) }
    let first = try site.run("--state", "state", "--from-start")
    try first.wait(for: "watching", on: .errors)
    // What has just begun is not judged. Then in turn, each once the one before has been read.
    try site.append(line(0, "hello"), to: "a.log")
    for turn in 0..<6 {
      let log = turn % 2 == 0 ? "b" : "a"
      try site.append(
        line(30 + turn, "turn", #","log":"\#(log)","turn":\#(turn)"#), to: "\(log).log")
      try first.wait(for: #""group":{"turn":\#(turn)}"#)
    }
    first.send(SIGKILL)
    _ = try first.status()
    let second = try site.run("--state", "state")
    try second.wait(for: "watching", on: .errors)
    for log in ["a", "b"] {
      try site.append(line(200, "the_end", #","log":"\#(log)""#), to: "\(log).log")
    }
    try second.wait(for: #""monitor":"last words""#, times: 2)
    second.send(SIGTERM)
    _ = try second.status()
    let fired = try journal(of: site).filter { $0.monitor == "first ones" && $0.to == .firing }
    #expect(fired.map(\.value) == [2])
    let verified = try BinaryRun.tripline(
      ["verify", "-r", "rules.yaml", "--state", "state"], in: site.directory)
    #expect(verified.status == 0, "\(verified.output)")
  }

  // Helpers.

  private func firstDifference(_ found: [String], _ expected: [String]) -> String? {
    for (number, (found, expected)) in zip(found, expected).enumerated() where found != expected {
      return "record \(number):\n\(found)\ninstead of\n\(expected)"
    }
    guard found.count != expected.count else { return nil }
    let odd = (found.count > expected.count ? found : expected)[min(found.count, expected.count)]
    return "\(found.count) records instead of \(expected.count), \(odd)"
  }

  private func rotate(_ site: RunSite) throws {
    for age in stride(from: 40, to: 0, by: -1) where site.exists("app.log.\(age)") {
      try site.rename("app.log.\(age)", to: "app.log.\(age + 1)")
    }
    try site.rename("app.log", to: "app.log.1")
    try site.write("", to: "app.log")
  }

  private func text(_ name: String, in site: RunSite) throws -> String {
    try String(contentsOf: site.url(name), encoding: .utf8)
  }

  private func replayed(in site: RunSite, _ flags: [String]) throws -> [Transition] {
    let run = try BinaryRun.tripline(
      ["replay", "-r", "rules.yaml", "-o", "ndjson", "all.log"] + flags, in: site.directory)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").compactMap { Transition(json: Array($0.utf8)) }
  }

  private func journal(of site: RunSite) throws -> [Transition] {
    let run = try BinaryRun.tripline(
      ["journal", "--state", "state", "-o", "ndjson"], in: site.directory)
    #expect(run.status == 0, "\(run.errors)")
    return try run.output.split(separator: "\n").compactMap { line in
      let entry = try #require(JSONTree(String(line)))
      guard entry["kind"]?.text == "transition" else { return nil }
      let content = try #require(line.firstRange(of: "\"content\":")).upperBound
      let end = try #require(line.ranges(of: ",\"seal\":").last).lowerBound
      let transition = Transition(json: Array(line[content..<end].utf8))
      #expect(transition != nil, "\(line)")
      return transition
    }
  }

  /// The transitions that the file action was told, as often as it was.
  private func told(in site: RunSite) throws -> [String] {
    guard site.exists("told.ndjson") else { return [] }
    return try text("told.ndjson", in: site).split(separator: "\n").compactMap {
      JSONTree(String($0))?["id"]?.text
    }
  }
}

extension Transition {
  /// Everything that a log of many generations says as one of a single file does.
  fileprivate var summary: String {
    var bare = self
    bare.evidence = evidence.map {
      EvidenceLine(file: "", generation: "", offset: 0, line: $0.line)
    }
    return String(decoding: bare.json(), as: UTF8.self)
  }
}
