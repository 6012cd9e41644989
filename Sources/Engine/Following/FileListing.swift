import Glibc

/// What is looked up about files, so that who looks can be tested without any.
package protocol FileListing {
  /// The names in a directory; none when it can't be read.
  func names(in directory: String) -> [String]
  /// The regular file at a path, links followed; nil when there is none.
  func file(at path: String) -> FoundFile?
}

/// A file as it was found in a directory.
package struct FoundFile: Sendable, Hashable {
  package var path: String
  package var identity: FileIdentity
  package var size: Int64
  /// When it was last written, in nanoseconds since the epoch.
  package var modified: Int64

  package init(path: String, identity: FileIdentity, size: Int64, modified: Int64) {
    self.path = path
    self.identity = identity
    self.size = size
    self.modified = modified
  }

  /// Whether it was last written before a moment, in nanoseconds since the epoch; compressing may
  /// forget the part of a second.
  func isOlder(than moment: Int64) -> Bool { seconds < moment / 1_000_000_000 }

  /// When it was last written, in whole seconds since the epoch.
  var seconds: Int64 { modified / 1_000_000_000 }

  init(path: String, _ status: stat) {
    self.init(
      path: path, identity: FileIdentity(status), size: Int64(status.st_size),
      modified: status.modifiedNanoseconds)
  }
}

/// Which file it is, whatever its name, for as long as it exists: the system gives the number of a
/// file that is gone to another one.
package struct FileIdentity: Sendable, Hashable {
  package var device: UInt64
  package var inode: UInt64

  package init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  init(_ status: stat) {
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}

/// The files of the machine.
package struct SystemFiles: FileListing {
  package init() {}

  package func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { name in
          String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }

  package func file(at path: String) -> FoundFile? {
    var status = Glibc.stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return FoundFile(path: path, status)
  }
}

extension stat {
  /// When it was last written, in nanoseconds since the epoch.
  var modifiedNanoseconds: Int64 {
    Int64(st_mtim.tv_sec) * 1_000_000_000 + Int64(st_mtim.tv_nsec)
  }

  /// When it was last written, in milliseconds since the epoch.
  var modified: Int64 { modifiedNanoseconds / 1_000_000 }
}
