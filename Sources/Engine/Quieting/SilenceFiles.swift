package import Alerting
import Glibc

/// The directory, beside the state, in which people say what is to be quiet: one file for each
/// silence, so that nobody waits for anybody, whether a run goes on or not.
package struct SilenceFiles: Sendable {
  private let directory: String

  /// Of the state in this directory.
  package init(of state: String) { directory = "\(state)/silences" }

  /// All that were left, those that are over too; the oldest first.
  package func all() -> [Silence] {
    names().compactMap { name in
      let file = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      defer { close(file) }
      return Silence(json: PlaceReader(descriptor: file).read(at: 0, count: 64 << 10))
    }.sorted { ($0.from, $0.id) < ($1.from, $1.id) }
  }

  /// Leaves a silence, or another one under the same id; as a whole or not at all.
  package func leave(_ silence: Silence) throws(StateFailure) {
    try LeftFile.write(silence.json, as: silence.id, in: directory)
  }

  /// Removes those that have been over for a while, so that a list stays one that people can read.
  package func forget(before time: Int64) {
    for silence in all() where silence.until < time { unlink("\(directory)/\(silence.id)") }
  }

  private func names() -> [String] {
    SystemFiles().names(in: directory).filter { !$0.hasPrefix(".") }
  }

  /// Has `watcher` tell when one is left.
  func watch(by watcher: FileWatcher, for follower: Int) {
    mkdir(directory, 0o700)
    _ = watcher.watch(directory: directory, for: follower)
  }
}

/// A small file that one process leaves for another: as a whole or not at all, and still there after
/// a loss of power.
enum LeftFile {
  static func write(
    _ text: String, as name: String, in directory: String
  ) throws(StateFailure) {
    if mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw StateFailure(path: directory, errno: errno)
    }
    let bytes = Array(text.utf8)
    let draft = "\(directory)/.\(name).\(getpid())"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StateFailure(path: directory, errno: errno) }
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    close(file)
    guard isWritten, rename(draft, "\(directory)/\(name)") == 0 else {
      let code = errno
      unlink(draft)
      throw StateFailure(path: directory, errno: code)
    }
  }
}
