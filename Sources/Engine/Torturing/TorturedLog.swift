import Glibc
import Records

/// The lines that a tortured run is to read, and how they come to it: piece by piece, cut anywhere,
/// into a file that is rotated now and then.
package struct TorturedLog: Sendable {
  package let bytes: [UInt8]
  /// Behind each line.
  package let lineEnds: [Int]

  /// The first lines of a log, of all its generations together; the last one is given an end.
  package init(
    reading generations: [String], atMost lines: Int
  ) throws(InputFailure) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    let page = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { page.deallocate() }
    reading: for path in generations {
      let stream = try ByteStreams.open(path)
      while true {
        let count = try stream.read(into: page)
        guard count > 0 else { break }
        for byte in page[..<count] {
          bytes.append(byte)
          guard byte == UInt8(ascii: "\n") else { continue }
          ends.append(bytes.count)
          if ends.count == lines { break reading }
        }
      }
    }
    if bytes.count > ends.last ?? 0 {
      bytes.append(UInt8(ascii: "\n"))
      ends.append(bytes.count)
    }
    self.bytes = bytes
    lineEnds = ends
  }
}

extension SourcePlan {
  /// The first time in the log; nil when none of its first lines has one.
  package var beginning: Int64? {
    let reader = ChunkReader(
      self, source: 0, chunkSize: 1 << 20, pool: ChunkPool(), ledger: nil)
    let maker = BatchMaker(self, Wanted(members: [], times: true))
    return reader.next().flatMap { maker.make($0).batch.times.first { $0 != Batch.untimed } }
  }
}

/// The file that a tortured run follows.
struct GrowingLog {
  let folder: String
  let name: String
  private var rotations = 0
  private var size = 0
  /// Behind the last whole line of the newest file.
  private(set) var lineEnd = 0

  init(in folder: String, name: String) throws(InputFailure) {
    self.folder = folder
    self.name = name
    try append([])
  }

  private var path: String { "\(folder)/\(name)" }

  mutating func append(_ bytes: ArraySlice<UInt8>) throws(InputFailure) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw InputFailure(path: path, errno: errno) }
    defer { close(file) }
    if let last = bytes.lastIndex(of: UInt8(ascii: "\n")) {
      lineEnd = size + last - bytes.startIndex + 1
    }
    size += bytes.count
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw InputFailure(path: path, errno: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// As logrotate does by default: the old files move up, and a new one begins.
  mutating func rotate() throws(InputFailure) {
    for age in stride(from: rotations, through: 0, by: -1) {
      let old = age == 0 ? path : "\(path).\(age)"
      guard rename(old, "\(path).\(age + 1)") == 0 else {
        throw InputFailure(path: old, errno: errno)
      }
    }
    rotations += 1
    (size, lineEnd) = (0, 0)
    try append([])
  }
}
