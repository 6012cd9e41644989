/// A transition record, written out as engine.md section 4 lists its keys.
struct NaiveRecord {
  enum Step: String { case pending, firing, resolved, expired }
  enum Reason: String {
    case condition
    case noData = "no_data"
    case expired
  }

  var time: Int64
  var monitor: String
  var level: String
  var to: Step
  var reason: Reason
  var group: String
  var value: Double?
  var threshold: String
  var windowStart: Int64
  var windowEnd: Int64
  var evidence: [NaiveLine]
  /// Counts the alerts of this monitor, group and level from 1.
  var ordinal: Int

  private var id: String {
    let identity = [
      naiveJSONString(monitor), group, quoted(level), quoted(to.rawValue), quoted(time),
      String(ordinal), quoted(windowEnd),
    ]
    return String(naiveSHA256("[" + identity.joined(separator: ",") + "]").prefix(16))
  }

  var json: String {
    let members: [(String, String)] = [
      ("id", quoted(id)),
      ("time", quoted(time)),
      ("monitor", naiveJSONString(monitor)),
      ("level", quoted(level)),
      ("to", quoted(to.rawValue)),
      ("reason", quoted(reason.rawValue)),
      ("group", group),
      ("value", value.map(naiveNumberText) ?? "null"),
      ("threshold", naiveJSONString(threshold)),
      ("window", object([("start", quoted(windowStart)), ("end", quoted(windowEnd))])),
      ("evidence", "[" + evidence.map(json).joined(separator: ",") + "]"),
      ("actions", "[]"),
    ]
    return object(members)
  }

  private func json(of line: NaiveLine) -> String {
    object([
      ("file", naiveJSONString(line.file)),
      ("generation", naiveJSONString(line.generation)),
      ("offset", String(line.offset)),
      ("line", naiveJSONString(line.text)),
    ])
  }

  private func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  private func quoted(_ word: String) -> String { "\"\(word)\"" }
  private func quoted(_ time: Int64) -> String { quoted(NaiveTime.text(time)) }
}
