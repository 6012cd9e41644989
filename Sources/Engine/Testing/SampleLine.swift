import Alerting
import Records

/// A JSON line whose time, and whose groups, can be other ones.
package struct SampleLine: Sendable {
  struct Member: Sendable {
    var name: String
    /// The value as JSON text.
    var json: String
  }

  private(set) var members: [Member]

  /// A line with these members behind a time.
  init(_ members: [Member]) {
    self.members = [Member(name: "timestamp", json: "\"{{time}}\"")] + members
  }

  /// A line that somebody recorded; nil when it is no JSON object with a time.
  package init?(_ bytes: [UInt8], timeField: String? = nil) {
    let text = PinnedText(bytes)
    defer { withExtendedLifetime(text) {} }
    guard JSONScanner.isValid(text.bytes.trimmed),
      text.bytes.trimmed.string.hasPrefix("{")
    else { return nil }
    var members: [Member] = []
    for member in JSONScanner.members(of: text.bytes) {
      // An escaped key stands as it is: it is only written back.
      members.append(Member(name: member.key.string, json: member.value.json))
    }
    let names = timeField.map { [$0] } ?? SourcePlan.timeNames
    let places = names.compactMap { name in members.firstIndex { $0.name == name } }
    guard let place = places.first else { return nil }
    let isText = members[place].json.hasPrefix("\"")
    members[place].json = isText ? "\"{{time}}\"" : "{{epoch}}"
    self.members = members
  }

  /// The value of a member as JSON text.
  subscript(name: String) -> String? {
    get { members.first { $0.name.lowercased() == name.lowercased() }?.json }
    set {
      let index = members.firstIndex { $0.name.lowercased() == name.lowercased() }
      guard let newValue else {
        if let index { members.remove(at: index) }
        return
      }
      if let index {
        members[index].json = newValue
      } else {
        // Behind the time, where a reader looks for it.
        members.insert(Member(name: name, json: newValue), at: min(1, members.count))
      }
    }
  }

  /// The line with placeholders for its time, as a test file has it.
  package var text: String {
    let list = members.map { "\"\($0.name)\":\($0.json)" }
    return "{" + list.joined(separator: ",") + "}"
  }

  static func json(_ text: String) -> String { "\"\(Alerting.JSONWriter.escaped(text))\"" }
}

extension Cell {
  /// The value as it stands in its line.
  fileprivate var json: String {
    switch kind {
    case .text, .escaped: "\"\(place.string)\""
    default: place.string
    }
  }
}
