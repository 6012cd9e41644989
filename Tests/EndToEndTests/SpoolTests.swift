import Alerting
import Foundation
import TestKit
import Testing

/// `run --state` on what can't be read twice.
@Suite(.timeLimit(.minutes(10))) struct SpoolTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took > 3"
        units: { took: s }
        window: 10m
        every: 1m
        group_by: [host]
        critical: { alert: "> 3", resolve: "<= 3", resolution_window: 0s }
      - name: mean
        query: "* | avg(took) as mean by host"
        units: { took: s }
        window: 5m
        every: 30s
        group_by: [host]
        warning: { alert: "mean > 1.7s", for: 2m }
      - name: last words
        query: the_end
        window: 1m
        critical: { alert: "> 0" }
    """

  private func site() throws -> RunSite {
    let site = try RunSite(rules: Self.rules)
    try site.write("sources: [{ stdin: true, idle_after: 1d }]", to: "tripline.yaml")
    return site
  }

  private static func line(_ time: Int64, _ host: Int, _ took: Double) -> String {
    #"{"timestamp":\#(time),"host":"web-\#(host)","took":\#(took)}"# + "\n"
  }

  /// The files of the spool, oldest first.
  private func spool(of site: RunSite) throws -> [(number: Int, url: URL)] {
    let root = site.url("state/spool")
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: root.path) else {
      return []
    }
    return names.compactMap { name in
      let file = root.appending(path: name)
      guard file.pathExtension == "log" else { return nil }
      return Int(file.deletingPathExtension().lastPathComponent).map { ($0, file) }
    }.sorted { $0.number < $1.number }
  }

  /// Waits for something that another program does.
  private func until(_ what: String, _ isSo: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try !isSo() {
      guard ContinuousClock.now < deadline else {
        throw RunningProgram.TooSlow(description: "not yet: \(what)")
      }
      sched_yield()
    }
  }

  private func decided(in site: RunSite) throws -> [String] {
    let run = try BinaryRun.tripline(
      ["journal", "--state", "state", "-o", "ndjson"], in: site.directory)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").filter { $0.contains("\"kind\":\"transition\"") }
      .compactMap { line in
        line.firstRange(of: "\"content\":").map { content in
          bare(line[content.upperBound..<line.ranges(of: ",\"seal\":").last!.lowerBound])
        }
      }
  }

  private func replayed(in site: RunSite) throws -> [String] {
    let run = try BinaryRun.tripline(
      ["replay", "-r", "rules.yaml", "-o", "ndjson", "all.log"], in: site.directory)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map { bare($0) }
  }

  /// Without the places of evidence, which are others in each run's file.
  private func bare(_ record: Substring) -> String {
    guard var transition = Transition(json: Array(record.utf8)) else {
      return "unreadable \(record)"
    }
    transition.evidence = transition.evidence.map {
      EvidenceLine(file: "", generation: "", offset: 0, line: $0.line)
    }
    return String(decoding: transition.json(), as: UTF8.self)
  }

  @Test func `a pipe's windows outlive a kill, and no line of it counts twice`() throws {
    let site = try site()
    let start: Int64 = 1_772_445_600_000
    let first = try site.run(["--state", "state"], input: true)
    try first.wait(for: "watching", on: .errors)
    // Half a line of a writer that is gone says nothing.
    let lines = (0..<3).map { Self.line(start + $0 * 1_000, 1, 4) }
    try first.write(lines.joined() + #"{"timestamp":17724456"#)
    try until("the lines are spooled") {
      guard let file = try spool(of: site).first else { return false }
      return try Data(contentsOf: file.url).count >= lines.joined().utf8.count
    }
    let file = try #require(try spool(of: site).first?.url)
    first.send(SIGKILL)
    _ = try first.status()
    #expect(try Data(contentsOf: file) == Data(lines.joined().utf8))
    let rights = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect(rights as? Int == 0o600)

    let second = try site.run(["--state", "state"], input: true)
    try second.wait(for: "watching", on: .errors)
    #expect(!second.text(.output).contains("firing"))
    try second.write(Self.line(start + 3_000, 1, 4))
    try second.wait(for: "\"actions\":[]}\n")
    let record = try #require(JSONTree(second.text(.output)))
    #expect(record["value"]?.whole == 4)
    #expect(record["evidence"]?.elements.count == 4)
    #expect(record["evidence"]?.elements.allSatisfy { $0["file"]?.text == "stdin" } ?? false)
    second.send(SIGTERM)
    #expect(try second.status() == 143, "\(second.text(.errors))")
    #expect(second.text(.errors).contains("is gone, if there was anything"))
  }

  @Test func `a run that dies at every point has read what its spool says, once`() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let site = try site()
    var time: Int64 = 1_772_445_600_000
    var all = ""
    var newest = -1
    var deaths = 0
    for _ in 0..<25 {
      let run = try site.run(
        ["--state", "state", "--batch-bytes", "1000"],
        environment: ["TRIPLINE_DIE_AT": String(Int.random(in: 1...20, using: &random))],
        input: true)
      let lines = (0..<Int.random(in: 1...60, using: &random)).map { _ in
        time += Int64.random(in: 100...9_000, using: &random)
        let took = Double(Int.random(in: 0...4_000, using: &random)) / 1_000
        return Self.line(time, Int.random(in: 0..<3, using: &random), took)
      }
      try? run.write(lines.joined())
      // Where it does not get that far, its input ends.
      try? run.endInput()
      let status = try run.status()
      try #require(status == 128 + SIGKILL || status == 0, "\(run.text(.errors))")
      deaths += status == 0 ? 0 : 1
      if let file = try spool(of: site).last, file.number > newest {
        all += try String(contentsOf: file.url, encoding: .utf8)
        newest = file.number
      }
    }
    let last = try site.run(["--state", "state"], input: true)
    try last.wait(for: "watching", on: .errors)
    let end = #"{"timestamp":\#(time + 60_000),"msg":"the_end"}"# + "\n"
    try last.write(end)
    try last.wait(for: #""monitor":"last words""#)
    last.send(SIGTERM)
    #expect(try last.status() == 143, "\(last.text(.errors))")
    try site.write(all + end, to: "all.log")
    let expected = try replayed(in: site)
    #expect(expected.count > 10)
    #expect(deaths > 10)
    let found = try decided(in: site)
    let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
    #expect(
      place == nil && found.count == expected.count,
      """
      seed \(TestSeed.value), \(found.count) records instead of \(expected.count); record \
      \(place?.offset ?? -1):
      \(place?.element.0 ?? "")
      \(place?.element.1 ?? "")
      """)
    // Ten minutes of lines are in the newest files; the others are gone.
    let files = try spool(of: site)
    #expect(files.count < 20, "\(files) of \(all.count) bytes")
  }

  @Test func `the runs of a command are kept too`() throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: runs
            query: "exit_code=0"
            window: 10m
            critical: { alert: "> 3" }
        """)
    try site.write("sources: [{ command: [echo, hello], every: 1h }]", to: "tripline.yaml")
    for _ in 0..<3 {
      let before = try spool(of: site).last?.number ?? -1
      let run = try site.run("--state", "state")
      try until("a line is spooled") {
        guard let file = try spool(of: site).last, file.number > before else { return false }
        return try !Data(contentsOf: file.url).isEmpty
      }
      run.send(SIGKILL)
      _ = try run.status()
    }
    let last = try site.run("--state", "state")
    try last.wait(for: "\"actions\":[]}\n")
    #expect(JSONTree(last.text(.output))?["value"]?.whole == 4)
    last.send(SIGTERM)
    #expect(try last.status() == 143, "\(last.text(.errors))")
  }

  @Test func `where nothing can be written lines are evaluated all the same, and kept later`()
    throws
  {
    let site = try site()
    let run = try site.run(["--state", "state"], input: true)
    try run.wait(for: "watching", on: .errors)
    // The place of the next file is taken, which not even root can write over.
    let root = site.url("state/spool")
    let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: root.path).first)
    let place = root.appending(path: "\(folder)/0.log")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let start: Int64 = 1_772_445_600_000
    try run.write((0..<4).map { Self.line(start + $0, 1, 4) }.joined())
    try run.wait(for: "\"actions\":[]}\n")
    try run.wait(for: "are evaluated all the same", on: .errors)
    try run.wait(for: "are kept for a restart again", on: .errors)
    try run.write((0..<4).map { Self.line(start + 10 + $0, 2, 4) }.joined())
    try run.wait(for: "\"actions\":[]}\n", times: 2)
    #expect(try spool(of: site).last?.number == 1)
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
  }
}
