package import Records

/// `timeslice 5m [as f]`: the start of the bucket that a row's message time falls into, in
/// milliseconds, as `_timeslice`. Buckets stand on the clock; days and weeks begin at midnight of the
/// zone, weeks on Monday.
///
/// `timeslice 10 buckets` takes the narrowest usual width of which so many cover the time that is
/// looked at, and `timeslice` alone makes that one bucket. That time is the window of a monitor, what
/// `--from` and `--to` say of a query, else that of its rows, which are then collected first.
package struct Timeslice: Operator {
  package enum Width: Sendable {
    case fixed(Int64, written: String)
    case buckets(Int)
    case whole
  }

  package var width: Width
  package var alias: FieldName?
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    _ = try parser.take("by")
    let isWhole =
      parser.token.kind == .pipe || parser.token.kind == .end || parser.token.isWord("as")
    let width = isWhole ? .whole : try width(&parser)
    let alias = try parser.take("as") ? try parser.field("as a name") : nil
    return Timeslice(
      width: width, alias: alias, span: Span(keyword.lower, parser.previousEnd))
  }

  private static func width(_ parser: inout Parser) throws(Diagnostic) -> Width {
    let place = parser.place
    guard case .number(let value, let isDuration) = parser.token.kind else {
      throw Diagnostic(
        .expected("a duration after 'timeslice'", parser.found), at: place, in: parser.source,
        help: "write for example 'timeslice 5m'")
    }
    try parser.advance()
    var width = value
    var written = parser.source.text(of: place)
    if !isDuration {
      guard case .word(let word) = parser.token.kind else {
        throw noUnit(written, at: place, parser)
      }
      if ["bucket", "buckets"].contains(word.lowercased()) {
        guard value >= 1, value == value.rounded(), value < 1e6 else {
          throw Diagnostic(
            .badCount(written), at: place, in: parser.source,
            help: "write for example 'timeslice 10 buckets'")
        }
        try parser.advance()
        return .buckets(Int(value))
      }
      // `timeslice 1 h`
      guard let factor = NumberSuffix.durations[word] else {
        throw noUnit(written, at: place, parser)
      }
      width = factor.applied(to: value)
      written += word
      try parser.advance()
    }
    guard width >= 1, width == width.rounded(), width < 1e15 else {
      throw Diagnostic(
        .badWidth, at: place, in: parser.source, help: "write for example 'timeslice 5m'")
    }
    return .fixed(Int64(width), written: written)
  }

  private static func noUnit(_ number: String, at place: Span, _ parser: Parser) -> Diagnostic {
    Diagnostic(
      .noUnit(number), at: place, in: parser.source,
      help: "write a width with its unit: 30s, 5m, 1h, 1d, 1w; or 'timeslice \(number) buckets'")
  }

  package var printed: String {
    let width =
      switch width {
      case .fixed(_, let written): " \(written)"
      case .buckets(let count): " \(count) buckets"
      case .whole: ""
      }
    return "timeslice\(width)" + (alias.map { " as \($0.printed)" } ?? "")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    guard !binder.isAggregate || binder.fields.slot(named: "_messageTime") != nil else {
      throw Diagnostic(
        .behindAggregate, at: span, in: binder.source,
        help: "put it before the aggregate and group by _timeslice")
    }
    let time = try binder.read(FieldName(text: "_messageTime"))
    let start = try binder.write(alias ?? FieldName(text: "_timeslice"), unit: 1)
    let settings = binder.settings
    switch (width, settings.range) {
    case (.fixed(let width, _), _):
      appendSlices(of: width, time, start, &binder)
    case (.buckets(let count), let range):
      if let width = range.width {
        appendSlices(of: BucketWidth.usual(width, in: count), time, start, &binder)
      } else {
        binder.append(RangeStage(count: count, zone: settings.zone, time: time, start: start))
      }
    case (.whole, .between(let from, _)):
      binder.append(AssignStage(expression: .constant(.init(Cell(from))), target: start))
    case (.whole, .window(let width)):
      binder.dependOnEvaluationTime()
      binder.append(WindowStartStage(width: width, start: start))
    case (.whole, .unknown):
      binder.append(RangeStage(count: nil, zone: settings.zone, time: time, start: start))
    }
  }

  private func appendSlices(
    of width: Int64, _ time: Slot, _ start: Slot, _ binder: inout Binder
  ) {
    let slices = Slices(width: width, zone: binder.settings.zone)
    binder.fields[start].slices = slices
    binder.append(TimesliceStage(slices: slices, time: time, start: start))
  }
}

/// The widths of buckets that people find on a clock and in a calendar.
enum BucketWidth {
  private static let second: Int64 = 1_000
  private static let minute = 60 * second
  private static let hour = 60 * minute
  private static let day = 24 * hour

  private static let usual =
    [1, 2, 5, 10, 15, 30].map { $0 * second } + [1, 2, 5, 10, 15, 30].map { $0 * minute }
    + [1, 2, 3, 4, 6, 12].map { $0 * hour } + [1, 2].map { $0 * day }

  /// The narrowest of which `count` are as long as `range`; beyond days it is whole weeks.
  static func usual(_ range: Int64, in count: Int) -> Int64 {
    let least = max(1, (range + Int64(count) - 1) / Int64(count))
    let week = 7 * day
    return usual.first { $0 >= least } ?? (least + week - 1) / week * week
  }
}

/// Buckets over the time from the first to the last row, which is known when all are there.
struct RangeStage: Stage {
  static var reach: StageReach { .table }
  /// Nil is one bucket, which begins with the first row.
  let count: Int?
  let zone: Zone
  let time: Slot
  let start: Slot

  func apply(to frame: inout Frame) {
    let times = frame.column(time)
    var first = Int64.max
    var last = Int64.min
    frame.live.forEach { row in
      guard let time = times[row].wholeNumber else { return }
      first = min(first, time)
      last = max(last, time)
    }
    guard let count else {
      let column = frame.computed { times[$0].isNull ? .null : Cell(first) }
      return frame.set(start, to: column)
    }
    let width = first <= last ? BucketWidth.usual(last - first + 1, in: count) : 1
    TimesliceStage(slices: Slices(width: width, zone: zone), time: time, start: start)
      .apply(to: &frame)
  }
}

/// One bucket for the whole window of a monitor.
struct WindowStartStage: Stage {
  static var reach: StageReach { .row }
  let width: Int64
  let start: Slot

  func apply(to frame: inout Frame) {
    frame.set(start, to: .constant(Cell(frame.now - width)))
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
  fileprivate static func badCount(_ number: String) -> Self {
    Self("arguments", "there can't be \(number) buckets")
  }
  fileprivate static let badWidth = Self("bad-duration", "a bucket is at least 1ms wide")
  fileprivate static let behindAggregate = Self(
    "timeslice-late", "there is no message time behind an aggregate")
}
