import Glibc
import Records

/// The file that malformed lines are copied to.
final class Quarantine {
  private let output: Output
  private let descriptor: Int32

  /// Nil when nobody asked for one.
  init?(_ path: String?) throws {
    guard let path else { return nil }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        "can't write the quarantine file '\(path)': \(String(cString: strerror(errno)))",
        code: .usage)
    }
    output = Output(descriptor: descriptor)
  }

  deinit { close(descriptor) }

  func keep(_ line: Bytes) throws {
    try output.write { buffer in
      buffer += line.array
      buffer.append(0x0A)
    }
  }

  func flush() throws { try output.flush() }
}
