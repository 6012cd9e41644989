import Alerting
import Records

/// What an action did in the end, or why it did nothing; the record that an incident review reads.
package struct Deed: Sendable, Hashable {
  package struct Fact: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Whether anything was changed.
  package var taken: Bool
  /// In a few words.
  package var summary: String
  /// In the order in which they are told.
  package var facts: [Fact]

  package init(taken: Bool, summary: String, facts: [Fact] = []) {
    self.taken = taken
    self.summary = summary
    self.facts = facts
  }

  package subscript(name: String) -> String? {
    facts.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// What is known of any deed, for kinds that have no facts of their own.
  package mutating func addUsualFacts(of delivery: Delivery, reason: String, at now: Int64) {
    guard facts.isEmpty else { return }
    facts = [
      Fact("target", delivery.target.name),
      Fact("action_taken", taken ? delivery.action.kind : "none"),
      Fact("timestamp_utc", Timestamp.rfc3339(now)),
      Fact("reason", reason),
    ]
  }

  /// The facts as one compact JSON object.
  package var json: String {
    var writer = JSONWriter()
    writer.facts(of: self)
    return writer.text
  }
}

extension JSONWriter {
  /// The facts of a deed as an object.
  mutating func facts(of deed: Deed) {
    object { for fact in deed.facts { $0.member(fact.name, fact.value) } }
  }
}
