import Engine
import Testing

/// What a watch lets go of as its windows move on.
@Suite struct WatchRetentionTests {
  private static let megabyte: Int64 = 1 << 20

  @Test func `bytes are let go when every line in them is behind the windows`() {
    var retention = Retention()
    for number in 0..<4 as Range<Int64> {
      let start = number * WatchRetentionTests.megabyte
      retention.note(
        3, 0, from: start, to: start + WatchRetentionTests.megabyte, largest: number * 100)
    }
    #expect(retention.release(through: -1) == [])
    #expect(
      retention.release(through: 150)
        == [.bytes(source: 3, generation: 0, before: 2 * WatchRetentionTests.megabyte)])
    #expect(retention.release(through: 150) == [])
    // The newest bytes stay, whatever their times: more will follow them.
    #expect(
      retention.release(through: 1_000)
        == [.bytes(source: 3, generation: 0, before: 3 * WatchRetentionTests.megabyte)])
  }

  @Test func `a late line keeps only what it stands in`() {
    var retention = Retention()
    retention.note(0, 0, from: 0, to: 10, largest: 5)
    retention.note(0, 0, from: 10, to: 20, largest: 90)
    retention.note(0, 1, from: 0, to: 20, largest: 50)
    #expect(retention.release(through: 60) == [])
    #expect(retention.release(through: 90) == [.generation(source: 0, generation: 0)])
  }

  @Test func `a rotated generation goes as a whole, once its last line is behind`() {
    var retention = Retention()
    for generation in 0..<3 as Range<Int32> {
      retention.note(0, generation, from: 0, to: 10, largest: Int64(generation) * 10)
      retention.note(1, generation, from: 0, to: 10, largest: nil)
    }
    let released = retention.release(through: 5)
    #expect(released.filter { $0 == .generation(source: 0, generation: 0) }.count == 1)
    // Lines without a time are never shown.
    #expect(released.contains(.generation(source: 1, generation: 1)))
    #expect(released.count == 3)
  }
}
