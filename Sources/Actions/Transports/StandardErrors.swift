import Glibc

/// Writes lines on the standard error of the program, with secrets by name: what is said there is kept
/// by whoever collects it.
enum StandardErrors {
  static func write(_ line: GuardedText) throws(ActionError) -> Reply {
    // One write, so that it does not mix with what else is said there.
    var rest = Array((line.description + "\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw ActionError(
          "can't write on standard error: \(SystemError.text(errno))",
          advice: .retry(after: nil), proof: .unknown)
      }
      rest = rest.dropFirst(count)
    }
    return Reply("written")
  }
}
