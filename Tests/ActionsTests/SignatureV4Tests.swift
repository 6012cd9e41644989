import Actions
import Foundation
import TestKit
import Testing

/// One request of AWS's published test suite for Signature Version 4, and the signature that it has
/// to have.
struct SignatureVector: CustomTestStringConvertible, Sendable {
  var name: String
  var method = "GET"
  var target = "/"
  var headers: [(name: String, value: String)] = []
  var body = ""
  var token: String?
  var signed: String
  var signature: String

  var testDescription: String { name }

  /// 2015-08-30T12:36:00Z.
  static let time: Int64 = 1_440_938_160_000
  static let keyID = "AKIDEXAMPLE"
  static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
  private static let unreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  private static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
  private static let token =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfp"
    + "SPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQ"
    + "DYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+s"
    + "cqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

  static let all: [SignatureVector] = [
    get("get-vanilla", "/", vanilla),
    get(
      "get-unreserved", "/" + unreserved,
      "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    get(
      "get-utf8", "/ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    get(
      "get-space", "/example space/",
      "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    get(
      "get-vanilla-empty-query-key", "/?Param1=value1",
      "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    get(
      "get-vanilla-query-order-key", "/?Param1=value2&Param1=Value1",
      "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
    get(
      "get-vanilla-query-order-key-case", "/?Param2=value2&Param1=value1",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    get(
      "get-vanilla-query-order-value", "/?Param1=value2&Param1=value1",
      "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
    get(
      "get-vanilla-query-unreserved", "/?\(unreserved)=\(unreserved)",
      "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
    get(
      "get-vanilla-utf8-query", "/?ሴ=bar",
      "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    get("get-relative", "/example/..", vanilla),
    get("get-relative-relative", "/example1/example2/../..", vanilla),
    get("get-slash", "//", vanilla),
    get("get-slash-dot-slash", "/./", vanilla),
    get(
      "get-slash-pointless-dot", "/./example",
      "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
    get(
      "get-slashes", "//example//",
      "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    SignatureVector(
      name: "get-header-key-duplicate",
      headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
      signed: "host;my-header1;x-amz-date",
      signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    SignatureVector(
      name: "get-header-value-order",
      headers: ["value4", "value1", "value3", "value2"].map { ("My-Header1", $0) },
      signed: "host;my-header1;x-amz-date",
      signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
    SignatureVector(
      name: "get-header-value-trim",
      headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
      signed: "host;my-header1;my-header2;x-amz-date",
      signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    SignatureVector(
      name: "get-header-value-multiline",
      headers: [("My-Header1", "value1\n  value2\n     value3")],
      signed: "host;my-header1;x-amz-date",
      signature: "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"),
    SignatureVector(
      name: "post-vanilla", method: "POST", signed: "host;x-amz-date",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    SignatureVector(
      name: "post-vanilla-query", method: "POST", target: "/?Param1=value1",
      signed: "host;x-amz-date",
      signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    SignatureVector(
      name: "post-header-key-sort", method: "POST", headers: [("My-Header1", "value1")],
      signed: "host;my-header1;x-amz-date",
      signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
    SignatureVector(
      name: "post-header-value-case", method: "POST", headers: [("My-Header1", "VALUE1")],
      signed: "host;my-header1;x-amz-date",
      signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
    SignatureVector(
      name: "post-x-www-form-urlencoded", method: "POST",
      headers: [("Content-Type", "application/x-www-form-urlencoded")], body: "Param1=value1",
      signed: "content-type;host;x-amz-date",
      signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    SignatureVector(
      name: "post-x-www-form-urlencoded-parameters", method: "POST",
      headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf8")],
      body: "Param1=value1", signed: "content-type;host;x-amz-date",
      signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    SignatureVector(
      name: "post-sts-header-before", method: "POST", token: token,
      signed: "host;x-amz-date;x-amz-security-token",
      signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
  ]

  private static func get(_ name: String, _ target: String, _ signature: String) -> Self {
    SignatureVector(name: name, target: target, signed: "host;x-amz-date", signature: signature)
  }
}

@Suite struct SignatureV4Tests {
  @Test(arguments: SignatureVector.all)
  func `requests are signed as published`(_ vector: SignatureVector) throws {
    let credentials = AWSCredentials(
      keyID: SignatureVector.keyID, secret: SignatureVector.secret, sessionToken: vector.token)
    let signature = SignatureV4(credentials: credentials, service: "service", region: "us-east-1")
    let request = HTTPRequest(
      method: vector.method, url: GuardedText("https://example.amazonaws.com" + vector.target),
      headers: vector.headers.map { HTTPRequest.Header($0.name, GuardedText($0.value)) },
      body: GuardedText(vector.body))
    let headers = try #require(signature.headers(for: request, at: SignatureVector.time))
    #expect(headers.first?.value.revealed == "20150830T123600Z")
    #expect(
      headers.last?.value.revealed
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        + "SignedHeaders=\(vector.signed), Signature=\(vector.signature)")
  }
}
