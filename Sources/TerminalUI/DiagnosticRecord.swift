package import QueryLanguage
package import Records

extension Diagnostic {
  /// The keys of `check -o ndjson`, a contract.
  package static let recordColumns = [
    "file", "line", "column", "severity", "code", "message", "help",
  ]

  /// The values under `recordColumns`.
  package var record: [Value] {
    let (line, column) = source.position(of: span.lower)
    return [
      .text(source.name), .whole(Int64(line)), .whole(Int64(column)), .text(severity.rawValue),
      .text(message.code), .text(message.text), help.map(Value.text) ?? .null,
    ]
  }
}
