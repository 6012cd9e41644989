import Actions
import Testing

@Suite struct RedactionTests {
  private static let secret = "s3cr3t \"<&>\" 1"
  private static let redaction = {
    var redaction = Redaction()
    redaction.add(secret, shown: "${file:token}")
    return redaction
  }()

  @Test(arguments: [
    secret, #"{"a":"s3cr3t \"<&>\" 1"}"#, "<b>s3cr3t &quot;&lt;&amp;&gt;&quot; 1</b>",
    "/hook/s3cr3t%20%22%3C%26%3E%22%201?x", "Basic czNjcjN0ICI8Jj4iIDE=",
  ])
  func `a secret is taken out however it is written`(_ text: String) {
    let redacted = Self.redaction.redact(text)
    #expect(redacted.contains("${file:token}"))
    #expect(!redacted.contains("s3cr3t") && !redacted.contains("czNjcjN0"))
  }

  @Test func `the beginning of a secret goes from a text that was cut`() {
    for count in 1..<Self.secret.count {
      let text = "said " + Self.secret.prefix(count)
      #expect(Self.redaction.redact(text, isCut: true) == "said ")
      #expect(Self.redaction.redact(text) == text)
    }
    #expect(Self.redaction.redact("nothing", isCut: true) == "nothing")
  }
}
