// Compiled together with the sources of Records, not as a part of the package: see `build`.

/// libFuzzer's entry: the first byte chooses how records are made, the second where to cut; the rest is
/// a log. However it is cut, and wherever somebody else goes on, the records must be the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecords(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 2 else { return 0 }
  let format = formats[Int(start[0]) % formats.count]
  let log = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
  let whole = records(log, format, cut: log.count, restarts: false)
  let cut = 1 + Int(start[1]) % 64
  precondition(records(log, format, cut: cut, restarts: false) == whole, "cut at \(cut)")
  precondition(records(log, format, cut: cut, restarts: true) == whole, "again at \(cut)")
  return 0
}

private let formats: [RecordFormat] = [RecordFormat.Wrapper.docker, .cri, nil].flatMap { wrapper in
  [
    RecordFormat(wrapper: wrapper, joining: .automatic, maxLine: 300),
    RecordFormat(wrapper: wrapper, maxLine: 300),
    RecordFormat(wrapper: wrapper, joining: .beginning("^E") { { $0.count > 0 && $0[0] == 0x45 } }),
  ]
}

/// Texts and places, in order; `cut` is how many bytes are read at a time.
private func records(
  _ log: [UInt8], _ format: RecordFormat, cut: Int, restarts: Bool
) -> [[UInt64]] {
  let pool = ChunkPool()
  var found: [[UInt64]] = []
  var joiner = RecordJoiner(format, pool: pool)
  var (start, line, read) = (0, 1, 0)
  func take(_ chunk: Chunk) {
    guard let table = chunk.records else { return }
    let lines = LineTable(table)
    for (row, origin) in table.origins.enumerated() {
      found.append(
        [
          UInt64(origin.offset), UInt64(origin.length), UInt64(origin.line),
          UInt64(origin.stream.rawValue), UInt64(origin.closedAt),
        ] + lines.line(row, in: chunk.bytes).array.map { UInt64($0) })
    }
  }
  while true {
    var framer = LineFramer(
      pool: pool, chunkSize: cut, maxLine: 1 << 20, offset: start, line: line)
    var at = start
    var goesOn = false
    while !goesOn {
      let chunk = framer.next { (buffer: UnsafeMutableRawBufferPointer) -> Int in
        let count = min(buffer.count, cut, log.count - at)
        buffer.copyBytes(from: log[at..<at + count])
        at += count
        return count
      }
      guard let chunk else { break }
      take(joiner.records(of: chunk))
      if restarts, chunk.end > read {
        read = chunk.end
        let begins = joiner.begins(at: read)
        start = begins.min() ?? read
        line = 1 + log[..<start].count { $0 == 0x0A }
        joiner = RecordJoiner(format, pool: pool, begins: begins)
        goesOn = true
      }
    }
    if goesOn { continue }
    if let last = joiner.close(at: log.count, line: line) { take(last) }
    return found
  }
}
