import Records
import TestKit
import Testing

/// Records against the plain reading of whole logs, however they are cut.
@Suite struct RecordJoinerTests {
  /// The same way of joining, for both readings.
  private struct Way: Sendable {
    var wrapper: RecordFormat.Wrapper?
    var name: String
    var joining: RecordFormat.Joining
    var naive: NaiveRecords.Joining

    var format: RecordFormat {
      RecordFormat(wrapper: wrapper, joining: joining, idleAfter: 2_000)
    }
  }

  private static var ways: [Way] {
    [RecordFormat.Wrapper.docker, .cri, nil].flatMap { wrapper in
      [
        Way(wrapper: wrapper, name: "single", joining: .none, naive: .none),
        Way(wrapper: wrapper, name: "auto", joining: .automatic, naive: .auto),
        Way(
          wrapper: wrapper, name: "pattern",
          joining: .beginning("^E") { { $0.count > 0 && $0[0] == UInt8(ascii: "E") } },
          naive: .beginning { $0.first == UInt8(ascii: "E") }),
      ]
    }
  }

  private static let texts = [
    "ERROR boom", "\\tat a.b.C(C.java:1)", "Caused by: x", "{\\\"a\\\":1}", "{", "  \\\"b\\\": 2",
    "}",
    "Traceback (most recent call last):", "  File \\\"x.py\\\"", "ValueError: no",
    "plain \\u00e9 text",
    "", "  ", "Extra\\r", "... 3 more", "back\\\\\\\\n", "{\\\"cut\\\":",
  ]

  private static func log(
    _ wrapper: RecordFormat.Wrapper?, using random: inout SplitMix64
  ) -> [UInt8] {
    var time: Int64 = 1_748_768_400_000
    var log = ""
    for _ in 0..<Int.random(in: 1...30, using: &random) {
      time += random.pick([0, 1, 400, 1_999, 2_000, 9_000])
      let text = random.pick(texts)
      let plain = text.replacing("\\\"", with: "\"").replacing("\\t", with: "\t")
        .replacing("\\r", with: "\r").replacing("\\\\", with: "\\")
      let stream = random.pick(["stdout", "stderr"])
      let isLast = !random.oneIn(4)
      switch random.oneIn(12) ? nil : wrapper {
      case .docker:
        log += #"{"log":"\#(text)\#(isLast ? "\\n" : "")","stream":"\#(stream)","#
        log += #""time":"\#(NaiveTime.text(time))"}"#
      case .cri: log += "\(NaiveTime.text(time)) \(stream) \(isLast ? "F" : "P") \(plain)"
      case nil: log += plain
      }
      log += random.oneIn(10) ? "\r\n" : "\n"
    }
    if random.oneIn(3) { log.removeLast() }
    return Array(log.utf8)
  }

  /// The records of a log that comes in pieces of random sizes; each piece may be the last one of a
  /// reader, whose successor begins where something is open.
  private static func records(
    _ log: [UInt8], _ format: RecordFormat, restarts: Bool, using random: inout SplitMix64
  ) -> [NaiveRecordText] {
    let pool = ChunkPool()
    var found: [NaiveRecordText] = []
    func take(_ chunk: Chunk) {
      guard let table = chunk.records else { return }
      let lines = LineTable(table)
      for (row, origin) in table.origins.enumerated() {
        found.append(
          NaiveRecordText(
            text: lines.line(row, in: chunk.bytes).array, offset: origin.offset,
            length: origin.length, line: origin.line, stream: "\(origin.stream)",
            isBroken: format.wrapper != nil && origin.stream == .none,
            closedAt: origin.closedAt))
      }
    }
    var joiner = RecordJoiner(format, pool: pool)
    var (start, line, read) = (0, 1, 0)
    while true {
      var framer = LineFramer(
        pool: pool, chunkSize: Int.random(in: 1...200, using: &random), maxLine: 1 << 20,
        offset: start, line: line)
      var at = start
      var isOver = true
      while true {
        let chunk = framer.next { (buffer: UnsafeMutableRawBufferPointer) -> Int in
          let size = Int.random(in: 1...80, using: &random)
          let count = min(buffer.count, size, log.count - at)
          buffer.copyBytes(from: log[at..<at + count])
          at += count
          return count
        }
        guard let chunk else { break }
        take(joiner.records(of: chunk))
        if restarts, chunk.end >= read, random.oneIn(4) {
          read = chunk.end
          let begins = joiner.begins(at: read)
          start = begins.min() ?? read
          line = 1 + log[..<start].count { $0 == 0x0A }
          joiner = RecordJoiner(format, pool: pool, begins: begins)
          isOver = false
          break
        }
      }
      guard isOver else { continue }
      if let last = joiner.close(at: log.count, line: line) { take(last) }
      return found
    }
  }

  @Test func `records are those of the plain reading, however the log is cut`() {
    for seed in TestSeed.value..<TestSeed.value + 400 {
      var random = SplitMix64(seed: seed)
      for way in Self.ways {
        let log = Self.log(way.wrapper, using: &random)
        let expected = NaiveRecords.read(
          log, wrapper: way.wrapper, joining: way.naive, idleAfter: 2_000)
        for restarts in [false, true] {
          let found = Self.records(log, way.format, restarts: restarts, using: &random)
          #expect(
            found == expected,
            """
            seed \(seed), \(way.wrapper.map { "\($0)" } ?? "plain") \(way.name), \
            restarts \(restarts)
            \(String(decoding: log, as: UTF8.self))
            """)
          if found != expected { return }
        }
      }
    }
  }

  @Test func `what was closed while nothing came is closed again`() throws {
    let format = RecordFormat(joining: .automatic)
    let log = Array("one\n  more\n  late\ntwo\n".utf8)
    let joiner = RecordJoiner(format, pool: ChunkPool())
    let closing = RecordJoiner.Closing(offset: 11, stream: .none)
    let chunk = joiner.records(of: Chunk(copying: log), closings: [closing])
    let table = try #require(chunk.records)
    let lines = LineTable(table)
    #expect(
      (0..<lines.count).map { lines.line($0, in: chunk.bytes).string } == ["one\n  more", "  late"])
    #expect(table.origins.map(\.closedAt) == [11, 18])
  }

  @Test func `a record that is too long is counted and nothing of it is held`() throws {
    let time = "2025-06-01T09:00:00Z"
    let log = """
      \(time) stdout P aaaaaaaaaaaa
      \(time) stderr F short
      \(time) stdout P aaaaaaaaaaaa
      \(time) stdout P aaaaaaaaaaaa
      \(time) stdout F aaaaaaaaaaaa

      """
    for (maxLine, tooLong) in [(47, 1), (48, 0)] {
      let format = RecordFormat(wrapper: .cri, joining: .automatic, maxLine: maxLine)
      let joiner = RecordJoiner(format, pool: ChunkPool())
      let chunk = joiner.records(of: Chunk(copying: Array(log.utf8)))
      let table = try #require(chunk.records)
      let last = try #require(joiner.close(at: log.utf8.count, line: 6)?.records)
      #expect(table.tooLong.count + last.tooLong.count == tooLong)
      #expect(table.count + last.count == 2 - tooLong)
    }
  }
}
