import Alerting
import QueryLanguage
import Records

/// Lines as a test writes them, repeated as often as it asks: "six lines like this, 10 s apart".
///
/// `{{time}}` stands for the moment of a repetition in RFC 3339, `{{time:FORMAT}}` for the same in
/// the letters of a time format, `{{epoch}}` for its milliseconds since 1970, `{{n}}` for its number
/// from 1.
package struct GeneratedLines: Sendable {
  private let parts: [Part]
  private let count: Int
  let start: Int64?
  private let every: Int64

  fileprivate enum Part: Sendable {
    case text(String)
    case number
    case time
    case epoch
    case formatted(DatePattern)
  }

  private static let mostRepetitions = 1_000_000

  /// Reads `line` or `lines` with `repeat`, `start` and `every`; nil when there is none or was
  /// reported.
  init?(_ keys: inout ConfigBinder) {
    let count = keys.integer("repeat", in: 1...GeneratedLines.mostRepetitions)
    let start = GeneratedLines.start(&keys)
    let every = keys.duration("every")
    let key = keys.has("line") ? "line" : "lines"
    let isOther = keys.has("file")
    let line = keys.string("line")
    let lines = keys.string("lines")
    guard !isOther, let text = line ?? lines, let node = keys.node(key) else { return nil }
    if let line, line.contains("\n") {
      keys.report(.severalLines, at: "line", help: "write `lines` for more than one")
      return nil
    }
    guard let parts = GeneratedLines.parts(text, node, keys) else { return nil }
    let usesTime = parts.contains(where: \.isTime)
    if usesTime, !keys.has("start") {
      keys.report(.noStart, at: key, help: "add `start: 2026-03-02T10:00:00Z`")
    }
    if !usesTime, start != nil {
      keys.report(.unusedStart("start"), at: "start", help: "put `{{time}}` into the line")
    }
    if keys.has("every"), !keys.has("start") || !keys.has("repeat") {
      keys.report(.everyAlone, at: "every")
    }
    if usesTime, let count, count > 1, !keys.has("every") {
      keys.report(.noEvery, at: "repeat", help: "add `every: 10s`, or `every: 0s` for all at once")
    }
    self.parts = parts
    self.count = count ?? 1
    self.start = start
    self.every = every ?? 0
  }

  private static func start(_ keys: inout ConfigBinder) -> Int64? {
    guard let text = keys.filled("start") else { return nil }
    if let time = Timestamp.parse(text, now: nil) { return time }
    keys.report(.badTime(text), at: "start", help: "write it as 2026-03-02T10:00:00Z")
    return nil
  }

  /// The text cut at its placeholders; nil, and reported, when one of them means nothing.
  private static func parts(
    _ text: String, _ node: ConfigNode, _ keys: ConfigBinder
  ) -> [Part]? {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      let name = rest[open.upperBound..<close.lowerBound].trimmed
      // Braces around anything but a word are the line's own: `{"a":{{"b":1}}}` is no placeholder. Who
      // calculates with one means one.
      let isWord = name.prefix { $0 != ":" }.allSatisfy {
        $0.isLetter || $0.isNumber || "_+-*/ ".contains($0)
      }
      guard isWord, !name.isEmpty else {
        parts.append(.text(String(rest[..<open.upperBound])))
        rest = rest[open.upperBound...]
        continue
      }
      let from = text.utf8.distance(from: text.startIndex, to: open.lowerBound)
      let to = text.utf8.distance(from: text.startIndex, to: close.upperBound)
      let place = node.part(from, to)
      guard let part = part(name, place, keys) else { return nil }
      parts.append(.text(String(rest[..<open.lowerBound])))
      parts.append(part)
      rest = rest[close.upperBound...]
    }
    parts.append(.text(String(rest)))
    return parts
  }

  private static func part(_ name: String, _ node: ConfigNode, _ keys: ConfigBinder) -> Part? {
    switch name {
    case "n": return .number
    case "time": return .time
    case "epoch": return .epoch
    default: break
    }
    if name.hasPrefix("time:") {
      do throws(DatePatternError) {
        return .formatted(try DatePattern(String(name.dropFirst(5))))
      } catch {
        keys.report(.badPlaceholder(name), on: node, help: error.description)
        return nil
      }
    }
    keys.report(
      .badPlaceholder(name), on: node,
      help: Suggestion.didYouMean(name, among: ["time", "epoch", "n"])
        ?? "there are {{time}}, {{time:FORMAT}}, {{epoch}} and {{n}}; "
        + "a line with such braces of its own can stand in a `file`")
    return nil
  }

  /// The lines, each with its end.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    for index in 0..<count {
      let time = (start ?? 0) &+ Int64(index) &* every
      for part in parts {
        switch part {
        case .text(let text): result += text.utf8
        case .number: result += String(index + 1).utf8
        case .time: result += Timestamp.rfc3339(time).utf8
        case .epoch: result += String(time).utf8
        case .formatted(let pattern): result += pattern.format(time, zone: .utc).utf8
        }
      }
      if result.last != 0x0A { result.append(0x0A) }
    }
    return result
  }
}

extension ConfigNode {
  /// Some bytes of a text, as a node that messages can point at.
  fileprivate func part(_ lower: Int, _ upper: Int) -> ConfigNode {
    guard upper < offsets.count else { return self }
    var part = self
    part.span = Span(offsets[lower], offsets[upper])
    return part
  }
}

extension GeneratedLines.Part {
  fileprivate var isTime: Bool {
    switch self {
    case .time, .epoch, .formatted: true
    case .text, .number: false
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let severalLines = Self("bad-text", "`line` has more than one line")
  fileprivate static let noStart = Self("no-start", "the line has a time, and there is no `start`")
  fileprivate static func unusedStart(_ key: String) -> Self {
    Self("unused-\(key)", "`\(key)` changes nothing: the line has no {{time}}")
  }
  fileprivate static let everyAlone = Self("unused-every", "`every` needs `start` and `repeat`")
  fileprivate static let noEvery = Self("no-every", "the lines repeat, and there is no `every`")
  fileprivate static func badTime(_ text: String) -> Self {
    Self("bad-time", "`start` needs a time, found '\(text)'")
  }
  fileprivate static func badPlaceholder(_ name: String) -> Self {
    Self("bad-placeholder", "'{{\(name)}}' stands for nothing")
  }
}
