import Records

/// Some alerts are to be quiet until a time, because a person said so while a run goes on.
package struct Silence: Sendable {
  package var id: String
  package let matcher: AlertMatcher
  /// Milliseconds since the epoch.
  package let from: Int64
  package let until: Int64
  package let author: String
  package let reason: String

  package init(
    id: String, matcher: AlertMatcher, from: Int64, until: Int64, author: String, reason: String
  ) {
    self.id = id
    self.matcher = matcher
    self.from = from
    self.until = until
    self.author = author
    self.reason = reason
  }

  package func isOn(at time: Int64) -> Bool { from <= time && time < until }

  /// As it is kept and shown.
  package var json: String {
    var writer = JSONWriter()
    writer.object { writeMembers(to: &$0) }
    return writer.text
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("match", matcher.text)
    writer.member("from", Timestamp.rfc3339(from))
    writer.member("until", Timestamp.rfc3339(until))
    writer.member("author", author)
    writer.member("reason", reason)
  }

  /// Nil when the text is no silence.
  package init?(json: [UInt8]) {
    guard let tree = JSONTree(json), let id = tree["id"]?.text,
      let matcher = tree["match"]?.text.flatMap({ try? AlertMatcher($0) }),
      let from = tree["from"]?.text.flatMap({ Timestamp.parse($0, now: nil) }),
      let until = tree["until"]?.text.flatMap({ Timestamp.parse($0, now: nil) }),
      let author = tree["author"]?.text, let reason = tree["reason"]?.text
    else { return nil }
    self.init(
      id: id, matcher: matcher, from: from, until: until, author: author, reason: reason)
  }
}
