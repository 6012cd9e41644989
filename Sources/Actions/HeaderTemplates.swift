import QueryLanguage

/// `headers:` of a kind that sends requests: names, and texts with variables of the alert.
struct HeaderTemplates: Sendable {
  private let headers: [(name: String, value: Template)]

  init(binding keys: inout ActionKeys) {
    headers = keys.templateMap("headers")
    for header in headers where !header.name.utf8.allSatisfy(isHeaderNameByte) {
      keys.report(.badHeader(header.name), at: "headers")
    }
  }

  func rendered(_ alert: AlertContext) -> [HTTPRequest.Header] {
    headers.map { HTTPRequest.Header($0.name, $0.value.rendered(alert, as: .header)) }
  }
}

/// RFC 9110, section 5.6.2: a token.
private func isHeaderNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}

extension Diagnostic.Message {
  fileprivate static func badHeader(_ name: String) -> Self {
    Self("bad-header", "'\(name)' can't be the name of a header")
  }
}
