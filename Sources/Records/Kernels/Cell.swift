/// One value of one row: sixteen bytes, text by reference.
///
/// The kernels write cells straight into columns, so the layout is theirs too
/// (`tripline_cell` in CKernels): the place or the bits, a length, a kind.
@usableFromInline
package struct Cell: Sendable {
  @usableFromInline
  package enum Kind: UInt8, Sendable {
    /// Missing, or JSON null.
    case null = 0
    /// Plain text.
    case text = 1
    /// The inside of a JSON string that still has its backslashes.
    case escaped = 2
    /// The text of a JSON number, read only when somebody asks for its value.
    case numeral = 3
    case yes = 4
    case no = 5
    /// A JSON object or array as it stands in the line; may hold blanks between tokens.
    case json = 6
    /// A number that was computed.
    case number = 7
    /// A whole number that was computed.
    case whole = 8
  }

  @usableFromInline let bits: UInt64
  @usableFromInline let length: UInt32
  @usableFromInline package let kind: Kind

  @inlinable
  init(bits: UInt64, length: UInt32, kind: Kind) {
    self.bits = bits
    self.length = length
    self.kind = kind
  }

  @usableFromInline package static let null = Cell(bits: 0, length: 0, kind: .null)

  @inlinable
  package init(_ value: Bool) { self.init(bits: 0, length: 0, kind: value ? .yes : .no) }

  @inlinable
  package init(_ value: Double) { self.init(bits: value.bitPattern, length: 0, kind: .number) }

  @inlinable
  package init(_ value: Int64) {
    self.init(bits: UInt64(bitPattern: value), length: 0, kind: .whole)
  }

  /// Text whose owner lives as long as the frame.
  @inlinable
  package init(text: Bytes) { self.init(text, as: .text) }

  @inlinable
  package init(_ place: Bytes, as kind: Kind) {
    self.init(
      bits: UInt64(UInt(bitPattern: place.start)),
      length: UInt32(truncatingIfNeeded: place.count), kind: kind)
  }

  @inlinable
  package var isNull: Bool { kind == .null }

  /// The bytes of a text, numeral or JSON cell as they stand; empty for the other kinds.
  // SAFETY: only these kinds carry an address in `bits`, put there by `init(_:as:)` or by a kernel.
  @inlinable
  package var place: Bytes {
    switch kind {
    case .text, .escaped, .numeral, .json:
      return Bytes(start: UnsafePointer(bitPattern: UInt(bits)), count: Int(length))
    case .null, .yes, .no, .number, .whole:
      return .empty
    }
  }

  /// The payload of a computed whole number.
  @inlinable
  package var wholeValue: Int64 { Int64(bitPattern: bits) }

  /// The payload of a computed number.
  @inlinable
  package var numberValue: Double { Double(bitPattern: bits) }
}
