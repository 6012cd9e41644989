// Compiled together with the sources of Records, not as a part of the package: see `build`.

/// libFuzzer's entry: the first byte chooses names, the rest is a log. The plain walk and all
/// ways of the kernel must give the same columns, before and after they have learned it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProjector(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 0 else { return 0 }
  let names = nameSets[Int(start[0]) % nameSets.count]
  // A block of its own, without padding: the address sanitizer sees every byte read behind it.
  let memory = PinnedText(Array(UnsafeBufferPointer(start: start + 1, count: count - 1)))
  let lines = LineTable(scanning: memory.bytes, maxLine: 1 << 16)
  let wanted = columns(names, memory.bytes, lines, path: .plain)
  for path in [LineProjector.Path.fastest, .baseline, .unlearned] {
    let projector = LineProjector(members: names.members, firstOf: names.ranks, path: path)
    for _ in 0..<3 {
      let found = digest(projector.project(memory.bytes, lines))
      precondition(found == wanted, "\(path) differs")
    }
  }
  for row in 0..<lines.count { checkScanner(lines.line(row, in: memory.bytes)) }
  return 0
}

private struct Names {
  var members: [String]
  var ranks: [String]
}

private let nameSets = [
  Names(members: ["path", "response_time"], ranks: ["timestamp", "time", "ts"]),
  Names(members: ["user.id", "user", "items[0].id", "items[1]"], ranks: []),
  Names(members: ["a", "A", "a.b", "a.b.c", "b", ""], ranks: ["b", "a"]),
  Names(members: [], ranks: ["time", "Time"]),
  Names(members: ["missing"], ranks: []),
]

private func columns(
  _ names: Names, _ bytes: Bytes, _ lines: LineTable, path: LineProjector.Path
) -> [UInt64] {
  digest(
    LineProjector(members: names.members, firstOf: names.ranks, path: path).project(bytes, lines))
}

/// Everything that must be equal, places included.
private func digest(_ columns: LineProjector.Columns) -> [UInt64] {
  var numbers: [UInt64] = [UInt64(columns.duplicates)]
  for cell in columns.members.joined() + columns.firstOf {
    let place = cell.place
    numbers.append(UInt64(UInt(bitPattern: place.start)))
    numbers.append(UInt64(place.count) << 8 | UInt64(cell.kind.rawValue))
  }
  return numbers + columns.rich.map { $0 ? 1 : 0 }
}

/// What the strict reading accepts the lenient one reads whole, and compact text stays the same.
private func checkScanner(_ line: Bytes) {
  guard JSONScanner.isValid(line) else { return }
  guard let (cell, rest) = JSONScanner.value(in: line) else { preconditionFailure("not read") }
  precondition(rest.trimmed.isEmpty, "not read to its end")
  let arena = Arena()
  let compact = JSONScanner.normalised(cell, arena: arena).place
  if cell.kind == .json {
    precondition(JSONScanner.isValid(compact), "compact text is not JSON")
    precondition(
      JSONScanner.compact(Cell(compact, as: .json), into: arena) == compact, "not compact")
  }
}
