import Actions
import Alerting
import Engine
import Foundation
import QueryLanguage
import Records

/// Replays files through rules inside the test, as `tripline replay -o ndjson` does.
enum ProductReplay {
  struct Options: Sendable {
    var threads = 1
    var batchBytes = 64 << 10
    /// Cuts each file at these lines into generations of one source.
    var cuts: [Int] = []
    /// The lateness of each file, in milliseconds; files without one have none.
    var latenesses: [Int64] = []
    var drain = false
    var skipsInstants = true
    /// Bytes for the rows that monitors keep.
    var memory = Configuration.usualMemory
  }

  static func records(
    yaml: String, files: [(name: String, bytes: [UInt8])], options: Options = Options()
  ) throws -> [String] {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("tripline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var sources: [SourcePlan] = []
    for (index, file) in files.enumerated() {
      var paths: [String] = []
      for (age, part) in parts(of: file.bytes, cuts: options.cuts).enumerated().reversed() {
        let name = age == 0 ? file.name : "\(file.name).\(age)"
        let path = directory.appendingPathComponent(name)
        try Data(part).write(to: path)
        paths.append(path.path)
      }
      sources.append(
        SourcePlan(
          generations: paths, facts: SourceFacts(name: file.name),
          lateness: options.latenesses.indices.contains(index) ? options.latenesses[index] : 0))
    }
    var records: [String] = []
    var replay = Replay(
      rules: try rules(yaml).sharing(options.memory), sources: sources,
      options: FeedOptions(threads: options.threads, batchBytes: options.batchBytes),
      actions: ActionSet(), drains: options.drain)
    replay.skipsInstants = options.skipsInstants
    _ = try replay.run(
      Replay.Outlet(transition: { transition in
        var transition = transition
        for index in transition.evidence.indices {
          transition.evidence[index].file =
            URL(fileURLWithPath: transition.evidence[index].file).lastPathComponent
        }
        records.append(String(decoding: transition.json(), as: UTF8.self))
      }))
    return records
  }

  /// Index 0 is the newest part.
  private static func parts(of bytes: [UInt8], cuts: [Int]) -> [[UInt8]] {
    guard !cuts.isEmpty else { return [bytes] }
    var parts: [[UInt8]] = [[]]
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    {
      if cuts.contains(number) { parts.append([]) }
      parts[parts.count - 1] += line + [0x0A]
    }
    return parts.reversed()
  }

  static func rules(_ yaml: String) throws -> [BoundRule] {
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: [SourceText(name: "rules.yaml", text: yaml)], sink: sink)
    guard !sink.hasErrors else { throw Diagnostics(sink.list) }
    return try set.rules.map { try BoundRule.bind($0, BoundRule.Context()) }
  }
}
