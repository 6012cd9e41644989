import QueryLanguage
package import Records

/// JSON that this program wrote, read again as a tree: records of the journal, parts of the state.
///
///     let record = JSONTree(text)
///     let id = record?["id"]?.text
///
/// For small texts: every value is copied.
package indirect enum JSONTree: Sendable, Hashable {
  case scalar(Value)
  case array([JSONTree])
  /// Members in the order in which they stand.
  case object([Member])

  package struct Member: Sendable, Hashable {
    package var name: String
    package var value: JSONTree
  }

  /// Nil when the text is not one JSON value.
  package init?(_ text: [UInt8]) {
    let pinned = PinnedText(text)
    let tree: JSONTree? = withExtendedLifetime(pinned) {
      guard JSONScanner.isValid(pinned.bytes),
        let (cell, _) = JSONScanner.value(in: pinned.bytes)
      else { return nil }
      return JSONTree(cell)
    }
    guard let tree else { return nil }
    self = tree
  }

  package init?(_ text: String) { self.init(Array(text.utf8)) }

  private init(_ cell: Cell) {
    guard cell.kind == .json else {
      self = .scalar(cell.value)
      return
    }
    self =
      cell.place[0] == UInt8(ascii: "[")
      ? .array(JSONScanner.elements(of: cell.place).map { JSONTree($0) })
      : .object(
        JSONScanner.members(of: cell.place).map { member in
          let name = Cell(member.key, as: member.keyEscaped ? .escaped : .text)
          return Member(name: name.plainText, value: JSONTree(member.value))
        })
  }

  /// The member of an object with this name.
  package subscript(name: String) -> JSONTree? { members.first { $0.name == name }?.value }

  package var members: [Member] { if case .object(let members) = self { members } else { [] } }

  package var elements: [JSONTree] { if case .array(let items) = self { items } else { [] } }

  package var scalar: Value? { if case .scalar(let value) = self { value } else { nil } }

  package var text: String? { if case .scalar(.text(let text)) = self { text } else { nil } }

  package var whole: Int64? { if case .scalar(.whole(let number)) = self { number } else { nil } }

  package var flag: Bool? { if case .scalar(.bool(let flag)) = self { flag } else { nil } }

  package var number: Double? {
    switch self {
    case .scalar(.whole(let number)): Double(number)
    case .scalar(.number(let number)): number
    default: nil
    }
  }
}

extension JSONTree {
  /// The tree as compact JSON.
  package var json: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .scalar(let value): writer.value(value)
    case .array(let items): writer.array { for item in items { item.write(to: &$0) } }
    case .object(let members):
      writer.object {
        for member in members {
          $0.key(member.name)
          member.value.write(to: &$0)
        }
      }
    }
  }
}

extension Cell {
  fileprivate var plainText: String { if case .text(let text) = value { text } else { "" } }
}
