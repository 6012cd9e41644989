/// The records of a chunk that was put together from what was read, and where each of them stood.
package struct RecordTable: Sendable {
  /// Where a record stood.
  package struct Origin: Sendable, Hashable {
    /// Offset of its first byte within its generation, and the bytes from there to its last one.
    package var offset: Int
    package var length: Int
    /// Number of its first line within its generation, from 1.
    package var line: Int
    /// What its lines take up, with what was written around them.
    package var size: Size
    /// The time that was written around it, in milliseconds; `Batch.untimed` without one.
    package var time = Batch.untimed
    package var stream = OutputStream.none
    /// Offset of the line that showed that the record is over; the record's own last one when that
    /// could tell.
    package var closedAt: Int
  }

  /// Lines as they were read, with their ends.
  package struct Size: Sendable, Hashable {
    package var lines = 0
    package var bytes = 0

    static func += (left: inout Size, right: Size) {
      left.lines += right.lines
      left.bytes += right.bytes
    }
  }

  /// Offset of each record's first byte in the chunk.
  package var starts: [UInt32] = []
  package var lengths: [UInt32] = []
  package var shapes: [LineTable.Shape] = []
  package var origins: [Origin] = []
  /// Lines and records that were too long to be held; their places count from the chunk's.
  package var tooLong: [LineTable.TooLong] = []
  package var blank = 0
  /// What was read, and what of that or of what was open before is blank, or too long.
  package var read = Size()
  package var blankSize = Size()
  package var tooLongSize = Size()
  /// For each stream from where on its lines have to be read to find these records again, with those
  /// that were begun before this chunk.
  package var begins: [Int] = []

  package var count: Int { origins.count }

  /// The first line of all these.
  package var openFrom: Int { begins.min() ?? 0 }
}

/// The stream of a program that a container's log says a line was written to.
package enum OutputStream: UInt8, Sendable, Hashable, CaseIterable {
  case none, stdout, stderr

  /// The streams whose names are these bytes.
  package init?(_ name: Bytes) {
    if name == OutputStream.names[0].bytes {
      self = .stdout
    } else if name == OutputStream.names[1].bytes {
      self = .stderr
    } else {
      return nil
    }
  }

  /// Its name as a cell of the field `stream`.
  package var cell: Cell {
    self == .none ? .null : Cell(text: OutputStream.names[Int(rawValue) - 1].bytes)
  }

  private static let names = [PinnedText("stdout"), PinnedText("stderr")]
}

extension LineTable.Shape {
  /// The shape of a whole line; nil when it is blank.
  package init?(of line: Bytes) {
    let text = line.trimmed
    guard let last = text.count > 0 ? text[text.count - 1] : nil else { return nil }
    if text[0] != UInt8(ascii: "{") {
      self = .text
    } else {
      self = last == UInt8(ascii: "}") ? .json : .malformed
    }
  }
}

extension LineTable {
  /// The rows of a chunk of records.
  package init(_ records: RecordTable) {
    starts = records.starts
    lengths = records.lengths
    shapes = records.shapes
    tooLong = records.tooLong
    blank = records.blank
    physicalLines = records.read.lines
  }
}
