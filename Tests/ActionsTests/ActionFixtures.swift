import Actions
import Alerting
import Foundation
import QueryLanguage
import Testing

/// The stories of `Fixtures/actions`: an action as YAML, then its effect on an alert of
/// `SampleAlerts` or what is said about it. `TRIPLINE_BLESS=1` rewrites the answers.
struct ActionStory: CustomTestStringConvertible, Sendable {
  let url: URL
  var testDescription: String { url.lastPathComponent }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Fixtures/actions").standardized

  static let all: [ActionStory] = {
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "md" }
      .sorted { $0.path < $1.path }.map(ActionStory.init)
  }()

  /// The story with its answers as they are now.
  func retold() throws -> String {
    var result: [Substring] = []
    var yaml: [Substring] = []
    var fence: [Substring] = []
    let text = try String(contentsOf: url, encoding: .utf8)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isFence = line.hasPrefix("```")
      if isFence, fence.isEmpty {
        fence = line.dropFirst(3).split(separator: " ")
        if fence.first == "yaml" { yaml = [] }
        result.append(line)
      } else if isFence {
        if fence.first != "yaml" {
          result += answer(to: yaml.joined(separator: "\n"), fence).split(separator: "\n")
        }
        fence = []
        result.append(line)
      } else {
        if fence.first == "yaml" { yaml.append(line) }
        if fence.isEmpty || fence.first == "yaml" { result.append(line) }
      }
    }
    return result.joined(separator: "\n")
  }

  private func answer(to yaml: String, _ question: [Substring]) -> String {
    let sink = DiagnosticSink()
    let source = SourceText(name: "rules.yaml", text: yaml)
    guard let node = YAMLReader.read(source, sink: sink), case .map(let entries) = node.content,
      let entry = entries.first
    else { return "unreadable" }
    let action = ActionTable.bind(
      name: entry.key, node: entry.value, environment: .variables(SampleAlerts.environment),
      sink: sink)
    if question.first == "said" {
      let said = sink.list.map { $0.rendered() }.joined()
      return (said.isEmpty ? "accepted\n" : said) + (action == nil ? "" : "(bound)")
    }
    guard let action, let alert = SampleAlerts.named(String(question.last ?? "")) else {
      return sink.list.map { $0.rendered() }.joined()
    }
    // An empty line would be lost between the fences.
    return action.action.outline(for: alert).replacing("\n\n", with: "\n.\n")
  }
}

@Suite struct ActionFixtures {
  @Test(arguments: ActionStory.all)
  func `every story ends as told`(_ story: ActionStory) throws {
    let told = try String(contentsOf: story.url, encoding: .utf8)
    let retold = try story.retold()
    if ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] != nil {
      try retold.write(to: story.url, atomically: true, encoding: .utf8)
    } else {
      #expect(retold == told)
    }
    #expect(!retold.contains("s3cr3t"))
  }

  @Test func `every kind has a story`() {
    let told = ActionStory.all.map { $0.url.deletingPathExtension().lastPathComponent }
    for kind in ActionTable.kinds { #expect(told.contains(kind.kind)) }
  }
}
