/// Walks one JSON line and keeps the cells of the wanted members: the plain way, and the reference.
///
/// A value's name is its path as written: keys joined with dots, elements as `[index]`. So
/// `"http.status":200` and `"http":{"status":200}` have the same name, and the first one in the line
/// wins. A name of the exact case anywhere beats one that differs in case. The walk ends at the last
/// wanted member, at the end of the object, or where the line stops being JSON; what was found before
/// stands.
struct MemberWalk {
  let wanted: WantedMembers
  /// The cell of each wanted name; null where nothing was found.
  private(set) var cells: [Cell]
  /// Values seen whose exact name already had one.
  private(set) var duplicates = 0
  /// Where the walk had all it wanted; nil if it went on to the end of the object or to an error.
  private(set) var stop: Int?

  private var exact: UInt64 = 0
  private var loose: UInt64 = 0
  private var missing: UInt64 = 0
  private var path: [UInt8] = []

  init(_ wanted: WantedMembers) {
    self.wanted = wanted
    cells = [Cell](repeating: .null, count: wanted.names.count)
  }

  /// Reads one line; `cells` and `duplicates` are about it until the next call.
  mutating func read(_ line: Bytes) {
    for index in cells.indices { cells[index] = .null }
    (exact, loose, missing) = (0, 0, wanted.all)
    duplicates = 0
    stop = nil
    path.removeAll(keepingCapacity: true)
    var scanner = JSONScanner(line)
    scanner.skipBlanks()
    guard missing != 0, scanner.next == Mark.openObject else { return }
    _ = container(&scanner, depth: 0)
    if missing == 0 { stop = scanner.at }
  }

  /// The first rank that has a value.
  var firstOf: Cell { cells[wanted.memberCount...].first { !$0.isNull } ?? .null }

  /// Walks the container that begins here; false when the whole walk is over.
  ///
  /// Recursion is bounded twice: by `depthLimit` and by the joints in the wanted names.
  private mutating func container(_ scanner: inout JSONScanner, depth: Int) -> Bool {
    guard depth < JSONScanner.depthLimit else { return false }
    let isObject = scanner.take(Mark.openObject)
    if !isObject { _ = scanner.take(Mark.openArray) }
    let close = isObject ? Mark.closeObject : Mark.closeArray
    let outer = path.count
    var index = 0
    scanner.skipBlanks()
    if scanner.take(close) { return true }
    while true {
      path.removeLast(path.count - outer)
      if isObject {
        guard let key = scanner.key() else { return false }
        append(key, inside: depth > 0)
      } else {
        path.append(contentsOf: "[\(index)]".utf8)
        index += 1
      }
      guard item(&scanner, depth: depth + 1) else { return false }
      scanner.skipBlanks()
      if scanner.take(close) {
        path.removeLast(path.count - outer)
        return true
      }
      guard scanner.take(Mark.comma) else { return false }
      scanner.skipBlanks()
    }
  }

  /// The value of the name in `path`.
  private mutating func item(_ scanner: inout JSONScanner, depth: Int) -> Bool {
    let match = wanted.match(path)
    let cell: Cell
    if scanner.isAtContainer, wanted.watches(path) {
      let start = scanner.at
      guard container(&scanner, depth: depth) else { return false }
      cell = Cell(scanner.slice(start, scanner.at), as: .json)
    } else {
      guard let value = scanner.value(depth: depth) else { return false }
      cell = value
    }
    if !match.isEmpty { keep(cell, match) }
    return missing != 0
  }

  private mutating func append(_ key: Cell, inside: Bool) {
    if inside { path.append(UInt8(ascii: ".")) }
    if key.kind == .escaped {
      JSONText.unescape(key.place) { path.append($0) }
    } else {
      key.place.withUnsafeBytes { path.append(contentsOf: $0) }
    }
  }

  private mutating func keep(_ cell: Cell, _ match: WantedMembers.Match) {
    if match.exact & exact != 0 { duplicates += 1 }
    let first = match.exact & ~exact
    store(cell, first)
    exact |= first
    missing &= ~first
    if !cell.isNull { missing &= ~wanted.settled(by: first) }
    let near = match.loose & ~(exact | loose)
    store(cell, near)
    loose |= near
  }

  private mutating func store(_ cell: Cell, _ names: UInt64) {
    var rest = names
    while rest != 0 {
      cells[rest.trailingZeroBitCount] = cell
      rest &= rest &- 1
    }
  }
}
