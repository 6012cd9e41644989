import Alerting
import Foundation
import QueryLanguage
import Testing

/// Stories of rule files and what is said about them: Markdown with fenced blocks. The files of a
/// case come first (```` ```yaml NAME ````), then what a person sees (```` ```text ````).
///
/// `TRIPLINE_BLESS=1` rewrites the second from what is said now.
struct ConfigStory: CustomTestStringConvertible, Sendable {
  struct Case {
    var files: [SourceText] = []
    var expected = ""
    /// Lines of the expectation in the story.
    var lines = 0..<0
  }

  var url: URL
  var testDescription: String { url.lastPathComponent }

  static let all: [ConfigStory] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Fixtures/diagnostics/rules").standardized
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "md" }
      .sorted { $0.path < $1.path }.map(ConfigStory.init)
  }()

  func lines() throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
  }

  func cases() throws -> [Case] {
    var result: [Case] = []
    var current = Case()
    var fence: (info: [String], start: Int)?
    let lines = try lines()
    for (number, line) in lines.enumerated() where line.hasPrefix("```") {
      guard let open = fence else {
        fence = (line.dropFirst(3).split(separator: " ").map(String.init), number + 1)
        continue
      }
      fence = nil
      let text = lines[open.start..<number].map { $0 + "\n" }.joined()
      if open.info.first == "yaml" {
        let name = open.info.count > 1 ? open.info[1] : "rules.yaml"
        current.files.append(SourceText(name: name, text: text))
      } else {
        current.expected = text
        current.lines = open.start..<number
        result.append(current)
        current = Case()
      }
    }
    return result
  }

  /// What is said about the files: `tripline.yaml` is the configuration of the others.
  static func said(of files: [SourceText]) -> String {
    let sink = DiagnosticSink()
    var configuration: Configuration?
    var rules: [SourceText] = []
    for file in files {
      if file.name.hasSuffix("tripline.yaml") {
        configuration = Configuration.read(file, sink: sink)
      } else {
        rules.append(file)
      }
    }
    let set = RuleSet.load(files: rules, under: configuration, sink: sink)
    _ = Mutes(binding: set.mutes, zones: ZoneBook(), sink: sink)
    // What only the bound query shows, once the files are right.
    for rule in sink.hasErrors ? [] : set.rules {
      do {
        let bound = try BoundRule.bind(rule, BoundRule.Context())
        for warning in bound.plan.warnings { sink.report(warning) }
      } catch {
        for finding in error.list { sink.report(finding) }
      }
    }
    let list = sink.list.map { $0.rendered() }
    return list.isEmpty ? "accepted\n" : list.joined(separator: "\n")
  }
}

@Suite struct ConfigFixtures {
  @Test(arguments: ConfigStory.all)
  func `every story is told as a person sees it`(_ story: ConfigStory) throws {
    let cases = try story.cases()
    #expect(!cases.isEmpty)
    var lines = try story.lines()
    for item in cases.reversed() {
      let said = ConfigStory.said(of: item.files)
      if ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] == "1" {
        lines.replaceSubrange(item.lines, with: said.components(separatedBy: "\n").dropLast())
      } else {
        #expect(said == item.expected)
      }
    }
    if ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] == "1" {
      try lines.joined(separator: "\n").write(to: story.url, atomically: true, encoding: .utf8)
    }
  }

  @Test func `there are stories`() {
    #expect(ConfigStory.all.count >= 5)
  }
}
