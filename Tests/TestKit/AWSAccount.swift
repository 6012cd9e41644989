package import Actions
import Engine
import Foundation

/// Somebody's account, as moto or a server of the test plays it: for setting the stage, for running
/// actions against it, and for seeing what they did.
package struct AWSAccount: Sendable {
  package let url: String
  /// What the run finds in its environment.
  package var environment: [String: String]

  package init(at url: String, keyID: String = "test", secret: String = "test") {
    self.url = url
    environment = [
      "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "eu-west-1",
      "AWS_ENDPOINT_URL": url,
    ]
  }

  /// An answer that is not what it should be.
  package struct Unexpected: Error {
    package var body: [UInt8]
  }

  /// Asks one of the older services.
  @discardableResult
  package func ask(
    _ service: String, _ version: String, _ action: String, _ parameters: [String: String] = [:],
    region: String = "eu-west-1"
  ) throws -> XMLTree {
    let form =
      [(name: "Action", value: action), (name: "Version", value: version)]
      + parameters.map { (name: $0.key, value: $0.value) }
    let body = form.map { "\($0.name)=\(AWSAccount.encoded($0.value))" }.joined(separator: "&")
    let reply = try send(
      service, region: region, type: "application/x-www-form-urlencoded", body: body)
    guard let tree = XMLTree(reply) else { throw Unexpected(body: reply) }
    return tree
  }

  private static func encoded(_ text: String) -> String {
    let kept = CharacterSet(charactersIn: "-._~ ").union(.init(charactersIn: "a"..."z"))
      .union(.init(charactersIn: "A"..."Z")).union(.init(charactersIn: "0"..."9"))
    return text.addingPercentEncoding(withAllowedCharacters: kept)?.replacing(" ", with: "+") ?? ""
  }

  /// Asks one of the newer services.
  @discardableResult
  package func tell(
    _ service: String, _ body: String, path: String = "", target: String? = nil
  ) throws -> [String: Any] {
    let headers = target.map { [HTTPRequest.Header("X-Amz-Target", GuardedText($0))] } ?? []
    let reply = try send(
      service, region: "eu-west-1", type: "application/x-amz-json-1.1", path: path,
      headers: headers, body: body)
    if reply.isEmpty { return [:] }
    let read = try JSONSerialization.jsonObject(with: Data(reply))
    guard let object = read as? [String: Any] else { throw Unexpected(body: reply) }
    return object
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
  package func launch() throws -> String {
    let answer = try ask(
      "ec2", "2016-11-15", "RunInstances",
      [
        "ImageId": "ami-12c6146b", "MinCount": "1", "MaxCount": "1",
        "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "env",
        "TagSpecification.1.Tag.1.Value": "web & <co>",
      ])
    return try answer.text(of: "instanceId")
  }

  package func change(_ instance: String, _ action: String) throws {
    try ask("ec2", "2016-11-15", action, ["InstanceId.1": instance])
  }

  package func state(of instance: String) throws -> String? {
    try ask("ec2", "2016-11-15", "DescribeInstances", ["InstanceId.1": instance])
      .first("instanceState")?["name"]?.text
  }
}

/// The users of an account.
extension AWSAccount {
  /// A user with a policy of these actions; its key.
  package func createUser(
    _ name: String, allowing actions: [String]
  ) throws -> (id: String, secret: String) {
    func ask(_ action: String, _ parameters: [String: String]) throws -> XMLTree {
      try self.ask("iam", "2010-05-08", action, parameters, region: "us-east-1")
    }
    _ = try ask("CreateUser", ["UserName": name])
    let list = actions.map { "\"\($0)\"" }.joined(separator: ",")
    _ = try ask(
      "PutUserPolicy",
      [
        "UserName": name, "PolicyName": "own",
        "PolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
          + "\"Action\":[\(list)],\"Resource\":\"*\"}]}",
      ])
    let key = try ask("CreateAccessKey", ["UserName": name])
    return (try key.text(of: "AccessKeyId"), try key.text(of: "SecretAccessKey"))
  }
}

/// The topics of an account: one, and a queue that gets what is published there.
extension AWSAccount {
  /// Gives its ARN.
  package func createTopic() throws -> String {
    let topic = try ask("sns", "2010-03-31", "CreateTopic", ["Name": "ops"]).text(of: "TopicArn")
    try ask("sqs", "2012-11-05", "CreateQueue", ["QueueName": "ops"])
    try ask(
      "sns", "2010-03-31", "Subscribe",
      [
        "TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-west-1:123456789012:ops",
      ])
    return topic
  }

  /// What was published since it was last asked, as SNS wraps it.
  package func receive() throws -> [[String: String]] {
    let queue = try ask("sqs", "2012-11-05", "GetQueueUrl", ["QueueName": "ops"])
      .text(of: "QueueUrl")
    var messages: [[String: String]] = []
    while true {
      let answer = try ask(
        "sqs", "2012-11-05", "ReceiveMessage",
        ["QueueUrl": queue, "WaitTimeSeconds": "0", "MaxNumberOfMessages": "10"])
      let received = answer.all("Message")
      if received.isEmpty { return messages }
      for message in received {
        let body = try JSONSerialization.jsonObject(with: Data(message.text(of: "Body").utf8))
        messages.append((body as? [String: Any] ?? [:]).compactMapValues { $0 as? String })
        try ask(
          "sqs", "2012-11-05", "DeleteMessage",
          ["QueueUrl": queue, "ReceiptHandle": message.text(of: "ReceiptHandle")])
      }
    }
  }
}

extension XMLTree {
  /// The text of the first element with this name, which must be there.
  package func text(of name: String) throws -> String {
    guard let found = first(name) else { throw AWSAccount.Unexpected(body: Array(name.utf8)) }
    return found.text
  }
}
