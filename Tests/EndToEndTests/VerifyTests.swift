import Alerting
import Engine
import Foundation
import Records
import TestKit
import Testing

/// `tripline verify`, `tripline audit` and `tripline replay --journal`, over runs that really were.
@Suite struct VerifyTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took > 3"
        units: { took: s }
        window: 1m
        every: 10s
        group_by: [host]
        critical: { alert: "> 2", resolve: "<= 2", resolution_window: 0s }
      - name: last words
        query: the_end
        window: 1m
        critical: { alert: "> 0" }
    """

  /// Everything that remembers more than its window: runs of hits, groups, silence.
  private static let busyRules =
    rules + """

        - name: mean
          query: "* | avg(took) as mean by host"
          units: { took: s }
          window: 2m
          every: 30s
          group_by: [host]
          warning: { alert: "mean > 1.7s", for: 1m }
          at_least: 2 of 3
        - name: gone
          query: "*"
          window: 1m
          every: 10s
          group_by: [host]
          missing_data: { window: 40s, per_group: true }
      """

  /// Hosts that are slow together, and fall silent one by one; times are in no order nearer than
  /// some seconds.
  private struct BusyLog {
    private var time = start
    private var number = 0

    /// A minute on, so that few instants have to be decided.
    var end: String { #"{"timestamp":\#(time + 60_000),"msg":"the_end"}"# + "\n" }

    mutating func lines(_ count: Int, using random: inout SplitMix64) -> String {
      var text = ""
      for _ in 0..<count {
        time += Int64.random(in: 100...6_000, using: &random)
        let late = random.oneIn(6) ? Int64.random(in: 0...9_000, using: &random) : 0
        var host = Int.random(in: 0..<4, using: &random)
        if host == number / 100 % 4 { host = (host + 1) % 4 }
        let most = number / 80 % 2 == 0 ? 9_000 : 3_005
        let took = Double(Int.random(in: 0...most, using: &random)) / 1_000
        text += #"{"timestamp":\#(time - late),"host":"web-\#(host)","took":\#(took)}"# + "\n"
        number += 1
      }
      return text
    }
  }

  private static let start: Int64 = 1_772_445_600_000

  /// A line every second, and every third minute slow ones from two hosts.
  private static func line(_ second: Int) -> String {
    let took = second / 60 % 3 == 1 ? 4_000 + second % 7 : 20
    return
      #"{"timestamp":\#(start + Int64(second) * 1_000),"host":"web-\#(second % 2)","took":\#(took)e-3}"#
      + "\n"
  }

  private static func lines(_ seconds: Range<Int>) -> String { seconds.map(line).joined() }

  private static let end = #"{"timestamp":"2026-03-04T00:00:00Z","msg":"the_end"}"# + "\n"

  @Test func `two logs, silence, a rotation and kills verify to the last record`() throws {
    let site = try RunSite(
      rules: Self.rules + """

          - name: silent
            query: "*"
            window: 10s
            every: 1s
            missing_data: { window: 2s }
        """)
    try site.write(
      "sources: [{ path: a.log, idle_after: 200ms }, { path: b.log, idle_after: 200ms }]",
      to: "tripline.yaml")
    let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
    func line(_ offset: Int64, _ host: String) -> String {
      #"{"timestamp":\#(now + offset),"host":"\#(host)","took":4}"# + "\n"
    }
    try site.write("", to: "a.log")
    try site.write("", to: "b.log")
    let first = try site.run("--state", "state", "--from-start")
    try first.wait(for: "watching", on: .errors)
    for index in 0..<8 {
      try site.append(line(Int64(index) * 100, "a"), to: "a.log")
      try site.append(line(Int64(index) * 100, "b"), to: "b.log")
    }
    try site.append("no time in here\n\n{broken\n" + line(9_000_000, "far"), to: "b.log")
    try first.wait(for: #""to":"firing","reason":"no_data""#)
    first.send(SIGKILL)
    _ = try first.status()

    try site.rename("a.log", to: "a.log.1")
    try site.append(line(60_000, "a"), to: "a.log")
    try site.append(line(61_000, "b"), to: "b.log")
    let second = try site.run("--state", "state")
    try second.wait(for: #""to":"resolved""#)
    second.send(SIGTERM)
    #expect(try second.status() == 143, "\(second.text(.errors))")

    let journal = try site.program("journal", "--state", "state", "-o", "ndjson")
    #expect(journal.output.contains(#"{"idle":"a.log","to""#))
    #expect(journal.output.contains(#""refused":["#))
    let verified = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    let count = journal.output.ranges(of: #""kind":"transition""#).count
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output == "verified \(count) of \(count) transitions\n")
    #expect(count > 3)

    // The same through the rules by themselves.
    let replayed = try site.program(
      "replay", "-r", "rules.yaml", "--journal", "state", "-o", "ndjson")
    let told = try site.transitions()
    #expect(replayed.output == told.map { $0 + "\n" }.joined())
    #expect(replayed.status == 0, "\(replayed.errors)")

    let audit = try site.audit()
    #expect(audit.map(\.path) == ["a.log.1", "a.log", "b.log"])
    let last = try #require(audit.last)
    #expect(last["malformed"] == [8, 1] && last["blank"] == [1, 1])
    #expect(last["refused"] == [line(9_000_000, "far").utf8.count, 1])
    #expect(last.isWhole(in: site), "\(last)")
    #expect(audit.allSatisfy { $0.isWhole(in: site) }, "\(audit)")
  }

  @Test func `a record that was edited is found by its seal`() throws {
    let site = try Self.finished(0..<300)
    _ = try site.scratch.shell(
      #"""
      python3 -c "import sqlite3; c = sqlite3.connect('state/state.db'); \
      c.execute(\"UPDATE journal SET content = replace(content, 'web-1', 'web-9') WHERE seq = \
      (SELECT min(seq) FROM journal WHERE kind = 'transition' AND content LIKE '%web-1%')\"); \
      c.commit()"
      """#)
    let run = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(run.status == 6)
    #expect(run.output.hasPrefix("the journal was changed: entry "), "\(run.output)\(run.errors)")
    #expect(run.output.contains("is not what was written"))
  }

  @Test func `a forged record is one that the logs do not lead to`() throws {
    let site = try Self.finished(0..<300)
    let records = try site.transitions()
    let forged = try #require(records.first).replacing(#""value":3"#, with: #""value":7"#)
    #expect(forged != records[0])
    try {
      let store = try StateStore(in: StateDirectory(site.url("state").path))
      var checkpoint = StateStore.Checkpoint(time: 0)
      checkpoint.entries = [StateStore.NewEntry(.transition, forged)]
      try store.commit(checkpoint)
    }()
    let run = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(run.status == 6)
    #expect(run.output.contains("is none that the logs lead to"), "\(run.output)\(run.errors)")
    #expect(run.output.contains("verified \(records.count) of \(records.count + 1) transitions"))
  }

  @Test func `a log that says something else now is named with the field that differs`() throws {
    let site = try Self.finished(0..<300)
    // A line of the same length that stands in the evidence of the first alert.
    let text = try String(contentsOf: site.url("app.log"), encoding: .utf8)
    try site.write(text.replacing("4004e-3", with: "5004e-3", maxReplacements: 1), to: "app.log")
    let run = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(run.status == 6)
    #expect(run.output.contains("the journal and the logs part at entry "), "\(run.output)")
    #expect(run.output.contains(".line in the journal: {"), "\(run.output)")
    #expect(run.output.contains("5004e-3"), "\(run.output)")
    let json = try site.program(
      "verify", "-r", "rules.yaml", "--state", "state", "-o", "ndjson")
    let page = try #require(JSONTree(json.output))
    #expect(page["result"]?.text == "diverged")
    #expect(page["divergence"]?["field"]?.text?.hasPrefix("evidence[") == true)
    // Nothing hangs on the text of a line: what was decided later is proved all the same.
    let count = try site.transitions().count
    let divergences = try #require(page["divergences"]?.whole.map { Int($0) })
    #expect(divergences < count && page["verified"]?.whole == Int64(count - divergences))
  }

  @Test func `each divergence is counted once, wherever it is`() throws {
    let site = try Self.finished(0..<900)
    // In the second of five slow minutes nothing is slow any more: an alert for each host less.
    let text = try String(contentsOf: site.url("app.log"), encoding: .utf8)
    let changed = text.split(separator: "\n").map(String.init).enumerated().map { index, line in
      (240..<300).contains(index) ? line.replacing(#""took":4"#, with: #""took":1"#) : line
    }
    try site.write(changed.joined(separator: "\n") + "\n", to: "app.log")
    let count = try site.transitions().count
    let run = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(run.status == 6)
    #expect(
      run.output.hasSuffix("verified \(count - 4) of \(count) transitions; 4 divergences in all\n"),
      "\(run.output)")
  }

  @Test func `what hangs on a file that is gone is not verifiable, and the rest is`() throws {
    let site = try RunSite(rules: Self.rules)
    try site.write("", to: "app.log")
    for (number, seconds) in [0..<150, 150..<600, 600..<900].enumerated() {
      let run = try site.run("--state", "state", "--from-start", "app.log")
      try run.wait(for: "watching", on: .errors)
      if number > 0 {
        try site.rotate("app.log")
      }
      try site.append(Self.lines(seconds))
      if number < 2 {
        try site.waitUntilRead(try Self.size(of: "app.log", in: site))
      } else {
        try site.append(Self.end)
        try run.wait(for: #""monitor":"last words""#)
      }
      run.send(SIGKILL)
      _ = try run.status()
    }
    let count = try site.transitions().count
    let whole = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(whole.status == 0 && whole.output == "verified \(count) of \(count) transitions\n")

    try FileManager.default.removeItem(at: site.url("app.log.2"))
    let run = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(run.status == 0, "\(run.output)")
    let size = Self.lines(0..<150).utf8.count
    let name = try #require(try site.audit().first?.tree["generation"]?.text)
    let reason = "because generation \(name) of app.log (bytes 0..\(size)) is gone\n"
    #expect(run.output.hasSuffix(reason), "\(run.output)")
    let numbers = run.output.split(separator: "\n").last?.split(separator: " ").compactMap {
      Int($0)
    }
    let lost = try #require(numbers?.last)
    let proved = try #require(numbers?.first)
    #expect(lost > 0 && proved > 0 && lost + proved == count, "\(run.output)")

    let audit = try site.audit()
    #expect(audit.map(\.path) == [nil, "app.log.1", "app.log"])
    #expect(audit[0]["evaluated"] == [size, 150])
  }

  @Test func `another rule is not verified, and that is said`() throws {
    let site = try Self.finished(0..<300)
    let count = try site.transitions().count
    try site.write(Self.rules.replacing("> 2\"", with: "> 3\""), to: "other.yaml")
    let run = try site.program("verify", "-r", "other.yaml", "--state", "state")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output == """
        'slow' is another rule now than when \(count - 1) transitions of it were decided
        verified 1 of \(count) transitions; \(count - 1) not verifiable, because the rule 'slow' is \
        another one now

        """)
  }

  @Test func `what was there before the start is skipped or only fills windows`() throws {
    let site = try RunSite(rules: Self.rules)
    let lines = Self.lines(0..<40_000)
    try site.write(lines, to: "app.log")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(Self.end)
    try run.wait(for: #""monitor":"last words""#)
    run.send(SIGTERM)
    _ = try run.status()
    let account = try #require(try site.audit().first)
    #expect(account["evaluated"] == [Self.end.utf8.count, 1])
    let before = try #require(account["before"])
    let skipped = try #require(account["skipped"])
    #expect(before[0] + skipped[0] == lines.utf8.count && skipped[0] > 0)
    #expect(account.isWhole(in: site))
    let verified = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(verified.status == 0 && verified.output.hasPrefix("verified "), "\(verified.output)")
  }

  @Test func `lines too long to be held are accounted for`() throws {
    let site = try RunSite(rules: Self.rules)
    try site.write("", to: "app.log")
    let run = try site.run(
      "--state", "state", "--from-start", "--max-line", "1000", "--batch-bytes", "4000",
      "--fail-on", "malformed", "app.log")
    try run.wait(for: "watching", on: .errors)
    let long = [1_001, 20_000].map { String(repeating: "x", count: $0) + "\n" }
    let bytes = Array("\u{FEFF}".utf8) + Array(Self.line(0).utf8)
    try site.append(
      String(decoding: bytes, as: UTF8.self) + long.joined() + Self.lines(1..<3) + Self.end)
    try run.wait(for: #""monitor":"last words""#)
    run.send(SIGTERM)
    #expect(try run.status() == 1)
    let account = try #require(try site.audit().first)
    #expect(account["too_long"] == [21_003, 2], "\(account)")
    #expect(account["blank"] == [3, 0])
    #expect(account.isWhole(in: site), "\(account)")
    let verified = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(verified.status == 0 && verified.output.hasPrefix("verified "), "\(verified.output)")
  }

  @Test func `what was decided after the journal was cut is proved`() throws {
    let site = try RunSite(rules: Self.busyRules)
    var random = SplitMix64(seed: TestSeed.value)
    var log = BusyLog()
    try site.write("", to: "app.log")
    for _ in 0..<6 {
      let run = try site.run("--state", "state", "--from-start", "app.log")
      try run.wait(for: "watching", on: .errors)
      try site.append(log.lines(200, using: &random))
      try site.waitUntilRead(try Self.size(of: "app.log", in: site))
      run.send(SIGKILL)
      _ = try run.status()
    }
    let count = try site.transitions().count
    let whole = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(whole.output == "verified \(count) of \(count) transitions\n", "\(TestSeed.value)")
    try {
      let store = try StateStore(in: StateDirectory(site.url("state").path))
      let entries = try store.entries()
      try store.prune(through: entries[entries.count / 3].number)
    }()
    let left = try site.transitions().count
    let run = try site.program("verify", "-r", "rules.yaml", "--state", "state", "-o", "ndjson")
    let page = try #require(JSONTree(run.output))
    #expect(run.status == 0, "\(run.output), seed \(TestSeed.value)")
    let verified = try #require(page["verified"]?.whole)
    #expect(verified > 0 && verified < left, "\(run.output), seed \(TestSeed.value)")
    #expect(page["transitions"]?.whole == Int64(left))
  }

  /// Each line as several ones: of a program whose output a container runtime has written down, in
  /// pieces and on two streams, or as they are.
  private static func spread(
    _ lines: String, wrapped: Bool, using random: inout SplitMix64
  ) -> String {
    lines.split(separator: "\n").map { line in
      let stream = random.oneIn(2) ? "stdout" : "stderr"
      return line.replacing(",", with: ",\n  ").split(separator: "\n").map { row in
        guard wrapped else { return row + "\n" }
        let cut = row.index(row.startIndex, offsetBy: Int.random(in: 0..<row.count, using: &random))
        let pieces = random.oneIn(3) ? [row[..<cut], row[cut...]] : [row]
        return pieces.enumerated().map { index, piece in
          let text =
            String(piece).replacing("\"", with: "\\\"") + (index == pieces.count - 1 ? "\\n" : "")
          return #"{"log":"\#(text)","stream":"\#(stream)","time":"2026-03-02T10:00:00Z"}"# + "\n"
        }.joined()
      }.joined()
    }.joined()
  }

  @Test(arguments: [(1, false), (2, false), (3, true), (4, true)] as [(UInt64, Bool)])
  func `whatever kills and rotations a run of two logs had, it verifies`(
    _ seed: UInt64, joins: Bool
  ) throws {
    let seed = TestSeed.value &+ seed
    var random = SplitMix64(seed: seed)
    let site = try RunSite(rules: Self.busyRules)
    let formats = joins ? [", decode: docker, multiline: auto", ", multiline: '^\\{'"] : ["", ""]
    try site.write(
      """
      sources:
        - { path: a.log, idle_after: 50ms\(formats[0]) }
        - { path: b.log, idle_after: 300ms\(formats[1]) }
      """, to: "tripline.yaml")
    func write(_ lines: String, to log: String) throws {
      try site.append(
        joins ? Self.spread(lines, wrapped: log == "a.log", using: &random) : lines, to: log)
    }
    for log in ["a.log", "b.log"] { try site.write("", to: log) }
    let first = try site.run("--state", "state", "--from-start")
    try first.wait(for: "watching", on: .errors)
    first.send(SIGKILL)
    _ = try first.status()
    var lines = BusyLog()
    for _ in 0..<14 {
      let run = try site.run(
        ["--state", "state", "--batch-bytes", "2000"],
        environment: ["TRIPLINE_DIE_AT": String(Int.random(in: 1...9, using: &random))])
      for log in ["a.log", "b.log", "a.log"] {
        try write(lines.lines(Int.random(in: 1...60, using: &random), using: &random), to: log)
        if random.oneIn(3) { try site.append("{broken\n\n", to: log) }
        if random.oneIn(5) { try site.rotate(log) }
      }
      try #require(try run.status() == 128 + SIGKILL, "\(run.text(.errors))")
    }
    let last = try site.run("--state", "state")
    try last.wait(for: "watching", on: .errors)
    for log in ["a.log", "b.log"] { try write(lines.end, to: log) }
    try last.wait(for: #""monitor":"last words""#)
    for log in ["a.log", "b.log"] { try site.waitUntilRead(try Self.size(of: log, in: site)) }
    last.send(SIGTERM)
    #expect(try last.status() == 143, "\(last.text(.errors))")

    let count = try site.transitions().count
    let verified = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(verified.status == 0, "seed \(seed)")
    #expect(verified.output == "verified \(count) of \(count) transitions\n", "seed \(seed)")
    #expect(count > 5)
    let audit = try site.audit()
    #expect(audit.allSatisfy { $0.isWhole(in: site) }, "\(audit), seed \(seed)")
    #expect(audit.allSatisfy { $0["unread"] == nil }, "seed \(seed)")
    // But for the last records, which may go on, all are over.
    #expect(audit.allSatisfy { $0.fate("open") < 1_000 }, "\(audit), seed \(seed)")
    let replayed = try site.program(
      "replay", "-r", "rules.yaml", "--journal", "state", "-o", "ndjson")
    #expect(try replayed.output == site.transitions().map { $0 + "\n" }.joined(), "seed \(seed)")

    // Whatever is missing: something may be doubtful, but nothing is said that is not true.
    for path in audit.filter({ $0.tree["bytes"]?.whole != 0 }).compactMap(\.path) {
      try site.rename(path, to: "aside")
      let run = try site.program("verify", "-r", "rules.yaml", "--state", "state", "-o", "ndjson")
      try site.rename("aside", to: path)
      let page = try #require(JSONTree(run.output), "\(run.errors), seed \(seed)")
      let doubts = page["unverifiable"]?.elements.compactMap { $0["transitions"]?.whole } ?? []
      #expect(run.status == 0, "without \(path): \(run.output), seed \(seed)")
      #expect((page["verified"]?.whole ?? 0) + doubts.reduce(0, +) == Int64(count))
      #expect(page["gone"]?.elements.isEmpty == false)
    }
  }

  @Test func `rules that change, and an alert that somebody ends, are no divergence`() throws {
    let site = try RunSite(rules: Self.rules)
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "--from-start", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(Self.lines(0..<100))
    try run.wait(for: #""to":"firing""#)
    try site.write(
      Self.rules + """

          - name: any slow
            query: "* | where took > 3"
            units: { took: s }
            window: 1m
            every: 10s
            critical: { alert: "> 20" }
        """, to: "rules.yaml")
    try run.wait(for: "1 new (any slow), 2 as before", on: .errors)
    try site.append(Self.lines(100..<130))
    let alerts = try site.program("alerts", "--state", "state", "-o", "ndjson")
    let id = try #require(
      alerts.output.split(separator: "\n").first.flatMap { JSONTree(String($0))?["id"]?.text })
    #expect(try site.program("alerts", "resolve", id, "--state", "state").status == 0)
    try run.wait(for: #""reason":"manual""#)
    for second in stride(from: 130, to: 700, by: 190) {
      try site.append(Self.lines(second..<second + 190))
      try site.waitUntilRead(try Self.size(of: "app.log", in: site))
    }
    try site.append(Self.end)
    try run.wait(for: #""monitor":"last words""#)
    run.send(SIGTERM)
    _ = try run.status()
    let verified = try site.program("verify", "-r", "rules.yaml", "--state", "state")
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("not verifiable, because a person or"))
    let unjudged = verified.output.firstMatch(
      of: /(\d+) not verifiable, because the rule 'any slow' had just come into force/)
    let told = try site.transitions().count { $0.contains("any slow") }
    // Once a whole window is known it is judged like any other.
    #expect(try Int(#require(unjudged).output.1) ?? told < told, "\(verified.output)")
  }

  // Helpers.

  private static func size(of name: String, in site: RunSite) throws -> Int {
    try Data(contentsOf: site.url(name)).count
  }

  /// A run that took in these seconds, and ended.
  private static func finished(_ seconds: Range<Int>) throws -> RunSite {
    let site = try RunSite(rules: rules)
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "--from-start", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(lines(seconds) + end)
    try run.wait(for: #""monitor":"last words""#)
    run.send(SIGTERM)
    _ = try run.status()
    return site
  }
}

/// A generation as `audit -o ndjson` tells it.
private struct AuditLine: CustomStringConvertible {
  let tree: JSONTree
  let description: String

  var path: String? { tree["path"]?.text }

  /// Bytes and lines.
  subscript(fate: String) -> [Int]? {
    guard let count = tree["fates"]?[fate], let bytes = count["bytes"]?.whole else { return nil }
    return [Int(bytes), Int(count["lines"]?.whole ?? -1)]
  }

  func fate(_ name: String) -> Int { self[name]?[0] ?? 0 }

  /// Whether all bytes of the file, and of the generation, have a fate.
  func isWhole(in site: RunSite) -> Bool {
    let sum = (tree["fates"]?.members ?? []).reduce(0) { $0 + ($1.value["bytes"]?.whole ?? 0) }
    guard let path, let file = try? Data(contentsOf: site.url(path)) else {
      return sum == tree["bytes"]?.whole
    }
    return sum == tree["bytes"]?.whole && sum == Int64(file.count)
  }
}

extension RunSite {
  fileprivate func program(_ arguments: String...) throws -> BinaryRun {
    try BinaryRun.tripline(arguments, in: directory)
  }

  fileprivate func audit() throws -> [AuditLine] {
    let run = try program("audit", "--state", "state", "-o", "ndjson")
    #expect(run.status == 0, "\(run.errors)")
    return try run.output.split(separator: "\n").map { line in
      AuditLine(tree: try #require(JSONTree(String(line))), description: String(line))
    }
  }

  /// The transitions in the journal, as they are written there.
  fileprivate func transitions() throws -> [String] {
    let run = try program("journal", "--state", "state", "-o", "ndjson")
    return try run.output.split(separator: "\n").compactMap { line in
      guard line.contains(#""kind":"transition""#) else { return nil }
      let content = try #require(line.firstRange(of: "\"content\":")).upperBound
      let end = try #require(line.ranges(of: ",\"seal\":").last).lowerBound
      return String(line[content..<end])
    }
  }

  /// Asks the journal until it says that so many bytes of a file were read.
  fileprivate func waitUntilRead(_ size: Int) throws {
    let deadline = Date.now.addingTimeInterval(60)
    while Date.now < deadline {
      let run = try program("journal", "--state", "state", "-o", "ndjson")
      if run.output.contains("\"read\":\(size),") { return }
    }
    let journal = try program("journal", "--state", "state")
    Issue.record("\(size) bytes were never read; the journal is\n\(journal.output)")
  }

  fileprivate func rotate(_ log: String) throws {
    for age in stride(from: 40, to: 0, by: -1) where exists("\(log).\(age)") {
      try rename("\(log).\(age)", to: "\(log).\(age + 1)")
    }
    try rename(log, to: "\(log).1")
    try write("", to: log)
  }
}
