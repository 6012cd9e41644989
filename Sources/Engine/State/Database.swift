import CSQLite
import Glibc

/// A SQLite database: statements with values in, rows out, and transactions that are all or nothing.
///
/// It must be used by one thread at a time.
final class Database {
  enum Value: Hashable {
    case null
    case whole(Int64)
    case text(String)
    case blob([UInt8])
  }

  /// One row of an answer; columns count from 0.
  struct Row {
    let values: [Value]

    func whole(_ column: Int) -> Int64 { optionalWhole(column) ?? 0 }

    func optionalWhole(_ column: Int) -> Int64? {
      if case .whole(let number) = values[column] { number } else { nil }
    }

    func text(_ column: Int) -> String {
      if case .text(let text) = values[column] { text } else { "" }
    }

    func optionalText(_ column: Int) -> String? {
      if case .text(let text) = values[column] { text } else { nil }
    }

    func blob(_ column: Int) -> [UInt8] {
      if case .blob(let bytes) = values[column] { bytes } else { [] }
    }
  }

  private let path: String
  private let handle: OpaquePointer
  /// Prepared once and kept: a commit runs the same few statements many times.
  private var statements: [String: OpaquePointer] = [:]

  /// Opens the file at `path`, made when `creates` says so.
  init(path: String, creates: Bool = true, isReadOnly: Bool = false) throws(StateFailure) {
    self.path = path
    let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    let flags =
      access | (creates && !isReadOnly ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX
      | SQLITE_OPEN_URI
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let failure = StateFailure(path: path, code: code, words: Database.words(of: opened, code))
      sqlite3_close_v2(opened)
      throw failure
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    // Readers of another process may hold it for a moment.
    sqlite3_busy_timeout(handle, 5_000)
  }

  /// Opens the file at `path` to look at it, also where nobody can write: then nobody does, and it
  /// is read as it lies there.
  convenience init(readingIn path: String) throws(StateFailure) {
    do throws(StateFailure) {
      try self.init(path: path, isReadOnly: true)
      _ = try rows("PRAGMA schema_version")
    } catch {
      guard error.cause == .unwritable, access("\(path)-wal", F_OK) != 0 else { throw error }
      let place = path.replacing("%", with: "%25").replacing("?", with: "%3f")
        .replacing("#", with: "%23")
      try self.init(path: "file:\(place)?immutable=1", isReadOnly: true)
    }
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  /// Runs a statement that answers nothing.
  func run(_ sql: String, _ values: [Value] = []) throws(StateFailure) {
    _ = try rows(sql, values)
  }

  /// Runs several statements that take no values.
  func script(_ sql: String) throws(StateFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// Runs a statement and gathers its rows.
  func rows(_ sql: String, _ values: [Value] = []) throws(StateFailure) -> [Row] {
    var result: [Row] = []
    try forEach(sql, values) { result.append($0) }
    return result
  }

  /// Runs a statement and hands over its rows as they come: those before a damage have come when it
  /// throws.
  func forEach(
    _ sql: String, _ values: [Value] = [], _ body: (Row) -> Void
  ) throws(StateFailure) {
    let statement = try prepared(sql)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      try bind(value, to: statement, at: Int32(index + 1))
    }
    while true {
      let code = sqlite3_step(statement)
      switch code {
      case SQLITE_ROW: body(row(of: statement))
      case SQLITE_DONE: return
      default: throw failure(code)
      }
    }
  }

  /// Runs a body of which either everything is kept, on the disk, or nothing.
  func transaction(_ body: () throws(StateFailure) -> Void) throws(StateFailure) {
    try run("BEGIN IMMEDIATE")
    do throws(StateFailure) {
      try body()
      try run("COMMIT")
    } catch {
      // Some errors have ended the transaction by themselves.
      if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  private func prepared(_ sql: String) throws(StateFailure) -> OpaquePointer {
    if let known = statements[sql] { return known }
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    statements[sql] = statement
    return statement
  }

  private func bind(
    _ value: Value, to statement: OpaquePointer, at index: Int32
  ) throws(StateFailure) {
    let code =
      switch value {
      case .null: sqlite3_bind_null(statement, index)
      case .whole(let number): sqlite3_bind_int64(statement, index, number)
      case .text(let text):
        tripline_bind_text(statement, index, text, Int32(text.utf8.count))
      case .blob(let bytes):
        // An empty array has no address, and no address would bind null.
        bytes.isEmpty
          ? sqlite3_bind_zeroblob(statement, index, 0)
          : tripline_bind_blob(statement, index, bytes, Int32(bytes.count))
      }
    guard code == SQLITE_OK else { throw failure(code) }
  }

  // SAFETY: SQLite's pointers are read at once, before the statement moves on.
  private func row(of statement: OpaquePointer) -> Row {
    let count = sqlite3_column_count(statement)
    return Row(
      values: (0..<count).map { column in
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .whole(sqlite3_column_int64(statement, column))
        case SQLITE_NULL: return .null
        case SQLITE_BLOB:
          let size = Int(sqlite3_column_bytes(statement, column))
          return .blob(
            Array(
              UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: size)))
        default:
          let text = sqlite3_column_text(statement, column)
          let size = Int(sqlite3_column_bytes(statement, column))
          return .text(
            String(decoding: UnsafeBufferPointer(start: text, count: size), as: UTF8.self))
        }
      })
  }

  private func failure(_ code: Int32) -> StateFailure {
    StateFailure(path: path, code: code, words: Database.words(of: handle, code))
  }

  private static func words(of handle: OpaquePointer?, _ code: Int32) -> String {
    String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
  }
}

extension StateFailure {
  fileprivate init(path: String, code: Int32, words: String) {
    let (cause, lead): (Cause, String) =
      switch code & 0xFF {
      case SQLITE_CORRUPT, SQLITE_NOTADB: (.damaged, "is damaged")
      case SQLITE_BUSY, SQLITE_LOCKED: (.inUse, "is held by another program")
      case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
        (.unwritable, "can't be written")
      default: (.other, "can't be used")
      }
    self.init(path: path, cause: cause, reason: "\(lead): \(words)")
  }
}
