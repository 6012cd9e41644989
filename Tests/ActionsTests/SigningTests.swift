import Actions
import Testing

@Suite struct SigningTests {
  @Test func `a keyed hash is that of RFC 4231`() {
    let hash = KeyedHash.sha256(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(
      hash.prefix(8).elementsEqual([0x5B, 0xDC, 0xC1, 0x46, 0xBF, 0x60, 0x75, 0x4E]))
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base64 is that of RFC 4648`(_ text: String, _ encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test func `what is not base64 is not decoded`() {
    #expect(Base64.decode("Zm9v!") == nil)
    #expect(Base64.decode("Z") == nil)
  }

  @Test func `a signed request carries the published signature`() {
    let request = HTTPRequest(
      method: "POST", url: GuardedText("https://a.example"),
      body: GuardedText(#"{"test": 2432232314}"#))
    let key = GuardedText("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    let signing = Signing.standardWebhooks(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", key: key)
    let headers = signing.headers(for: request, at: 1_614_265_330_000)
    #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    #expect(
      headers.map(\.value.description) == [
        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      ])
  }
}
