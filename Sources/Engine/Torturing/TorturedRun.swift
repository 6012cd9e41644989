import Actions
import Glibc

/// The variables by which a run is told that it is a rehearsal; the program itself reads them.
package enum RehearsalKey {
  /// At which of the points around commits and attempts it dies.
  package static let death = "TRIPLINE_DIE_AT"
  /// When it always is, in milliseconds since the epoch.
  package static let time = "TRIPLINE_STILL_AT"
  /// The file that actions are written to.
  package static let actions = "TRIPLINE_REHEARSE"
}

/// One `tripline run` after the other on the same growing log and the same state.
struct TorturedRun {
  /// What every life of it is started with.
  struct Start: Sendable {
    /// The program.
    var path: String
    /// Its arguments, without those that say what it reads and where it keeps state.
    var arguments: [String]
    var environment: [String: String]
  }

  private let start: Start
  /// Where its log, its state, and what it says are.
  let folder: String
  private(set) var log: GrowingLog
  /// How much had been said when the last life began.
  private var saidBefore = 0

  init(_ start: Start, in folder: String, name: String) throws(InputFailure) {
    self.start = start
    self.folder = folder
    guard mkdir(folder, 0o700) == 0 else { throw InputFailure(path: folder, errno: errno) }
    log = try GrowingLog(in: folder, name: name)
  }

  var state: String { "\(folder)/state" }
  /// What its actions were asked to do.
  var attempts: String { "\(folder)/attempts.ndjson" }
  private var errors: String { "\(folder)/errors.txt" }

  /// Begins a life that dies at a point, or commits at each and goes on when that is 0.
  mutating func begin(dyingAt point: Int) throws(InputFailure) -> SpawnedProgram {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
    let files = [
      open("/dev/null", O_RDONLY | O_CLOEXEC), open("\(folder)/alerts.ndjson", flags, 0o600),
      open(errors, flags, 0o600),
    ]
    defer { for file in files where file >= 0 { close(file) } }
    guard files.allSatisfy({ $0 >= 0 }) else { throw InputFailure(path: folder, errno: errno) }
    saidBefore = said.count
    var environment = start.environment
    environment[RehearsalKey.death] = String(point)
    do throws(SpawnedProgram.NotStarted) {
      return try SpawnedProgram(
        [start.path] + start.arguments + ["--state", "state", log.name], environment: environment,
        directory: folder, streams: files)
    } catch {
      throw InputFailure(path: start.path, errno: error.code)
    }
  }

  /// Writes and rotates.
  mutating func take(_ step: TorturePlan.Step, of bytes: [UInt8]) throws(InputFailure) {
    switch step {
    case .append(let range): try log.append(bytes[range])
    case .rotate: try log.rotate()
    }
  }

  /// Whether everything that was written is read, and that is kept.
  var hasReadAll: Bool {
    var status = stat()
    guard stat("\(folder)/\(log.name)", &status) == 0,
      let content = try? StateStore(readingIn: state, checks: false).load(),
      let newest = content.sources.first?.generations.last
    else { return false }
    return newest.inode == status.st_ino && newest.read == Int64(log.lineEnd)
  }

  /// Whether the last life has begun to watch; before that a signal ends it as it ends any program.
  var isWatching: Bool {
    String(decoding: said.dropFirst(saidBefore), as: UTF8.self).contains("watching ")
  }

  /// The last lines that it said.
  var lastWords: String { String(decoding: said.suffix(2_000), as: UTF8.self) }

  private var said: [UInt8] { (try? FileBytes.read(errors)) ?? [] }
}
