import Alerting
import Foundation
import TestKit
import Testing

/// A durable run on a disk that is full, broken, or does less than it says, for a while.
@Suite struct FaultyDiskTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took_ms > 3s"
        window: 10m
        group_by: [host]
        critical: { alert: "> 2" }
        actions: [tell]
    actions:
      tell: { file: { path: told.ndjson } }
    """

  private let site: RunSite
  private let library: SharedLibrary

  init() throws {
    site = try RunSite(rules: Self.rules)
    library = try SharedLibrary("faulty_disk")
  }

  private func run() throws -> RunningProgram {
    let run = try site.run(
      ["--state", "state", "app.log"],
      environment: [
        "LD_PRELOAD": library.path, "FAULTY_DISK": site.url("fault").path,
        "FAULTY_PATH": "state.db",
      ])
    try run.wait(for: "watching", on: .errors)
    return run
  }

  private func slowDown(_ host: String) throws {
    for _ in 0..<3 { try site.append(RunLine.slow(host)) }
  }

  /// The alerts in the journal, by host; every seal must fit.
  private func journaled() throws -> [String] {
    let run = try site.scratch.tripline("journal", "--state", "state", "-o", "ndjson")
    #expect(run.status == 0, "\(run.errors)")
    return try run.output.split(separator: "\n").compactMap { line in
      let entry = try #require(JSONTree(String(line)))
      return entry["kind"]?.text == "transition" ? entry["content"]?["group"]?["host"]?.text : nil
    }
  }

  private func isWhole() throws -> Bool {
    let state = site.url("state/state.db").path
    let run = try BinaryRun.shell(
      "[ \"$(sqlite3 '\(state)' 'PRAGMA integrity_check')\" = ok ]", in: site.directory)
    return run.status == 0
  }

  private func told() throws -> [String] {
    let text = try String(contentsOf: site.url("told.ndjson"), encoding: .utf8)
    return text.split(separator: "\n").compactMap { JSONTree(String($0))?["group"]?["host"]?.text }
  }

  @Test(arguments: ["full", "broken", "unsynced"])
  func `what can't be kept is said and told, and kept later`(_ fault: String) throws {
    try site.write("", to: "app.log")
    let run = try run()
    try slowDown("web-1")
    try run.wait(for: #""host":"web-1""#)
    try site.write(fault, to: "fault")
    try slowDown("web-2")
    try run.wait(for: "can't be written", on: .errors)
    try run.wait(for: #""host":"web-2""#)
    try FileManager.default.removeItem(at: site.url("fault"))
    try run.wait(for: "the state can be written again", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    #expect(try journaled() == ["web-1", "web-2"])
    #expect(try isWhole())
    #expect(try told() == ["web-1", "web-2"])
  }

  @Test(arguments: ["full", "broken", "unsynced"])
  func `a death in the fault loses nothing`(_ fault: String) throws {
    try site.write("", to: "app.log")
    let first = try run()
    try slowDown("web-1")
    try first.wait(for: #""host":"web-1""#)
    try site.write(fault, to: "fault")
    try slowDown("web-2")
    try first.wait(for: #""host":"web-2""#)
    first.send(SIGKILL)
    _ = try first.status()
    #expect(try isWhole())
    try FileManager.default.removeItem(at: site.url("fault"))
    let second = try run()
    // Nobody had written down that it was told; it is told again rather than not at all. What was
    // written and not synced may have been kept, though, and is then not shown again.
    try second.wait(for: "tell (file) for slow: done", on: .errors)
    second.send(SIGTERM)
    #expect(try second.status() == 143)
    #expect(try journaled() == ["web-1", "web-2"])
    #expect(try Set(told()) == ["web-1", "web-2"])
  }

  @Test func `a disk that takes half of what it is given is no trouble`() throws {
    try site.write("short", to: "fault")
    try site.write("", to: "app.log")
    let run = try run()
    for host in 1...20 { try slowDown("web-\(host)") }
    try run.wait(for: #""host":"web-20""#)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    #expect(!run.text(.errors).contains("can't be written"))
    #expect(try journaled().count == 20)
    #expect(try isWhole())
  }
}
