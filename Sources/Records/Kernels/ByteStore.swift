/// Texts one behind the other in memory that only grows, compared where they stand.
@usableFromInline
package struct ByteStore: Sendable {
  @usableFromInline var content: [UInt8] = []

  package init() {}

  @inlinable
  package var count: Int { content.count }

  package mutating func append(_ byte: UInt8) { content.append(byte) }

  package mutating func append(_ word: UInt64) {
    withUnsafeBytes(of: word) { content.append(contentsOf: $0) }
  }

  package mutating func append(_ bytes: Bytes) {
    bytes.withUnsafeBytes { content.append(contentsOf: $0) }
  }

  package mutating func append(_ other: ByteStore, _ range: Range<Int>) {
    content.append(contentsOf: other.content[range])
  }

  @inlinable
  package subscript(index: Int) -> UInt8 { content[index] }

  /// Eight bytes, as `append` wrote them.
  // SAFETY: the range is checked; the pointer does not leave the closure.
  @inlinable
  @inline(__always)
  package func word(at index: Int) -> UInt64 {
    precondition(index >= 0 && index &+ 8 <= content.count, "word out of range")
    return content.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index, as: UInt64.self) }
  }

  /// Appends zeros up to the next multiple of `unit`.
  package mutating func fill(toMultipleOf unit: Int) {
    while content.count % unit != 0 { content.append(0) }
  }

  /// Asks the processor to fetch some bytes that will be needed soon.
  @inlinable
  @inline(__always)
  package func prefetch(_ range: Range<Int>) {
    content.prefetch(range.lowerBound)
    content.prefetch(range.upperBound - 1)
  }

  /// Whether `bytes` stand at `index`.
  // SAFETY: the range is checked; the pointer does not leave the closure.
  @inlinable
  @inline(__always)
  package func holds(_ bytes: Bytes, at index: Int) -> Bool {
    guard index >= 0, bytes.count <= content.count &- index else { return false }
    return content.withUnsafeBytes { buffer in
      bytes.isEmpty || bytes.stands(at: buffer.baseAddress.unsafelyUnwrapped + index)
    }
  }

  /// Writes eight bytes over those at `index`.
  // SAFETY: the range is checked; the pointer does not leave the closure.
  package mutating func set(_ word: UInt64, at index: Int) {
    precondition(index >= 0 && index &+ 8 <= content.count, "word out of range")
    content.withUnsafeMutableBytes { $0.storeBytes(of: word, toByteOffset: index, as: UInt64.self) }
  }

  /// Lends the bytes of a range, which must not be kept.
  // SAFETY: the range is checked; whoever keeps the view would be noticed by the address sanitizer.
  @inlinable
  @inline(__always)
  package func withBytes<R>(_ range: Range<Int>, _ body: (Bytes) -> R) -> R {
    precondition(range.upperBound <= content.count, "byte range out of range")
    return content.withUnsafeBufferPointer { buffer in
      body(Bytes(start: buffer.baseAddress.map { $0 + range.lowerBound }, count: range.count))
    }
  }
}
