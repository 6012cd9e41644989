import Actions
import Alerting
import Foundation
import QueryLanguage
import Records
import Testing

/// What receivers refuse when it is too long, for an alert in which everything is.
@Suite struct MessageLimitTests {
  /// Every text is long, and full of what has to be escaped or takes several bytes.
  private static let alert: AlertContext = {
    let long = String(repeating: "<&>*_\"\\€😀 ", count: 5_000)
    var alert = SampleAlerts.alert(
      group: GroupKey((0..<30).map { ("field\($0)", .text(long)) }))
    alert.monitor = MonitorFacts(name: long)
    alert.monitor.description = long
    alert.monitor.runbook = long
    alert.monitor.tags = Dictionary(uniqueKeysWithValues: (0..<40).map { ("tag\($0)", long) })
    alert.transition.threshold = long
    alert.transition.evidence = (0..<20).map { _ in
      EvidenceLine(file: "app.log", generation: "f00d", offset: 0, line: long)
    }
    alert.lateness = 7_200_000
    return alert
  }()

  private func body(_ keys: String) throws -> Any {
    let sink = DiagnosticSink()
    let source = SourceText(name: "rules.yaml", text: "tell:\n  \(keys)\n")
    let node = try #require(YAMLReader.read(source, sink: sink))
    guard case .map(let entries) = node.content else { throw CancellationError() }
    let action = ActionTable.bind(
      name: "tell", node: entries[0].value, environment: .placeholders, sink: sink)
    guard case .request(let request) = try #require(action).action.effect(for: Self.alert) else {
      throw CancellationError()
    }
    return try JSONSerialization.jsonObject(with: Data(request.body.revealed.utf8))
  }

  /// Every text under a key, however deep, by its length as JavaScript counts it.
  private func lengths(of key: String, in value: Any) -> [Int] {
    switch value {
    case let object as [String: Any]:
      object.flatMap { name, member in
        if name == key, let text = member as? String { return [text.utf16.count] }
        return lengths(of: key, in: member)
      }
    case let list as [Any]: list.flatMap { lengths(of: key, in: $0) }
    default: []
    }
  }

  private func total(_ value: Any) -> Int {
    switch value {
    case let text as String: text.utf16.count
    case let object as [String: Any]: object.values.map(total).reduce(0, +)
    case let list as [Any]: list.map(total).reduce(0, +)
    default: 0
    }
  }

  @Test(arguments: ["", ", text: \"{{Name}}{{ResultsJson}}\""])
  func `Slack takes it`(_ text: String) throws {
    let body = try body("slack: { url: https://example\(text) }")
    let object = try #require(body as? [String: Any])
    #expect(lengths(of: "text", in: ["top": object["text"]]).allSatisfy { $0 <= 40_000 })
    let blocks = lengths(of: "text", in: object["attachments"] as Any)
    #expect(blocks.count > 5)
    #expect(blocks.allSatisfy { $0 <= 3_000 })
    let fields = lengths(of: "text", in: fields(in: object))
    #expect(fields.count <= 10 && fields.allSatisfy { $0 <= 2_000 })
  }

  private func fields(in object: [String: Any]) -> [Any] {
    let attachments = object["attachments"] as? [[String: Any]] ?? []
    let blocks = attachments.flatMap { $0["blocks"] as? [[String: Any]] ?? [] }
    return blocks.flatMap { $0["fields"] as? [Any] ?? [] }
  }

  @Test func `Discord takes it`() throws {
    let body = try body("discord: { url: https://example, text: \"{{Name}}{{AlertGroup}}\" }")
    let object = try #require(body as? [String: Any])
    let embed = try #require((object["embeds"] as? [[String: Any]])?.first)
    #expect(lengths(of: "content", in: object).allSatisfy { $0 <= 2_000 })
    #expect(lengths(of: "title", in: embed).allSatisfy { $0 <= 256 })
    #expect(lengths(of: "description", in: embed).allSatisfy { $0 <= 4_096 })
    #expect(lengths(of: "value", in: embed).allSatisfy { $0 <= 1_024 })
    #expect((embed["fields"] as? [Any])?.count ?? 0 <= 25)
    #expect(total(embed) <= 6_000)
  }

  @Test func `Teams takes it`() throws {
    let body = try body("teams: { url: https://example, text: \"{{Name}}{{AlertGroup}}\" }")
    #expect(try JSONSerialization.data(withJSONObject: body).count <= 28_000)
  }

  @Test func `PagerDuty takes it`() throws {
    let body = try body("pagerduty: { routing_key: x, source: \"{{AlertGroup}}\" }")
    #expect(lengths(of: "summary", in: body).allSatisfy { $0 <= 1_024 })
    #expect(lengths(of: "source", in: body).allSatisfy { $0 <= 1_024 })
    #expect(lengths(of: "dedup_key", in: body).allSatisfy { $0 <= 255 })
    #expect(try JSONSerialization.data(withJSONObject: body).count <= 512_000)
  }

  @Test func `Opsgenie takes it`() throws {
    let body = try body("opsgenie: { api_key: x, message: \"{{AlertGroup}}\" }")
    #expect(lengths(of: "message", in: body).allSatisfy { $0 <= 130 })
    #expect(lengths(of: "description", in: body).allSatisfy { $0 <= 15_000 })
    #expect(lengths(of: "entity", in: body).allSatisfy { $0 <= 512 })
    let object = try #require(body as? [String: Any])
    let tags = try #require(object["tags"] as? [String])
    #expect(tags.count <= 20 && tags.allSatisfy { $0.utf16.count <= 50 })
    #expect(total(object["details"] as Any) <= 8_000)
  }
}
