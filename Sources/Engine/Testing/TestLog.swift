package import Alerting
import QueryLanguage
import Records

/// The lines of one log of a test: pieces in the order in which they are written.
package struct TestLog: Sendable {
  package let source: TestSource
  package private(set) var pieces: [Piece] = []

  /// A stretch of the log.
  package enum Piece: Sendable {
    case lines(GeneratedLines)
    /// A file, relative to the test file.
    case file(path: String, place: ConfigNode)
  }

  /// The logs that the entries of `input:` write to, in the order of their first lines. Entries of
  /// one source are one log: its lines stand in the order of the entries, whatever their times.
  static func all(
    _ entries: [ConfigNode], _ declared: [TestSource]?, sink: DiagnosticSink
  ) -> [TestLog] {
    var logs: [TestLog] = []
    for entry in entries {
      guard let (source, piece) = bind(entry, declared, sink) else { continue }
      if let index = logs.firstIndex(where: { $0.source.name == source.name }) {
        logs[index].pieces.append(piece)
      } else {
        logs.append(TestLog(source: source, pieces: [piece]))
      }
    }
    return logs
  }

  private static func bind(
    _ entry: ConfigNode, _ declared: [TestSource]?, _ sink: DiagnosticSink
  ) -> (TestSource, Piece)? {
    guard var keys = ConfigBinder(entry, as: "input", sink: sink) else { return nil }
    let source = source(&keys, declared)
    let kinds = ["line", "lines", "file"].filter(keys.has)
    let file = keys.filled("file")
    let lines = GeneratedLines(&keys)
    keys.finish()
    guard kinds.count == 1 else {
      sink.report(entry.diagnostic(.oneKind, help: "write a further entry for the other lines"))
      return nil
    }
    guard let source else { return nil }
    if kinds == ["file"] {
      for key in ["repeat", "start", "every"] where keys.has(key) {
        keys.report(.notOfFile(key), at: key, help: "the lines of a file have times of their own")
      }
      return file.map { (source, .file(path: $0, place: entry.entry("file")?.value ?? entry)) }
    }
    return lines.map { (source, .lines($0)) }
  }

  private static func source(
    _ keys: inout ConfigBinder, _ declared: [TestSource]?
  ) -> TestSource? {
    let isNamed = keys.has("source")
    let name = keys.filled("source")
    guard isNamed else {
      // The only one that is declared is the one that is meant.
      return declared?.count == 1 ? declared?[0] : .standard
    }
    guard let name else { return nil }
    if let source = declared?.first(where: { $0.name == name }) { return source }
    let names = declared?.map(\.name) ?? []
    keys.report(
      .unknownSource(name), at: "source",
      help: Suggestion.didYouMean(name, among: names)
        ?? (names.isEmpty
          ? "declare it: sources: { \(name): { category: web } }"
          : "known: \(names.joined(separator: ", "))"))
    return nil
  }
}

extension Diagnostic.Message {
  fileprivate static let oneKind = Self(
    "input-kind", "an input needs one of `line`, `lines` and `file`")
  fileprivate static func notOfFile(_ key: String) -> Self {
    Self("input-kind", "`\(key)` belongs to `line` and `lines`, not to `file`")
  }
  fileprivate static func unknownSource(_ name: String) -> Self {
    Self("unknown-source", "no source is named '\(name)'")
  }
}
