package import Records

/// `timeslice 5m [as f]`: the start of the bucket that a row's message time falls into, in
/// milliseconds, as `_timeslice`. Buckets stand on the clock; days and weeks begin at midnight of the
/// zone, weeks on Monday.
package struct Timeslice: Operator {
  package var width: Int64
  package var written: String
  package var alias: FieldName?
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    _ = try parser.take("by")
    let widthSpan = parser.place
    guard case .number(let value, let duration) = parser.token.kind else {
      throw Diagnostic(
        .expected("a duration after 'timeslice'", parser.found), at: widthSpan, in: parser.source,
        help: "write for example 'timeslice 5m'")
    }
    try parser.advance()
    var width = value
    var written = parser.source.text(of: widthSpan)
    var hasUnit = duration
    // `timeslice 1 h`
    if !duration, case .word(let word) = parser.token.kind,
      let factor = NumberSuffix.durations[word]
    {
      width = factor.applied(to: value)
      written += word
      hasUnit = true
      try parser.advance()
    }
    guard hasUnit else {
      let buckets = parser.token.isWord("buckets") || parser.token.isWord("bucket")
      throw Diagnostic(
        buckets ? .bucketsNotBuilt : .noUnit(parser.source.text(of: widthSpan)), at: widthSpan,
        in: parser.source, help: "write a width with its unit: 30s, 5m, 1h, 1d, 1w")
    }
    guard width >= 1, width == width.rounded(), width < 1e15 else {
      throw Diagnostic(
        .badWidth, at: widthSpan, in: parser.source, help: "write for example 'timeslice 5m'")
    }
    let alias = try parser.take("as") ? try parser.field("as a name") : nil
    return Timeslice(
      width: Int64(width), written: written, alias: alias,
      span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    "timeslice \(written)" + (alias.map { " as \($0.printed)" } ?? "")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    guard !binder.isAggregate || binder.fields.slot(named: "_messageTime") != nil else {
      throw Diagnostic(
        .behindAggregate, at: span, in: binder.source,
        help: "put it before the aggregate and group by _timeslice")
    }
    let time = try binder.read(FieldName(text: "_messageTime"))
    let start = try binder.write(alias ?? FieldName(text: "_timeslice"), unit: 1)
    let slices = Slices(width: width, zone: binder.settings.zone)
    binder.fields[start].slices = slices
    binder.append(TimesliceStage(slices: slices, time: time, start: start))
  }
}

struct TimesliceStage: Stage {
  static var reach: StageReach { .row }
  let slices: Slices
  let time: Slot
  let start: Slot

  func apply(to frame: inout Frame) {
    let times = frame.column(time)
    let column = frame.computed { row in
      times[row].wholeNumber.map { Cell(slices.start(of: $0)) } ?? .null
    }
    frame.set(start, to: column)
  }
}

/// Where the buckets of a `timeslice` stand on the clock.
package struct Slices: Sendable, Hashable {
  /// Milliseconds; days and weeks may be an hour longer or shorter where clocks are changed.
  package let width: Int64
  private let zone: Zone

  private static let day: Int64 = 86_400_000

  package init(width: Int64, zone: Zone) {
    self.width = width
    self.zone = zone
  }

  /// The start of the slice that `time` falls into.
  package func start(of time: Int64) -> Int64 {
    guard width % Slices.day == 0 else { return floor(time) }
    // The epoch was a Thursday; counting weeks from a Monday needs three days more.
    let shift = width % (7 * Slices.day) == 0 ? 3 * Slices.day : 0
    let local = time + zone.offset(at: time) + shift
    return zone.utc(fromLocal: floor(local) - shift)
  }

  /// The end of the slice that begins at `start`, which is the start of the next.
  package func end(ofSliceAt start: Int64) -> Int64 {
    // The middle of the next slice is in it, whatever an hour more or less does.
    self.start(of: start + width + width / 2)
  }

  private func floor(_ value: Int64) -> Int64 {
    let rest = value % width
    return value - (rest < 0 ? rest + width : rest)
  }
}

extension Diagnostic.Message {
  fileprivate static func noUnit(_ number: String) -> Self {
    Self("bad-duration", "'\(number)' has no unit of time")
  }
  fileprivate static let bucketsNotBuilt = Self(
    "not-built", "'timeslice N buckets' is not built yet")
  fileprivate static let badWidth = Self("bad-duration", "a bucket is at least 1ms wide")
  fileprivate static let behindAggregate = Self(
    "timeslice-late", "there is no message time behind an aggregate")
}
