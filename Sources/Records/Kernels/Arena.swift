/// Memory for text that a frame computes; everything goes at once when the frame does.
// SAFETY: blocks never move and are freed only in `deinit`; one thread appends at a time because a
// frame is handed from task to task whole. `Bytes` made here live as long as the arena.
package final class Arena: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var used = 0
  private let smallest: Int
  package static let blockSize = 64 << 10

  /// The first block has `smallest` bytes and each further one is twice as large, up to the usual size:
  /// for what lives long and may stay small.
  package init(smallest: Int = Arena.blockSize) { self.smallest = smallest }

  deinit {
    for block in blocks { block.deallocate() }
  }

  private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    if blocks.isEmpty || blocks[blocks.count - 1].count - used < count {
      let usual = min(blocks.last.map { 2 * $0.count } ?? smallest, Arena.blockSize)
      let size = max(usual, count)
      blocks.append(.allocate(byteCount: size, alignment: 16))
      used = 0
    }
    let base = blocks[blocks.count - 1].baseAddress.unsafelyUnwrapped + used
    used += count
    return base.assumingMemoryBound(to: UInt8.self)
  }

  package func store(_ bytes: Bytes) -> Bytes {
    guard let start = bytes.start, bytes.count > 0 else { return .empty }
    let copy = reserve(bytes.count)
    copy.initialize(from: start, count: bytes.count)
    return Bytes(start: UnsafePointer(copy), count: bytes.count)
  }

  package func store(_ text: String) -> Bytes {
    var text = text
    return text.withUTF8 { store(Bytes(start: $0.baseAddress, count: $0.count)) }
  }

  package func store(_ content: [UInt8]) -> Bytes {
    content.withUnsafeBufferPointer { store(Bytes(start: $0.baseAddress, count: $0.count)) }
  }

  /// Stores several texts as one.
  package func joined(_ parts: [Bytes]) -> Bytes {
    let total = parts.reduce(0) { $0 + $1.count }
    guard total > 0 else { return .empty }
    let start = reserve(total)
    var next = start
    for part in parts {
      guard let source = part.start else { continue }
      next.initialize(from: source, count: part.count)
      next += part.count
    }
    return Bytes(start: UnsafePointer(start), count: total)
  }

  /// Lends room for at most `capacity` bytes; `body` returns how many it wrote.
  package func write(
    capacity: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) -> Bytes {
    let room = reserve(max(capacity, 1))
    let written = body(UnsafeMutableBufferPointer(start: room, count: capacity))
    precondition(written <= capacity, "an arena writer overran its room")
    used -= max(capacity, 1) - written
    return Bytes(start: UnsafePointer(room), count: written)
  }

  /// A copy of `cell` whose text this arena owns.
  package func adopt(_ cell: Cell) -> Cell {
    switch cell.kind {
    case .text, .escaped, .numeral, .json: return Cell(store(cell.place), as: cell.kind)
    case .null, .yes, .no, .number, .whole: return cell
    }
  }
}
