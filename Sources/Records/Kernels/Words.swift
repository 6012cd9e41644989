extension Bytes {
  /// Eight bytes at once, so that a text can be compared with a remembered one in two steps.
  // SAFETY: the bounds are checked against the view, whose owner keeps the memory alive.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    precondition(index >= 0 && index &+ 8 <= count, "word out of range")
    return UnsafeRawPointer(start.unsafelyUnwrapped)
      .loadUnaligned(fromByteOffset: index, as: UInt64.self)
  }
}
