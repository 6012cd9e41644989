import Foundation
import TestKit
import Testing

/// What people are told of monitors that keep rows.
@Suite struct RowKeepingTests {
  private static let rules = """
    monitors:
      - name: users
        query: 'login | dedup user | count as users by host'
        window: 5m
        every: 1m
        group_by: [host]
        critical: { alert: "> 2" }

    """

  private func scratch(memory: String) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(RowKeepingTests.rules, to: "rules.yaml")
    try scratch.write("memory: \(memory)\n", to: "tripline.yaml")
    return scratch
  }

  @Test func `explain says what is kept and where it ends`() throws {
    let scratch = try scratch(memory: "64MiB")
    let page = try BinaryRun.tripline(["explain", "-r", "rules.yaml"], in: scratch.folder).output
    #expect(page.contains("  ordered  | dedup by user\n"))
    #expect(
      page.contains(
        """
          rows      kept for the whole window and judged again at every instant
                    about 40 B a row and the text of user, host
                    64 MiB for all of them; beyond that it decides nothing (`memory`)
        """))
    #expect(
      page.contains(
        "trips     at instants only: a stage before the aggregate looks at other rows or at the time"
      ))
    let json = try BinaryRun.tripline(
      ["explain", "-o", "ndjson", "-r", "rules.yaml"], in: scratch.folder
    ).output
    #expect(
      json.contains(
        #""kept_rows":{"fields":["user","host"],"bytes_per_row":40,"memory":67108864}"#))
  }

  @Test func `what found no room is said`() throws {
    let scratch = try scratch(memory: "200")
    let lines = (0..<9).map { #"{"timestamp":"2026-03-02T10:00:0\#($0)Z","user":"u\#($0) login"}"# }
    try scratch.write(lines.joined(separator: "\n") + "\n", to: "app.log")
    let run = try BinaryRun.tripline(
      ["replay", "-r", "rules.yaml", "app.log"], in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("users: no memory for 5 matching lines, the first of 2026-03-02T"))
    #expect(
      run.errors.contains(
        "users: its rows outgrew the memory they may have, so that it decides nothing"))
  }

  @Test func `an instant without all its rows is said to be undecided`() throws {
    let folder = Repository.root.appending(path: "Fixtures/replays/row-keeping/overflow")
    func page(_ time: String) throws -> String {
      try BinaryRun.tripline(
        ["explain", "-r", "monitor.yaml", "--at", time, "input.ndjson"], in: folder
      ).output
    }
    let undecided = try page("2026-03-02T10:15:00Z")
    #expect(undecided.contains("did not decide: rows of its window outgrew the memory"))
    let decided = try page("2026-03-02T10:11:00Z")
    #expect(decided.contains("fired at 10:11:00, because users was 2 (alerts at >= 2)"))
    #expect(decided.contains("2  rows  | dedup by user"))
  }

  @Test func `no test can be made for what hangs on other lines`() throws {
    let scratch = try scratch(memory: "1GiB")
    let run = try BinaryRun.tripline(
      ["test", "--generate", "rules.yaml"], in: scratch.folder)
    #expect(run.errors.contains("what it compares hangs on other lines, or on the time"))
  }
}
