import Records

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
    binder.append(
      TimesliceStage(width: width, zone: binder.settings.zone, time: time, start: start))
  }
}

struct TimesliceStage: Stage {
  static var reach: StageReach { .row }
  let width: Int64
  let zone: Zone
  let time: Slot
  let start: Slot

  private static let day: Int64 = 86_400_000

  func apply(to frame: inout Frame) {
    let times = frame.column(time)
    let column = frame.computed { row in
      times[row].wholeNumber.map { Cell(bucket(of: $0)) } ?? .null
    }
    frame.set(start, to: column)
  }

  private func bucket(of time: Int64) -> Int64 {
    guard width % TimesliceStage.day == 0 else { return floor(time, to: width) }
    // The epoch was a Thursday; counting weeks from a Monday needs three days more.
    let shift = width % (7 * TimesliceStage.day) == 0 ? 3 * TimesliceStage.day : 0
    let local = time + zone.offset(at: time) + shift
    return zone.utc(fromLocal: floor(local, to: width) - shift)
  }

  private func floor(_ value: Int64, to width: Int64) -> Int64 {
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
