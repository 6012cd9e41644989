import Actions
import Alerting
import Engine
import Foundation
import QueryLanguage
import Synchronization
import TestKit
import Testing

/// Somebody's account, as moto or a server of the test plays it: for setting the stage, for running
/// actions against it, and for seeing what they did.
struct AWSAccount {
  let url: String
  /// What the run finds in its environment.
  var environment: [String: String]

  init(at url: String, keyID: String = "test", secret: String = "test") {
    self.url = url
    environment = [
      "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "eu-west-1",
      "AWS_ENDPOINT_URL": url,
    ]
  }

  /// What the dispatcher says in the end of an action, written as in a rule file, for an alert that
  /// fires now.
  func outcome(
    of yaml: String, deed: Deed? = nil, group: GroupKey = GroupKey()
  ) throws -> Delivery.Report {
    let sink = DiagnosticSink()
    let source = SourceText(name: "rules.yaml", text: yaml)
    let node = try #require(YAMLReader.read(source, sink: sink))
    guard case .map(let entries) = node.content, let entry = entries.first,
      var action = ActionTable.bind(
        name: entry.key, node: entry.value, environment: .variables(environment), sink: sink)
    else {
      Issue.record("\(sink.list.map { $0.rendered() })")
      throw CancellationError()
    }
    action.retry.first = .milliseconds(1)
    let reports = Mutex<[Delivery.Report]>([])
    let clock = SystemClock()
    let dispatcher = Dispatcher(
      clock: clock, seed: 1,
      transport: { [environment] in SystemTransport(environment: environment) },
      report: { report in reports.withLock { $0.append(report) } })
    let transition = Transition(
      id: "a1b2", time: clock.now, monitor: "Slow API", level: .critical, to: .firing,
      reason: .condition, group: group, value: 6, threshold: "> 5",
      windowStart: clock.now - 600_000,
      windowEnd: clock.now, evidence: [], actions: [])
    dispatcher.submit(
      Delivery(
        action: action,
        alert: AlertContext(
          monitor: MonitorFacts(name: "Slow API"), transition: transition,
          cause: deed.map { Cause(action: "heal", branch: .then, deed: $0) }), mode: .live)
    )
    _ = dispatcher.drain(within: .seconds(60))
    return try #require(reports.withLock { $0.last })
  }

  /// Asks one of the older services.
  @discardableResult
  func ask(
    _ service: String, _ version: String, _ action: String, _ parameters: [String: String] = [:],
    region: String = "eu-west-1"
  ) throws -> XMLTree {
    var form = URLComponents()
    form.queryItems =
      [URLQueryItem(name: "Action", value: action), URLQueryItem(name: "Version", value: version)]
      + parameters.map { URLQueryItem(name: $0.key, value: $0.value) }
    let body = form.percentEncodedQuery?.replacing("+", with: "%2B") ?? ""
    let reply = try send(
      service, region: region, type: "application/x-www-form-urlencoded", body: body)
    return try #require(XMLTree(reply))
  }

  /// Asks one of the newer services.
  @discardableResult
  func tell(
    _ service: String, _ body: String, path: String = "", target: String? = nil
  ) throws -> [String: Any] {
    let headers = target.map { [HTTPRequest.Header("X-Amz-Target", GuardedText($0))] } ?? []
    let reply = try send(
      service, region: "eu-west-1", type: "application/x-amz-json-1.1", path: path,
      headers: headers, body: body)
    return reply.isEmpty
      ? [:] : try #require(try JSONSerialization.jsonObject(with: Data(reply)) as? [String: Any])
  }

  private func send(
    _ service: String, region: String, type: String, path: String = "",
    headers: [HTTPRequest.Header] = [], body: String
  ) throws -> [UInt8] {
    var transport = SystemTransport(environment: environment)
    let request = HTTPRequest(
      method: "POST", url: GuardedText(url + (path.isEmpty ? "/" : path)),
      headers: [HTTPRequest.Header("Content-Type", GuardedText(type))] + headers,
      body: GuardedText(body), signing: .aws(service: service, region: region),
      reading: .aws(AWSReading(needing: "everything")))
    return try transport.perform(
      .request(request), now: SystemClock().now, timeout: .seconds(60), redaction: Redaction()
    ).body
  }
}

/// The EC2 of an account.
extension AWSAccount {
  /// Starts an instance and gives its id.
  func launch() throws -> String {
    let answer = try ask(
      "ec2", "2016-11-15", "RunInstances",
      [
        "ImageId": "ami-12c6146b", "MinCount": "1", "MaxCount": "1",
        "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "env",
        "TagSpecification.1.Tag.1.Value": "web & <co>",
      ])
    return try #require(answer.first("instanceId")?.text)
  }

  func change(_ instance: String, _ action: String) throws {
    try ask("ec2", "2016-11-15", action, ["InstanceId.1": instance])
  }

  func state(of instance: String) throws -> String? {
    try ask("ec2", "2016-11-15", "DescribeInstances", ["InstanceId.1": instance])
      .first("instanceState")?["name"]?.text
  }
}
