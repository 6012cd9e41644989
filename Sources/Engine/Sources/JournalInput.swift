import Alerting
import Glibc
import Records

/// The systemd journal, or one that lies somewhere else.
package struct JournalInput: Sendable, Hashable {
  /// A directory of journal files, or one file; nil for the machine's own.
  package var path: String?

  package init(path: String?) { self.path = path }

  /// As messages name it.
  package var text: String { path.map { "journal \($0)" } ?? "journal" }
}

/// The entries of a journal as lines of JSON.
final class JournalBytes: LiveBytes {
  /// Which entries are read.
  enum Reach {
    /// Those that there are, and then it ends.
    case all
    /// Those that come from now on.
    case new
  }

  private let library: JournalLibrary
  private let journal: JournalLibrary.Journal
  private let name: String
  private let reach: Reach
  private var line: ArraySlice<UInt8> = []
  private(set) var hasEnded = false

  init(_ input: JournalInput, _ reach: Reach) throws(InputFailure) {
    name = input.text
    self.reach = reach
    guard let library = JournalLibrary() else {
      throw InputFailure(
        path: name, reason: "libsystemd.so.0 is not installed, and only it reads journals")
    }
    self.library = library
    var opened: JournalLibrary.Journal?
    let code = JournalBytes.open(input, library, &opened)
    guard code >= 0, let opened else {
      throw InputFailure(path: name, errno: code < 0 ? -code : EIO)
    }
    journal = opened
    switch reach {
    case .all: _ = library.seekHead(journal)
    case .new:
      _ = library.seekTail(journal)
      // Behind the newest entry, rather than behind all that will ever come.
      _ = library.previous(journal)
    }
  }

  deinit { library.close(journal) }

  private static func open(
    _ input: JournalInput, _ library: JournalLibrary, _ opened: inout JournalLibrary.Journal?
  ) -> Int32 {
    let localOnly: Int32 = 1
    guard let path = input.path else { return library.open(&opened, localOnly) }
    var status = stat()
    if stat(path, &status) != 0 { return -errno }
    if status.st_mode & S_IFMT == S_IFDIR { return library.openDirectory(&opened, path, 0) }
    return path.withCString { name in
      var names: [UnsafePointer<CChar>?] = [name, nil]
      return library.openFiles(&opened, &names, 0)
    }
  }

  var descriptor: Int32? {
    let number = library.descriptor(journal)
    return number >= 0 ? number : nil
  }

  /// A journal keeps what nobody has read yet.
  var keepsUnread: Bool { true }

  /// Goes on behind the entry that a line was made from.
  func resume(after line: [UInt8]) {
    guard let cursor = JSONTree(String(decoding: line, as: UTF8.self))?["__CURSOR"]?.text,
      library.seekCursor(journal, cursor) >= 0
    else { return }
    // An entry that is gone has a neighbour in its place, which has not been read yet.
    guard library.next(journal) > 0, library.testCursor(journal, cursor) <= 0 else { return }
    if library.previous(journal) <= 0 { _ = library.seekHead(journal) }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    if line.isEmpty { line = try nextLine()[...] }
    let count = min(line.count, buffer.count)
    buffer.copyBytes(from: line.prefix(count))
    line = line.dropFirst(count)
    return count
  }

  /// Nothing when there is no entry, for now or at the end.
  private func nextLine() throws(InputFailure) -> [UInt8] {
    // Takes note of files that have come and gone.
    _ = library.process(journal)
    let code = library.next(journal)
    if code < 0 { throw InputFailure(path: name, errno: -code) }
    guard code > 0 else {
      hasEnded = reach == .all
      return []
    }
    return entry.line(time: time, cursor: cursor)
  }

  // The entry.

  private var time: Int64 {
    var microseconds: UInt64 = 0
    _ = library.realtime(journal, &microseconds)
    return Int64(microseconds / 1_000)
  }

  private var cursor: String {
    var text: UnsafeMutablePointer<CChar>?
    guard library.cursor(journal, &text) >= 0, let text else { return "" }
    defer { free(text) }
    return String(cString: text)
  }

  private var entry: JournalEntry {
    var entry = JournalEntry()
    library.restartData(journal)
    var start: UnsafeRawPointer?
    var count = 0
    while library.nextData(journal, &start, &count) > 0, let start {
      let field = UnsafeRawBufferPointer(start: start, count: count)
      guard let equals = field.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: field[..<equals], as: UTF8.self)
      // Of a field that is there more than once, the first counts.
      if entry.fields[name] == nil { entry.fields[name] = Array(field[(equals + 1)...]) }
    }
    return entry
  }
}

/// An entry of a journal.
struct JournalEntry {
  var fields: [String: [UInt8]] = [:]

  /// Fields that are numbers to whoever asks for them.
  private static let numbers: Set = ["PRIORITY", "_PID", "_UID", "_GID", "SYSLOG_PID"]

  /// A line of JSON. A message that is an object is the record itself, with the other fields behind its
  /// members and with its own time if it has one.
  func line(time: Int64, cursor: String) -> [UInt8] {
    let message = fields["MESSAGE"] ?? []
    let object = JournalEntry.inside(of: message)
    var writer = JSONWriter()
    writer.object {
      $0.member(object == nil ? "timestamp" : "_messagetime", Timestamp.rfc3339(time))
      for name in fields.keys.sorted() where object == nil || name != "MESSAGE" {
        let text = String(decoding: fields[name] ?? [], as: UTF8.self)
        if JournalEntry.numbers.contains(name), let number = Int64(text) {
          $0.key(name)
          $0.whole(number)
        } else {
          $0.member(name, text)
        }
      }
      $0.member("__CURSOR", cursor)
    }
    let line = Array(writer.text.utf8) + [0x0A]
    guard let object else { return line }
    let inside = object.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    return [UInt8(ascii: "{")] + inside + (inside.isEmpty ? [] : [UInt8(ascii: ",")])
      + line.dropFirst()
  }

  /// What stands between the braces of a JSON object; nil when the text is none.
  private static func inside(of text: [UInt8]) -> ArraySlice<UInt8>? {
    let memory = PinnedText(text)
    return withExtendedLifetime(memory) {
      let trimmed = memory.bytes.trimmed
      guard trimmed.count >= 2, trimmed[0] == UInt8(ascii: "{"), JSONScanner.isValid(trimmed) else {
        return nil
      }
      return trimmed.slice(1, trimmed.count - 1).trimmed.array[...]
    }
  }
}
