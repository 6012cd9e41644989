import Engine
import Glibc

/// Files that are written from their start to their end.
enum WholeFile {
  /// Writes to a path, which may be a pipe or a terminal too; a file that is there is overwritten.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try write(bytes, to: path, O_TRUNC)
  }

  /// Writes a file that must not be there yet.
  static func create(_ path: String, with bytes: [UInt8]) throws {
    try write(bytes, to: path, O_EXCL)
  }

  private static func write(_ bytes: [UInt8], to path: String, _ how: Int32) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0o666)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor)
  }

  /// Puts other content in place of a file's, so that a reader, or a crash, meets the old content or
  /// the new, never a part of either.
  static func replace(_ path: String, with bytes: [UInt8]) throws {
    let target = resolved(path)
    var name = Array("\(target).XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    let temporary = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    do {
      try write(bytes, to: descriptor)
      var status = stat()
      guard stat(target, &status) == 0, fchmod(descriptor, status.st_mode & 0o7777) == 0,
        fsync(descriptor) == 0, rename(temporary, target) == 0
      else { throw failure(path, errno) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    let output = Output(descriptor: descriptor)
    try output.write { $0 += bytes }
    try output.flush()
  }

  /// The file behind symbolic links: the link itself is to stay.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    Failure("can't write '\(path)': \(String(cString: strerror(code)))", code: .input)
  }
}
