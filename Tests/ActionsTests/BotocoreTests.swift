import Actions
import Foundation
import TestKit
import Testing

/// Our signatures beside those of AWS's own library, over random requests.
@Suite struct BotocoreTests {
  /// Reads requests as JSON lines and prints the `Authorization` header of each.
  private static let signer = """
    import datetime, json, sys
    from unittest import mock
    from botocore import auth, awsrequest, credentials
    now = datetime.datetime(2026, 3, 2, 10, 0, 0, tzinfo=datetime.timezone.utc)
    auth.get_current_datetime = lambda remove_tzinfo=True: now.replace(tzinfo=None)
    for line in open(sys.argv[1], encoding="utf-8", newline="\\n"):
        case = json.loads(line)
        keys = credentials.Credentials(case["id"], case["secret"], case.get("token"))
        request = awsrequest.AWSRequest(
            method=case["method"], url=case["url"], headers=dict(case["headers"]),
            data=case["body"].encode())
        auth.SigV4Auth(keys, case["service"], case["region"]).add_auth(request)
        print(request.headers["Authorization"])
    """

  private struct Case: Encodable {
    var id = "AKIDEXAMPLE"
    var secret: String
    var token: String?
    var method: String
    var url: String
    var headers: [[String]]
    var body: String
    var service: String
    var region: String
  }

  @Test(.enabled(if: Counterpart.botocore.isThere, "\(Counterpart.botocore.remedy)"))
  func `random requests are signed as botocore signs them`() throws {
    let seed = TestSeed.value
    var random = SplitMix64(seed: seed)
    let cases = (0..<500).map { _ in BotocoreTests.random(&random) }
    let scratch = try Scratch()
    let encoder = JSONEncoder()
    let lines = try cases.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try scratch.write(lines.joined(), to: "cases")
    try scratch.write(BotocoreTests.signer, to: "sign.py")
    let run = try scratch.shell("'\(Counterpart.botocore.program)' sign.py cases")
    #expect(run.status == 0, "\(run.errors)")
    let signed = run.output.split(separator: "\n")
    try #require(signed.count == cases.count)
    for (one, expected) in zip(cases, signed) {
      #expect(authorization(of: one) == String(expected), "seed \(seed), \(one)")
    }
  }

  private func authorization(of one: Case) -> String? {
    let credentials = AWSCredentials(keyID: one.id, secret: one.secret, sessionToken: one.token)
    let signature = SignatureV4(
      credentials: credentials, service: one.service, region: one.region)
    let request = HTTPRequest(
      method: one.method, url: GuardedText(one.url),
      headers: one.headers.map { HTTPRequest.Header($0[0], GuardedText($0[1])) },
      body: GuardedText(one.body))
    // 2026-03-02T10:00:00Z, as above.
    return signature.headers(for: request, at: 1_772_445_600_000)?.last?.value.revealed
  }

  private static func random(_ random: inout SplitMix64) -> Case {
    func text(_ letters: String, upTo limit: Int) -> String {
      let letters = Array(letters)
      return String(
        (0..<Int.random(in: 0...limit, using: &random)).map { _ in random.pick(letters) })
    }
    let hosts = [
      "https://ec2.eu-west-1.amazonaws.com", "http://127.0.0.1:5551", "https://x.example:443",
      "http://x.example:80", "http://[::1]:8080",
    ]
    // A query comes to us encoded; a path may be anything.
    let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
      [
        text("abAB-_~.", upTo: 3), "=",
        text("abAB-", upTo: 3) + random.pick(["", "%20", "%E1%88%B4"]),
      ]
      .joined()
    }
    // botocore leaves a dot at the end as it is; RFC 3986 and libcurl don't.
    let path = "/" + text("ab/.%3A+~ :ü$", upTo: 12) + random.pick(["/", "x"])
    return Case(
      secret: "s" + text("abc/+=", upTo: 40),
      token: random.oneIn(2) ? "t" + text("ab/+=", upTo: 9) : nil,
      method: random.pick(["GET", "POST", "PUT"]),
      url: random.pick(hosts) + path
        + (members.isEmpty ? "" : "?" + members.joined(separator: "&")),
      headers: [
        ["Content-Type", "application/x-amz-json-1.1"],
        ["X-Amz-Target", "Logs_20140328." + text("aB", upTo: 5)],
        ["X-One", text("a \t\"ü", upTo: 12)],
      ],
      body: text("ab{}\"=&ü\n", upTo: 30), service: random.pick(["ec2", "sns", "logs", "lambda"]),
      region: random.pick(["eu-west-1", "us-gov-east-1"]))
  }
}
