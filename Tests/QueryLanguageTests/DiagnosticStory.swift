import Foundation
import QueryLanguage
import TestKit
import Testing

/// Stories of queries and what is said about them: Markdown with fenced blocks. A query comes first
/// (```` ```query ````), then what a person sees (```` ```error ````).
///
/// `TRIPLINE_BLESS=1` rewrites the second from what is said now.
struct DiagnosticStory: CustomTestStringConvertible, Sendable {
  struct Case {
    var query: String
    var expected: String
    /// Lines of the expectation in the story.
    var lines: Range<Int>
  }

  var url: URL
  var testDescription: String { url.lastPathComponent }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Fixtures/diagnostics/queries").standardized

  static let all: [DiagnosticStory] = {
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "md" }
      .sorted { $0.path < $1.path }.map(DiagnosticStory.init)
  }()

  func lines() throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
  }

  func cases() throws -> [Case] {
    var result: [Case] = []
    var query: String?
    var fence: (info: String, start: Int)?
    let lines = try lines()
    for (number, line) in lines.enumerated() where line.hasPrefix("```") {
      guard let open = fence else {
        fence = (String(line.dropFirst(3)), number + 1)
        continue
      }
      fence = nil
      let body = lines[open.start..<number]
      if open.info == "query" {
        query = body.joined(separator: "\n")
      } else if open.info == "error", let text = query {
        result.append(
          Case(
            query: text, expected: body.map { $0 + "\n" }.joined(), lines: open.start..<number))
        query = nil
      }
    }
    return result
  }

  /// Everything that is said about a query.
  static func said(of query: String) -> String {
    let list = findings(in: query)
    return list.isEmpty ? "accepted\n" : list.map { $0.rendered() }.joined(separator: "\n")
  }

  static func findings(in query: String) -> [Diagnostic] {
    do throws(Diagnostics) {
      let source = SourceText(name: "query", text: query)
      return try Binder.plan(of: source, Binder.Settings()).warnings
    } catch {
      return error.list
    }
  }
}
