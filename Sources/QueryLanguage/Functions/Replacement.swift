import Records

/// `replace(text, what, by)`: every occurrence of a text, or of a `/regex/`.
///
/// After a text, `by` is taken as it is. After a regex, `$0` is the whole match, `$1` and `${name}`
/// its groups, and a backslash before a dollar sign or a backslash makes it an ordinary character.
enum Replacement {
  static func body(of call: FunctionCall) throws(Diagnostic) -> Function.Body {
    guard let pattern = call.regex(1) else { return plain }
    let regex = try Regex.compiled(pattern, at: call.arguments[1].span, in: call.source)
    guard let text = call.literal(2) else {
      return { arguments, rows, frame in
        // Rows mostly say the same, so the template made last is kept.
        var known = ""
        var template = Template.empty
        let arena = frame.arena
        return replaced(regex, arguments, rows, &frame) { row in
          let text = arguments[2][row].text(arena).string
          if text != known {
            known = text
            template = Template(lenient: text, regex)
          }
          return template
        }
      }
    }
    let template: Template
    do throws(Template.UnknownGroup) { template = try Template(text, regex) } catch {
      throw call.mistake(.unknownGroup(error.name), in: 2, help: help(for: error.name, regex))
    }
    return { arguments, rows, frame in replaced(regex, arguments, rows, &frame) { _ in template } }
  }

  private static func help(for name: String, _ regex: Regex) -> String {
    let names = regex.groups.map(\.name)
    if let suggestion = Suggestion.didYouMean(name, among: names) { return suggestion }
    let count = regex.groupCount == 1 ? "1 group" : "\(regex.groupCount) groups"
    return "the pattern has \(count); a dollar sign as such is written \\\\$"
  }

  private static let plain: Function.Body = { arguments, rows, frame in
    let arena = frame.arena
    return Each.row(rows) { row in
      let (text, what, by) = (arguments[0][row], arguments[1][row], arguments[2][row])
      if text.isNull || what.isNull || by.isNull { return .null }
      let parts = pieces(of: text.text(arena), what.text(arena), by.text(arena))
      return Cell(text: parts.count == 1 ? parts[0] : arena.joined(parts))
    }
  }

  /// `text` with `by` in the places of `what`; just `text` when there is none.
  private static func pieces(of text: Bytes, _ what: Bytes, _ by: Bytes) -> [Bytes] {
    guard !what.isEmpty, var found = text.firstIndex(of: what) else { return [text] }
    var parts: [Bytes] = []
    var from = 0
    while true {
      parts.append(text.slice(from, found))
      parts.append(by)
      from = found + what.count
      guard let next = text.firstIndex(of: what, from: from) else { break }
      found = next
    }
    parts.append(text.dropping(from))
    return parts
  }

  private static func replaced(
    _ regex: Regex, _ arguments: [Column], _ rows: Selection, _ frame: inout Frame,
    _ template: (Int) -> Template
  ) -> Column {
    let matcher = regex.matcher()
    let arena = frame.arena
    var output: [UInt8] = []
    var limited: [Int] = []
    let column = Each.row(rows) { row in
      if arguments[0][row].isNull || arguments[2][row].isNull { return .null }
      let text = arguments[0][row].text(arena)
      guard matcher.matches(text) else {
        if matcher.hitLimit { limited.append(row) }
        return Cell(text: text)
      }
      output.removeAll(keepingCapacity: true)
      let template = template(row)
      var copied = 0
      repeat {
        guard let match = matcher.range(of: 0), match.lowerBound >= copied else { break }
        append(text.slice(copied, match.lowerBound), to: &output)
        template.append(to: &output, text, matcher)
        copied = match.upperBound
        var next = copied
        if match.isEmpty {
          // Nothing was taken: the search goes on behind the next character.
          next += 1
          while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
        }
        guard next <= text.count else { break }
        if !matcher.matches(text, from: next) { break }
      } while true
      if matcher.hitLimit { limited.append(row) }
      append(text.dropping(copied), to: &output)
      return Cell(text: arena.store(output))
    }
    for row in limited { frame.markLimited(row) }
    return column
  }

  fileprivate static func append(_ bytes: Bytes, to output: inout [UInt8]) {
    bytes.withUnsafeBytes { output.append(contentsOf: $0) }
  }

  /// The third argument: text and the groups to put in.
  struct Template: Sendable {
    private enum Part: Sendable {
      case text([UInt8])
      /// Group numbers; of several with one name the one that took part counts.
      case group([Int])
    }

    struct UnknownGroup: Error {
      var name: String
    }

    private var parts: [Part] = []

    static let empty = Template()

    private init() {}

    init(_ text: String, _ regex: Regex) throws(UnknownGroup) {
      var rest = Array(text.utf8)[...]
      while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "\\"):
          add(rest.popFirst() ?? byte)
        case UInt8(ascii: "$"):
          if let group = try Template.group(&rest, regex) {
            parts.append(.group(group))
          } else {
            add(byte)
          }
        default: add(byte)
        }
      }
    }

    /// A template from a field: groups that do not exist are empty text.
    init(lenient text: String, _ regex: Regex) {
      do throws(UnknownGroup) { self = try Template(text, regex) } catch { self = .empty }
    }

    private mutating func add(_ byte: UInt8) {
      if case .text(let text)? = parts.last {
        parts[parts.count - 1] = .text(text + [byte])
      } else {
        parts.append(.text([byte]))
      }
    }

    /// What stands behind a dollar sign; nil when it is no group and the sign is text.
    private static func group(
      _ rest: inout ArraySlice<UInt8>, _ regex: Regex
    ) throws(UnknownGroup) -> [Int]? {
      if rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
        let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        let numbers = regex.groups.filter { $0.name == name }.map(\.number)
        if !numbers.isEmpty { return numbers }
        guard let number = Int(name), (0...regex.groupCount).contains(number) else {
          throw UnknownGroup(name: name)
        }
        return [number]
      }
      guard let first = rest.first, Lexer.isDigit(first) else { return nil }
      var number = Int(first - 0x30)
      rest.removeFirst()
      guard number <= regex.groupCount else { throw UnknownGroup(name: String(number)) }
      // As in Java, another digit belongs to the number while there is such a group.
      while let next = rest.first, Lexer.isDigit(next),
        number * 10 + Int(next - 0x30) <= regex.groupCount
      {
        number = number * 10 + Int(next - 0x30)
        rest.removeFirst()
      }
      return [number]
    }

    func append(to output: inout [UInt8], _ text: Bytes, _ matcher: Regex.Matcher) {
      for part in parts {
        switch part {
        case .text(let bytes): output += bytes
        case .group(let numbers):
          for number in numbers {
            guard let range = matcher.range(of: number) else { continue }
            Replacement.append(text.slice(range.lowerBound, range.upperBound), to: &output)
            break
          }
        }
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownGroup(_ name: String) -> Self {
    Self("arguments", "the pattern has no group '\(name)'")
  }
}
