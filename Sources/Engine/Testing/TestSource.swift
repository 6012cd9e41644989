import Alerting
import QueryLanguage
import Records

/// A log that tests write to, as `sources:` declares it: the keys of a source in `tripline.yaml` that
/// change what its lines mean.
package struct TestSource: Sendable {
  package let name: String
  let category: String
  let host: String
  let timeField: String?
  let timeFormat: DatePattern?
  let zone: Zone?
  let maxAhead: Int64

  /// The log of tests that declare none.
  static let standard = TestSource()

  private init() {
    name = "input"
    category = "local"
    host = "localhost"
    timeField = nil
    timeFormat = nil
    zone = nil
    maxAhead = 300_000
  }

  /// The sources that a file declares, in its order; nil when it declares none.
  static func all(_ node: ConfigNode?, sink: DiagnosticSink) -> [TestSource]? {
    guard let node else { return nil }
    guard let map = ConfigBinder(node, as: "map of sources", sink: sink) else { return [] }
    return map.entries.compactMap { TestSource($0, sink: sink) }
  }

  private init?(_ entry: ConfigNode.Entry, sink: DiagnosticSink) {
    guard var keys = ConfigBinder(entry.value, as: "source", sink: sink) else { return nil }
    let standard = TestSource.standard
    name = entry.key
    category = keys.string("category") ?? standard.category
    host = keys.string("host") ?? standard.host
    timeField = keys.string("time_field")
    timeFormat = keys.filled("time_format").flatMap { text in
      do throws(DatePatternError) { return try DatePattern(text) } catch {
        keys.report(.badFormat(text, error.description), at: "time_format")
        return nil
      }
    }
    zone = keys.filled("timezone").flatMap { text in
      if let zone = ZoneFiles.zone(named: text) { return zone }
      keys.report(
        .noZone(text), at: "timezone",
        help: "write UTC, an offset such as +02:00, or an IANA name such as Europe/Berlin")
      return nil
    }
    maxAhead = keys.duration("max_ahead") ?? standard.maxAhead
    keys.finish()
  }
}

extension Diagnostic.Message {
  fileprivate static func badFormat(_ text: String, _ reason: String) -> Self {
    Self("bad-format", "'\(text)' is no time format: \(reason)")
  }
  fileprivate static func noZone(_ name: String) -> Self {
    Self("bad-timezone", "there is no time zone '\(name)'")
  }
}
