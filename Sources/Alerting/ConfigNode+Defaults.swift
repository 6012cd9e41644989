extension ConfigNode {
  /// This monitor with what `defaults` says wherever it says nothing itself.
  ///
  /// `units`, `params` and `tags` are joined name by name. A level is joined key by key; one without
  /// an `alert` only shapes the monitors that have that level.
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

  private static let levelKeys: Set = ["critical", "warning"]
  private static let joinedKeys = levelKeys.union(["units", "params", "tags"])

  private func joined(with other: ConfigNode) -> ConfigNode {
    guard case .map(let mine) = content, case .map(let theirs) = other.content else { return self }
    let added = theirs.filter { entry($0.key) == nil }
    return ConfigNode(content: .map(mine + added), span: span, source: source)
  }
}

extension ConfigNode.Entry {
  /// Whether a default makes sense on its own.
  fileprivate var stands: Bool {
    !["critical", "warning"].contains(key) || value.entry("alert") != nil
  }
}
