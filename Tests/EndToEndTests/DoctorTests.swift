import Alerting
import Foundation
import TestKit
import Testing

/// A damaged state, and what can be saved of it.
@Suite struct DoctorTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took_ms > 3s"
        window: 10m
        group_by: [host]
        critical: { alert: "> 2", resolve: "<= 2" }
        actions: [tell]
    actions:
      tell:
        file: { path: told.ndjson }
    """

  /// The state of a run in which each of these hosts fired.
  private func state(hosts: Int) throws -> RunSite {
    let site = try RunSite(rules: Self.rules)
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append((0..<hosts).map { RunLine.slow("web-\($0)", count: 3) }.joined())
    try run.wait(for: #""to":"firing""#, times: hosts)
    try run.wait(for: "tell (file) for slow: done", times: hosts, on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    return site
  }

  private func sqlite(_ site: RunSite, _ statement: String) throws -> String {
    try site.scratch.shell("sqlite3 state/state.db '\(statement)'").output
  }

  @Test func `a sound state is said to be sound`() throws {
    let site = try state(hosts: 2)
    let run = try site.tripline("doctor", "--state", "state")
    #expect(run.status == 0 && run.errors.contains("the state is sound"), "\(run.output)")
    #expect(!run.output.contains("bad"))
    let repaired = try site.tripline("doctor", "--repair", "--state", "state")
    #expect(repaired.status == 0 && repaired.errors.contains("nothing has to be repaired"))
  }

  @Test func `what is left of a damaged file is saved, and the run goes on with it`() throws {
    let site = try state(hosts: 60)
    // The journal is by far the largest table: its pages stand at the end.
    let size = Int(try sqlite(site, "PRAGMA page_count").filter(\.isNumber))! * 4_096
    let file = try FileHandle(forUpdating: site.url("state/state.db"))
    try file.seek(toOffset: UInt64(size * 3 / 4 / 4_096 * 4_096))
    try file.write(contentsOf: Data(repeating: 0x5A, count: 8_192))
    try file.close()

    let refused = try site.tripline("run", "-r", "rules.yaml", "--state", "state", "app.log")
    #expect(refused.status == 6, "\(refused.errors)")
    let found = try site.tripline("doctor", "--state", "state")
    #expect(found.status == 6 && found.output.contains("bad  "), "\(found.output)")
    let repaired = try site.tripline("doctor", "--repair", "--state", "state")
    #expect(repaired.status == 0, "\(repaired.errors)\(repaired.output)")
    let files = try FileManager.default.contentsOfDirectory(atPath: site.url("state").path)
    #expect(files.contains { $0.hasPrefix("state.db.damaged-") })
    #expect(try site.tripline("doctor", "--state", "state").status == 0)
    let journal = try site.tripline("journal", "--state", "state")
    #expect(journal.status == 0 && journal.output.contains("repair"), "\(journal.errors)")
    // What fires goes on firing, and is not told again.
    let told = try String(contentsOf: site.url("told.ndjson"), encoding: .utf8)
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    #expect(try String(contentsOf: site.url("told.ndjson"), encoding: .utf8) == told)
    #expect(!run.text(.output).contains(#""to":"firing""#))
  }

  @Test func `a journal that was edited goes on behind the edit`() throws {
    let site = try state(hosts: 5)
    _ = try sqlite(site, #"UPDATE journal SET time = time + 1 WHERE seq = 3"#)
    #expect(try site.tripline("journal", "--state", "state").status == 6)
    let found = try site.tripline("doctor", "--state", "state")
    #expect(found.status == 6)
    #expect(found.output.contains("journal entry 3 is not what was written"), "\(found.output)")
    #expect(try site.tripline("doctor", "--repair", "--state", "state").status == 0)
    #expect(try site.tripline("journal", "--state", "state").status == 0)
    #expect(try sqlite(site, "SELECT min(seq) FROM journal").hasPrefix("3"))
    #expect(try sqlite(site, "SELECT count(*) FROM alerts WHERE firing").hasPrefix("5"))
  }

  @Test func `a file that is no database is set aside`() throws {
    let site = try state(hosts: 1)
    try site.write(String(repeating: "nothing of a database ", count: 500), to: "state/state.db")
    #expect(try site.tripline("status", "--state", "state").status == 6)
    let found = try site.tripline("doctor", "--state", "state")
    #expect(found.status == 6 && found.output.contains("bad   database"), "\(found.output)")
    let repaired = try site.tripline("doctor", "--repair", "--state", "state")
    #expect(repaired.status == 0 && repaired.output.contains("nothing of it can be read"))
    #expect(try site.tripline("doctor", "--state", "state").status == 0)
  }

  @Test func `a run that has the state keeps the doctor from repairing`() throws {
    let site = try state(hosts: 2)
    _ = try sqlite(site, #"UPDATE journal SET time = time + 1 WHERE seq = 2"#)
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    let repair = try site.tripline("doctor", "--repair", "--state", "state")
    #expect(repair.status == 2 && repair.errors.contains("is in use by another tripline, process"))
    let second = try site.tripline("run", "-r", "rules.yaml", "--state", "state", "app.log")
    #expect(second.status == 2 && second.errors.contains("is in use by another tripline, process"))
    run.send(SIGTERM)
    _ = try run.status()
  }
}
