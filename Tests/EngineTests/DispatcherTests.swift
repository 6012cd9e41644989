import Actions
import Alerting
import Engine
import Foundation
import Synchronization
import TestKit
import Testing

@Suite struct DispatcherTests {
  private let log = ReportLog()
  private let clock = ManualClock()

  private func dispatcher(
    capacity: Int = 1_000, onReport: @escaping @Sendable (Delivery.Report) -> Void = { _ in }
  ) -> Dispatcher {
    Dispatcher(
      clock: clock, seed: 1, capacity: capacity,
      transport: { SystemTransport(environment: [:]) },
      report: { [log] report in
        log.sink(report)
        onReport(report)
      })
  }

  @Test func `a busy endpoint is tried again until it takes the delivery, once`() async {
    let answers = Mutex([503, 429, 200])
    let server = LoopbackServer { _ in .init(answers.withLock { $0.removeFirst() }) }
    defer { server.stop() }
    let dispatcher = dispatcher()
    dispatcher.submit(Sample.delivery("a", of: Sample.Post(url: server.url)))
    var said: [String] = []
    for await report in log.stream {
      said.append("\(report.attempt) \(report.outcome.word)")
      guard case .retrying(_, let pause) = report.outcome else { break }
      clock.advance(by: pause)
    }
    #expect(said == ["1 retrying", "2 retrying", "3 done"])
    #expect(server.requests.map(\.body) == ["a", "a", "a"])
    #expect(dispatcher.drain(within: .seconds(30)).done == 1)
  }

  @Test func `a dead endpoint ends permanently failed`() async throws {
    let dispatcher = dispatcher()
    let url = "http://127.0.0.1:\(LoopbackServer.deadPort())"
    let retry = RetryPolicy(limit: 2)
    dispatcher.submit(Sample.delivery("a", of: Sample.Post(url: url), retry: retry))
    var last: Delivery.Report?
    for await report in log.stream {
      last = report
      guard case .retrying(_, let pause) = report.outcome else { break }
      clock.advance(by: pause)
    }
    #expect(last?.outcome.detail.contains("gave up after 2 attempts") == true)
    let tally = dispatcher.drain(within: .seconds(30))
    #expect(tally.failed == 1)
    #expect(tally.hasFailures)
  }

  @Test func `a slow endpoint holds up nobody else`() async {
    let release = DispatchSemaphore(value: 0)
    let slow = LoopbackServer { _ in
      release.wait()
      return .init(200)
    }
    let quick = LoopbackServer { _ in .init(200) }
    defer { slow.stop() }
    defer { quick.stop() }
    // Released where it is reported: a task that waits for the report gets its turn when the other
    // tests leave it one, and until then the slow request would time out.
    let dispatcher = dispatcher { report in
      if report.action == "quick" { release.signal() }
    }
    dispatcher.submit(Sample.delivery("a", of: Sample.Post(url: slow.url), named: "slow"))
    dispatcher.submit(Sample.delivery("b", of: Sample.Post(url: quick.url), named: "quick"))
    var order: [String] = []
    for await report in log.stream {
      order.append(report.action)
      if order.count == 2 { break }
    }
    #expect(order == ["quick", "slow"])
    #expect(dispatcher.drain(within: .seconds(30)).done == 2)
  }

  @Test func `draining waits for what was submitted`() async {
    let dispatcher = Dispatcher(
      clock: clock, seed: 1, transport: { ScriptedTransport { _ in .success("ok") } },
      report: log.sink)
    for number in 0..<50 { dispatcher.submit(Sample.delivery("\(number)", of: Sample.Tell())) }
    let tally = dispatcher.drain(within: .seconds(30))
    #expect(tally.done == 50)
    #expect(!tally.hasFailures)
    dispatcher.submit(Sample.delivery("late", of: Sample.Tell()))
    #expect(dispatcher.tally.refused == 1)
    #expect(await log.all().suffix(2) == ["act done", "act refused"])
  }

  @Test func `draining gives up at its deadline and counts what is left`() async {
    let release = DispatchSemaphore(value: 0)
    let begun = DispatchSemaphore(value: 0)
    let dispatcher = Dispatcher(
      clock: clock, seed: 1,
      transport: {
        ScriptedTransport { _ in
          begun.signal()
          release.wait()
          return .success("too late")
        }
      }, report: log.sink)
    for id in ["a", "b", "c"] { dispatcher.submit(Sample.delivery(id, of: Sample.Heal())) }
    begun.wait()
    clock.advance(by: .seconds(1))
    let tally = dispatcher.drain(within: .zero)
    #expect(tally.unknown == 1)
    #expect(tally.abandoned == 2)
    release.signal()
    #expect(await log.all() == ["act unknown", "act abandoned", "act abandoned"])
  }

  @Test func `a full queue never blocks the one who submits`() async {
    let release = DispatchSemaphore(value: 0)
    let begun = DispatchSemaphore(value: 0)
    let dispatcher = Dispatcher(
      clock: clock, seed: 1, capacity: 2,
      transport: {
        ScriptedTransport { _ in
          begun.signal()
          release.wait()
          return .success("ok")
        }
      }, report: log.sink)
    dispatcher.submit(Sample.delivery("0", of: Sample.Tell()))
    begun.wait()
    for number in 1...5 { dispatcher.submit(Sample.delivery("\(number)", of: Sample.Tell())) }
    #expect(dispatcher.tally.refused == 3)
    for _ in 1...3 { release.signal() }
    #expect(dispatcher.drain(within: .seconds(30)).done == 3)
    #expect(await log.all() == ["act done", "act refused", "act done", "act done"])
  }

  @Test func `a shadow touches nothing and says what it would do`() async {
    let dispatcher = Dispatcher(
      clock: clock, seed: 1,
      transport: {
        ScriptedTransport { _ in
          Issue.record("a shadow was performed")
          return .success("")
        }
      }, report: log.sink)
    dispatcher.submit(Sample.delivery("a", of: Sample.Heal(), mode: .shadow))
    _ = dispatcher.drain(within: .seconds(30))
    for await report in log.stream {
      #expect(report.outcome == .shadow(#"run ["heal","a"]"#))
      #expect(
        String(decoding: report.json(), as: UTF8.self)
          == #"{"time":"2026-03-02T10:00:00.000Z","monitor":"m","transition":"a","action":"act","#
          + #""kind":"heal","key":"a-act","attempt":1,"outcome":"shadow","detail":"run [\"heal\",\"a\"]"}"#
      )
      break
    }
  }
}
