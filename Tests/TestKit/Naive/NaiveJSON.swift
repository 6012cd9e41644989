/// A JSON text as a tree that keeps the order of members, read by plain recursive descent.
indirect enum NaiveJSON {
  case leaf(NaiveValue)
  case list([NaiveJSON])
  case object([(name: String, value: NaiveJSON)])

  /// The object that `text` is from end to end, or nil.
  static func object(in text: String) -> NaiveJSON? {
    var reader = NaiveJSONReader(text)
    guard let tree = reader.value(), case .object = tree else { return nil }
    reader.skipBlanks()
    return reader.atEnd ? tree : nil
  }

  var compact: String {
    switch self {
    case .leaf(let value): value.json
    case .list(let items): "[" + items.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { naiveJSONString($0.name) + ":" + $0.value.compact }
        .joined(separator: ",") + "}"
    }
  }

  /// Every member by its dotted path: `http.status`, `items[0].id`; containers as compact text.
  func fields(at path: String = "") -> [(name: String, value: NaiveValue)] {
    switch self {
    case .leaf(let value):
      return [(path, value)]
    case .list(let items):
      let inner = items.enumerated().flatMap { $1.fields(at: "\(path)[\($0)]") }
      return [(path, .text(compact))] + inner
    case .object(let members):
      let inner = members.flatMap {
        $0.value.fields(at: path.isEmpty ? $0.name : "\(path).\($0.name)")
      }
      return (path.isEmpty ? [] : [(path, .text(compact))]) + inner
    }
  }
}

/// Reads one JSON value after another; nil means that the text is not JSON.
private struct NaiveJSONReader {
  private let scalars: [Unicode.Scalar]
  private var at = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var atEnd: Bool { at == scalars.count }
  private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  mutating func skipBlanks() {
    while let next, next == " " || next == "\t" || next == "\n" || next == "\r" { at += 1 }
  }

  mutating func value() -> NaiveJSON? {
    skipBlanks()
    switch next {
    case "{": return object()
    case "[": return list()
    case "\"": return string().map { .leaf(.text($0)) }
    case "t": return take("true") ? .leaf(.bool(true)) : nil
    case "f": return take("false") ? .leaf(.bool(false)) : nil
    case "n": return take("null") ? .leaf(.null) : nil
    default: return number()
    }
  }

  private mutating func object() -> NaiveJSON? {
    var members: [(name: String, value: NaiveJSON)] = []
    at += 1
    skipBlanks()
    if take("}") { return .object([]) }
    while true {
      skipBlanks()
      guard let name = string() else { return nil }
      skipBlanks()
      guard take(":"), let value = value() else { return nil }
      members.append((name, value))
      skipBlanks()
      if take("}") { return .object(members) }
      guard take(",") else { return nil }
    }
  }

  private mutating func list() -> NaiveJSON? {
    var items: [NaiveJSON] = []
    at += 1
    skipBlanks()
    if take("]") { return .list([]) }
    while true {
      guard let item = value() else { return nil }
      items.append(item)
      skipBlanks()
      if take("]") { return .list(items) }
      guard take(",") else { return nil }
    }
  }

  private mutating func string() -> String? {
    guard take("\"") else { return nil }
    var text = String.UnicodeScalarView()
    while let scalar = next {
      at += 1
      switch scalar {
      case "\"": return String(text)
      case "\\":
        guard let escaped = escape() else { return nil }
        text.append(escaped)
      default: text.append(scalar)
      }
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let letter = next else { return nil }
    at += 1
    switch letter {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "\"", "\\", "/": return letter
    case "u":
      guard let first = codeUnit() else { return nil }
      guard (0xd800..<0xdc00).contains(first) else { return Unicode.Scalar(first) }
      guard take("\\u"), let second = codeUnit(), (0xdc00..<0xe000).contains(second) else {
        return nil
      }
      return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    default: return nil
    }
  }

  private mutating func codeUnit() -> UInt32? {
    guard at + 4 <= scalars.count else { return nil }
    defer { at += 4 }
    return UInt32(String(String.UnicodeScalarView(scalars[at..<at + 4])), radix: 16)
  }

  private mutating func number() -> NaiveJSON? {
    let start = at
    while let next, "0123456789+-.eE".unicodeScalars.contains(next) { at += 1 }
    return Double(String(String.UnicodeScalarView(scalars[start..<at]))).map { .leaf(.number($0)) }
  }

  private mutating func take(_ literal: String) -> Bool {
    let wanted = Array(literal.unicodeScalars)
    guard at + wanted.count <= scalars.count, Array(scalars[at..<at + wanted.count]) == wanted
    else { return false }
    at += wanted.count
    return true
  }
}
