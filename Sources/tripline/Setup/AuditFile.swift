import Actions
import Glibc
import Synchronization

/// The file that says what became of every delivery, one JSON object a line.
///
/// Lanes write to it from their threads; each line is one write, so that lines never mix.
final class AuditFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let hasFailed = Atomic(false)

  /// Nil when nobody asked for one.
  init?(_ path: String?) throws {
    guard let path else { return nil }
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw Failure(
        "can't write the audit file '\(path)': \(String(cString: strerror(errno)))", code: .usage)
    }
  }

  deinit { close(descriptor) }

  /// Says once when it can't be written any more; what is done does not wait for it.
  func keep(_ report: Delivery.Report, _ console: Console) {
    let line = report.json() + [UInt8(ascii: "\n")]
    guard write(descriptor, line, line.count) != line.count,
      hasFailed.exchange(true, ordering: .relaxed) == false
    else { return }
    console.say(
      "tripline: can't write the audit file '\(path)': \(String(cString: strerror(errno)))",
      important: true)
  }
}
