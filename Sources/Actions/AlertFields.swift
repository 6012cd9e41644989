import Alerting
import Records

/// The fields of an alert by name: those of its group, the value that was compared, and those of the
/// lines that made it trip.
extension Transition {
  /// The field in the line of this row, the newest being 0; a name is read as written, else whatever
  /// its case.
  func content(ofField name: String, row: Int) -> TemplateVariable.Content {
    if let field = group.fields.first(where: { $0.name.lowercased() == name.lowercased() }) {
      return TemplateVariable.Content(field.value)
    }
    if let value, isValue(name) { return .json(NumberText.shortest(value)) }
    guard evidence.indices.contains(row) else { return .none }
    let line = evidence[row].line
    if ["_raw", "message"].contains(name.lowercased()), JSONTree(line)?.member(name) == nil {
      return .text(line)
    }
    guard let member = JSONTree(line)?.member(name) else { return .none }
    return member.scalar.map { TemplateVariable.Content($0) } ?? .json(member.json)
  }

  /// The row of the query's result that the alert is about, in an array of its own: the group and the
  /// value.
  var rowJSON: String {
    var writer = JSONWriter()
    writer.array { rows in
      guard let value else { return }
      rows.object {
        for field in group.fields {
          $0.key(field.name)
          $0.value(field.value)
        }
        $0.key(column.isEmpty ? "_count" : column)
        $0.number(value)
      }
    }
    return writer.text
  }

  /// What the threshold compares, as far as it says: `slow_calls` of `slow_calls > 5`.
  private var column: String {
    let end = threshold.firstIndex { "<>=!".contains($0) } ?? threshold.endIndex
    return String(threshold[..<end]).trimmed
  }

  private func isValue(_ name: String) -> Bool {
    let name = name.lowercased()
    return column.isEmpty ? ["count", "_count"].contains(name) : column.lowercased() == name
  }
}

extension TemplateVariable.Content {
  fileprivate init(_ value: Value) {
    switch value {
    case .null: self = .none
    case .bool, .whole, .number: self = .json(value.plainText)
    case .text(let text): self = .text(text)
    }
  }
}

extension JSONTree {
  /// A member by its name, or by a path of names with dots between them.
  fileprivate func member(_ path: String) -> JSONTree? {
    if let member = named(path) { return member }
    for dot in path.indices where path[dot] == "." {
      let rest = String(path[path.index(after: dot)...])
      if let inner = named(String(path[..<dot]))?.member(rest) { return inner }
    }
    return nil
  }

  private func named(_ name: String) -> JSONTree? {
    self[name] ?? members.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
