import CYAML

/// One event of libyaml's parser, with places as byte offsets of the file.
struct YAMLEvent {
  enum Style { case plain, singleQuoted, doubleQuoted, literal, folded }
  enum Kind {
    case scalar([UInt8], Style)
    case listStart, listEnd, mapStart, mapEnd
    case alias
    case documentStart
  }

  var kind: Kind
  var start: Int
  var end: Int
  var hasAnchor = false
  var hasTag = false
}

/// What libyaml found wrong, in its own words.
struct YAMLProblem {
  var text: String
  var context: String
  var place: Int
  /// Where the thing began inside which the problem was found.
  var contextPlace: Int
  /// The offending code point, when the file is not made of text.
  var codePoint: Int?
}

/// The thin wrapper around libyaml: a whole file to events.
struct YAMLEvents {
  private(set) var list: [YAMLEvent] = []
  private(set) var problem: YAMLProblem?

  /// Deeper nesting than any rule file has, and little enough to recurse over.
  static let depthLimit = 64
  static let tooDeep = "nested too deep"

  init(_ bytes: [UInt8]) {
    let places = CharacterPlaces(bytes)
    withUnsafeTemporaryAllocation(of: yaml_parser_t.self, capacity: 1) { allocation in
      // SAFETY: the parser keeps a pointer to itself, hence the fixed allocation; it reads the
      // bytes only within this closure, and every event is deleted once it is copied.
      let parser = allocation.baseAddress!
      guard yaml_parser_initialize(parser) != 0 else {
        problem = YAMLProblem(text: "out of memory", context: "", place: 0, contextPlace: 0)
        return
      }
      defer { yaml_parser_delete(parser) }
      bytes.withUnsafeBufferPointer { text in
        let input = UnsafeBufferPointer(rebasing: text[places.textStart...])
        let empty: [UInt8] = [0]
        empty.withUnsafeBufferPointer { none in
          yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
          yaml_parser_set_input_string(
            parser, input.baseAddress ?? none.baseAddress, input.count)
          collect(from: parser, places: places)
        }
      }
    }
  }

  private mutating func collect(
    from parser: UnsafeMutablePointer<yaml_parser_t>, places: CharacterPlaces
  ) {
    var depth = 0
    while problem == nil {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) != 0 else {
        problem = YAMLProblem(parser.pointee, places: places)
        return
      }
      defer { yaml_event_delete(&event) }
      if event.type == YAML_STREAM_END_EVENT { return }
      guard let copy = YAMLEvent(event, places: places) else { continue }
      list.append(copy)
      switch copy.kind {
      case .listStart, .mapStart: depth += 1
      case .listEnd, .mapEnd: depth -= 1
      default: break
      }
      if depth > Self.depthLimit {
        problem = YAMLProblem(
          text: Self.tooDeep, context: "", place: copy.start, contextPlace: copy.start)
      }
    }
  }
}

/// libyaml counts characters, a span counts bytes.
private struct CharacterPlaces {
  /// Past the byte order mark.
  let textStart: Int
  /// Offset of each character from `textStart`; nil when all are one byte.
  private let offsets: [Int]?
  private let count: Int

  init(_ bytes: [UInt8]) {
    textStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    count = bytes.count
    let text = bytes[textStart...]
    offsets =
      text.allSatisfy { $0 < 0x80 } ? nil : text.indices.filter { bytes[$0] & 0xC0 != 0x80 }
  }

  func offset(of index: Int) -> Int {
    guard let offsets else { return min(textStart + index, count) }
    return index < offsets.count ? offsets[index] : count
  }
}

extension YAMLEvent {
  fileprivate init?(_ event: yaml_event_t, places: CharacterPlaces) {
    start = places.offset(of: event.start_mark.index)
    end = places.offset(of: event.end_mark.index)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let value = Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length))
      kind = .scalar(value, Style(scalar.style))
      hasAnchor = scalar.anchor != nil
      hasTag = scalar.tag != nil
    case YAML_SEQUENCE_START_EVENT:
      kind = .listStart
      hasAnchor = event.data.sequence_start.anchor != nil
      hasTag = event.data.sequence_start.tag != nil
    case YAML_MAPPING_START_EVENT:
      kind = .mapStart
      hasAnchor = event.data.mapping_start.anchor != nil
      hasTag = event.data.mapping_start.tag != nil
    case YAML_SEQUENCE_END_EVENT: kind = .listEnd
    case YAML_MAPPING_END_EVENT: kind = .mapEnd
    case YAML_ALIAS_EVENT: kind = .alias
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    default: return nil
    }
  }
}

extension YAMLEvent.Style {
  fileprivate init(_ style: yaml_scalar_style_t) {
    self =
      switch style {
      case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
      case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
      case YAML_LITERAL_SCALAR_STYLE: .literal
      case YAML_FOLDED_SCALAR_STYLE: .folded
      default: .plain
      }
  }
}

extension YAMLProblem {
  fileprivate init(_ parser: yaml_parser_t, places: CharacterPlaces) {
    text = parser.problem.map { String(cString: $0) } ?? "out of memory"
    context = parser.context.map { String(cString: $0) } ?? ""
    place = places.offset(of: parser.problem_mark.index)
    contextPlace = places.offset(of: parser.context_mark.index)
    if parser.error == YAML_READER_ERROR {
      place = places.textStart + parser.problem_offset
      contextPlace = place
      codePoint = Int(parser.problem_value)
    }
  }
}
