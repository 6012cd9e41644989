import Actions
import Synchronization
import TestKit
import Testing

/// What moto does not play: instances on their way, and an EC2 in trouble. A server of the test says
/// what EC2 would, one answer after the other.
@Suite struct AWSTroubleTests {
  private static let instance = "i-0123456789abcdef0"

  private static func description(_ state: String) -> LoopbackServer.Response {
    .init(
      200,
      body: """
        <?xml version="1.0" encoding="UTF-8"?>
        <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
          <reservationSet><item><reservationId>r-1</reservationId><instancesSet><item>
            <instanceId>\(instance)</instanceId>
            <instanceState><code>1</code><name>\(state)</name></instanceState>
          </item></instancesSet></item></reservationSet>
        </DescribeInstancesResponse>
        """)
  }

  private static func refusal(_ status: Int, _ code: String) -> LoopbackServer.Response {
    .init(
      status, body: "<Response><Errors><Error><Code>\(code)</Code></Error></Errors></Response>")
  }

  /// What becomes of a restore whose calls are answered so, in turn; nil hangs up. And what was
  /// called.
  private func restore(
    _ answers: [LoopbackServer.Response?]
  ) throws -> (report: Delivery.Report, calls: [String]) {
    let rest = Mutex(answers)
    let server = LoopbackServer { _ in
      rest.withLock { $0.isEmpty ? .init(200) : $0.removeFirst() }
    }
    defer { server.stop() }
    let report = try AWSAccount(at: server.url).outcome(
      of: "heal:\n  aws.ec2.restore: { instance: \(AWSTroubleTests.instance) }")
    let calls = server.requests.map { request in
      request.body.firstMatch(of: /Action=(\w+)/).map { String($0.output.1) } ?? request.body
    }
    return (report, calls)
  }

  @Test(arguments: ["pending", "stopping", "shutting-down", "terminated", "rebooting<"])
  func `an instance on its way is left alone`(_ state: String) throws {
    let escaped = state.replacing("<", with: "&lt;")
    let (report, calls) = try restore([AWSTroubleTests.description(escaped)])
    let id = AWSTroubleTests.instance
    #expect(report.outcome == .blocked("nothing done to \(id): it is \(state)"))
    #expect(report.deed?["previous_state"] == state)
    #expect(report.deed?["action_taken"] == "none")
    #expect(
      report.deed?["reason"]
        == "Slow API is critical: 6, compared: > 5; nothing done: it is \(state)")
    #expect(calls == ["DescribeInstances"])
  }

  @Test(arguments: ["", "<a/>", "{}", "<DescribeInstancesResponse><reservationSet/></x>"])
  func `an answer that says no state changes nothing`(_ body: String) throws {
    let (report, calls) = try restore([.init(200, body: body)])
    #expect(report.outcome.word == "blocked")
    #expect(report.deed?["previous_state"] == "unknown")
    #expect(calls == ["DescribeInstances"])
  }

  @Test func `a question is asked again, whatever went wrong`() throws {
    let running = AWSTroubleTests.description("running")
    let (report, calls) = try restore([
      AWSTroubleTests.refusal(500, "InternalError"), nil, running, .init(200),
    ])
    #expect(report.outcome.word == "done")
    #expect(calls == Array(repeating: "DescribeInstances", count: 3) + ["RebootInstances"])
  }

  @Test func `a change that was throttled is tried again, from the question on`() throws {
    let throttled = AWSTroubleTests.refusal(503, "RequestLimitExceeded")
    let (report, calls) = try restore([
      AWSTroubleTests.description("running"), throttled, AWSTroubleTests.description("stopped"),
      .init(200),
    ])
    #expect(report.outcome.word == "done")
    #expect(report.deed?["action_taken"] == "start")
    let looks = "DescribeInstances"
    #expect(calls == [looks, "RebootInstances", looks, "StartInstances"])
  }

  @Test func `a change that may have been made is not repeated`() throws {
    let running = AWSTroubleTests.description("running")
    let hungUp = try restore([running, nil])
    #expect(hungUp.report.outcome.word == "unknown")
    #expect(hungUp.calls == ["DescribeInstances", "RebootInstances"])

    let broken = try restore([running, AWSTroubleTests.refusal(500, "InternalError")])
    #expect(broken.report.outcome.word == "failed")
    #expect(broken.calls == ["DescribeInstances", "RebootInstances"])
  }
}
