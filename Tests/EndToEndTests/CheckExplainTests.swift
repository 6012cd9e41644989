import Foundation
import TestKit
import Testing

/// `tripline explain`: the page as a person sees it.
@Suite final class CheckExplainTests {
  private let tripline: CheckProgram

  init() throws { tripline = try CheckProgram() }

  @Test func `a query is told stage by stage`() throws {
    let run = try tripline(
      "explain",
      "error web=a | where response_time_ms > 3s | limit 9 | avg(response_time_ms) as m by host"
        + " | where m>2s")
    #expect(run.status == 0)
    #expect(
      run.output == """
        query
          head     error AND web=a
          head     | where response_time_ms > 3s
          ordered  | limit 9
          fold     | avg(response_time_ms) as m by host
          tail     | where m > 2s

          head     each line by itself, on any thread
          ordered  lines in their order, one batch after the other
          fold     mergeable: threads share it, a monitor keeps it per pane of time
          tail     over the whole result, at every evaluation

        lines
          fields    web, response_time_ms, host
          contain   'error', in any letter case
          units     response_time_ms in ms, m in ms

        """)
  }

  @Test func `a monitor is told with its window, its levels and its actions`() throws {
    try tripline.write(
      "rules.yaml",
      """
      monitors:
        - name: quiet
          query: error | count by host | where _count > 1
          window: 10m
          group_by: [host]
          critical: { alert: "< 5", resolution_window: 0s }
          actions: [note]
        - name: busy
          query: error
          critical: { alert: "> 5" }
          actions: [elsewhere]
      actions:
        note: { file: { path: /tmp/notes.ndjson } }
      """)
    let quiet = try tripline("explain", "-r", "rules.yaml", "quiet")
    #expect(quiet.status == 0)
    #expect(quiet.output.hasPrefix("quiet  rules.yaml:2\n"))
    #expect(
      quiet.output.hasSuffix(
        """
        critical
          alert     _count < 5
          resolve   _count >= 5, at once
          trips     at instants only: a stage behind the aggregate may change its rows
          early     not judged before a whole window (10m) has passed since the first line, and a group's own
          no rows   _count counts as 0

        actions
          note  file, live, on critical, resolved_critical

        """), "\(quiet.output)")
    let both = try tripline("explain", "rules.yaml").output
    #expect(both.contains("fold     | count  (the lines of a monitor are counted)"), "\(both)")
    #expect(both.contains("10m, decided every 10s: 60 panes of that width"))
    #expect(both.contains("on the line that makes it true: more lines only confirm it"))
    #expect(both.contains("elsewhere  not defined in these files"))
  }

  @Test func `an unknown monitor and a broken query are mistakes`() throws {
    try tripline.write(
      "rules.yaml",
      "monitors:\n  - { name: quiet, query: error, critical: { alert: \"> 5\" } }\n")
    let unknown = try tripline("explain", "-r", "rules.yaml", "quite")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("did you mean 'quiet'?"))
    let broken = try tripline("explain", "error | cuont")
    #expect(broken.status == 3)
    #expect(broken.errors.contains("did you mean 'count'?"))
    #expect(try tripline("explain").status == 2)
  }

  @Test func `the same as an object`() throws {
    let run = try tripline("explain", "-o", "ndjson", "error | where t > 3s | count by host")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(object?["query"] as? String == "error | where t > 3s | count by host")
    let stages = try #require(object?["stages"] as? [[String: String]])
    #expect(stages.map { $0["phase"] } == ["head", "head", "fold"])
    #expect(object?["fields"] as? [String] == ["t", "host"])
    #expect(object?["literals"] as? [String] == ["error"])
    #expect((object?["warnings"] as? [String])?.count == 1)
  }
}
