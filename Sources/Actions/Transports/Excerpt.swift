/// The beginning and the end of an output of any length.
package struct Excerpt: Sendable {
  private let limit: Int
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var dropped = 0

  /// Keeps the first and the last `limit` bytes.
  package init(limit: Int = 8_192) { self.limit = limit }

  package mutating func append(_ bytes: some Collection<UInt8>) {
    let room = limit - head.count
    head += bytes.prefix(room)
    tail += bytes.dropFirst(room)
    // Now and then rather than always: each cut moves the whole tail.
    if tail.count > 2 * limit { cut() }
  }

  /// What was kept; where something is missing, the lines around it are whole.
  package var text: String {
    var kept = self
    kept.cut()
    guard kept.dropped > 0 else { return String(decoding: kept.head + kept.tail, as: UTF8.self) }
    // Half a line could be half a secret, which no redaction would recognise.
    let newline = UInt8(ascii: "\n")
    let first = kept.head.lastIndex(of: newline).map { kept.head[...$0] } ?? kept.head[...]
    let last = kept.tail.firstIndex(of: newline).map { kept.tail[($0 + 1)...] } ?? kept.tail[...]
    let missing = kept.dropped + kept.head.count - first.count + kept.tail.count - last.count
    return String(decoding: first, as: UTF8.self) + "[... \(missing) bytes ...]\n"
      + String(decoding: last, as: UTF8.self)
  }

  private mutating func cut() {
    guard tail.count > limit else { return }
    dropped += tail.count - limit
    tail.removeFirst(tail.count - limit)
  }
}
