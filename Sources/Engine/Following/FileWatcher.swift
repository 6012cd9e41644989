import CLinux
import Glibc

/// Tells when something happened to followed files and to the directories they are in (inotify).
///
/// Who follows a file watches it before reading it: what is written between the two is then noticed.
package final class FileWatcher {
  /// To be polled: readable when something has happened.
  package let descriptor: Int32
  private var followers: [Int32: Set<Int>] = [:]

  private static let fileEvents =
    UInt32(IN_MODIFY) | UInt32(IN_ATTRIB) | UInt32(IN_MOVE_SELF) | UInt32(IN_DELETE_SELF)
  private static let directoryEvents =
    UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)
    | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ATTRIB)

  /// With `polls` it watches nothing, as where the system can't.
  package init(polls: Bool = false) {
    descriptor = polls ? -1 : inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Watches an open file, under whatever name it goes; false when the system can't.
  func watch(open file: Int32, for follower: Int) -> Bool {
    // The path may belong to another file by now; this name can't.
    watch("/proc/self/fd/\(file)", FileWatcher.fileEvents, follower)
      && !FileWatcher.isWrittenElsewhere(file)
  }

  /// Watches what comes into a directory; false when the system can't.
  func watch(directory: String, for follower: Int) -> Bool {
    watchDirectory(of: directory + "/.", follower)
  }

  /// Watches an open file no more. Its name may live on, and the system's watches are few.
  func unwatch(open file: Int32, for follower: Int) {
    // To watch it once more is to learn its number.
    let number = inotify_add_watch(
      descriptor, "/proc/self/fd/\(file)", FileWatcher.fileEvents | UInt32(IN_MASK_ADD))
    guard number >= 0 else { return }
    followers[number]?.remove(follower)
    if followers[number]?.isEmpty ?? true { inotify_rm_watch(descriptor, number) }
  }

  /// Watches the directories through which a path leads to a file, or would if there were one.
  @discardableResult
  func watch(way path: String, for follower: Int) -> Bool {
    var isWatched = watchDirectory(of: path, follower)
    if let real = FileWatcher.real(path), real != path {
      isWatched = watchDirectory(of: real, follower) && isWatched
    }
    // A directory on the way may be a link that is switched.
    var directory = FileWatcher.parent(of: path)
    while directory != "/", directory != "." {
      if FileWatcher.isLink(directory) {
        isWatched = watchDirectory(of: directory, follower) && isWatched
      }
      directory = FileWatcher.parent(of: directory)
    }
    return isWatched
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The followers to whose files something may have happened since the last time.
  package func take() -> Set<Int> {
    var stirred: Set<Int> = []
    let size = 16 << 10
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, size)
        guard count > 0 else { return }
        var place = 0
        while place < count {
          // SAFETY: the kernel only hands over whole events, aligned to four bytes.
          let event = buffer.load(fromByteOffset: place, as: inotify_event.self)
          note(event, &stirred)
          place += MemoryLayout<inotify_event>.size + Int(event.len)
        }
      }
    }
    return stirred
  }

  private func note(_ event: inotify_event, _ stirred: inout Set<Int>) {
    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
      for list in followers.values { stirred.formUnion(list) }
    }
    stirred.formUnion(followers[event.wd] ?? [])
    if event.mask & UInt32(IN_IGNORED) != 0 { followers[event.wd] = nil }
  }

  private func watch(_ path: String, _ events: UInt32, _ follower: Int) -> Bool {
    // A directory may also be a followed file's own, so events are added to those there are.
    let number = inotify_add_watch(descriptor, path, events | UInt32(IN_MASK_ADD))
    guard number >= 0 else { return false }
    followers[number, default: []].insert(follower)
    return true
  }

  /// The nearest directory that exists: the others will have to be made inside it first.
  private func watchDirectory(of path: String, _ follower: Int) -> Bool {
    var directory = path
    repeat {
      directory = FileWatcher.parent(of: directory)
      if watch(directory, FileWatcher.directoryEvents, follower) { return true }
    } while errno == ENOENT && directory != "/" && directory != "."
    return false
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// Whether the file system doesn't tell what other machines write: those of networks and of
  /// virtual machines.
  private static func isWrittenElsewhere(_ file: Int32) -> Bool {
    var system = statfs()
    guard fstatfs(file, &system) == 0 else { return false }
    let kinds: Set<UInt32> = [0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x517B, 0x0102_1997, 0x6573_5546]
    return kinds.contains(UInt32(truncatingIfNeeded: system.f_type))
  }
}
