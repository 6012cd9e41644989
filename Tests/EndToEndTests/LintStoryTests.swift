import Foundation
import Testing

/// Stories of rules and of what `check` says about them: Markdown with fenced blocks. The files of a
/// case come first (```` ```yaml NAME ````), then the sample if there is one (```` ```ndjson TIMES ````:
/// the lines so many times, with the number of the time for `$`), then what a person sees
/// (```` ```text ````).
///
/// `TRIPLINE_BLESS=1` rewrites the last from what the built program says now.
struct LintStory: CustomTestStringConvertible, Sendable {
  struct Case {
    var files: [(name: String, text: String)] = []
    var sample: String?
    var expected = ""
    /// Lines of the expectation in the story.
    var lines = 0..<0
  }

  var url: URL
  var testDescription: String { url.lastPathComponent }

  static let all: [LintStory] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Fixtures/diagnostics/lints").standardized
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "md" }
      .sorted { $0.path < $1.path }.map(LintStory.init)
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
      switch open.info.first {
      case "yaml": current.files.append((open.info.dropFirst().first ?? "rules.yaml", text))
      case "ndjson":
        let times = open.info.dropFirst().first.flatMap { Int($0) } ?? 1
        current.sample = (0..<times).map { text.replacing("$", with: "\($0)") }.joined()
      default:
        current.expected = text
        current.lines = open.start..<number
        result.append(current)
        current = Case()
      }
    }
    return result
  }
}

@Suite struct LintStoryTests {
  private func said(of story: LintStory.Case) throws -> String {
    let tripline = try CheckProgram()
    defer { tripline.remove() }
    var arguments = ["check"] + story.files.map(\.name)
    for file in story.files { try tripline.write(file.name, file.text) }
    if let sample = story.sample {
      try tripline.write("sample.ndjson", sample)
      arguments += ["--sample", "sample.ndjson"]
    }
    let run = try tripline.run(arguments)
    return run.output + run.errors
  }

  @Test(arguments: LintStory.all)
  func `every story is told as a person sees it`(_ story: LintStory) throws {
    let cases = try story.cases()
    #expect(!cases.isEmpty)
    let isBlessing = ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] == "1"
    var lines = try story.lines()
    for item in cases.reversed() {
      let said = try said(of: item)
      if isBlessing {
        lines.replaceSubrange(item.lines, with: said.components(separatedBy: "\n").dropLast())
      } else {
        #expect(said == item.expected)
      }
    }
    if isBlessing {
      try lines.joined(separator: "\n").write(to: story.url, atomically: true, encoding: .utf8)
    }
  }

  @Test func `there are stories`() {
    #expect(LintStory.all.count >= 4)
  }
}
