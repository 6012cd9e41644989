import Foundation
import TestKit
import Testing

/// `tripline run` on a log that the real `logrotate` puts aside.
@Suite struct LogRotateTests {
  /// What counts the lines of a host, so that one that is missing or comes twice is seen.
  private static let rules = """
    monitors:
      - name: lines
        query: _sourceCategory=* | where took_ms > 3s
        window: 10m
        group_by: [host]
        critical: { alert: "> 8" }

    """

  @Test(arguments: [
    "create", "copytruncate", "create\n  compress", "create\n  compress\n  delaycompress",
    "create\n  dateext\n  dateformat -%Y%m%d-%s", "copytruncate\n  compress",
    "nocreate\n  extension .log",
  ]) func `logrotate takes no line and gives none twice`(mode: String) throws {
    let site = try RunSite(rules: LogRotateTests.rules)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: site.directory.path)
    try site.write(
      "\(site.url("app.log").path) {\n  rotate 9\n  \(mode)\n}\n", to: "rotate.conf")
    try site.append("")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    for round in 1...3 {
      try site.append(RunLine.slow("web-1", count: 3))
      // Two rotations within a second would give two files the same date.
      if round == 1 || !mode.contains("dateext") { try rotate(site) }
    }
    try run.wait(for: #""to":"firing""#)
    #expect(run.text(.output).contains(#""value":9"#))
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    try run.wait(for: "9 lines", on: .errors)
  }

  private func rotate(_ site: RunSite) throws {
    let tool = try ChildProgram(
      "/usr/sbin/logrotate", ["-f", "-s", site.url("state").path, site.url("rotate.conf").path])
    #expect(try tool.wait() == 0)
  }
}
