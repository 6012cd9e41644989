import Glibc

/// A directory in which people leave wishes for a run, one file each, whole or not at all.
package struct RequestFolder: Sendable {
  private let path: String
  /// What is longer is no wish.
  private static let longest = 64 << 10

  package init(_ path: String) { self.path = path }

  /// Where orders about actions are left for the run that has this state.
  package static func orders(of state: String) -> RequestFolder { RequestFolder("\(state)/orders") }

  /// Whether a wish has not been granted yet.
  package func holds(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

  /// Leaves a wish under a name; an earlier one of the same name is replaced.
  package func leave(_ text: String, as name: String) throws(StateFailure) {
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw StateFailure(path: path, errno: errno) }
    let bytes = Array(text.utf8)
    let draft = "\(path)/.\(name).\(getpid())"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StateFailure(path: path, errno: errno) }
    let written = write(file, bytes, bytes.count)
    close(file)
    guard written == bytes.count, rename(draft, "\(path)/\(name)") == 0 else {
      let code = errno
      unlink(draft)
      throw StateFailure(path: path, errno: code)
    }
  }

  /// The wishes that were left, by the names of their files.
  func pending() -> [(name: String, text: [UInt8])] {
    SystemFiles().names(in: path).filter { !$0.hasPrefix(".") }.sorted().map { name in
      let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return (name, []) }
      defer { close(file) }
      return (
        name, PlaceReader(descriptor: file).read(at: 0, count: RequestFolder.longest)
      )
    }
  }

  /// A wish was granted, or means nothing any more.
  func remove(_ name: String) { unlink("\(path)/\(name)") }

  /// Has `watcher` tell when a wish is left.
  func watch(by watcher: FileWatcher) {
    mkdir(path, 0o700)
    _ = watcher.watch(directory: path, for: 0)
  }
}
