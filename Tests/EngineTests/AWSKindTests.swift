import Actions
import Alerting
import Foundation
import Records
import TestKit
import Testing

/// The kinds of AWS against moto, which plays the services.
@Suite(.enabled(if: Counterpart.moto.isThere, "\(Counterpart.moto.remedy)"))
struct AWSKindTests {
  @Test func `an instance is handled by the state it is in`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    let account = AWSAccount(at: moto.url)
    let instance = try account.launch()

    func run(_ kind: String) throws -> Delivery.Report {
      try account.outcome(of: "heal:\n  aws.ec2.\(kind): { instance: \(instance) }")
    }
    func expect(
      _ kind: String, finds state: String, does taken: String, leaves after: String,
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      let report = try run(kind)
      #expect(
        report.outcome.word == (taken == "none" ? "blocked" : "done"), "\(report.outcome)",
        sourceLocation: location)
      let deed = try #require(report.deed, sourceLocation: location)
      #expect(
        deed.facts.map(\.name)
          == ["instance_id", "previous_state", "action_taken", "timestamp_utc", "reason"])
      #expect(deed["instance_id"] == instance, sourceLocation: location)
      #expect(deed["previous_state"] == state, sourceLocation: location)
      #expect(deed["action_taken"] == taken, sourceLocation: location)
      #expect(try account.state(of: instance) == after, sourceLocation: location)
    }
    try expect("start", finds: "running", does: "none", leaves: "running")
    try expect("restore", finds: "running", does: "reboot", leaves: "running")
    try expect("reboot", finds: "running", does: "reboot", leaves: "running")
    try expect("stop", finds: "running", does: "stop", leaves: "stopped")
    try expect("stop", finds: "stopped", does: "none", leaves: "stopped")
    try expect("reboot", finds: "stopped", does: "none", leaves: "stopped")
    try expect("restore", finds: "stopped", does: "start", leaves: "running")
    try account.change(instance, "StopInstances")
    try expect("start", finds: "stopped", does: "start", leaves: "running")
    try account.change(instance, "TerminateInstances")
    try expect("restore", finds: "terminated", does: "none", leaves: "terminated")

    let other = try account.outcome(
      of: "heal:\n  aws.ec2.restore: { instance: i-0123456789abcdef0 }")
    #expect(other.outcome.word == "failed")
    #expect(other.outcome.detail.contains("InvalidInstanceID.NotFound"), "\(other.outcome)")
  }

  @Test func `an instance that the log names is touched when its id or a tag allows it`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    let account = AWSAccount(at: moto.url)
    let instance = try account.launch()
    func run(_ id: String, _ targets: String) throws -> Delivery.Outcome {
      try account.outcome(
        of: """
          heal:
            aws.ec2.stop: { instance: "{{ResultsJson.instance}}" }
            targets: \(targets)
          """, group: GroupKey([("instance", .text(id))])
      ).outcome
    }
    let refused = Delivery.Outcome.blocked("nothing done to \(instance): no `targets` allow it")
    #expect(try run(instance, "[\"tag:env=db\", \"tag:name=web*\"]") == refused)
    #expect(try run(instance, "[i-0123456789abcdef0]") == refused)
    #expect(try account.state(of: instance) == "running")
    #expect(try run(instance, "[\"tag:env=web*\"]").word == "done")
    #expect(try account.state(of: instance) == "stopped")
    try account.change(instance, "StartInstances")
    #expect(try run(instance, "[\(instance), \"tag:env=db\"]").word == "done")

    let odd = "i-1&Action=TerminateInstances"
    #expect(
      try run(odd, "\"tag:env=*\"")
        == .blocked("nothing done to \(odd): that is not the id of an instance"))
    #expect(try account.state(of: instance) == "stopped")
  }

  @Test func `a topic's subscribers get the facts of a deed, or the record`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    let account = AWSAccount(at: moto.url)
    let topic = try account.createTopic()
    func received() throws -> [String: String] { try #require(try account.receive().first) }

    let facts = [
      Deed.Fact("instance_id", "i-0123456789abcdef0"), Deed.Fact("previous_state", "running"),
      Deed.Fact("action_taken", "reboot"), Deed.Fact("timestamp_utc", "2026-03-02T10:00:00.000Z"),
      Deed.Fact("reason", "ü & <b> \"%+\" 😀"),
    ]
    let yaml = "tell:\n  aws.sns: { topic: \"\(topic)\" }"
    let told = try account.outcome(of: yaml, deed: Deed(taken: true, summary: "", facts: facts))
    #expect(told.outcome == .done("status 200"))
    let message = try received()
    #expect(message["Subject"] == "Slow API Critical")
    let read = try JSONDecoder().decode(
      [String: String].self, from: Data((message["Message"] ?? "").utf8))
    #expect(read == Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0.value) }))

    #expect(try account.outcome(of: yaml).outcome == .done("status 200"))
    let record = try JSONSerialization.jsonObject(with: Data((received()["Message"] ?? "").utf8))
    #expect((record as? [String: Any])?["monitor"] as? String == "Slow API")

    let gone = try account.outcome(of: "tell:\n  aws.sns: { topic: \"\(topic)-gone\" }")
    #expect(gone.outcome.word == "failed")
    #expect(gone.outcome.detail.contains("NotFound"), "\(gone.outcome)")
  }

  @Test func `a function is handed its payload`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    try moto.playFunctions()
    let account = AWSAccount(at: moto.url)
    try account.createFunction("heal-web")
    let group = GroupKey([("host", .text("web \"1\" ü"))])
    func run(_ function: String, _ invocation: String) throws -> Delivery.Report {
      try account.outcome(
        of: """
          heal:
            aws.lambda:
              function: \(function)
              invocation: \(invocation)
              payload: '{"host": {{ResultsJson.host}}}'
          """, group: group)
    }
    // moto answers with what it was sent.
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:heal-web"
    #expect(
      try run("heal-web", "wait").outcome == .done("status 200: {\"host\": \"web \\\"1\\\" ü\"}"))
    #expect(
      try run(arn, "wait").outcome == .done("status 200: {\"host\": \"web \\\"1\\\" ü\"}"))
    let event = try run("heal-web", "event")
    #expect(event.outcome.word == "done")
    #expect(event.outcome.detail.hasPrefix("status 202"), "\(event.outcome)")
  }

  @Test func `a stream of a log group is created when it is missing, a group is not`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    let account = AWSAccount(at: moto.url)
    try account.tell(
      "logs", "{\"logGroupName\": \"/ops/tripline\"}", target: "Logs_20140328.CreateLogGroup")
    func run(_ keys: String) throws -> Delivery.Report {
      try account.outcome(of: "audit:\n  aws.logs: { \(keys), message: \"{{Name}} & {{To}} ü\" }")
    }
    func lines(_ stream: String) throws -> [String] {
      let answer = try account.tell(
        "logs", "{\"logGroupName\": \"/ops/tripline\", \"logStreamName\": \"\(stream)\"}",
        target: "Logs_20140328.GetLogEvents")
      return (answer["events"] as? [[String: Any]] ?? []).compactMap { $0["message"] as? String }
    }
    for count in 1...2 {
      #expect(try run("group: /ops/tripline, stream: web").outcome == .done("status 200"))
      #expect(try lines("web") == Array(repeating: "Slow API & firing ü", count: count))
    }
    let missing = try run("group: /ops/tripline, stream: db, create: false").outcome
    #expect(missing.word == "failed")
    #expect(missing.detail.contains("ResourceNotFoundException"), "\(missing)")
    let nowhere = try run("group: /ops/nowhere").outcome
    #expect(nowhere.word == "failed")
    #expect(nowhere.detail.contains("ResourceNotFoundException"), "\(nowhere)")
  }

  @Test func `wrong keys and missing permissions are told, and nothing is done`() throws {
    let moto = try MotoServer()
    defer { moto.stop() }
    let owner = AWSAccount(at: moto.url)
    let instance = try owner.launch()
    try owner.change(instance, "StopInstances")
    let keys = try owner.createUser(
      "watcher", allowing: ["ec2:DescribeInstances", "ec2:RebootInstances"])
    try moto.checkCallers()
    let yaml = "heal:\n  aws.ec2.restore: { instance: \(instance) }"

    let watcher = AWSAccount(at: moto.url, keyID: keys.id, secret: keys.secret)
    let refused = try watcher.outcome(of: yaml).outcome
    #expect(refused.word == "failed")
    #expect(
      refused.detail.hasSuffix("; the credentials need the permission ec2:StartInstances"),
      "\(refused)")
    #expect(try watcher.state(of: instance) == "stopped")

    let wrong = AWSAccount(at: moto.url, keyID: keys.id, secret: keys.secret + "x")
    let stranger = try wrong.outcome(of: yaml).outcome
    #expect(stranger.word == "failed")
    #expect(stranger.detail.hasSuffix("; check the access key and its secret"), "\(stranger)")
    #expect(!stranger.detail.contains(keys.secret))
  }
}

extension AWSAccount {
  fileprivate func createFunction(_ name: String) throws {
    let role = try ask(
      "iam", "2010-05-08", "CreateRole",
      [
        "RoleName": "heal",
        "AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
          + "\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":"
          + "\"sts:AssumeRole\"}]}",
      ], region: "us-east-1")
    let arn = try #require(role.first("Arn")?.text)
    // A zip file in which there is nothing.
    let zip = Data([0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18))
    try tell(
      "lambda",
      """
      {"FunctionName": "\(name)", "Runtime": "python3.11", "Role": "\(arn)", "Handler": "a.b",
       "Code": {"ZipFile": "\(zip.base64EncodedString())"}}
      """, path: "/2015-03-31/functions")
  }
}
