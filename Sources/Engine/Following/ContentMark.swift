import Alerting
import Glibc

/// What a generation is recognised by, however it is called by now, copied or compressed: its first
/// line, and the last bytes before a place where a line begins.
///
/// The first line alone would do for most logs, but not for those that all begin with the same header.
package struct ContentMark: Sendable {
  /// So many bytes of the first line, and before the place, count.
  package static let reach = 1_024

  private var head: [UInt8] = []
  /// The last bytes of all, and those before the last place where a line begins.
  private var newest: [UInt8] = []
  private var settled: [UInt8] = []
  /// The number of bytes so far.
  package private(set) var end = 0
  /// Where the last line begins.
  package private(set) var lineStart = 0

  package init() {}

  /// The mark of a file that is read from an offset on, where a line begins.
  init(_ place: PlaceReader, at offset: Int) {
    let count = min(offset, ContentMark.reach)
    head = place.read(at: 0, count: min(offset, ContentMark.reach + 1))
    newest = place.read(at: Int64(offset - count), count: count)
    settled = newest
    end = offset
    lineStart = offset
  }

  /// Takes in the bytes that come next.
  package mutating func note(_ bytes: UnsafeRawBufferPointer) {
    head += bytes.prefix(max(0, ContentMark.reach + 1 - head.count))
    if let newline = bytes.lastIndex(of: 0x0A) {
      settled = ContentMark.last(of: newest, UnsafeRawBufferPointer(rebasing: bytes[...newline]))
      lineStart = end + newline + 1
    }
    newest = ContentMark.last(of: newest, bytes)
    end += bytes.count
  }

  /// The last line is whole though nothing ends it.
  mutating func settle() {
    settled = newest
    lineStart = end
  }

  /// Whether the place is not behind a whole line.
  var isInMidLine: Bool { settled.last.map { $0 != 0x0A } ?? false }

  /// Forgets what stands behind the place.
  mutating func goBack() {
    head.removeSubrange(min(head.count, lineStart)...)
    newest = settled
    end = lineStart
  }

  /// Whether the fingerprint is final.
  var hasHead: Bool { head.count > ContentMark.reach || head.contains(0x0A) }

  /// Of the first line; nil while that is empty.
  package var fingerprint: String? { Fingerprint.text(of: head) }

  /// Of the last bytes before the place.
  package var tail: String { settled.isEmpty ? "" : Digest.short(settled) }

  /// Of the last bytes of all.
  var lastTail: String { newest.isEmpty ? "" : Digest.short(newest) }

  /// Whether a file still has the bytes that were read of it.
  func stands(in place: PlaceReader) -> Bool {
    place.read(at: 0, count: head.count) == head
      && place.read(at: Int64(end - newest.count), count: newest.count) == newest
  }

  private static func last(of old: [UInt8], _ new: UnsafeRawBufferPointer) -> [UInt8] {
    new.count >= reach ? Array(new.suffix(reach)) : old.suffix(reach - new.count) + new
  }
}

/// What a generation is called in evidence: the first 16 hex digits of the SHA-256 of its first line,
/// or of its first 1,024 bytes.
enum Fingerprint {
  /// Of the first 1,025 bytes of a generation, or all there are; nil for an empty first line.
  static func text(of head: [UInt8]) -> String? {
    var line = head[...]
    if let end = line.firstIndex(of: 0x0A) { line = line[..<end] }
    if line.count <= ContentMark.reach, line.last == 0x0D { line.removeLast() }
    line = line.prefix(ContentMark.reach)
    return line.isEmpty ? nil : Digest.short(Array(line))
  }
}
