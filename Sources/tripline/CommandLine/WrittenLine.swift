import QueryLanguage
import TerminalUI

/// The arguments as a line that diagnostics can point into, quoted the way a shell would need it.
struct WrittenLine: Sendable {
  let source: SourceText
  let spans: [Span]
  private let arguments: [String]
  var end: Span { Span(source.bytes.count, source.bytes.count) }

  init(_ arguments: [String]) {
    var text = "tripline"
    var spans: [Span] = []
    for argument in arguments {
      text += " "
      let start = text.utf8.count
      text += Self.quoted(argument)
      spans.append(Span(start, text.utf8.count))
    }
    source = SourceText(name: "command line", text: text)
    self.spans = spans
    self.arguments = arguments
  }

  /// Where a mistake stands that names what it is about: the first word of the message, in quotes or a
  /// flag, that is an argument of this line.
  func place(of problem: String) -> Span? {
    let quoted = problem.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    let flags = problem.split(separator: " ").filter { $0.hasPrefix("--") }.map(String.init)
    for word in quoted + flags {
      let index = arguments.firstIndex { argument in
        argument == word || argument.hasPrefix("\(word)=")
          || argument.hasPrefix("--") && argument.hasSuffix("=\(word)")
      }
      if let index { return spans[index] }
    }
    return nil
  }

  private static func quoted(_ argument: String) -> String {
    let text = argument.displaySafe()
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
        true
      default: "-_=./:,+%@".utf8.contains(byte)
      }
    }
    if isPlain, !text.isEmpty { return text }
    return text.contains("'") ? "\"\(text)\"" : "'\(text)'"
  }
}
