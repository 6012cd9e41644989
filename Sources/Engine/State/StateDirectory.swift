import Glibc

/// The directory of a program's durable state: its owner's alone, and one program's at a time.
package final class StateDirectory {
  package let path: String
  private let lock: Int32

  /// Makes the directory when it is not there, and takes it until the end of the process: even
  /// `kill -9` gives it back.
  package init(_ path: String) throws(StateFailure) {
    self.path = path
    try StateDirectory.make(path)
    let lockPath = "\(path)/lock"
    lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw StateFailure(path: path, errno: errno) }
    guard StateDirectory.take(lock) else {
      let holder = PlaceReader(descriptor: lock).read(at: 0, count: 32)
      close(lock)
      let id = String(decoding: holder, as: UTF8.self)
      throw StateFailure(
        path: path, cause: .inUse,
        reason: "is in use by another tripline\(id.isEmpty ? "" : ", process \(id)"); "
          + "stop that one, or name another directory with --state")
    }
    let id = Array(String(getpid()).utf8)
    _ = ftruncate(lock, 0)
    _ = pwrite(lock, id, id.count, 0)
  }

  /// Whoever looks whether the state is held has the lock too, for a moment.
  private static func take(_ lock: Int32) -> Bool {
    for _ in 0..<10 {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(10_000)
    }
    return false
  }

  deinit { close(lock) }

  package var database: String { StateDirectory.database(in: path) }

  package static func database(in directory: String) -> String { "\(directory)/state.db" }

  /// Where state is kept unless told otherwise: `$XDG_STATE_HOME/tripline`.
  package static func usual(_ environment: [String: String]) -> String? {
    // The convention has relative paths ignored.
    if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return base + "/tripline" }
    return environment["HOME"].map { $0 + "/.local/state/tripline" }
  }

  /// Makes the directory when it is not there, for those who only leave something in it.
  package static func prepare(_ path: String) throws(StateFailure) { try make(path) }

  private static func make(_ path: String) throws(StateFailure) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, 0o700) != 0, errno != EEXIST { throw StateFailure(path: path, errno: errno) }
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw StateFailure(path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StateFailure(path: path, errno: ENOTDIR)
    }
    guard status.st_mode & 0o022 == 0 else {
      throw StateFailure(
        path: path, cause: .other,
        reason: "must not be kept there: others can write to the directory; take that away with "
          + "chmod go-w, or name another with --state")
    }
  }
}

extension StateFailure {
  init(path: String, errno code: Int32) {
    let cause: Cause =
      [ENOSPC, EROFS, EACCES, EPERM, EDQUOT, EIO].contains(code) ? .unwritable : .other
    self.init(
      path: path, cause: cause, reason: "can't be written: \(String(cString: strerror(code)))")
  }
}
