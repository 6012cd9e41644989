import Alerting

/// What an action wants done, as a value: nothing happens until a transport performs it, so a dry
/// run prints exactly what a live run would do.
package enum Effect: Sendable, Hashable {
  case request(HTTPRequest)
  /// The same for several receivers: all are sent it, and it's enough when one takes it.
  case anyRequest([HTTPRequest])
  case mail(MailMessage)
  case process(ProcessCall)
  case append(FileLine)
  /// A line on standard error.
  case say(GuardedText)
}

/// A request to send over HTTP.
package struct HTTPRequest: Sendable, Hashable {
  package struct Header: Sendable, Hashable {
    package var name: String
    package var value: GuardedText

    package init(_ name: String, _ value: GuardedText) {
      self.name = name
      self.value = value
    }
  }

  package var method: String
  package var url: GuardedText
  package var headers: [Header]
  package var body: GuardedText
  /// A file of the certificates to trust instead of the system's.
  package var authorities: String?
  /// How far it may go.
  package var reach: Reach
  /// How each attempt is signed.
  package var signing: Signing?
  /// How the answer is judged.
  package var reading: Reading
  /// Whether it is for this machine alone, and so goes past any proxy.
  package var isLocal = false

  package init(
    method: String, url: GuardedText, headers: [Header] = [], body: GuardedText = GuardedText(),
    authorities: String? = nil, reach: Reach = [], signing: Signing? = nil,
    reading: Reading = .plain
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.authorities = authorities
    self.reach = reach
    self.signing = signing
    self.reading = reading
  }
}

/// A program to run: an argument list, never a line for a shell.
package struct ProcessCall: Sendable, Hashable {
  package struct Variable: Sendable, Hashable {
    package var name: String
    package var value: GuardedText

    package init(_ name: String, _ value: GuardedText) {
      self.name = name
      self.value = value
    }
  }

  package var arguments: [GuardedText]
  package var directory: GuardedText?
  /// Set on top of the program's own environment.
  package var environment: [Variable]
  package var input: [UInt8]

  package init(
    arguments: [GuardedText], directory: GuardedText? = nil, environment: [Variable] = [],
    input: [UInt8] = []
  ) {
    self.arguments = arguments
    self.directory = directory
    self.environment = environment
    self.input = input
  }
}

/// A line to append to a file.
package struct FileLine: Sendable, Hashable {
  package var path: GuardedText
  /// Without its end.
  package var line: [UInt8]

  package init(path: GuardedText, line: [UInt8]) {
    self.path = path
    self.line = line
  }
}

extension Effect: CustomStringConvertible {
  /// The effect as a dry run prints it, secrets by name.
  package var description: String {
    switch self {
    case .request(let request): request.description
    case .anyRequest(let requests):
      requests.map(\.line).dropLast().map { $0 + "\n" }.joined()
        + (requests.last?.description ?? "")
    case .mail(let mail): mail.description
    case .process(let call): call.description
    case .append(let line): line.description
    case .say(let line): "say \(line)"
    }
  }

  /// What it's done to, in one line, for messages about the world.
  package var target: String {
    switch self {
    case .request(let request): request.line
    case .anyRequest(let requests): requests.map(\.line).joined(separator: ", ")
    case .mail(let mail): mail.line
    case .process(let call): call.arguments.first?.description ?? ""
    case .append(let line): line.path.description
    case .say: "standard error"
    }
  }
}

extension HTTPRequest: CustomStringConvertible {
  fileprivate var line: String { "\(method) \(url)" }

  package var description: String {
    var lines = [line]
    lines += headers.map { "\($0.name): \($0.isCredential ? "<redacted>" : $0.value.description)" }
    if !body.description.isEmpty { lines += ["", body.description] }
    return lines.joined(separator: "\n")
  }
}

extension HTTPRequest.Header {
  /// Whether the value lets its owner in somewhere and is written out in the rule file.
  fileprivate var isCredential: Bool {
    let name = name.lowercased()
    let words = ["authorization", "cookie", "token", "secret", "api-key", "apikey"]
    return words.contains { name.contains($0) } && !value.description.contains("${")
  }
}

extension ProcessCall: CustomStringConvertible {
  package var description: String {
    var lines = ["run " + JSONWriter.list(arguments.map(\.description))]
    if let directory { lines.append("in \(directory)") }
    lines += environment.map { "\($0.name)=\($0.value)" }
    if !input.isEmpty { lines += ["", String(decoding: input, as: UTF8.self)] }
    return lines.joined(separator: "\n")
  }
}

extension FileLine: CustomStringConvertible {
  package var description: String {
    "append to \(path)\n\n" + String(decoding: line, as: UTF8.self)
  }
}

extension JSONWriter {
  fileprivate static func list(_ texts: [String]) -> String {
    var writer = JSONWriter()
    writer.array {
      for text in texts { $0.string(text) }
    }
    return writer.text
  }
}
