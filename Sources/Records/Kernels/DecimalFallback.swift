import Glibc

extension Bytes {
  /// The double nearest to a numeral that is too long for arithmetic on one word.
  ///
  /// The bytes must already be known to form a decimal numeral: `strtod` also reads hexadecimal and
  /// names, and those are not numbers here. The process never calls `setlocale`, so `.` is the point.
  // SAFETY: the copy lives on the stack for the call and ends with the zero that strtod looks for;
  // the number tests compare the outcome with Swift's own reader.
  func nearestDouble() -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { room in
      for index in 0..<count { room[index] = CChar(bitPattern: self[index]) }
      room[count] = 0
      return strtod(room.baseAddress.unsafelyUnwrapped, nil)
    }
  }
}
