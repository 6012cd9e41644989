import Alerting
import Records

/// The remediation that asks for an action in its `then` or `else`.
package struct Cause: Sendable, Hashable {
  package enum Branch: String, Sendable {
    case then
    case otherwise = "else"
  }

  /// The remediation.
  package var action: String
  package var branch: Branch
  package var deed: Deed

  package init(action: String, branch: Branch, deed: Deed) {
    self.action = action
    self.branch = branch
    self.deed = deed
  }
}

extension Cause {
  /// The cause as one compact JSON object, from which it can be read again.
  package var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("action", action)
      $0.member("branch", branch.rawValue)
      $0.member("deed", deed)
    }
    return writer.text
  }

  /// Nil when the text is no cause.
  package init?(json: String) {
    guard let tree = JSONTree(json), let action = tree["action"]?.text,
      let branch = (tree["branch"]?.text).flatMap(Branch.init), let deed = Deed(tree["deed"])
    else { return nil }
    self.init(action: action, branch: branch, deed: deed)
  }
}

extension Deed {
  /// The deed as one compact JSON object, from which it can be read again.
  package var recordJSON: String {
    var writer = JSONWriter()
    writer.record(of: self)
    return writer.text
  }

  package init?(recordJSON json: String) {
    self.init(JSONTree(json))
  }

  fileprivate init?(_ tree: JSONTree?) {
    guard let tree, let taken = tree["taken"]?.flag, let summary = tree["summary"]?.text else {
      return nil
    }
    let facts = tree["facts"]?.members ?? []
    self.init(
      taken: taken, summary: summary,
      facts: facts.compactMap { fact in fact.value.text.map { Fact(fact.name, $0) } })
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ deed: Deed) {
    key(name)
    record(of: deed)
  }

  fileprivate mutating func record(of deed: Deed) {
    object {
      $0.key("taken")
      $0.value(.bool(deed.taken))
      $0.member("summary", deed.summary)
      $0.key("facts")
      $0.facts(of: deed)
    }
  }
}
