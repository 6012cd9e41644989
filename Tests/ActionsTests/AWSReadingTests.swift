import Actions
import TestKit
import Testing

/// An answer of AWS and what it means for the action.
private struct AWSAnswer: CustomTestStringConvertible, Sendable {
  var name: String
  var status: Int
  var headers: [String] = []
  var body: String
  /// Behind the request.
  var reason: String
  var advice = ActionError.Advice.giveUp
  var proof = ActionError.Proof.nothingDone

  var testDescription: String { name }

  static let all: [AWSAnswer] = [
    AWSAnswer(
      name: "EC2 forbids it", status: 403,
      body: """
        <?xml version="1.0"?><Response><Errors><Error><Code>UnauthorizedOperation</Code>
        <Message>You are not authorized.</Message></Error></Errors><RequestID>1</RequestID></Response>
        """,
      reason: "UnauthorizedOperation: You are not authorized.; the credentials need the permission "
        + "ec2:RebootInstances"),
    AWSAnswer(
      name: "SNS forbids it", status: 403,
      body: """
        <ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>
        <Code>AuthorizationError</Code><Message>a &amp; b</Message></Error></ErrorResponse>
        """,
      reason: "AuthorizationError: a & b; the credentials need the permission ec2:RebootInstances"),
    AWSAnswer(
      name: "Lambda forbids it", status: 403,
      headers: ["x-amzn-ErrorType: AccessDeniedException:http://internal.amazon.com/"],
      body: "{\"Message\": \"no\"}",
      reason: "AccessDeniedException: no; the credentials need the permission ec2:RebootInstances"),
    AWSAnswer(
      name: "EC2 throttles", status: 503, headers: ["Retry-After: 7"],
      body:
        "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>",
      reason: "RequestLimitExceeded", advice: .retry(after: .seconds(7))),
    AWSAnswer(
      name: "Logs throttles", status: 400,
      body:
        "{\"__type\": \"com.amazonaws.logs#ThrottlingException\", \"message\": \"slow\\ndown\"}",
      reason: "ThrottlingException: slow down", advice: .retry(after: nil)),
    AWSAnswer(
      name: "EC2 has no room to start it", status: 500,
      body: "<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code></Error></Errors>"
        + "</Response>",
      reason: "InsufficientInstanceCapacity", advice: .retry(after: nil)),
    AWSAnswer(
      name: "EC2 is in trouble", status: 500,
      body: "<Response><Errors><Error><Code>InternalError</Code></Error></Errors></Response>",
      reason: "InternalError", advice: .retry(after: nil), proof: .answered),
    AWSAnswer(
      name: "a proxy is in trouble", status: 502, body: "<html>\n<p>bad gateway</html>",
      reason: "status 502: <html> <p>bad gateway</html>", advice: .retry(after: nil),
      proof: .answered),
    AWSAnswer(
      name: "the instance is not there", status: 400,
      body: "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>x</Message>"
        + "</Error></Errors></Response>",
      reason: "InvalidInstanceID.NotFound: x", proof: .answered),
    AWSAnswer(
      name: "the key is not known", status: 401,
      body: "<Response><Errors><Error><Code>AuthFailure</Code><Message>who?</Message></Error>"
        + "</Errors></Response>",
      reason: "AuthFailure: who?; check the access key and its secret"),
    AWSAnswer(
      name: "our clock is ahead", status: 403, headers: ["Date: Mon, 02 Mar 2026 09:53:00 GMT"],
      body:
        "{\"__type\": \"InvalidSignatureException\", \"message\": \"Signature not yet current\"}",
      reason: "InvalidSignatureException: Signature not yet current; the clock of this machine is "
        + "7 min ahead", advice: .retry(after: nil)),
    AWSAnswer(
      name: "our clock is behind", status: 400, headers: ["Date: Mon, 02 Mar 2026 11:00:00 GMT"],
      body: "<Response><Errors><Error><Code>RequestExpired</Code></Error></Errors></Response>",
      reason: "RequestExpired; the clock of this machine is 60 min behind",
      advice: .retry(after: nil)),
    AWSAnswer(
      name: "the session is over", status: 403,
      body: "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>",
      reason: "ExpiredToken; the session of the credentials is over", advice: .retry(after: nil)),
    AWSAnswer(
      name: "the function failed", status: 200, headers: ["X-Amz-Function-Error: Unhandled"],
      body: "{\"errorMessage\": \"boom\"}",
      reason: "the function failed (unhandled): {\"errorMessage\": \"boom\"}", proof: .answered),
    AWSAnswer(
      name: "the line was too old", status: 200,
      body:
        "{\"nextSequenceToken\":\"1\",\"rejectedLogEventsInfo\":{\"tooOldLogEventEndIndex\":1}}",
      reason: "the line was rejected for its time: {\"nextSequenceToken\":\"1\","
        + "\"rejectedLogEventsInfo\":{\"tooOldLogEventEndIndex\":1}}",
      proof: .answered),
  ]
}

@Suite struct AWSReadingTests {
  private func ask(
    _ answer: LoopbackServer.Response, allowing allowed: [String] = [], tellsAnswer: Bool = false
  ) -> (result: Result<Reply, ActionError>, target: String) {
    let server = LoopbackServer { _ in answer }
    defer { server.stop() }
    let reading = AWSReading(
      needing: "ec2:RebootInstances", allowing: allowed, tellsAnswer: tellsAnswer)
    let request = HTTPRequest(
      method: "POST", url: GuardedText(server.url), body: GuardedText("x"),
      signing: .aws(service: "ec2", region: "eu-west-1"), reading: .aws(reading))
    var transport = SystemTransport(environment: [
      "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "a-secret",
    ])
    let result = Result { () throws(ActionError) in
      // 2026-03-02T10:00:00Z.
      try transport.perform(
        .request(request), now: 1_772_445_600_000, timeout: .seconds(20), redaction: Redaction())
    }
    return (result, "POST \(server.url)")
  }

  @Test(arguments: AWSAnswer.all)
  fileprivate func `a refusal says what, why and whether to come back`(_ answer: AWSAnswer) throws {
    let response = LoopbackServer.Response(
      answer.status, headers: answer.headers, body: answer.body)
    let (result, target) = ask(response)
    let expected = ActionError(
      "\(target): \(answer.reason)", advice: answer.advice, proof: answer.proof)
    #expect(try #require(result.failure) == expected)
  }

  @Test func `an error that is an answer is one`() throws {
    let body = "{\"__type\": \"ResourceNotFoundException\", \"message\": \"no stream\"}"
    let (result, _) = ask(.init(400, body: body), allowing: ["ResourceNotFoundException"])
    let reply = try result.get()
    #expect(reply.code == "ResourceNotFoundException")
    #expect(reply.status == 400)
  }

  @Test func `what comes back is told where it is worth it`() throws {
    #expect(try ask(.init(200, body: "{\"a\":1}")).result.get().summary == "status 200")
    let told = ask(.init(200, body: "{\"a\":1}"), tellsAnswer: true).result
    #expect(try told.get().summary == "status 200: {\"a\":1}")
  }
}
