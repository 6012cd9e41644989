import Glibc

/// How a named source has to be read.
enum SourceKind {
  /// It is written while it is read, and can be read again.
  case file
  /// Lines come as they come, once.
  case pipe
  /// It is read once, from its start to its end.
  case compressed

  /// What a path leads to; where nothing is yet, a file is expected.
  init(of path: String) throws(InputFailure) {
    var status = stat()
    guard path != "-" else {
      self = .pipe
      return
    }
    guard stat(path, &status) == 0 else {
      self = .file
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw InputFailure(path: path, reason: "it is a directory; name the files in it")
    case S_IFREG:
      self = SourceKind.isCompressed(path) ? .compressed : .file
    default:
      self = .pipe
    }
  }

  private static func isCompressed(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return ByteStreams.isCompressed(PlaceReader(descriptor: descriptor).read(at: 0, count: 4))
  }
}
