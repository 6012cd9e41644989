/// Which rows of a frame are still alive: one bit a row.
@usableFromInline
package struct Selection: Sendable, Equatable {
  @usableFromInline var words: [UInt64]
  @usableFromInline package let count: Int

  package init(all count: Int) {
    self.count = count
    words = [UInt64](repeating: .max, count: (count + 63) / 64)
    if count % 64 != 0, !words.isEmpty { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
  }

  package init(none count: Int) {
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  package var population: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  @inlinable
  package subscript(row: Int) -> Bool {
    get { words[row >> 6] & (1 << UInt64(row & 63)) != 0 }
    set {
      if newValue { insert(row) } else { remove(row) }
    }
  }

  @inlinable
  package mutating func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }

  @inlinable
  package mutating func remove(_ row: Int) { words[row >> 6] &= ~(1 << UInt64(row & 63)) }

  package mutating func formIntersection(_ other: Selection) {
    for index in words.indices { words[index] &= other.words[index] }
  }

  package mutating func formUnion(_ other: Selection) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  package mutating func subtract(_ other: Selection) {
    for index in words.indices { words[index] &= ~other.words[index] }
  }

  /// Keeps the rows that `keep` says yes to; rows already dead are not asked.
  @inlinable
  @inline(__always)
  package mutating func filter(_ keep: (Int) -> Bool) {
    for index in words.indices {
      var rest = words[index]
      var kept = rest
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        if !keep(index << 6 | bit) { kept &= ~(1 << UInt64(bit)) }
      }
      words[index] = kept
    }
  }

  /// Visits the live rows in order.
  @inlinable
  @inline(__always)
  package func forEach(_ body: (Int) throws -> Void) rethrows {
    for index in words.indices {
      var rest = words[index]
      while rest != 0 {
        try body(index << 6 | rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
    }
  }

  /// The live rows in order, for loops that change what a closure may not: a `MutableSpan`.
  @inlinable
  package var inOrder: LiveRows { LiveRows(words) }

  /// Only the rows inside `range`.
  package func restricted(to range: Range<Int>) -> Selection {
    var result = self
    for index in words.indices {
      let first = index << 6
      if range.contains(first), range.contains(min(first + 63, count - 1)) { continue }
      var rest = words[index]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        if !range.contains(first | bit) { result.words[index] &= ~(1 << UInt64(bit)) }
      }
    }
    return result
  }

  package var rows: [Int] {
    var result: [Int] = []
    result.reserveCapacity(population)
    forEach { result.append($0) }
    return result
  }
}

/// The live rows of a selection, one after the other.
@usableFromInline
package struct LiveRows: Sequence, IteratorProtocol {
  @usableFromInline let words: [UInt64]
  @usableFromInline var index = -1
  @usableFromInline var rest: UInt64 = 0

  @inlinable
  init(_ words: [UInt64]) { self.words = words }

  @inlinable
  @inline(__always)
  package mutating func next() -> Int? {
    while rest == 0 {
      index &+= 1
      guard index < words.count else { return nil }
      rest = words[index]
    }
    defer { rest &= rest &- 1 }
    return index << 6 | rest.trailingZeroBitCount
  }
}
