/// Lines as logs have them, and as nobody should have them.
struct RandomLog {
  var random: SeededRandom

  /// Names to ask for: what the lines are made of, now and then in another case, and some strangers.
  mutating func names(upTo limit: Int) -> [String] {
    (0..<random.below(limit + 1)).map { _ in
      var name = random.pick(RandomLog.keys)
      while random.chance(30) {
        name += random.chance(60) ? "." + random.pick(RandomLog.keys) : "[\(random.below(3))]"
      }
      if random.chance(10) { name = name.uppercased() }
      return name
    }
  }

  /// Some lines with their line ends. Most follow one of a few habits, so that there is something to
  /// learn.
  mutating func lines(_ count: Int) -> [UInt8] {
    let habits = (0..<random.below(3) + 1).map { _ in habit() }
    var text: [UInt8] = []
    for _ in 0..<count {
      var line: [UInt8]
      switch random.below(100) {
      case 0..<70: line = spell(random.pick(habits))
      case 70..<90: line = spell(habit())
      case 90..<93: line = Array("plain text { not json".utf8)
      case 93..<95: line = []
      default: line = spell(.object([("k", value(depth: 0))]))
      }
      if random.chance(12) { damage(&line) }
      if random.chance(5) { line = Array(" \t".utf8) + line + Array(" \r".utf8) }
      text += line
      text += Array((random.chance(10) ? "\r\n" : "\n").utf8)
    }
    if random.chance(30), !text.isEmpty { text.removeLast() }
    return text
  }

  /// What a line is made of before it is spelled: the values change from line to line, the keys and
  /// their order do not.
  private indirect enum Shape {
    case object([(key: String, value: Shape)])
    case array([Shape])
    case string, number, word, anything
  }

  private static let keys = [
    "a", "b", "path", "Path", "time", "level", "a.b", "http", "status", "id", "items", "x[0]", "",
    "", "0",
    "a\\u0061", "\\n", "q\\\"", "a_key_that_is_longer_than_thirty_two_bytes_in_all",
    "another_key_that_alone_is_longer_than_the_sixty_four_bytes_of_a_literal", "é",
  ]

  private mutating func habit() -> Shape {
    let members = (0..<random.below(9)).map { _ in (random.pick(RandomLog.keys), shape(depth: 1)) }
    return .object(members)
  }

  private mutating func shape(depth: Int) -> Shape {
    switch random.below(depth > 3 ? 8 : 12) {
    case 0..<4: .string
    case 4..<6: .number
    case 6: .word
    case 7: .anything
    case 8..<10:
      .object(
        (0..<random.below(4)).map { _ in (random.pick(RandomLog.keys), shape(depth: depth + 1)) })
    default: .array((0..<random.below(4)).map { _ in shape(depth: depth + 1) })
    }
  }

  private mutating func value(depth: Int) -> Shape {
    random.chance(5) && depth < 40
      ? .array([value(depth: depth + 1), .string]) : shape(depth: 0)
  }

  private mutating func spell(_ shape: Shape) -> [UInt8] {
    var text: [UInt8] = []
    // Three ways to put blanks: none, Python's, anywhere.
    spell(shape, random.pick([0, 0, 0, 1, 1, 2]), into: &text)
    return text
  }

  private mutating func spell(_ shape: Shape, _ style: Int, into text: inout [UInt8]) {
    switch shape {
    case .object(let members):
      mark("{", style, into: &text)
      for (index, member) in members.enumerated() {
        if index > 0 { mark(",", style, into: &text) }
        text += Array("\"\(member.key)\"".utf8)
        mark(":", style, into: &text)
        spell(member.value, style, into: &text)
      }
      mark("}", style, into: &text)
    case .array(let elements):
      mark("[", style, into: &text)
      for (index, element) in elements.enumerated() {
        if index > 0 { mark(",", style, into: &text) }
        spell(element, style, into: &text)
      }
      mark("]", style, into: &text)
    case .string: text += string()
    case .number: text += Array(number().utf8)
    case .word: text += Array(random.pick(["true", "false", "null"]).utf8)
    case .anything: spell(self.shape(depth: 4), style, into: &text)
    }
  }

  private mutating func mark(_ mark: String, _ style: Int, into text: inout [UInt8]) {
    let blanks = [" ", "", "\t", "  "]
    if style == 2 { text += Array(random.pick(blanks).utf8) }
    text += Array(mark.utf8)
    if style == 1, mark == "," || mark == ":" { text.append(0x20) }
    if style == 2 { text += Array(random.pick(blanks).utf8) }
  }

  private mutating func string() -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    let lengths = [0, 1, 5, 12, 30, 31, 32, 33, 62, 63, 64, 65, 100]
    var rest = random.pick(lengths)
    while rest > 0 {
      rest -= 1
      switch random.below(60) {
      case 0: text += Array("\\\"".utf8)
      case 1: text += Array("\\\\".utf8)
      case 2: text += Array(random.pick(["\\n", "\\u00e9", "\\ud83d", "\\q"]).utf8)
      case 3:
        text += Array(random.pick(["{", "}", "[", "]", ",", ":", "\\\",\\\"path\\\":1"]).utf8)
      case 4: text += random.pick([[0x00], [0x09], [0xFF], [0xC3, 0xA9], [0xE2, 0x82]])
      default: text.append(UInt8(random.below(26)) + UInt8(ascii: "a"))
      }
    }
    text.append(UInt8(ascii: "\""))
    return text
  }

  private mutating func number() -> String {
    random.chance(80)
      ? random.pick(["0", "7", "200", "-3", "0.25", "-0.5", "1712345678901", "12.50", "99.9"])
      : random.pick([
        "1e5", "-1.5E-3", "12345678901234567890123456789012345678901234567890",
        "0.1234567890123456789012345678901234567890", "1.2345678901234567890123456789e10", "01",
        "1.", ".5", "-", "+1", "1e", "--1", "0x10", "1.2.3", "NaN",
      ])
  }

  private mutating func damage(_ line: inout [UInt8]) {
    for _ in 0...random.below(2) {
      guard !line.isEmpty else { return }
      let place = random.below(line.count)
      // A mark of the wrong kind is the hardest to notice.
      if let mark = line.indices.filter({ line[$0] == UInt8(ascii: "]") }).randomElement(
        using: &random),
        random.chance(20)
      {
        line[mark] = UInt8(ascii: "}")
        return
      }
      let byte = random.pick(Array("{}[]\",:\\ 0a".utf8) + [0, 0x0D, 0xFF])
      switch random.below(4) {
      case 0: line.remove(at: place)
      case 1: line.insert(byte, at: place)
      case 2: line[place] = byte
      default: line.removeSubrange(place...)
      }
      if random.chance(60), line.last != UInt8(ascii: "}") { line.append(UInt8(ascii: "}")) }
    }
  }
}
