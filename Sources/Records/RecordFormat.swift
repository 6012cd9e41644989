/// How the lines of a log become records, when a line is not simply one.
package struct RecordFormat: Sendable {
  /// What a container's runtime writes around each line.
  package enum Wrapper: String, Sendable, Hashable, CaseIterable {
    /// `{"log":"text\n","stream":"stdout","time":"2025-06-01T09:00:00.1Z"}`
    case docker
    /// `2025-06-01T09:00:00.1Z stdout F text`
    case cri
  }

  /// Which lines belong together.
  package enum Joining: Sendable {
    /// Each line is a record.
    case none
    /// A line that looks like it goes on belongs to the record before it; see `Continuation`.
    case automatic
    /// A record begins at each line of which this is true, which is made once for each reader; the
    /// text says what that is.
    case beginning(String, @Sendable () -> (Bytes) -> Bool)
  }

  package var wrapper: Wrapper?
  package var joining: Joining
  /// The longest record that is held, in bytes.
  package var maxLine: Int
  /// A record of one stream is over when the other one is this much further, in milliseconds.
  package var idleAfter: Int64

  package init(
    wrapper: Wrapper? = nil, joining: Joining = .none, maxLine: Int = 1 << 20,
    idleAfter: Int64 = 5_000
  ) {
    self.wrapper = wrapper
    self.joining = joining
    self.maxLine = maxLine
    self.idleAfter = idleAfter
  }

  /// Whether lines are read as they stand.
  package var isPlain: Bool {
    if case .none = joining { wrapper == nil } else { false }
  }
}

/// What `multiline: auto` takes for the continuation of a record.
///
/// A line from `{` to `}` is a record by itself, always. Any other line goes on with the record
/// before it when it begins with a blank, with a closing `}`, `]` or `)`, or with words that stack
/// traces go on with; so does the line that ends a Python traceback, the first one that is not
/// indented. Everything else begins a record.
struct Continuation {
  private var isInTraceback = false
  private var hasIndented = false

  private static let words = [
    "Caused by:", "Suppressed:", "...", "Traceback (most recent call last)",
    "During handling of the above exception", "The above exception was the direct cause",
  ].map { PinnedText($0) }
  private static let traceback = words[3].bytes

  /// Notes a line of the record, and whether it goes on with the lines before it.
  mutating func goesOn(with line: Bytes) -> Bool {
    guard line.count > 0 else { return true }
    let first = line[0]
    let isIndented = Bytes.isBlank(first)
    defer {
      if isIndented { hasIndented = isInTraceback }
    }
    if isIndented || first == UInt8(ascii: "}") || first == UInt8(ascii: "]")
      || first == UInt8(ascii: ")")
    {
      return true
    }
    if line.starts(with: Continuation.traceback) {
      (isInTraceback, hasIndented) = (true, false)
      return true
    }
    if isInTraceback, hasIndented {
      (isInTraceback, hasIndented) = (false, false)
      return true
    }
    return Continuation.words.contains { line.starts(with: $0.bytes) }
  }

  /// The first line of a record, which goes on with nothing.
  mutating func begin(with line: Bytes) {
    (isInTraceback, hasIndented) = (line.starts(with: Continuation.traceback), false)
  }
}
