package import QueryLanguage

extension ConfigNode {
  /// The text of a scalar; nil for a list or a map.
  package var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// Whether nothing was written: `window:` and the end of the line.
  package var isAbsent: Bool {
    if case .scalar("", plain: true) = content { true } else { false }
  }

  /// What stands here, as messages name it: `'ten'`, `a list`, `a map`, `nothing`.
  package var found: String {
    switch content {
    case .scalar(let text, _): isAbsent ? "nothing" : "'\(text.shortened)'"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// The entry of a map with this key.
  package func entry(_ key: String) -> Entry? {
    guard case .map(let entries) = content else { return nil }
    return entries.first { $0.key == key }
  }

  /// A finding about this node.
  package func diagnostic(_ message: Diagnostic.Message, help: String? = nil) -> Diagnostic {
    Diagnostic(message, at: span, in: source, help: help)
  }
}

extension ConfigNode.Entry {
  /// A finding about the key rather than its value.
  package func diagnostic(_ message: Diagnostic.Message, help: String? = nil) -> Diagnostic {
    Diagnostic(message, at: keySpan, in: value.source, help: help)
  }
}

extension String {
  /// The first line, cut to what a message can carry.
  var shortened: String {
    let line = prefix { !$0.isNewline }
    let head = line.prefix(40)
    return head.utf8.count < utf8.count ? head + "..." : String(head)
  }
}
