import Engine
import Foundation
import TestKit
import Testing

/// `tripline torture` on the built program, and on one whose state is tampered with between its lives:
/// whatever is taken away, torture must notice.
@Suite struct TortureTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took > 3"
        units: { took: s }
        window: 10m
        every: 1m
        group_by: [host]
        critical: { alert: "> 3", resolve: "<= 2", resolution_window: 0s }
        missing_data: { window: 5m, per_group: true }
        actions: [tell, heal]
      - name: mean
        query: "* | avg(took) as mean by host"
        units: { took: s }
        window: 5m
        every: 30s
        group_by: [host]
        warning: { alert: "mean > 1.7s", for: 1m }
        at_least: 2 of 3
        actions: [tell]
      - name: notes
        query: note
        window: 1m
        critical: { alert: "> 1" }
        actions: [tell]
      - name: busy
        query: "* | timeslice 1m | count by _timeslice"
        window: 1h
        every: 1m
        anomaly: { learn: 30m, critical: { min_count: 1 } }
    actions:
      tell: { webhook: { url: "https://alerts.invalid/hook" } }
      heal: { exec: { command: [/bin/false] } }
    """

  /// Hosts that slow down and fall silent, lines out of order, and notes without a time, some of them
  /// in a row.
  private static func log(_ count: Int) -> String {
    var random = SplitMix64(seed: TestSeed.value)
    var time: Int64 = 1_772_445_600_000
    var text = ""
    for number in 0..<count {
      time += Int64.random(in: 100...(number / 90 % 5 == 4 ? 900 : 9_000), using: &random)
      let late = random.oneIn(6) ? Int64.random(in: 0...9_000, using: &random) : 0
      let host = number / 200 % 3 == 1 ? 0 : Int.random(in: 0..<3, using: &random)
      let most = number / 60 % 3 == 0 ? 4_000 : 3_010
      let took = Double(Int.random(in: 0...most, using: &random)) / 1_000
      text += #"{"timestamp":\#(time - late),"host":"web-\#(host)","took":\#(took)}"# + "\n"
      if random.oneIn(20) { text += "note \(number)\nnote again\n" }
      if random.oneIn(100) { text += #"{"timestamp":"# + "\n" }
    }
    return text
  }

  @Test func `a run that is killed all the time decides what one decides that is not`() throws {
    let scratch = try Scratch()
    try scratch.write(Self.rules, to: "rules.yaml")
    try scratch.write(Self.log(1_500), to: "app.log")
    let run = try scratch.tripline(
      "torture", "-r", "rules.yaml", "--kills", "40", "--seed", "5", "app.log",
      environment: ["TMPDIR": scratch.folder.path])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("40 with SIGKILL"))
    #expect(run.output.contains("nothing lost, nothing twice"))
    #expect(!run.output.contains("none asked for"))
    // It leaves nothing behind.
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path)
    #expect(Set(left).isSubset(of: ["rules.yaml", "app.log", "output", "errors"]))
  }

  /// What is done to the state after each kill, by what it lacks then. What monitors keep is taken away
  /// piece by piece in SavedPiecesTests.
  private static let losses = [
    "positions": "UPDATE generations SET read = needed",
    "file identity": "UPDATE generations SET inode = 1, fingerprint = 'another'",
    "oldest needed positions": "UPDATE generations SET needed = read",
    "journal entries": "DELETE FROM journal WHERE seq = (SELECT max(seq) - 1 FROM journal)",
    "deliveries": "DELETE FROM outbox",
    "attempts": "UPDATE outbox SET status = 'waiting'",
  ]

  @Test(arguments: losses.keys.sorted())
  func `a restart that does not find one piece is noticed`(_ piece: String) throws {
    let scratch = try Scratch()
    try scratch.write(Self.rules, to: "rules.yaml")
    try scratch.write(Self.log(700), to: "app.log")
    let statement = try #require(Self.losses[piece])
    let log = try TorturedLog(
      reading: [scratch.folder.appending(path: "app.log").path], atMost: .max)
    let torture = Torture(
      Torture.Settings(
        program: ChildProgram.tripline,
        arguments: ["run", "--live", "--from-start", "-r", scratch.folder.path + "/rules.yaml"],
        environment: [:], folder: scratch.folder.path, name: "app.log",
        start: 1_772_445_600_000, kills: 40, rotations: 1, seed: 3), log)
    let report: TortureReport
    do {
      report = try torture.run { _, state in
        let shell = try ChildProgram("sqlite3", ["\(state)/state.db", statement])
        #expect(try shell.wait() == 0)
      }
    } catch let trouble as Torture.Trouble {
      // It may also not come to an end at all, as it waits for what it can't find.
      #expect(trouble.description.contains("did not"), "\(trouble)")
      return
    }
    #expect(!report.findings.isEmpty)
  }
}
