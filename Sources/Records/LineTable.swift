import CKernels

/// Where the lines of a chunk stand, and what they look like from outside.
package struct LineTable: Sendable {
  /// What the first and the last byte that are not blank say about a line.
  package enum Shape: UInt8, Sendable {
    /// From `{` to `}`: its members are fields.
    case json = 0
    /// Begins with anything but `{`.
    case text = 1
    /// Begins with `{` and does not end with `}`: kept out of rules, counted and located.
    case malformed = 2
  }

  /// A line that is longer than anybody wants to hold: no row, only its place.
  package struct TooLong: Sendable, Equatable {
    /// Lines before it in the chunk.
    package var line: Int
    /// Offset of its first byte in the chunk.
    package var offset: Int
    package var length: Int
  }

  /// Offset of each row's first byte in the chunk.
  package var starts: [UInt32] = []
  /// Bytes of each row, without the line end and a carriage return before it.
  package var lengths: [UInt32] = []
  package var shapes: [Shape] = []
  /// How many lines of the chunk stand before each row: blank and too long ones are lines, not rows.
  package var lineNumbers: [UInt32] = []
  package var tooLong: [TooLong] = []
  /// Lines with nothing but blanks.
  package var blank = 0
  /// All lines: rows, blank ones and too long ones.
  package var physicalLines = 0

  package var count: Int { starts.count }

  /// Finds the lines of `bytes`; the last one may lack its line end.
  package init(scanning bytes: Bytes, maxLine: Int) {
    precondition(bytes.count <= Int(UInt32.max), "a chunk of 4 GiB or more")
    guard let text = bytes.start, bytes.count > 0 else { return }
    let likely = bytes.count / 256 + 16
    starts.reserveCapacity(likely)
    lengths.reserveCapacity(likely)
    shapes.reserveCapacity(likely)
    lineNumbers.reserveCapacity(likely)
    withUnsafeTemporaryAllocation(of: tripline_line.self, capacity: LineTable.portion) { room in
      var from = 0
      while from < bytes.count {
        let found = tripline_frame(text, bytes.count, &from, room.baseAddress, room.count, false)
        for index in 0..<found { add(room[index], maxLine: maxLine) }
      }
    }
  }

  /// Lines per call of the kernel: enough to forget the call, few enough to stay in the first cache.
  private static let portion = 512

  private mutating func add(_ line: tripline_line, maxLine: Int) {
    let number = physicalLines
    physicalLines += 1
    if Int(line.length) > maxLine {
      tooLong.append(TooLong(line: number, offset: Int(line.start), length: Int(line.length)))
    } else if let shape = Shape(rawValue: UInt8(truncatingIfNeeded: line.shape)) {
      starts.append(line.start)
      lengths.append(line.length)
      shapes.append(shape)
      lineNumbers.append(UInt32(truncatingIfNeeded: number))
    } else {
      blank += 1
    }
  }

  /// The bytes of a row; `bytes` must be what the table was made from.
  @inlinable
  package func line(_ row: Int, in bytes: Bytes) -> Bytes {
    let start = Int(starts[row])
    return bytes.slice(start, start + Int(lengths[row]))
  }
}

extension Bytes {
  /// What a line takes up together with its end.
  package func lineSize(from start: Int, length: Int) -> Int {
    var end = start + length
    while end < count, self[end] != 0x0A { end += 1 }
    return min(count, end + 1) - start
  }
}
