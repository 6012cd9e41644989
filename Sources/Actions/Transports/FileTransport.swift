import Glibc

/// Appends lines to files.
enum FileTransport {
  static func append(_ line: FileLine) throws(ActionError) -> Reply {
    // Not blocking: opening a pipe that nobody reads must not hold the lane.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let file = open(line.path.revealed, flags, 0o640)
    guard file >= 0 else { throw .failure(of: "open", on: line.path, errno) }
    defer { close(file) }

    // One write for the line and its end, so that lines of several writers never mix.
    let bytes = line.line + [UInt8(ascii: "\n")]
    let count = write(file, bytes, bytes.count)
    guard count >= 0 else { throw .failure(of: "write", on: line.path, errno) }
    guard count == bytes.count else {
      // The disk is full. What's there ends here, so that the next line begins on its own.
      write(file, "\n", 1)
      throw .failure(of: "write", on: line.path, ENOSPC)
    }
    return Reply("\(bytes.count) bytes appended")
  }
}

extension ActionError {
  fileprivate static func failure(
    of call: String, on path: GuardedText, _ code: Int32
  ) -> ActionError {
    let lasting = [EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM, EROFS]
    return ActionError(
      "can't \(call) \(path): \(SystemError.text(code))",
      advice: lasting.contains(code) ? .giveUp : .retry(after: nil), proof: .nothingDone)
  }
}
