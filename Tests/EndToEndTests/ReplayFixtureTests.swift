import Foundation
import TestKit
import Testing

/// The recorded cases of `Fixtures/replays`, through the built program; the README there is the
/// contract.
struct ReplayCase: CustomTestStringConvertible, Sendable {
  var folder: URL

  static let all: [ReplayCase] = Repository.folders(in: "Fixtures/replays").flatMap { monitor in
    Repository.folders(in: "Fixtures/replays/\(monitor.lastPathComponent)").map(ReplayCase.init)
  }

  private var monitor: String { folder.deletingLastPathComponent().lastPathComponent }
  var testDescription: String { "\(monitor)/\(folder.lastPathComponent)" }

  private func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }

  /// The records as they have to be.
  var records: String {
    get throws {
      try String(contentsOf: folder.appending(path: "transitions.ndjson"), encoding: .utf8)
    }
  }

  func replay(_ more: [String]) throws -> BinaryRun {
    let rules = Repository.root.appending(path: "rules").path
    let own = has("monitor.yaml") ? "monitor.yaml" : "\(rules)/\(monitor).yaml"
    let inputs = ["input.ndjson.1", "input.ndjson", "input-1.ndjson", "input-2.ndjson"]
    var flags: [String] = []
    if has("replay.flags") {
      flags = try String(contentsOf: folder.appending(path: "replay.flags"), encoding: .utf8)
        .split(whereSeparator: \.isWhitespace).map(String.init)
    }
    return try BinaryRun.tripline(
      ["replay", "-o", "ndjson", "-r", own, "-r", "\(rules)/actions.yaml"] + flags + more
        + inputs.filter(has), in: folder)
  }
}

@Suite struct ReplayFixtureTests {
  @Test func `there are cases of every monitor`() {
    #expect(ReplayCase.all.count > 50)
  }

  @Test(arguments: ReplayCase.all)
  func `a recorded log gives the records worked out by hand`(_ log: ReplayCase) throws {
    let run = try log.replay([])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == (try log.records))
  }

  @Test(arguments: ReplayCase.all)
  func `neither threads nor small batches change a record`(_ log: ReplayCase) throws {
    let run = try log.replay(["--threads", "3", "--batch-bytes", "200"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == (try log.records))
  }

  @Test(arguments: [[], ["--threads", "3", "--batch-bytes", "200"]])
  func `the demo log fires and resolves once`(_ flags: [String]) throws {
    let run = try BinaryRun.tripline(
      ["replay", "-o", "ndjson", "-r", "rules/slow-api.yaml", "-r", "rules/actions.yaml"] + flags
        + ["Fixtures/logs/demo.ndjson"], in: Repository.root)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output
        == (try String(
          contentsOf: Repository.root.appending(path: "Fixtures/logs/demo.transitions.ndjson"),
          encoding: .utf8)))
  }
}
