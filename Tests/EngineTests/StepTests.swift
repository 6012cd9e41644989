import Actions
import Engine
import Synchronization
import Testing

/// Looks, then acts: what a kind of several calls is to the dispatcher.
private struct LookThenHeal: Action {
  static let kind = "look-then-heal"
  static let duty = Duty.remediation
  init?(binding keys: inout ActionKeys) { nil }
  init() {}
  func effect(for alert: AlertContext) -> Effect { LookThenHeal.call("look") }
  func step(for alert: AlertContext, after replies: [Reply]) -> Step {
    switch replies.count {
    case 0: .look(effect(for: alert))
    case 1 where replies[0].summary == "sound":
      .end(Deed(taken: false, summary: "it is sound", facts: [Deed.Fact("action_taken", "none")]))
    case 1: .act(LookThenHeal.call("heal"))
    case 2: .act(LookThenHeal.call("heal more"))
    default: .end(Deed(taken: true, summary: replies.map(\.summary).joined(separator: ", ")))
    }
  }
  static func call(_ name: String) -> Effect {
    .process(ProcessCall(arguments: [GuardedText(name)]))
  }
}

@Suite struct StepTests {
  /// What becomes of one delivery whose calls are answered so, in turn.
  private func outcome(
    _ answers: [Result<String, ActionError>]
  ) async throws -> (words: [String], report: Delivery.Report, calls: [String]) {
    let log = ReportLog()
    let clock = ManualClock()
    let rest = Mutex(answers)
    let calls = Mutex<[String]>([])
    let dispatcher = Dispatcher(
      clock: clock, seed: 1,
      transport: {
        ScriptedTransport { effect in
          calls.withLock { $0.append(effect.target) }
          return rest.withLock { $0.isEmpty ? .failure(.wrong) : $0.removeFirst() }
        }
      }, report: log.sink)
    let retry = RetryPolicy(limit: 2, first: .milliseconds(1))
    dispatcher.submit(Sample.delivery("a", of: LookThenHeal(), retry: retry))
    var reports: [Delivery.Report] = []
    for await report in log.stream {
      reports.append(report)
      guard case .retrying = report.outcome else { break }
      clock.advance(by: .seconds(2))
    }
    _ = dispatcher.drain(within: .zero)
    return (
      reports.map(\.outcome.word), try #require(reports.last), calls.withLock { $0 }
    )
  }

  @Test func `each step is told what came back`() async throws {
    let end = try await outcome([.success("sick"), .success("one"), .success("two")])
    #expect(end.words == ["done"])
    #expect(end.report.outcome.detail == "sick, one, two")
    #expect(end.calls == ["look", "heal", "heal more"])
  }

  @Test func `what needs nothing done says so`() async throws {
    let end = try await outcome([.success("sound")])
    #expect(end.report.outcome == .blocked("it is sound"))
    #expect(end.report.deed?["action_taken"] == "none")
    #expect(end.calls == ["look"])
  }

  @Test func `a question may be asked again, even of a server that said nothing`() async throws {
    let end = try await outcome([.failure(.silent), .success("sound")])
    #expect(end.words == ["retrying", "blocked"])
    #expect(end.calls == ["look", "look"])
  }

  @Test func `an act of which nobody knows is not done again`() async throws {
    let end = try await outcome([.success("sick"), .failure(.silent)])
    #expect(end.words == ["unknown"])
    #expect(end.calls == ["look", "heal"])
  }

  @Test func `an act that was refused before it began is tried again from the start`()
    async throws
  {
    let end = try await outcome([
      .success("sick"), .failure(.refused), .success("sick"), .success("one"), .success("two"),
    ])
    #expect(end.words == ["retrying", "done"])
  }

  @Test func `what is half done is not begun again`() async throws {
    let end = try await outcome([.success("sick"), .success("one"), .failure(.refused)])
    #expect(end.words == ["unknown"])
    #expect(end.calls == ["look", "heal", "heal more"])
  }
}
