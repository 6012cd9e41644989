import Actions
import Alerting
import Records

/// What happened to a followed log, other than new lines.
package enum SourceNews: Sendable {
  /// There is no such file yet, or it has gone and no other has come.
  case missing(path: String)
  case appeared(path: String)
  /// Another file took its place; the old one was read to its end.
  case rotated(path: String)
  /// The file was removed and another one made, so that nobody knows what had the name in between.
  case replaced(SourceLoss)
  /// A generation that came and went while nobody looked; it is read now.
  case foundGeneration(path: String, log: String)
  /// The file became shorter than what had been read of it, or was written anew, and has this size now.
  /// The rest of what was in it is read from `copy`, if it was copied.
  case truncated(SourceLoss, size: Int64, copy: String?)
  /// What had been read of a generation before the start is in no file any more.
  case lost(SourceLoss)
  case failed(InputFailure)
  /// What had failed works again.
  case readable(path: String)
  /// The system doesn't tell about this file, so it is looked at once a second.
  case untold(path: String)
  /// A run of a command took longer than it may, and was killed.
  case overdue(command: String, after: Duration)
  /// What can't be read twice can't be written down, or it can be again.
  case unspooled(path: String, InputFailure)
  case spooledAgain(path: String)
  /// What came while the program was not running can't be read any more.
  case gap(SourceGap)
  case ended(path: String)
}

/// Time during which nobody read a source that can't be read again: what came then is gone.
package struct SourceGap: Sendable, Hashable {
  /// The log.
  package var path: String
  /// When its last line had come, and when it was read again, in milliseconds since the epoch.
  package var from: Int64
  package var to: Int64
}

/// Bytes of a followed log that are gone, or of which nobody can say that there were none.
package struct SourceLoss: Sendable, Hashable {
  /// The log.
  package var path: String
  package var generation: Int32
  /// The first byte of the generation that nobody has read.
  package var from: Int64
  /// How long the generation was when it was last seen; it may have grown.
  package var size: Int64
  /// When it was last seen to be written, in milliseconds since the epoch.
  package var written: Int64
  /// The first byte that a window still needs, if that is gone too.
  package var needed: Int64?

  init(of saved: SavedGeneration, log: String) {
    path = log
    generation = saved.number
    from = saved.read
    size = max(saved.size, saved.read)
    written = saved.modified / 1_000_000
    needed = saved.needed < saved.read ? saved.needed : nil
  }

  /// The content was copied as far as this before it was cut.
  mutating func noteCopy(of size: Int64) {
    from = max(from, size)
    self.size = from
    needed = nil
  }

  /// Whether bytes are known to be gone that nobody has read.
  package var isCertain: Bool { size > from }

  fileprivate var bounds: String {
    let seen = "when last seen it had \(size) bytes, written \(Timestamp.rfc3339(written))"
    let lines =
      isCertain
      ? "what followed byte \(from) is lost"
      : "lines that followed byte \(from) are lost, if there were any"
    return "\(lines) (\(seen))"
  }
}

extension SourceNews: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path): "'\(path)' is not there; waiting for it"
    case .appeared(let path): "'\(path)' is there now; reading it from its start"
    case .rotated(let path): "'\(path)' was rotated; going on with the new file from its start"
    case .replaced(let loss):
      "'\(loss.path)' was removed and made again; reading the new one from its start. Files that had "
        + "its name in between are lost, if there were any"
    case .foundGeneration(let path, let log):
      "'\(path)' was '\(log)' while nobody looked; reading it before the newer ones"
    case .truncated(let loss, let size, let copy?):
      "'\(loss.path)' was cut to \(size) bytes after its content was copied to '\(copy)', which was "
        + "read to its end; lines written between the copy and the cut, behind byte \(loss.from), "
        + "are lost, if there were any"
    case .truncated(let loss, let size, nil):
      "'\(loss.path)' was cut or overwritten and has \(size) bytes; reading it again from its start. "
        + "Of the old content, \(loss.bounds)"
    case .lost(let loss):
      "no file holds what was read of '\(loss.path)' up to byte \(loss.from); \(loss.bounds)"
        + (loss.needed.map { ". The windows miss what followed byte \($0)" } ?? "")
    case .failed(let failure): failure.description
    case .readable(let path): "'\(path)' can be read again"
    case .untold(let path):
      "the system does not tell when '\(path)' changes; looking once a second"
    case .overdue(let command, let time):
      "'\(command)' was killed: it took longer than \(DurationText.text(time.milliseconds))"
    case .unspooled(let path, let failure):
      "\(failure.sentence); the lines of \(path.sourceName) are evaluated all the same, but a restart "
        + "would not find them again; it is tried again every second"
    case .spooledAgain(let path):
      "the lines of \(path.sourceName) are kept for a restart again"
    case .gap(let gap):
      "what came to \(gap.path.sourceName) between \(Timestamp.rfc3339(gap.from)) and "
        + "\(Timestamp.rfc3339(gap.to)) is gone, if there was anything: nobody read it, and it can't be "
        + "read again"
    case .ended(let path): "\(path == "-" ? "stdin" : "'\(path)'") has ended"
    }
  }

  /// What was lost, or may have been.
  package var loss: SourceLoss? {
    switch self {
    case .truncated(let loss, _, _), .lost(let loss), .replaced(let loss): loss
    default: nil
    }
  }
}

extension String {
  fileprivate var sourceName: String { self == "-" ? "stdin" : "'\(self)'" }
}

extension InputFailure {
  fileprivate var sentence: String { "can't write '\(path)': \(reason)" }
}
