import Foundation
import TestKit
import Testing

/// The first scenario as it is shipped: slow answers in a log, an instance of EC2 that is brought back,
/// people who are told, and a record of it all.
@Suite struct SlowAPIHealingTests {
  private static let facts = [
    "action_taken", "instance_id", "previous_state", "reason", "timestamp_utc",
  ]

  /// The shipped rules on a log, live, for somebody's account.
  private func run(
    in scratch: Scratch, as account: AWSAccount, on instance: String, telling topic: String,
    pager: String
  ) throws -> RunningProgram {
    try scratch.write("", to: "app.log")
    let rules = Repository.root.appending(path: "rules").path
    var environment = account.environment
    environment["INSTANCE_ID"] = instance
    environment["SNS_TOPIC_ARN"] = topic
    environment["PAGER_URL"] = pager
    environment["OBSERVABILITY_URL"] = pager
    let run = try RunningProgram(
      [
        "run", "--live", "--state", "state", "--audit", "audit.ndjson", "-o", "ndjson", "-r",
        rules + "/slow-api.yaml", "-r",
        rules + "/actions.yaml", "app.log",
      ], in: scratch, environment: environment)
    try run.wait(for: "watching app.log with 1 monitor", on: .errors)
    return run
  }

  /// Six answers that took too long.
  private func slow(_ host: String, in scratch: Scratch) throws {
    let lines = (0..<6).map { _ in
      let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
      return "{\"timestamp\":\"\(time)\",\"host\":\"\(host)\",\"path\":\"/api/data\","
        + "\"response_time\":4.2}\n"
    }
    let file = try FileHandle(forWritingTo: scratch.folder.appending(path: "app.log"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(lines.joined().utf8))
    try file.close()
  }

  /// The facts of a message, which must be these five and no other.
  private func facts(of message: String?) throws -> [String: String] {
    let read = try JSONDecoder().decode([String: String].self, from: Data((message ?? "").utf8))
    #expect(read.keys.sorted() == SlowAPIHealingTests.facts)
    let time = try #require(read["timestamp_utc"])
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    return read
  }

  @Test(.enabled(if: Counterpart.moto.isThere, "\(Counterpart.moto.remedy)"))
  func `the sixth slow answer reboots the instance, once, and the topic is told`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    let pager = LoopbackServer { _ in .init(200) }
    defer { pager.stop() }
    let stranger = AWSAccount(at: moto.url)
    let instance = try stranger.launch()
    let topic = try stranger.createTopic()
    let owner = try stranger.createUser("owner", allowing: ["*"])
    let healer = try stranger.createUser(
      "healer",
      allowing: [
        "ec2:DescribeInstances", "ec2:RebootInstances", "ec2:StartInstances", "sns:Publish",
      ])
    try moto.checkCallers()

    let scratch = try Scratch()
    let run = try run(
      in: scratch, as: AWSAccount(at: moto.url, keyID: healer.id, secret: healer.secret),
      on: instance, telling: topic, pager: pager.url)
    try slow("web-1", in: scratch)
    try run.wait(for: "reboot-web (aws.ec2.restore) for slow-api: done", on: .errors)
    try run.wait(for: "tell-ops (aws.sns) for slow-api: done", on: .errors)
    // Another host, the same instance: it has not settled yet.
    try slow("web-2", in: scratch)
    try run.wait(for: "reboot-web (aws.ec2.restore) for slow-api: blocked", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)

    let account = AWSAccount(at: moto.url, keyID: owner.id, secret: owner.secret)
    let messages = try account.receive()
    #expect(messages.count == 1)
    let facts = try facts(of: messages.first?["Message"])
    #expect(facts["instance_id"] == instance)
    #expect(facts["previous_state"] == "running")
    #expect(facts["action_taken"] == "reboot")
    #expect(facts["reason"] == "slow-api (host=web-1) is critical: 6, compared: > 5")
    #expect(try account.state(of: instance) == "running")

    // What happened and what was kept from happening is on record.
    let list = try scratch.tripline("actions", "--state", "state", "-o", "ndjson")
    #expect(list.output.contains("it has 5m to settle"), "\(list.output)\(list.errors)")
    let audit = try scratch.text(of: "audit.ndjson").split(separator: "\n")
    #expect(
      audit.contains {
        $0.contains("\"outcome\":\"done\"") && $0.contains("\"action_taken\":\"reboot\"")
      }, "\(audit)")
    #expect(
      audit.contains {
        $0.contains("\"outcome\":\"blocked\"") && $0.contains("\"rail\":\"settle\"")
      }, "\(audit)")
    let journal = try scratch.tripline("journal", "--state", "state")
    #expect(journal.output.contains("\"action_taken\":\"reboot\""), "\(journal.output)")
    #expect(!(run.text(.errors) + journal.output).contains(healer.secret))
  }

  @Test(arguments: [
    ("running", "RebootInstances", "reboot"), ("stopped", "StartInstances", "start"),
    ("stopping", nil, "none"),
  ])
  func `what is done depends on the state of the instance`(
    _ state: String, _ call: String?, _ taken: String
  ) throws {
    let instance = "i-0123456789abcdef0"
    let server = LoopbackServer { request in
      guard request.body.contains("Action=DescribeInstances") else { return .init(200) }
      return .init(
        200,
        body: """
          <DescribeInstancesResponse><reservationSet><item><instancesSet><item>
          <instanceId>\(instance)</instanceId><instanceState><name>\(state)</name></instanceState>
          </item></instancesSet></item></reservationSet></DescribeInstancesResponse>
          """)
    }
    defer { server.stop() }
    let scratch = try Scratch()
    let run = try run(
      in: scratch, as: AWSAccount(at: server.url), on: instance,
      telling: "arn:aws:sns:eu-west-1:123456789012:ops", pager: server.url)
    try slow("web-1", in: scratch)
    try run.wait(for: "tell-ops (aws.sns) for slow-api: done", on: .errors)
    try run.wait(for: "page-oncall (webhook) for slow-api: done", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)

    let forms = server.requests.map { request in
      var form = URLComponents()
      form.percentEncodedQuery =
        request.headers["content-type"] == "application/json"
        ? nil : request.body.replacing("+", with: "%20")
      return Dictionary((form.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
    }.filter { !$0.isEmpty }
    #expect(
      forms.compactMap { $0["Action"] }
        == ["DescribeInstances"] + (call.map { [$0] } ?? []) + ["Publish"])
    #expect(forms.dropLast().allSatisfy { $0["InstanceId.1"] == instance })
    let facts = try facts(of: forms.last?["Message"])
    #expect(facts["previous_state"] == state)
    #expect(facts["action_taken"] == taken)
    #expect(facts["instance_id"] == instance)
  }
}
