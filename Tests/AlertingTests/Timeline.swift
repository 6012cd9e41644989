import TestKit
import Testing

/// Replays what is drawn through a monitor of ten seconds that looks every five, unless `rule` says
/// otherwise, and expects what is drawn. Lines up to the column `gap` may be missing. Returns the records as `story` tells them.
@discardableResult
func timeline(
  _ rule: String, _ drawing: String, column: Int64 = 1_000, drain: Bool = false,
  lateness: Int64 = 0, gap: Int64? = nil, maxAhead: Int64 = 300_000,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> [String] {
  let drawing = TimelineDrawing(drawing, column: column)
  var keys = rule.split(separator: "\n").map(String.init)
  for (key, value) in [
    ("every", "5s"), ("window", "10s"), ("query", #"'* | where host != "tick"'"#),
  ]
  where !keys.contains(where: { $0.hasPrefix("\(key):") }) {
    keys.insert("\(key): \(value)", at: 0)
  }
  let yaml = "monitors:\n  - name: m\n" + keys.map { "    \($0)\n" }.joined()
  var options = ProductReplay.Options(drain: drain)
  options.latenesses = [lateness]
  options.maxAhead = maxAhead
  options.gap = gap.map { drawing.time(of: $0) }
  let files = [(name: "log", bytes: drawing.log)]
  let records = try ProductReplay.records(yaml: yaml, files: files, options: options)
  let rows = drawing.rows(of: records)
  #expect(
    rows == drawing.expected,
    "wanted\n\(drawing.picture(drawing.expected))\ngot\n\(drawing.picture(rows))",
    sourceLocation: sourceLocation)
  options.skipsInstants = false
  let patient = try ProductReplay.records(yaml: yaml, files: files, options: options)
  #expect(patient == records, "deciding every instant differs", sourceLocation: sourceLocation)
  return records.map(tale)
}
