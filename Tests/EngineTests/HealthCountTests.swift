import Engine
import Testing

/// What happens often is said at once, and then at most once a minute, on a clock that the test owns.
@Suite struct HealthCountTests {
  @Test func `the first is said at once, and those after it a minute later, together`() {
    var count = HealthCount()
    #expect(count.wakes == nil)
    #expect(count.take(1, at: .seconds(10)) == 1)
    #expect(count.wakes == nil)
    #expect(count.take(4, at: .seconds(20)) == nil)
    #expect(count.wakes == .seconds(70))
    #expect(count.take(9, at: .milliseconds(69_999)) == nil)
    #expect(count.take(9, at: .seconds(70)) == 8)
    #expect(count.wakes == nil && count.said == 9)
  }

  @Test func `after a minute of peace the next is said at once`() {
    var count = HealthCount()
    #expect(count.take(2, at: .zero) == 2)
    #expect(count.take(5, at: .seconds(3_600)) == 3)
  }
}
