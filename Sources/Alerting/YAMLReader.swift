package import QueryLanguage

/// Reads the part of YAML that configuration needs: maps, lists and texts, each knowing its place.
///
/// Everything is text until a binder asks for a type, so `on: no` stays `no`. What hides meaning or
/// repeats it is refused: anchors, aliases, tags, merge keys, duplicate keys, several documents.
/// JSON is read the same way.
package enum YAMLReader {
  /// The tree of a file; nil when there is none to go on with, and then something was reported.
  package static func read(_ source: SourceText, sink: DiagnosticSink) -> ConfigNode? {
    if let problem = encodingProblem(of: source) {
      sink.report(problem)
      return nil
    }
    let events = YAMLEvents(source.bytes)
    if let problem = events.problem {
      sink.report(Diagnostic(problem, in: source))
      return nil
    }
    var composer = Composer(events: events.list, source: source, sink: sink)
    return composer.document()
  }

  private static func encodingProblem(of source: SourceText) -> Diagnostic? {
    let start = source.bytes.prefix(2)
    guard start == [0xFF, 0xFE] || start == [0xFE, 0xFF] else { return nil }
    return Diagnostic(
      .encoding("UTF-16"), at: Span(0, 0), in: source, help: "save the file as UTF-8")
  }
}

/// Turns events into nodes.
private struct Composer {
  let events: [YAMLEvent]
  let source: SourceText
  let sink: DiagnosticSink
  var index = 0
  /// Set by what leaves a hole in the tree: whatever a binder said of it would mislead.
  var isBroken = false
  /// Inside a key that is no text: one finding about the whole of it is enough.
  var isInKey = false

  init(events: [YAMLEvent], source: SourceText, sink: DiagnosticSink) {
    self.events = events
    self.source = source
    self.sink = sink
  }

  mutating func document() -> ConfigNode? {
    var root: ConfigNode?
    while index < events.count {
      let event = events[index]
      if case .documentStart = event.kind {
        index += 1
        if root != nil {
          report(.documents, at: span(event), help: "put it into a file of its own")
          break
        }
      } else {
        root = node()
      }
    }
    guard let root, !root.isAbsent else {
      if !isBroken { report(.noContent, at: Span(0, source.bytes.count)) }
      return nil
    }
    return isBroken ? nil : root
  }

  private func span(_ event: YAMLEvent) -> Span { Span(event.start, event.end) }

  private func report(_ message: Diagnostic.Message, at span: Span, help: String? = nil) {
    sink.report(Diagnostic(message, at: span, in: source, help: help))
  }

  private mutating func node() -> ConfigNode {
    let event = events[index]
    index += 1
    refuseProperties(of: event)
    switch event.kind {
    case .scalar(let value, let style): return scalar(value, style, event)
    case .listStart: return list(event)
    case .mapStart: return map(event)
    case .alias:
      report(.alias, at: span(event), help: "write the value again, or put the text in quotes")
      isBroken = true
    case .listEnd, .mapEnd, .documentStart:
      preconditionFailure("libyaml sent \(event.kind) in place of a node")
    }
    return ConfigNode(content: .scalar("", plain: true), span: span(event), source: source)
  }

  private func refuseProperties(of event: YAMLEvent) {
    if event.hasAnchor {
      report(.anchor, at: word(at: event.start), help: "put a text that starts with '&' in quotes")
    }
    if event.hasTag {
      report(.tag, at: word(at: event.start), help: "put a text that starts with '!' in quotes")
    }
  }

  private func word(at start: Int) -> Span {
    Span(start, start + source.bytes[start...].prefix { $0 > 0x20 }.count)
  }

  private func scalar(_ value: [UInt8], _ style: YAMLEvent.Style, _ event: YAMLEvent) -> ConfigNode
  {
    // An anchor or a tag stands before the text; it was reported, and places are then a guess.
    let places = YAMLScalarPlaces(value, style, in: source.bytes, from: event.start, to: event.end)
    let isBlock = style == .literal || style == .folded
    let end = isBlock && places.isExact ? places.offsets[value.count] : event.end
    return ConfigNode(
      content: .scalar(String(decoding: value, as: UTF8.self), plain: style == .plain),
      span: Span(event.start, isBlock ? trimmed(from: event.start, to: end) : end),
      source: source, offsets: places.offsets)
  }

  private func trimmed(from start: Int, to end: Int) -> Int {
    start + (source.bytes[start..<end].lastIndex { $0 > 0x20 }.map { $0 - start + 1 } ?? 0)
  }

  private mutating func list(_ event: YAMLEvent) -> ConfigNode {
    var items: [ConfigNode] = []
    while !isEnd { items.append(node()) }
    return collection(.list(items), from: event, last: items.last?.span.upper)
  }

  private mutating func map(_ event: YAMLEvent) -> ConfigNode {
    var entries: [ConfigNode.Entry] = []
    var places: [String: Span] = [:]
    while !isEnd {
      let wasInKey = isInKey
      isInKey = true
      let key = node()
      isInKey = wasInKey
      let value = node()
      guard case .scalar(let name, let plain) = key.content else {
        if !isInKey {
          report(.badKey(key.found), at: key.span, help: "put a text that contains {{ }} in quotes")
        }
        isBroken = true
        continue
      }
      if plain, name == "<<" {
        report(.mergeKey, at: key.span, help: "write the keys out, or use `defaults`")
        isBroken = true
      } else if let first = places[name] {
        let (line, column) = source.position(of: first.lower)
        let help = "it stands first at \(source.name):\(line):\(column); keep one of them"
        report(.duplicateKey(name), at: key.span, help: help)
      } else {
        places[name] = key.span
        entries.append(ConfigNode.Entry(key: name, keySpan: key.span, value: value))
      }
    }
    let last = entries.last.map { max($0.keySpan.upper, $0.value.span.upper) }
    return collection(.map(entries), from: event, last: last)
  }

  private var isEnd: Bool {
    switch events[index].kind {
    case .listEnd, .mapEnd: true
    default: false
    }
  }

  /// A block collection ends with its last node, not where the next one begins.
  private mutating func collection(
    _ content: ConfigNode.Content, from start: YAMLEvent, last: Int?
  ) -> ConfigNode {
    let end = events[index]
    index += 1
    let isFlow = end.end > end.start
    let upper = isFlow ? end.end : min(last ?? end.end, end.end)
    return ConfigNode(content: content, span: Span(start.start, upper), source: source)
  }
}

extension Diagnostic.Message {
  fileprivate static func encoding(_ found: String) -> Self {
    Self("encoding", "this file is \(found), not UTF-8")
  }
  fileprivate static var noContent: Self { Self("empty-file", "this file has no content") }
  fileprivate static var documents: Self {
    Self("yaml-documents", "a file holds one document, this starts another")
  }
  fileprivate static var alias: Self { Self("yaml-alias", "aliases are not supported") }
  fileprivate static var anchor: Self { Self("yaml-anchor", "anchors are not supported") }
  fileprivate static var tag: Self { Self("yaml-tag", "tags are not supported") }
  fileprivate static var mergeKey: Self { Self("yaml-merge", "merge keys are not supported") }
  fileprivate static func badKey(_ found: String) -> Self {
    Self("bad-key", "a key must be a text, found \(found)")
  }
  fileprivate static func duplicateKey(_ key: String) -> Self {
    Self("duplicate-key", "duplicate key '\(key.shortened)'")
  }
}
