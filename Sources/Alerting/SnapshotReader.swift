/// Reads back a list of numbers that a `snapshot()` made. Once something does not fit it is broken,
/// and all that it yields then is 0 and empty.
struct SnapshotReader {
  private var rest: ArraySlice<Double>
  private(set) var isBroken = false

  init(_ numbers: [Double]) { rest = numbers[...] }

  var isAtEnd: Bool { rest.isEmpty || isBroken }

  mutating func number() -> Double {
    guard !isBroken, let number = rest.popFirst() else {
      isBroken = true
      return 0
    }
    return number
  }

  mutating func whole() -> Int64 {
    guard let whole = Int64(exactly: number()) else {
      isBroken = true
      return 0
    }
    return whole
  }

  /// Numbers behind their count.
  mutating func numbers() -> [Double] {
    let count = whole()
    guard !isBroken, count >= 0, count <= rest.count else {
      isBroken = true
      return []
    }
    defer { rest.removeFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }
}

extension [Double] {
  /// The numbers behind their count, as `SnapshotReader.numbers` reads them.
  var counted: [Double] { [Double(count)] + self }
}
