package import Foundation
import QueryLanguage
import Records

/// A page of `Fixtures/queries`: what a person may ask and what has to come back.
///
/// Fenced blocks tell it. `input` is the log, until the next `input`. `query` is a question, with flags
/// behind the word, and the blocks right after it are the answers:
///
/// - `output`: the rows as NDJSON; rows of a query that shows no columns are the lines themselves,
///   and rows of messages are shown without their time and text;
/// - `table`: what a person sees;
/// - `error` and `warning`: what is said about the query.
///
/// `TRIPLINE_BLESS=1` rewrites the answers from the built program, and gives questions without an
/// answer one; read them before committing them.
package struct Story: Sendable, CustomStringConvertible {
  package let url: URL
  package let questions: [Question]
  private let lines: [String]

  package static let all: [Story] = Repository.files(in: "Fixtures/queries", ending: "md")
    .filter { $0.lastPathComponent != "README.md" }.compactMap { try? Story($0) }

  package var description: String { name }
  package var name: String { url.deletingPathExtension().lastPathComponent }

  /// The operators and aggregates that the title says it is about.
  package var subjects: [String] {
    lines.first.map { title in
      title.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    } ?? []
  }

  /// One query with what it is asked of and what has to come back.
  package struct Question: Sendable {
    /// Where the query stands in the story.
    package var line: Int
    package var query: String
    package var flags: [String]
    package var input: [String]
    package var answers: [Answer] = []
    /// The index of the line behind its last block.
    fileprivate var end: Int
  }

  package struct Answer: Sendable {
    package enum Kind: String, Sendable { case output, table, error, warning }
    package var kind: Kind
    package var text: String
    /// The indices of its lines, without the fences.
    fileprivate var body: Range<Int>
  }

  private init(_ url: URL) throws {
    self.url = url
    lines = try String(contentsOf: url, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var questions: [Question] = []
    var input: [String] = []
    var index = 0
    while index < lines.count {
      guard lines[index].hasPrefix("```") else {
        index += 1
        continue
      }
      let words = lines[index].dropFirst(3).split(separator: " ").map(String.init)
      let start = index + 1
      let end = lines[start...].firstIndex(of: "```") ?? lines.endIndex
      let body = Array(lines[start..<end])
      let text = body.map { $0 + "\n" }.joined()
      if words.first == "input" {
        input = body
      } else if words.first == "query" {
        questions.append(
          Question(
            line: start + 1, query: body.joined(separator: "\n"), flags: Array(words.dropFirst()),
            input: input, end: end + 1))
      } else if let kind = words.first.flatMap(Answer.Kind.init), let last = questions.indices.last
      {
        questions[last].answers.append(Answer(kind: kind, text: text, body: start..<end))
        questions[last].end = end + 1
      }
      index = end + 1
    }
    self.questions = questions
  }

  /// Rewrites the page with other answers.
  package func rewrite(_ answer: (Question, Answer.Kind) throws -> String) throws {
    var page = lines
    for question in questions.reversed() {
      if question.answers.isEmpty {
        let error = try answer(question, .error)
        let warning = try answer(question, .warning)
        var blocks: [String] = []
        if !error.isEmpty {
          blocks = ["```error", error + "```"]
        } else {
          blocks = ["```output", try answer(question, .output) + "```"]
          if !warning.isEmpty { blocks += ["```warning", warning + "```"] }
        }
        page.insert(contentsOf: blocks, at: question.end)
      }
      for old in question.answers.reversed() {
        let new = try answer(question, old.kind).split(
          separator: "\n", omittingEmptySubsequences: false)
        page.replaceSubrange(old.body, with: new.dropLast().map(String.init))
      }
    }
    let text = page.joined(separator: "\n")
    guard text != lines.joined(separator: "\n") else { return }
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
}

extension Story.Question {
  /// The answer found inside the test, in random batches on several workers; nil where only the
  /// program knows it.
  package func answerInProcess(_ kind: Story.Answer.Kind) throws -> String? {
    guard kind != .table, let settings else { return nil }
    switch kind {
    case .error, .warning: return QueryRunner.report(query, settings: settings)
    case .output, .table:
      let (columns, rows) = try QueryRunner.run(query, lines: input, settings: settings)
      let isLines = try QueryRunner(query, settings: settings).plan.output.isEmpty
      return rows.map { row in
        if isLines, case .text(let line) = row[0] { return line + "\n" }
        let members = zip(columns, row).map { "\(StoryJSON.text($0)):\(StoryJSON.value($1))" }
        return "{\(members.joined(separator: ","))}\n"
      }.joined()
    }
  }

  /// Units are all that can be declared in process.
  private var settings: Binder.Settings? {
    guard !query.contains("{{") else { return nil }
    var settings = Binder.Settings()
    var rest = flags[...]
    while rest.popFirst() == "--unit", let unit = rest.popFirst()?.split(separator: "=") {
      guard unit.count == 2, let factor = Durations.factor(ofUnit: String(unit[1])) else {
        return nil
      }
      settings.units[unit[0].lowercased()] = factor
    }
    return flags.count == 2 * settings.units.count ? settings : nil
  }

  /// The answer of the built program.
  package func answerOfProgram(
    _ kind: Story.Answer.Kind, _ more: [String] = []
  ) throws -> (text: String, status: Int32) {
    let scratch = try Scratch()
    try scratch.write(input.map { $0 + "\n" }.joined(), to: "input.log")
    let format = kind == .table ? "table" : "ndjson"
    let run = try BinaryRun.tripline(
      ["query", "-o", format] + (flags.contains("--name") ? [] : ["--name", "lines"]) + flags + more
        + [query, "input.log"], in: scratch.folder)
    switch kind {
    case .table: return (run.output, run.status)
    case .output:
      let rows = run.output.split(separator: "\n").map {
        StoryJSON.withoutMessage(String($0)) + "\n"
      }
      return (rows.joined(), run.status)
    case .error: return (run.status == 0 ? "" : run.errors, run.status)
    case .warning:
      // The summary is the last line; what was said before it is about the query.
      let said = run.errors.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.contains(" lines, ") && !$0.hasPrefix("1 line, ") }
      return (said.joined(separator: "\n"), run.status)
    }
  }
}

/// JSON as plainly as it can be written.
private enum StoryJSON {
  static func value(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .bool(let value): return "\(value)"
    case .whole(let value): return "\(value)"
    case .number(let value):
      guard value.isFinite else { return "null" }
      var bytes: [UInt8] = []
      NumberText.append(value, to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    case .text(let value): return text(value)
    }
  }

  static func text(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A row of messages without its time and text, or the text alone when there is nothing else.
  static func withoutMessage(_ row: String) -> String {
    // Quotes within texts are escaped, so these stand where members begin and nowhere else.
    guard row.hasPrefix(#"{"_messagetime":"#),
      let comma = row.firstIndex(of: ","),
      let raw = row.range(of: #","_raw":"#, options: .backwards)
    else { return row }
    if comma < raw.lowerBound { return "{\(row[row.index(after: comma)..<raw.lowerBound])}" }
    let text = row[raw.upperBound...].dropLast()
    let decoded = try? JSONSerialization.jsonObject(
      with: Data(text.utf8), options: .fragmentsAllowed)
    return decoded as? String ?? row
  }
}
