import Records

extension FunctionTable {
  static let timeFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "now", parameters: "", arity: 0...0, unit: .milliseconds,
      "the instant of evaluation, in milliseconds since 1970; in a query the start of the run"
    ) { call in
      let start = call.settings.now
      return { _, _, frame in .constant(Cell(frame.now == 0 ? start : frame.now)) }
    },
    FunctionDefinition(
      "parseDate", parameters: "text, pattern[, zone]", arity: 2...3, unit: .milliseconds,
      "the moment that the head of the text means, in a date pattern of Java; in milliseconds"
    ) { call throws(Diagnostic) in
      let format = try MomentFormat(of: call)
      return { arguments, rows, frame in
        let arena = frame.arena
        var formats = format.reader(arguments, arena)
        return Each.row(rows) { row in
          guard !arguments[0][row].isNull, let (pattern, zone) = formats.next(row) else {
            return .null
          }
          return pattern.parse(arguments[0][row].text(arena), zone: zone).map { Cell($0) } ?? .null
        }
      }
    },
    FunctionDefinition(
      "formatDate", parameters: "moment[, pattern[, zone]]", arity: 1...3,
      "the moment, in milliseconds, as text in a date pattern of Java"
    ) { call throws(Diagnostic) in
      let format = try MomentFormat(of: call)
      return { arguments, rows, frame in
        let arena = frame.arena
        var formats = format.reader(arguments, arena)
        return Each.row(rows) { row in
          guard let moment = arguments[0][row].milliseconds, let (pattern, zone) = formats.next(row)
          else { return .null }
          return Cell(text: arena.store(pattern.format(moment, zone: zone)))
        }
      }
    },
    FunctionDefinition(
      "fromMillis", parameters: "number", arity: 1...1, unit: .milliseconds,
      "the moment so many milliseconds after 1970"
    ) { _ in Each.cell { cell, _ in cell.milliseconds.map { Cell($0) } ?? .null } },
    FunctionDefinition(
      "fromSeconds", parameters: "number", arity: 1...1, unit: .milliseconds,
      "the moment so many seconds after 1970, in milliseconds"
    ) { _ in
      Each.cell { cell, _ in
        if let whole = cell.wholeNumber {
          let (moment, isFar) = whole.multipliedReportingOverflow(by: 1000)
          return isFar ? .null : Cell(moment)
        }
        // 1700000000.123 is what it says, not the double a little below it.
        guard let number = cell.number else { return .null }
        return Cell((number * 1000).rounded(places: 3)).milliseconds.map { Cell($0) } ?? .null
      }
    },
    FunctionDefinition(
      "toMillis", parameters: "moment", arity: 1...1, unit: .milliseconds,
      "the moment in milliseconds since 1970; text is read as a date"
    ) { call in
      let zone = call.settings.zone
      return Each.cell { cell, _ in
        if let moment = cell.milliseconds { return Cell(moment) }
        var reader = TimestampReader(zone: zone)
        return reader.read(cell).map { Cell($0) } ?? .null
      }
    },
  ]
}

extension Cell {
  /// The number as a moment: whole milliseconds, the rest rounded down.
  fileprivate var milliseconds: Int64? {
    if let wholeNumber { return wholeNumber }
    guard let number else { return nil }
    return Int64(exactly: number.rounded(.down))
  }
}

/// The pattern and the zone of a call, as far as they are known before any row.
private struct MomentFormat: Sendable {
  private var pattern: DatePattern?
  private var zone: Zone?
  private let zones: @Sendable (String) -> Zone?

  /// What `formatDate` writes when nothing is said.
  private static let usual: DatePattern? = try? DatePattern("MM-dd-yyyy HH:mm:ss:SSS")

  init(of call: FunctionCall) throws(Diagnostic) {
    zones = call.settings.zones
    if call.arguments.count < 2 {
      pattern = MomentFormat.usual
    } else if let text = call.literal(1) {
      do throws(DatePatternError) { pattern = try DatePattern(text) } catch {
        throw call.mistake(
          .badPattern(error.description), in: 1,
          help: "a pattern is written like \"yyyy-MM-dd'T'HH:mm:ss.SSS\"")
      }
    }
    if call.arguments.count < 3 {
      zone = call.settings.zone
    } else if let name = call.literal(2) {
      guard let found = zones(name) else {
        throw call.mistake(
          .unknownZone(name), in: 2,
          help: "write \"UTC\", an offset such as \"+02:00\" or a name such as \"Europe/Berlin\"")
      }
      zone = found
    }
  }

  func reader(_ arguments: [Column], _ arena: Arena) -> Reader {
    Reader(format: self, arguments: arguments, arena: arena)
  }

  /// Gives every row its pattern and zone. Fields mostly say the same on all rows, so what was made of
  /// them last is kept.
  struct Reader {
    private var format: MomentFormat
    private let patterns: Column?
    private let zones: Column?
    private var patternText: String?
    private var zoneText: String?
    private let arena: Arena

    init(format: MomentFormat, arguments: [Column], arena: Arena) {
      self.format = format
      patterns = format.pattern == nil ? arguments[1] : nil
      zones = format.zone == nil ? arguments[2] : nil
      self.arena = arena
    }

    /// Nil when the row's pattern is none, or its zone is unknown.
    mutating func next(_ row: Int) -> (DatePattern, Zone)? {
      if let cell = patterns?[row] {
        guard !cell.isNull else { return nil }
        let text = cell.text(arena).string
        if text != patternText {
          patternText = text
          format.pattern = try? DatePattern(text)
        }
      }
      if let cell = zones?[row] {
        guard !cell.isNull else { return nil }
        let text = cell.text(arena).string
        if text != zoneText {
          zoneText = text
          format.zone = format.zones(text)
        }
      }
      guard let pattern = format.pattern, let zone = format.zone else { return nil }
      return (pattern, zone)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func badPattern(_ reason: String) -> Self { Self("bad-date-pattern", reason) }
  fileprivate static func unknownZone(_ name: String) -> Self {
    Self("unknown-zone", "the time zone '\(name)' is not known")
  }
}
