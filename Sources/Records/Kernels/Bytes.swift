import CKernels
import Glibc

/// A view of bytes that somebody else owns: a `Chunk`, an `Arena` or a `PinnedText`.
///
/// Rows are full of text that must not be copied. `Bytes` is how the rest of the program reads it
/// without touching a pointer: sixteen bytes, compared by content, valid as long as its owner lives.
// SAFETY: every `Bytes` is made by an owner in this folder from memory that it never moves or writes
// again while a view may be alive; frames keep their chunk and arena alive. The batch-split tests run
// under the address sanitizer and would notice a view that outlived its owner.
@usableFromInline
package struct Bytes: @unchecked Sendable, Hashable {
  @usableFromInline package let start: UnsafePointer<UInt8>?
  @usableFromInline package let count: Int

  @inlinable
  package init(start: UnsafePointer<UInt8>?, count: Int) {
    self.start = start
    self.count = count
  }

  @usableFromInline package static let empty = Bytes(start: nil, count: 0)

  @inlinable
  package var isEmpty: Bool { count == 0 }

  @inlinable
  package subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "byte index out of range")
    return start.unsafelyUnwrapped[index]
  }

  /// The part from `lower` up to, not including, `upper`.
  @inlinable
  package func slice(_ lower: Int, _ upper: Int) -> Bytes {
    precondition(lower >= 0 && lower <= upper && upper <= count, "byte range out of range")
    return Bytes(start: start.map { $0 + lower }, count: upper - lower)
  }

  @inlinable
  package func dropping(_ prefix: Int) -> Bytes { slice(prefix, count) }

  @usableFromInline
  package static func == (left: Bytes, right: Bytes) -> Bool {
    guard left.count == right.count else { return false }
    guard left.count > 0 else { return true }
    return memcmp(left.start.unsafelyUnwrapped, right.start.unsafelyUnwrapped, left.count) == 0
  }

  @usableFromInline
  package func hash(into hasher: inout Hasher) {
    hasher.combine(bytes: UnsafeRawBufferPointer(start: start, count: count))
  }

  /// A fast hash for tables of our own; not stable between runs of different versions.
  // SAFETY: what is loaded lies within the view: behind whole words the last eight bytes are taken
  // again, and of fewer than eight the first and the last four, or each alone.
  @inlinable
  @inline(__always)
  package func quickHash(seed: UInt64 = 0) -> UInt64 {
    var hash = seed ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
    guard count > 0, let start else { return hash }
    let raw = UnsafeRawPointer(start)
    if count >= 8 {
      var index = 0
      while index &+ 8 < count {
        hash = Bytes.mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        index &+= 8
      }
      return Bytes.mix(hash ^ raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
    }
    if count >= 4 {
      let first = UInt64(raw.loadUnaligned(as: UInt32.self))
      let last = UInt64(raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
      return Bytes.mix(hash ^ (first | last << 32))
    }
    let middle = UInt64(start[count >> 1]) << 8
    return Bytes.mix(hash ^ (UInt64(start[0]) | middle | UInt64(start[count &- 1]) << 16))
  }

  /// Whether the same bytes, of which there is at least one, stand at `place`: faster than a call for
  /// texts as short as keys are.
  // SAFETY: the caller has checked that as many bytes as the view has can be read there; loads are as
  // in `quickHash`.
  @inlinable
  @inline(__always)
  func stands(at place: UnsafeRawPointer) -> Bool {
    let raw = UnsafeRawPointer(start.unsafelyUnwrapped)
    func word<Word: FixedWidthInteger>(_ offset: Int, _: Word.Type) -> Bool {
      raw.loadUnaligned(fromByteOffset: offset, as: Word.self)
        == place.loadUnaligned(fromByteOffset: offset, as: Word.self)
    }
    if count >= 8 {
      var index = 0
      while index &+ 8 < count {
        guard word(index, UInt64.self) else { return false }
        index &+= 8
      }
      return word(count &- 8, UInt64.self)
    }
    if count >= 4 { return word(0, UInt32.self) && word(count &- 4, UInt32.self) }
    return word(0, UInt8.self) && word(count >> 1, UInt8.self) && word(count &- 1, UInt8.self)
  }

  @inlinable
  package static func mix(_ value: UInt64) -> UInt64 {
    let wide = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return wide.high ^ wide.low
  }

  /// Byte order, shorter first when one is a prefix of the other.
  package static func precedes(_ left: Bytes, _ right: Bytes) -> Bool {
    let shared = min(left.count, right.count)
    if shared > 0 {
      let order = memcmp(left.start.unsafelyUnwrapped, right.start.unsafelyUnwrapped, shared)
      if order != 0 { return order < 0 }
    }
    return left.count < right.count
  }

  @inlinable
  package func starts(with prefix: Bytes) -> Bool {
    count >= prefix.count && slice(0, prefix.count) == prefix
  }

  /// The first place at or after `from` where `byte` stands.
  package func firstIndex(of byte: UInt8, from: Int = 0) -> Int? {
    guard from < count, let start else { return nil }
    guard let found = memchr(start + from, Int32(byte), count - from) else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(start)
  }

  /// The first place at or after `from` where `needle` stands; an empty needle is found at once.
  package func firstIndex(of needle: Bytes, from: Int = 0) -> Int? {
    guard from <= count else { return nil }
    guard !needle.isEmpty else { return from }
    guard let start, let other = needle.start, count - from >= needle.count else { return nil }
    guard let found = tripline_find(start + from, count - from, other, needle.count) else {
      return nil
    }
    return found - start
  }

  /// The same for a `needle` in lower case that may stand in any ASCII case.
  package func firstIndex(folded needle: Bytes, from: Int = 0) -> Int? {
    guard from <= count else { return nil }
    guard !needle.isEmpty else { return from }
    guard let start, let other = needle.start, count - from >= needle.count else { return nil }
    let found = tripline_find_folded(start + from, count - from, other, needle.count)
    return found.map { $0 - start }
  }

  package func contains(_ needle: Bytes) -> Bool { firstIndex(of: needle) != nil }

  /// The text, with invalid UTF-8 replaced.
  package var string: String {
    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  package var array: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

  /// Without leading and trailing blanks (space, tab, carriage return, newline).
  package var trimmed: Bytes {
    var lower = 0
    var upper = count
    while lower < upper, Bytes.isBlank(self[lower]) { lower += 1 }
    while upper > lower, Bytes.isBlank(self[upper - 1]) { upper -= 1 }
    return slice(lower, upper)
  }

  @inlinable
  package static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
  }

  /// Lends the bytes to a C function.
  @inlinable
  package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: start, count: count))
  }
}

/// Text that a plan needs for as long as it lives: literals, patterns, field names.
// SAFETY: allocated once, never written after `init`, freed by the last reference.
package final class PinnedText: @unchecked Sendable {
  package let bytes: Bytes

  package convenience init(_ text: String) { self.init(Array(text.utf8)) }

  package init(_ content: [UInt8]) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(content.count, 1))
    memory.initialize(repeating: 0, count: max(content.count, 1))
    for (index, byte) in content.enumerated() { memory[index] = byte }
    bytes = Bytes(start: UnsafePointer(memory), count: content.count)
  }

  deinit { bytes.start?.deallocate() }
}
