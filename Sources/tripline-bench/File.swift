import Glibc

/// Why a file could not be read or written.
struct FileError: Error, CustomStringConvertible {
  let description: String

  init(_ verb: String, _ path: String) {
    description = "can't \(verb) '\(path)': \(String(cString: strerror(errno)))"
  }
}

/// A file written front to back.
struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError("write", path) }
  }

  deinit { close(descriptor) }

  func write(_ content: [UInt8]) throws(FileError) {
    var done = 0
    while done < content.count {
      let count = content.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      }
      guard count > 0 else { throw FileError("write", path) }
      done += count
    }
  }
}

/// All bytes of a file.
func contents(of path: String) throws(FileError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError("read", path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileError("read", path) }
  let size = Int(status.st_size)
  var failed = false
  let content = [UInt8](unsafeUninitializedCapacity: size) { room, used in
    while used < size {
      let count = read(descriptor, room.baseAddress.map { $0 + used }, size - used)
      failed = count < 0
      guard count > 0 else { return }
      used += count
    }
  }
  guard !failed else { throw FileError("read", path) }
  return content
}
