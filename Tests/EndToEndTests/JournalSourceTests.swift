import Alerting
import Engine
import Foundation
import TestKit
import Testing

/// The systemd journal as a source, through the real binary.
@Suite(.timeLimit(.minutes(5))) struct JournalSourceTests {
  private func site() throws -> RunSite {
    let site = try RunSite(
      rules: """
        monitors:
          - name: slow
            query: "_SYSTEMD_UNIT=web.service | where took > 3"
            units: { took: s }
            window: 10m
            critical: { alert: "> 2" }
          - name: any
            query: "_SYSTEMD_UNIT=web.service | where n > 1"
            window: 10m
            critical: { alert: "> 0" }
        """)
    try site.write("sources: [{ journal: logs, idle_after: 1d }]", to: "tripline.yaml")
    try FileManager.default.createDirectory(
      at: site.url("logs"), withIntermediateDirectories: true)
    return site
  }

  /// Puts a journal file there, as a whole.
  private func put(_ name: String, in site: RunSite) throws {
    let path = Repository.root.appending(path: "Fixtures/journal/\(name).journal.zst").path
    let stream = try ByteStreams.open(path)
    var content = Data()
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { room.deallocate() }
    while case let count = try stream.read(into: room), count > 0 { content += room[..<count] }
    try content.write(to: site.url("\(name).journal"))
    try site.rename("\(name).journal", to: "logs/\(name).journal")
  }

  @Test func `entries are lines, and messages of JSON are records`() throws {
    let site = try site()
    try put("a", in: site)
    let query = "* | fields _messagetime, took, MESSAGE, PRIORITY, _SYSTEMD_UNIT, _PID"
    let run = try BinaryRun.tripline(["query", "-o", "ndjson", query], in: site.directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output.split(separator: "\n").map(String.init) == [
        #"{"_messagetime":1748768400000,"took":null,"MESSAGE":"Started web","PRIORITY":6,"#
          + #""_SYSTEMD_UNIT":"web.service","_PID":12}"#,
        #"{"_messagetime":1748768401000,"took":4,"MESSAGE":null,"PRIORITY":4,"#
          + #""_SYSTEMD_UNIT":"web.service","_PID":null}"#,
        #"{"_messagetime":1748768402000,"took":null,"MESSAGE":"ERROR two\n  lines \"x\"","#
          + #""PRIORITY":3,"_SYSTEMD_UNIT":"db.service","_PID":null}"#,
        // Its own time is the one that counts.
        #"{"_messagetime":1748764800000,"took":5,"MESSAGE":null,"PRIORITY":6,"#
          + #""_SYSTEMD_UNIT":"web.service","_PID":null}"#,
      ])
  }

  @Test func `a run goes on behind the last entry that it has read`() throws {
    let site = try site()
    try put("a", in: site)
    let first = try site.run("--state", "state")
    try first.wait(for: "watching", on: .errors)
    try put("b", in: site)
    try first.wait(for: #""monitor":"any""#)
    #expect(!first.text(.output).contains(#""monitor":"slow""#))
    first.send(SIGKILL)
    _ = try first.status()
    // What comes while nobody reads is still there later.
    try put("c", in: site)
    let second = try site.run("--state", "state")
    try second.wait(for: #""monitor":"slow""#)
    let record = second.text(.output).split(separator: "\n").first {
      $0.contains(#""monitor":"slow""#)
    }
    #expect(JSONTree(String(try #require(record)))?["value"]?.whole == 3)
    #expect(!second.text(.errors).contains("is gone"))
    second.send(SIGTERM)
    #expect(try second.status() == 143, "\(second.text(.errors))")
  }

  @Test func `a journal that is not there is said`() throws {
    let site = try site()
    try site.write("sources: [{ journal: nowhere }]", to: "tripline.yaml")
    let run = try BinaryRun.tripline(["query", "* | count"], in: site.directory)
    #expect(run.status == 4)
    #expect(run.errors.contains("can't read 'journal nowhere': No such file or directory"))
  }
}
