/// One line of a log with everything the referee wants to know about it.
package final class NaiveLine: Sendable {
  /// Index of the source in argument order.
  package let source: Int
  /// The path as configured, and the fingerprint of the generation the line stands in.
  package let file: String
  package let generation: String
  /// Offset within the generation, in bytes.
  package let offset: Int64
  package let text: String
  package let fields: [String: NaiveValue]
  /// Milliseconds since the epoch; nil when the line carries no time of its own.
  package let time: Int64?

  package init(source: Int, file: String, generation: String, offset: Int64, text: String) {
    self.source = source
    self.file = file
    self.generation = generation
    self.offset = offset
    self.text = text
    let members = NaiveJSON.object(in: text)?.fields() ?? []
    // Duplicate keys: the first wins.
    fields = Dictionary(
      members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    switch fields["timestamp"] {
    case .number(let epoch): time = NaiveTime.parse(epoch: epoch)
    case .text(let iso): time = NaiveTime.parse(iso)
    case .bool, .null, nil: time = nil
    }
  }

  /// A null member and a missing one are the same.
  package func value(_ field: String) -> NaiveValue { fields[field] ?? .null }

  /// A line that begins as an object and does not end as one is kept out of rules.
  package var isMalformed: Bool { text.hasPrefix("{") && !text.hasSuffix("}") }

  /// The lines of one generation of a source, each ended by a newline in the file.
  package static func lines(
    _ texts: [String], source: Int, file: String, generation: String = "g1"
  ) -> [NaiveLine] {
    var lines: [NaiveLine] = []
    var offset: Int64 = 0
    for text in texts {
      lines.append(
        NaiveLine(
          source: source, file: file, generation: generation, offset: offset, text: text))
      offset += Int64(text.utf8.count) + 1
    }
    return lines
  }
}
