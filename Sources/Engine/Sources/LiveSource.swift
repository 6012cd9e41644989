import Records

/// A log that goes on: it hands over what is at hand and never waits.
package protocol LiveSource: AnyObject {
  var plan: SourcePlan { get }
  /// What is at hand, at most a chunk; asked again until it is nothing, or the end.
  func next() -> LiveArrival
  /// To be polled; nil for what a `FileWatcher` tells about, or is always at hand.
  var descriptor: Int32? { get }
  /// The path of a generation, as messages name it.
  func path(of generation: Int32) -> String
}

/// What came from a followed log.
package enum LiveArrival {
  case chunk(LiveChunk)
  /// Something happened to the log itself; there may be more.
  case news(SourceNews)
  /// Nothing more for now.
  case nothing
  /// Nothing more, ever.
  case ended
}

/// Whole lines, and when they came.
package struct LiveChunk {
  package var read: ReadChunk
  /// Milliseconds since the epoch at which lines that were there before the start were last written;
  /// nil for lines that came just now.
  package var recorded: Int64?
  /// Lines among them that were too long to be held.
  package var tooLong: [LinePlacement] = []
}

extension LineFramer {
  mutating func takeSkipped(in path: String) -> [LinePlacement] {
    takeSkipped().map { LinePlacement(path: path, line: $0.line, offset: $0.offset) }
  }
}

/// What happened to a followed log, other than new lines.
package enum SourceNews: Sendable {
  /// There is no such file yet, or it has gone and no other has come.
  case missing(path: String)
  case appeared(path: String)
  /// Another file took its place; the old one was read to its end.
  case rotated(path: String)
  /// The file became shorter than what had been read of it, or its beginning was written anew.
  case truncated(path: String, read: Int, size: Int)
  case failed(InputFailure)
  /// The system doesn't tell about this file, so it is looked at once a second.
  case untold(path: String)
  case ended(path: String)
}

extension SourceNews: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path): "'\(path)' is not there; waiting for it"
    case .appeared(let path): "'\(path)' is there now; reading it from its start"
    case .rotated(let path): "'\(path)' was rotated; going on with the new file from its start"
    case .truncated(let path, let read, let size) where size < read:
      "'\(path)' was cut from at least \(read) bytes to \(size); reading it again from its start. "
        + "Lines written after byte \(read) and before the cut are lost, if there were any"
    case .truncated(let path, let read, let size):
      "'\(path)' was overwritten and has \(size) bytes; reading it again from its start. Lines "
        + "written after byte \(read) of the old content are lost, if there were any"
    case .failed(let failure): failure.description
    case .untold(let path):
      "the system does not tell when '\(path)' changes; looking once a second"
    case .ended(let path): "\(path == "-" ? "stdin" : "'\(path)'") has ended"
    }
  }
}
