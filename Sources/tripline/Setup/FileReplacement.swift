import Engine
import Glibc

/// Writes whole files so that a reader, or a crash, meets the old content or the new, never a part.
enum FileReplacement {
  /// Puts `bytes` where `path` leads to, with the permissions of what was there.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let target = resolved(path)
    var name = Array("\(target).XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw failure(path, errno) }
    let temporary = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    do {
      defer { close(descriptor) }
      let output = Output(descriptor: descriptor)
      try output.write { $0 += bytes }
      try output.flush()
      var status = stat()
      let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o666 & ~currentMask()
      guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
        throw failure(path, errno)
      }
      guard rename(temporary, target) == 0 else { throw failure(path, errno) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// The file behind symbolic links: the link itself is to stay.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func currentMask() -> mode_t {
    let mask = umask(0)
    umask(mask)
    return mask
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    Failure("can't write '\(path)': \(String(cString: strerror(code)))", code: .input)
  }
}
