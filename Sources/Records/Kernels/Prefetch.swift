// Public because inlined code may not call what is imported for the package alone.
public import CKernels

// Loops over rows of very many groups would wait for memory at nearly every row. So they ask for what a
// later row needs, which costs little and changes nothing, and it is there when its turn comes.

extension Array {
  /// Asks the processor to fetch an element that will be needed soon; one outside is left alone.
  // SAFETY: the address lies within the array, and nothing is read from it.
  @inlinable
  @inline(__always)
  package func prefetch(_ index: Int) {
    withUnsafeBufferPointer { $0.prefetch(index) }
  }
}

extension MutableSpan {
  /// Asks the processor to fetch an element that will be needed soon; one outside is left alone.
  // SAFETY: the address lies within the span, and nothing is read from it.
  @inlinable
  @inline(__always)
  package func prefetch(_ index: Int) {
    withUnsafeBufferPointer { $0.prefetch(index) }
  }
}

extension UnsafeBufferPointer {
  @inlinable
  @inline(__always)
  func prefetch(_ index: Int) {
    guard index >= 0, index < count, let start = baseAddress else { return }
    tripline_prefetch(start + index)
    // A large element may begin in one line of the cache and end in the next.
    if MemoryLayout<Element>.size > 16 {
      tripline_prefetch(UnsafeRawPointer(start + index) + (MemoryLayout<Element>.size - 1))
    }
  }
}

extension [Int32] {
  /// What stands as many rows behind `row` as loops fetch ahead; negative behind the last.
  @inlinable
  @inline(__always)
  package func ahead(of row: Int) -> Int {
    let next = row &+ rowsFetchedAhead
    return next < count ? Int(self[next]) : -1
  }
}

/// Far enough ahead for memory to answer in time, and so few rows that all of it stays in the cache.
@inlinable
package var rowsFetchedAhead: Int { 24 }
