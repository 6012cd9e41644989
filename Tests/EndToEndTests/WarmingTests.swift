import Alerting
import Foundation
import TestKit
import Testing

/// Lines that windows should hold and do not.
@Suite struct WarmingTests {
  private static let rules = """
    monitors:
      - name: quiet
        query: "*"
        window: 20s
        every: 1s
        critical: { alert: "< 3", resolution_window: 0s }
      - name: loud
        query: "*"
        window: 20s
        every: 1s
        critical: { alert: "> 5" }
    """

  private func steps(_ run: RunningProgram) -> [Transition] {
    run.text(.output).split(separator: "\n").compactMap { Transition(json: Array($0.utf8)) }
  }

  @Test func `what came while nobody read stdin makes monitors wait for a whole window`() throws {
    let site = try RunSite(rules: Self.rules)
    try site.write("sources: [{ stdin: true, idle_after: 1d }]", to: "tripline.yaml")
    let first = try site.run("--state", "state", input: true)
    try first.wait(for: "watching", on: .errors)
    try first.write((0..<40).map { RunLine.at($0) }.joined())
    try first.wait(for: #""monitor":"loud""#)
    first.send(SIGTERM)
    _ = try first.status()

    let second = try site.run("--state", "state", input: true)
    try second.wait(for: "watching", on: .errors)
    try second.wait(for: "lines of stdin up to 2025-06-01T09:00:", on: .errors)
    // One line in twenty seconds would be fewer than three, had nobody been away.
    try second.write(RunLine.at(45) + RunLine.at(50) + RunLine.at(55))
    // A hit that more lines can't undo counts nevertheless; and this shows that time has come so far.
    try second.write((0..<7).map { _ in RunLine.at(56) }.joined() + RunLine.at(57))
    try site.write(Self.rules + "\n", to: "rules.yaml")
    try second.wait(for: "the rules were loaded", on: .errors)
    let status = try site.tripline("status", "--state", "state")
    #expect(status.output.contains("warming until"), "\(status.output)")
    #expect(!steps(second).contains { $0.monitor == "quiet" })
    #expect(!steps(second).contains { $0.monitor == "loud" && $0.to == .resolved })
    // A whole window later it is judged again: two lines in (120, 140] are fewer than three.
    try second.write(RunLine.at(138) + RunLine.at(139) + RunLine.at(141))
    try second.wait(for: #""monitor":"quiet""#)
    try second.wait(for: #""to":"resolved""#)
    let late = steps(second).filter { $0.monitor == "quiet" }.map(\.time)
    // The absence is dated by the clock of the log: nobody knows more than that.
    #expect(late.allSatisfy { $0 >= 1_748_768_400_000 + 59_000 }, "\(late)")
    second.send(SIGTERM)
    #expect(try second.status() == 143)
    let journal = try site.tripline("journal", "--state", "state").output
    #expect(journal.contains(#"gap  {"source":"-""#), "\(journal)")
    #expect(journal.contains(#""event":"monitor_health""#), "\(journal)")
  }

  @Test func `bytes that a window needs and that are gone make it wait`() throws {
    let site = try RunSite(rules: Self.rules)
    try site.write("sources: [{ path: app.log, idle_after: 1d }]", to: "tripline.yaml")
    try site.write("", to: "app.log")
    let first = try site.run("--state", "state")
    try first.wait(for: "watching", on: .errors)
    try site.append((0..<40).map { RunLine.at($0) }.joined())
    try first.wait(for: #""monitor":"loud""#)
    first.send(SIGTERM)
    _ = try first.status()
    // Another file by the same name: what the window had is in none.
    try FileManager.default.removeItem(at: site.url("app.log"))
    try site.write(RunLine.at(41) + RunLine.at(44), to: "app.log")
    let second = try site.run("--state", "state")
    try second.wait(for: "are missing: until that is a whole window ago", on: .errors)
    try second.wait(for: "watching", on: .errors)
    try site.append(RunLine.at(50))
    try site.write(Self.rules + "\n", to: "rules.yaml")
    try second.wait(for: "the rules were loaded", on: .errors)
    #expect(steps(second).isEmpty)
    second.send(SIGTERM)
    _ = try second.status()
  }
}
