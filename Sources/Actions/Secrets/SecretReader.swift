import Glibc
import Synchronization

/// Reads secrets from where they are kept, when actions are bound.
///
/// Files are read at each binding, so that a reload finds what was changed; a program runs once.
package final class SecretReader: Sendable {
  /// Why there is no secret; never with a part of one.
  package enum Failure: Error, Sendable, Hashable {
    case notSet(String, others: [String])
    case unreadable(String, reason: String)
    /// Nobody has allowed that programs are run for secrets.
    case notAllowed(program: String)
    case failed(program: String, reason: String)
    case empty(String)
  }

  package struct Secret: Sendable {
    package var value: String
    /// Whether everybody on the machine can read it where it's kept.
    package var isExposed = false
  }

  /// Longer than any key there is.
  private static let mostBytes = 65_536
  /// How long a program may take.
  private static let patience = Duration.seconds(10)

  private let variables: [String: String]
  private let runsCommands: Bool
  private let answers = Mutex<[[String]: Result<String, ActionError>]>([:])

  /// `runsCommands` says whether programs may be run for secrets; they inherit the variables.
  package init(variables: [String: String], runsCommands: Bool = false) {
    self.variables = variables
    self.runsCommands = runsCommands
  }

  /// A variable that is no secret.
  func variable(_ name: String) -> String? { variables[name] }

  func secret(_ reference: SecretReference) throws(Failure) -> Secret {
    switch reference {
    case .variable(let name):
      guard let value = variables[name] else {
        throw .notSet(name, others: variables.keys.sorted())
      }
      return Secret(value: value)
    case .file(let path):
      let (text, isExposed) = try SecretReader.read(path)
      guard !text.isEmpty else { throw .empty(reference.shown) }
      return Secret(value: text, isExposed: isExposed)
    case .command(let words):
      let text = try answer(of: words)
      guard !text.isEmpty else { throw .empty(reference.shown) }
      return Secret(value: text)
    }
  }

  private static func read(_ path: String) throws(Failure) -> (String, isExposed: Bool) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(path, reason: SystemError.text(errno)) }
    defer { close(file) }
    var status = stat()
    fstat(file, &status)
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path, reason: "not a file") }
    var bytes = [UInt8](repeating: 0, count: mostBytes + 1)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count >= 0 else { throw .unreadable(path, reason: SystemError.text(errno)) }
    guard count <= mostBytes else { throw .unreadable(path, reason: "larger than 64 KiB") }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw .unreadable(path, reason: "no text")
    }
    return (text.withoutLastEnd, status.st_mode & S_IROTH != 0)
  }

  private func answer(of words: [String]) throws(Failure) -> String {
    guard runsCommands else { throw .notAllowed(program: words[0]) }
    let answer = answers.withLock { answers in
      if let answer = answers[words] { return answer }
      let answer = Result { () throws(ActionError) in
        try ProcessTransport(environment: variables).answer(
          to: words, within: SecretReader.patience)
      }
      answers[words] = answer
      return answer
    }
    do throws(ActionError) { return try answer.get().withoutLastEnd } catch {
      throw .failed(program: words[0], reason: error.reason)
    }
  }
}

extension String {
  /// The text without the end of its last line, which editors and programs add.
  fileprivate var withoutLastEnd: String {
    // A carriage return and a new line are one character.
    hasSuffix("\n") || hasSuffix("\r\n") ? String(dropLast()) : self
  }
}
