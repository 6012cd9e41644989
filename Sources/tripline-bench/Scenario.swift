import Records

/// A log in memory, cut into chunks as a reader would cut it.
struct Corpus {
  let chunks: [Chunk]
  let byteCount: Int
  let lineCount: Int

  static let chunkSize = 1 << 20

  init(_ content: [UInt8]) {
    var chunks: [Chunk] = []
    var lower = 0
    while lower < content.count {
      var upper = min(lower + Corpus.chunkSize, content.count)
      while upper < content.count, content[upper - 1] != UInt8(ascii: "\n") { upper -= 1 }
      // A line longer than a chunk is one.
      if upper == lower {
        upper = content[lower...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? content.count
      }
      chunks.append(Chunk(copying: Array(content[lower..<upper]), offset: lower))
      lower = upper
    }
    self.chunks = chunks
    byteCount = content.count
    lineCount = chunks.reduce(0) { $0 + LineTable(scanning: $1.bytes, maxLine: maxLine).count }
  }
}

/// The longest line that is a row, as in the product's default.
let maxLine = 1 << 20

/// Something to measure: `prepare` gets ready, and what it returns is measured. The number that the
/// work returns must be the same in every round.
struct Scenario: Sendable {
  let name: String
  let about: String
  /// The most allocations per 1,000 lines that it may make; nil where nobody minds.
  let allocations: Double?
  let prepare: @Sendable (Corpus) -> () -> Int

  init(
    _ name: String, _ about: String, allocations: Double? = nil,
    prepare: @escaping @Sendable (Corpus) -> () -> Int
  ) {
    self.name = name
    self.about = about
    self.allocations = allocations
    self.prepare = prepare
  }

  /// All scenarios, in the order of a report.
  static let table = projections + queries

  private static let projections = [
    Scenario("framing", "finding lines") { corpus in
      {
        corpus.chunks.reduce(0) { $0 + LineTable(scanning: $1.bytes, maxLine: maxLine).count }
      }
    },
    projection("members-2", of: two),
    projection("members-2-baseline", of: two, path: .baseline),
    projection("members-2-unlearned", of: two, path: .unlearned),
    projection("members-2-plain", of: two, path: .plain),
    projection("members-2-time", of: two, firstOf: times),
    projection("time", of: [], firstOf: times),
    projection("members-7", of: seven),
    projection("members-7-time", of: seven, firstOf: times),
    projection("missing", of: two + ["no_such_member"]),
    Scenario("framing-members-2-time", "both stages together") { corpus in
      let projector = LineProjector(members: two, firstOf: times)
      return {
        corpus.chunks.reduce(0) { sum, chunk in
          let lines = LineTable(scanning: chunk.bytes, maxLine: maxLine)
          return sum + present(projector.project(chunk.bytes, lines, padding: Chunk.padding))
        }
      }
    },
  ]

  private static let two = ["path", "response_time"]
  private static let seven = [
    "level", "service", "path", "status", "response_time", "user.id", "message",
  ]
  private static let times = [
    "timestamp", "@timestamp", "time", "ts", "datetime", "date", "eventTime", "_messagetime",
  ]

  private static func projection(
    _ name: String, of members: [String], firstOf: [String] = [],
    path: LineProjector.Path = .fastest
  ) -> Scenario {
    let about = (members + (firstOf.isEmpty ? [] : ["time"])).joined(separator: ", ")
    return Scenario(name, about + (path == .fastest ? "" : ", \(path)")) { corpus in
      let tables = corpus.chunks.map { LineTable(scanning: $0.bytes, maxLine: maxLine) }
      let projector = LineProjector(members: members, firstOf: firstOf, path: path)
      return {
        var sum = 0
        for (chunk, lines) in zip(corpus.chunks, tables) {
          sum += present(projector.project(chunk.bytes, lines, padding: Chunk.padding))
        }
        return sum
      }
    }
  }

  /// Cells that are not null: a result that no shortcut can guess.
  private static func present(_ columns: LineProjector.Columns) -> Int {
    var count = 0
    for column in columns.members {
      for cell in column where !cell.isNull { count += 1 }
    }
    for cell in columns.firstOf where !cell.isNull { count += 1 }
    return count
  }
}
