import Foundation
import TestKit
import Testing

/// The logs of `Fixtures/logs`, whose README says what is in them.
@Suite struct FixtureLogTests {
  private static let folder = Repository.root.appending(path: "Fixtures/logs")
  private static let time = #"formatDate(_messagetime, "HH:mm:ss.SSS") as t | fields t"#

  private func query(_ arguments: String...) throws -> BinaryRun {
    try BinaryRun.tripline(["query", "-o", "ndjson"] + arguments, in: Self.folder)
  }

  @Test(arguments: ["crlf.log", "no-final-newline.log"])
  func `line ends are no part of a line, and the last may be missing`(_ file: String) throws {
    #expect(try query("-q", "* | count", file).output == "{\"_count\":5}\n")
  }

  @Test func `a broken log is read as far as it can be`() throws {
    let run = try query("* | count", "broken.log")
    #expect(run.status == 0)
    #expect(run.output == "{\"_count\":15}\n")
    #expect(run.errors.hasPrefix("19 lines, "), "\(run.errors)")
    #expect(run.errors.contains("; 3 malformed (first: broken.log:2, byte "), "\(run.errors)")
    let strict = try query("--strict", "* | count", "broken.log")
    #expect(
      strict.errors.contains("; 10 malformed (first: broken.log:2, byte "), "\(strict.errors)")
  }

  @Test func `text has the usual ways to write a time`() throws {
    let run = try query("-q", "* | \(Self.time)", "text.log")
    let times = run.output.split(separator: "\n").map { $0.dropFirst(6).dropLast(2) }
    #expect(
      times == [
        "10:00:00.125", "10:00:01.250", "10:00:02.000", "10:00:03.000", "10:00:04.000",
        "10:00:05.000", "10:00:06.000", "10:00:06.000", "10:00:06.000", "10:00:07.000",
        "10:00:08.123", "10:00:09.999",
      ])
  }

  @Test(
    arguments: ["broken.log", "text.log", "crlf.log", "no-final-newline.log"],
    [
      "*", "* | \(time)", "* | count by host", "* | first(_raw), last(_raw), count by host",
      "* | timeslice 1s | count by _timeslice", "* | sort by host | fields host",
    ])
  func `no answer depends on threads or batches`(_ file: String, _ question: String) throws {
    let whole = try query("-q", "--threads", "1", question, file)
    for flags in [["3", "50"], ["2", "1"], ["1", "333"]] {
      let cut = try query(
        "-q", "--threads", flags[0], "--batch-bytes", flags[1], question, file)
      #expect(cut.output == whole.output, "\(flags)")
    }
  }
}
