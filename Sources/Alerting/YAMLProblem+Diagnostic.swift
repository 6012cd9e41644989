import QueryLanguage

extension Diagnostic {
  /// What libyaml found, in words for someone who writes rules rather than parsers.
  init(_ problem: YAMLProblem, in source: SourceText) {
    let bytes = source.bytes
    let end = bytes.count
    var place = min(problem.place, end)
    var text = problem.text
    var help: String?
    switch problem.text {
    case "mapping values are not allowed in this context":
      text = "a ': ' is not allowed here"
      help = "put the value in quotes or after `|`; or is this line indented too far?"
    case "did not find expected key":
      if let quote = bytes[..<place].last(where: { $0 > 0x20 }), quote == 0x22 || quote == 0x27 {
        text = "text after the closing quote"
        help = "write a value that starts with a quote on lines of its own after `|`"
      } else {
        text = "this line does not fit the map it stands in"
        help = "keys of one map start in the same column and look like `key: value`"
      }
    case "did not find expected comment or line break":
      let opening = min(problem.contextPlace, end)
      let isFolded = opening < end && bytes[opening] == UInt8(ascii: ">")
      text = "text after '\(isFolded ? ">" : "|")' on the same line"
      help =
        isFolded
        ? "put a comparison in quotes: \"> 5\"" : "write the value on lines of its own after `|`"
    case "did not find expected '-' indicator":
      text = "this line does not fit the list it stands in"
      help = "items of one list start with '- ' in the same column"
    case "could not find expected ':'":
      place = min(problem.contextPlace, end)
      text = "this line has no ': '"
      help = "write `key: value`"
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      let (line, column) = source.position(of: problem.contextPlace)
      text = problem.text.replacing("did not find expected ", with: "expected ")
      help = "it was opened at \(source.name):\(line):\(column)"
    case "did not find expected node content":
      text = "a value is missing here"
    case "found unexpected end of stream", "found unexpected document indicator":
      place = min(problem.contextPlace, end)
      text = "this text is not closed"
      help = "add the closing quote"
    case "found unknown escape character":
      text = "unknown escape in double quotes"
      help = #"write \\ for a backslash, or use single quotes"#
    case "found character that cannot start any token" where place < end && bytes[place] != 0x09:
      text = "a value can't start with '\(Character(Unicode.Scalar(bytes[place])))'"
      help = "put it in quotes, or after `|` on lines of its own"
    case "found character that cannot start any token",
      "found a tab character where an indentation space is expected",
      "found a tab character that violates indentation":
      text = "a tab can't indent"
      help = "indent with spaces"
    case "did not find expected alphabetic or numeric character":
      place = min(problem.contextPlace, end)
      let mark = place < end ? String(Character(Unicode.Scalar(bytes[place]))) : ""
      text = "a value can't start with '\(mark)'"
      help = "put it in quotes, or after `|` on lines of its own"
    case "block sequence entries are not allowed in this context":
      text = "a list can't start here"
      help = "start it on a line of its own"
    case "did not find expected <document start>":
      text = "text after the end of the file's content"
      help = "a file holds one map or list"
    case YAMLEvents.tooDeep:
      text = "lists and maps are nested more than \(YAMLEvents.depthLimit) deep"
    default:
      if let codePoint = problem.codePoint {
        self.init(Message.character(problem.text, codePoint), at: Span(place, place), in: source)
        return
      }
    }
    // An error at the end is shown where the last text stands, not on an empty line after it.
    if place == end { place = bytes.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? end }
    self.init(Message("yaml-syntax", text), at: Span(place, place), in: source, help: help)
  }
}

extension Diagnostic.Message {
  fileprivate static func character(_ problem: String, _ codePoint: Int) -> Self {
    guard problem == "control characters are not allowed" else {
      return Self("encoding", "this byte is not UTF-8")
    }
    let digits = String(codePoint, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return Self("encoding", "a file can't contain the control character U+\(padded)")
  }
}
