import Glibc

/// Files that are read whole: configuration, a token.
enum SmallFile {
  /// What is larger is none of these.
  private static let limit = 1 << 20

  /// Nil when the file can't be read.
  static func read(_ path: String) -> [UInt8]? {
    // Not blocking: what stands there may be a pipe.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = Glibc.read(file, &room, room.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += room[..<count]
    }
    return bytes
  }
}
