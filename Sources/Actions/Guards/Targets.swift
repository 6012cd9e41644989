import QueryLanguage

/// `targets:`: what a remediation may touch.
///
/// Names and patterns, in which `*` is any text and `?` any character, allow what they match.
/// `tag:NAME=VALUE` is for kinds that can ask what tags a target has: such a target is allowed by its
/// tag, too.
package struct Targets: Sendable {
  private struct Tag {
    var name: String
    var value: Glob
  }

  private static let tagPrefix = "tag:"

  private var names: [Glob] = []
  private var tags: [Tag] = []
  /// How many there are; nil when patterns and tags leave that open.
  package let count: Int?

  package init(_ items: [String]) {
    for item in items {
      guard item.hasPrefix(Targets.tagPrefix), let equals = item.firstIndex(of: "=") else {
        names.append(Targets.glob(item))
        continue
      }
      let name = item[..<equals].dropFirst(Targets.tagPrefix.count)
      tags.append(
        Tag(name: String(name), value: Targets.glob(String(item[item.index(after: equals)...]))))
    }
    let isOpen = !tags.isEmpty || names.contains(where: \.hasWildcard)
    count = isOpen ? nil : Set(items).count
  }

  /// Whether some may be known by their tags only, so that a name is not refused by itself.
  package var haveTags: Bool { !tags.isEmpty }

  /// Whether a name alone is enough.
  package func allow(_ name: String) -> Bool { names.contains { $0.matches(name) } }

  /// Whether one of the tags of a target is enough.
  package func allow(tags found: [(name: String, value: String)]) -> Bool {
    tags.contains { tag in found.contains { $0.name == tag.name && tag.value.matches($0.value) } }
  }

  private static func glob(_ text: String) -> Glob {
    Glob(text, ignoringCase: false, questionMark: true)
  }
}
