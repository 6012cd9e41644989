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
  /// When it has to be looked at though nobody tells of anything.
  var looksAgain: Duration? { get }
  /// Whether it goes on where an earlier run stood, and whether lines are left that were taken in then.
  var isResumed: Bool { get }
  var isRereading: Bool { get }
  /// How far each generation was read, for whoever goes on later; `needed` answers with the first
  /// offset of a generation that is still needed.
  func saved(needed: (Int32) -> Int64?) -> [SavedGeneration]
}

extension LiveSource {
  package var isResumed: Bool { false }
  package var isRereading: Bool { false }
  package func saved(needed: (Int32) -> Int64?) -> [SavedGeneration] { [] }
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
  /// Whether these lines were taken in before the program was last started.
  package var isAgain = false
  /// Why these records are over, when no line says so.
  package var closing: RecordClosing?
  /// Lines among them that were too long to be held.
  package var tooLong: [LinePlacement] = []
}

extension LineFramer {
  mutating func takeSkipped(in path: String) -> [LinePlacement] {
    takeSkipped().map { LinePlacement(path: path, line: $0.line, offset: $0.offset) }
  }
}
