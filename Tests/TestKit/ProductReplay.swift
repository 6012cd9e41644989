import Actions
package import Alerting
import Engine
import Foundation
import QueryLanguage
import Records

/// Replays files through rules inside the test, as `tripline replay -o ndjson` does.
package enum ProductReplay {
  package typealias Forgetting = @Sendable (inout SavedMonitor) -> Void

  package struct Options: Sendable {
    package var threads: Int
    package var batchBytes: Int
    /// Cuts each file at these lines into generations of one source.
    package var cuts: [Int] = []
    /// The lateness of each file, in milliseconds; files without one have none.
    package var latenesses: [Int64] = []
    /// How far ahead lines may be, in milliseconds.
    package var maxAhead: Int64 = 300_000
    /// Stops and restarts the monitors at random, with this seed.
    package var restarts: UInt64?
    /// Lines up to this time may be missing.
    package var gap: Int64?
    /// Takes something away from what a restart finds.
    package var forget: Forgetting = { _ in }
    package var drain: Bool
    package var skipsInstants: Bool
    /// Bytes for the rows that monitors keep.
    package var memory = Configuration.usualMemory

    package init(
      threads: Int = 1, batchBytes: Int = 64 << 10, drain: Bool = false, skipsInstants: Bool = true
    ) {
      self.threads = threads
      self.batchBytes = batchBytes
      self.drain = drain
      self.skipsInstants = skipsInstants
    }
  }

  /// The records, with the places of evidence told as if nothing had been cut: `file` is the name
  /// given here, `generation` is always `g1` and `offset` counts from the start of the file.
  package static func records(
    yaml: String, files: [(name: String, bytes: [UInt8])], options: Options = Options()
  ) throws -> [String] {
    let scratch = try Scratch()
    // Where each part of a file begins, by file and by the fingerprint of the part.
    var starts: [String: [String: Int64]] = [:]
    var sources: [SourcePlan] = []
    for (index, file) in files.enumerated() {
      var generations: [String] = []
      var offset: Int64 = 0
      let parts = parts(of: file.bytes, cuts: options.cuts)
      for (number, part) in parts.enumerated() {
        let age = parts.count - 1 - number
        let name = age == 0 ? file.name : "\(file.name).\(age)"
        try scratch.write(part, to: name)
        generations.append(scratch.folder.appending(path: name).path)
        starts[file.name, default: [:]][fingerprint(of: part)] = offset
        offset += Int64(part.count)
      }
      sources.append(
        SourcePlan(
          generations: generations, facts: SourceFacts(name: file.name),
          maxAhead: options.maxAhead,
          lateness: options.latenesses.indices.contains(index) ? options.latenesses[index] : 0))
    }
    var replay = Replay(
      rules: try rules(yaml).sharing(options.memory), sources: sources,
      options: FeedOptions(threads: options.threads, batchBytes: options.batchBytes),
      actions: ActionSet(), drains: options.drain)
    replay.skipsInstants = options.skipsInstants
    replay.observer =
      options.restarts.map { Restarts(seed: $0, forgetting: options.forget) }
      ?? options.gap.map { Gap($0) }
    var records: [String] = []
    _ = try replay.run(
      Replay.Outlet(transition: { transition in
        var transition = transition
        for (index, line) in transition.evidence.enumerated() {
          let file = URL(filePath: line.file).lastPathComponent
          transition.evidence[index].file = file
          transition.evidence[index].generation = "g1"
          transition.evidence[index].offset += starts[file]![line.generation]!
        }
        records.append(String(decoding: transition.json(), as: UTF8.self))
      }))
    return records
  }

  /// Tells the monitors, before the first line, of lines that are missing.
  private final class Gap: ReplayObserver {
    private let time: Int64

    init(_ time: Int64) { self.time = time }

    func prepare(_ monitor: inout Monitor) { monitor.noteGap(through: time) }

    func sees(_ run: LineRun) {}
  }

  /// The file cut behind so many lines, oldest part first. Where two parts would begin with the same
  /// line nothing is cut, as that line is all they are known by.
  private static func parts(of bytes: [UInt8], cuts: [Int]) -> [[UInt8]] {
    if cuts.isEmpty { return [bytes] }
    var parts: [[UInt8]] = []
    var seen: Set<ArraySlice<UInt8>> = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    for (number, line) in lines.enumerated() {
      if number == 0 || (cuts.contains(number) && !seen.contains(line)) {
        parts.append([])
        seen.insert(line)
      }
      parts[parts.count - 1] += line + [UInt8(ascii: "\n")]
    }
    return parts
  }

  private static func fingerprint(of part: [UInt8]) -> String {
    Digest.short(Array(part.prefix { $0 != UInt8(ascii: "\n") }))
  }

  /// The rules of a rule file, bound.
  package static func rules(_ yaml: String) throws -> [BoundRule] {
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: [SourceText(name: "rules.yaml", text: yaml)], sink: sink)
    guard !sink.hasErrors else { throw Diagnostics(sink.list) }
    return try set.rules.map { try BoundRule.bind($0, BoundRule.Context()) }
  }
}
