import Actions
import Alerting
import Engine
import Testing

/// A lane told as a story of events, without threads: `attempt a`, `wait 3s` and what was reported.
@Suite struct DispatcherLaneTests {
  private struct Story {
    var lane: Lane
    var elapsed = Duration.zero
    var said: [String] = []
    var now: Int64 { Sample.time + elapsed.milliseconds }

    init(capacity: Int = 10) { lane = Lane(capacity: capacity, seed: 1) }

    mutating func submit(_ delivery: Delivery) { lane.submit(delivery, at: elapsed) }

    mutating func step() -> String {
      defer { said += lane.takeReports(now: now).map { "\($0.transition) \($0.outcome.word)" } }
      switch lane.step(at: elapsed, now: now) {
      case .attempt(let delivery): return "attempt \(delivery.alert.transition.id)"
      case .describe(let delivery): return "describe \(delivery.alert.transition.id)"
      case .wait(nil): return "wait"
      case .wait(let time?):
        elapsed = time
        return "pause"
      case .stop: return "stop"
      }
    }

    mutating func conclude(_ result: Result<String, ActionError>) {
      let conclusion: Lane.Conclusion =
        switch result {
        case .success(let summary): .ended(Deed(taken: true, summary: summary))
        case .failure(let error): .failed(error)
        }
      lane.conclude(conclusion, at: elapsed, now: now)
      said += lane.takeReports(now: now).map { "\($0.transition) \($0.outcome.word)" }
    }
  }

  @Test func `deliveries go one after the other, retries first`() {
    var story = Story()
    #expect(story.step() == "wait")
    story.submit(Sample.delivery("a", of: Sample.Tell()))
    story.submit(Sample.delivery("b", of: Sample.Tell()))
    #expect(story.step() == "attempt a")
    story.conclude(.failure(.busy))
    #expect(story.step() == "pause")
    #expect(story.step() == "attempt a")
    story.conclude(.success("ok"))
    #expect(story.step() == "attempt b")
    story.conclude(.failure(.wrong))
    #expect(story.step() == "wait")
    #expect(story.said == ["a retrying", "a done", "b failed"])
    #expect(story.lane.tally.done == 1)
    #expect(story.lane.tally.hasFailures)
  }

  @Test func `a notification is given up when its time is over`() {
    var story = Story()
    story.submit(Sample.delivery("a", of: Sample.Tell(), retry: RetryPolicy(limit: 3)))
    for _ in 1...3 {
      while story.step() == "pause" {}
      story.conclude(.failure(.silent))
    }
    #expect(story.said == ["a retrying", "a retrying", "a failed"])
  }

  @Test func `a remediation is repeated only when nothing was done`() {
    var story = Story()
    for id in ["a", "b", "c"] { story.submit(Sample.delivery(id, of: Sample.Heal())) }
    #expect(story.step() == "attempt a")
    story.conclude(.failure(.refused))
    #expect(story.step() == "pause")
    #expect(story.step() == "attempt a")
    story.conclude(.failure(.silent))
    #expect(story.step() == "attempt b")
    story.conclude(.failure(.busy))
    #expect(story.step() == "attempt c")
    story.conclude(.success(""))
    #expect(story.said == ["a retrying", "a unknown", "b failed", "c done"])
  }

  @Test func `in shadow a remediation says what it would have done`() {
    var story = Story()
    story.submit(Sample.delivery("a", of: Sample.Heal(), mode: .shadow))
    #expect(story.step() == "describe a")
    story.conclude(.success("run"))
    #expect(story.said == ["a shadow"])
    #expect(!story.lane.tally.hasFailures)
  }

  @Test func `a full queue refuses the newest, and says so once`() {
    var story = Story(capacity: 2)
    for id in ["a", "b", "c", "d"] { story.submit(Sample.delivery(id, of: Sample.Tell())) }
    #expect(story.step() == "attempt a")
    #expect(story.said == ["d refused"])
    #expect(story.lane.tally.refused == 2)
  }

  @Test func `a stale remediation is blocked, a stale notification says how late it is`() {
    let old = Sample.time - 2 * 3_600_000
    var story = Story()
    story.submit(Sample.delivery("a", of: Sample.Heal(), time: Sample.time - 300_001))
    story.submit(Sample.delivery("b", of: Sample.Heal(), time: Sample.time - 300_000))
    #expect(story.step() == "attempt b")
    story.conclude(.success(""))
    #expect(story.said == ["a blocked", "b done"])
    story.submit(Sample.delivery("c", of: Sample.Tell(), time: old))
    guard case .attempt(let delivery) = story.lane.step(at: .zero, now: Sample.time) else {
      Issue.record("nothing was attempted")
      return
    }
    #expect(delivery.alert.lateness == 7_200_000)
    #expect(delivery.outline.hasSuffix("\"late\":\"2h\"}"))
  }

  @Test func `draining finishes what it can and counts what is left`() {
    var story = Story()
    for id in ["a", "b", "c"] { story.submit(Sample.delivery(id, of: Sample.Tell())) }
    story.lane.drain(by: .seconds(5))
    story.submit(Sample.delivery("d", of: Sample.Tell()))
    #expect(story.step() == "attempt a")
    story.conclude(.success(""))
    #expect(story.step() == "attempt b")
    let later = ActionError("busy", advice: .retry(after: .seconds(60)), proof: .answered)
    story.conclude(.failure(later))
    #expect(story.step() == "attempt c")
    story.elapsed = .seconds(6)
    story.conclude(.success(""))
    #expect(story.step() == "stop")
    #expect(
      story.said == ["d refused", "a done", "b retrying", "b abandoned", "c done"])
  }

  @Test func `at the deadline a remediation under way is unknown, the rest abandoned`() {
    var story = Story()
    for id in ["a", "b"] { story.submit(Sample.delivery(id, of: Sample.Heal())) }
    #expect(story.step() == "attempt a")
    story.lane.drain(by: .seconds(1))
    story.lane.abandon(now: story.now)
    story.conclude(.success("too late"))
    #expect(story.step() == "stop")
    #expect(story.said == ["a unknown", "b abandoned"])
    #expect(story.lane.tally.unknown == 1)
  }
}
