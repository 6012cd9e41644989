import Records

/// The health records of a run as a log of its own, which only exists while it runs.
final class HealthLog: LiveSource {
  static let category = "tripline"

  let plan = SourcePlan(
    generations: [HealthLog.category],
    facts: SourceFacts(
      category: HealthLog.category, host: "localhost", name: HealthLog.category),
    idleAfter: 0)
  let descriptor: Int32? = nil
  let looksAgain: Duration? = nil
  private let written = Written()
  private let stream: any ByteStream
  private var framer = LineFramer(pool: ChunkPool(), chunkSize: 16 << 10, maxLine: 1 << 20)

  /// `ledger` keeps a copy for evidence.
  init(_ ledger: GenerationLedger) {
    // Without room for the copy there is no evidence, but there are alerts.
    stream = (try? ledger.register(written, path: HealthLog.category, 0, 0)) ?? written
  }

  func path(of generation: Int32) -> String { HealthLog.category }

  func append(_ line: String) { written.bytes += Array(line.utf8) + [0x0A] }

  func next() -> LiveArrival {
    do throws(InputFailure) {
      let chunk = try framer.next(isFinal: false) { buffer throws(InputFailure) in
        try stream.read(into: buffer)
      }
      guard let chunk else { return .nothing }
      return .chunk(LiveChunk(read: ReadChunk(chunk: chunk, source: 0, generation: 0)))
    } catch {
      // No room for the copy any more.
      return .nothing
    }
  }

  /// What was appended and not read yet.
  private final class Written: ByteStream {
    var bytes: [UInt8] = []

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
      let count = min(buffer.count, bytes.count)
      buffer.copyBytes(from: bytes[..<count])
      bytes.removeFirst(count)
      return count
    }
  }
}
