extension ConfigNode {
  /// This monitor with what `defaults` says wherever it says nothing itself.
  ///
  /// `units`, `params` and `tags` are joined name by name. A condition is joined key by key; one
  /// without its first key only shapes the monitors that have that condition.
  package func merged(over defaults: ConfigNode) -> ConfigNode {
    guard case .map(var entries) = content, case .map(let others) = defaults.content else {
      return self
    }
    for other in others {
      guard let index = entries.firstIndex(where: { $0.key == other.key }) else {
        if other.stands { entries.append(other) }
        continue
      }
      if Self.joinedKeys.contains(other.key) {
        entries[index].value = entries[index].value.joined(with: other.value)
      }
    }
    return ConfigNode(content: .map(entries), span: span, source: source)
  }

  private static let joinedKeys: Set = [
    "critical", "warning", "missing_data", "units", "params", "tags",
  ]

  private func joined(with other: ConfigNode) -> ConfigNode {
    guard case .map(let mine) = content, case .map(let theirs) = other.content else { return self }
    let added = theirs.filter { entry($0.key) == nil }
    return ConfigNode(content: .map(mine + added), span: span, source: source)
  }
}

extension ConfigNode.Entry {
  /// Whether a default makes sense on its own.
  fileprivate var stands: Bool {
    switch key {
    case "critical", "warning": value.entry("alert") != nil
    case "missing_data": value.entry("window") != nil
    default: true
    }
  }
}
