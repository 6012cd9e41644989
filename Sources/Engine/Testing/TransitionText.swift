package import Alerting
import Records

/// Transitions in the words of a test file: what a failing test shows, and what `--update` writes.
package enum TransitionText {
  /// The fields that say what happened; the others are shown when a test asks for them.
  package static func usualKeys(of transition: Transition) -> [Expectation.Key] {
    var keys: [Expectation.Key] = [.time, .monitor, .level, .to]
    if transition.reason != .condition { keys.append(.reason) }
    if !transition.group.fields.isEmpty { keys.append(.group) }
    keys.append(.value)
    if !transition.actions.isEmpty { keys.append(.actions) }
    return keys
  }

  /// `{ time: 2026-03-02T10:00:50.000Z, level: critical }` with these fields.
  package static func item(
    _ transition: Transition, _ keys: [Expectation.Key]
  ) -> String {
    "{ " + members(transition, keys).joined(separator: ", ") + " }"
  }

  /// The same, broken into lines of a width; further lines are indented by `indent` blanks.
  static func lines(
    _ transition: Transition, _ keys: [Expectation.Key], indent: Int, width: Int = 100
  ) -> String {
    var result = "{ "
    var column = indent
    let parts = members(transition, keys)
    for (index, part) in parts.enumerated() {
      let end = index == parts.count - 1 ? " }" : ","
      if index > 0 {
        if column + 1 + part.count + end.count > width {
          result += "\n" + String(repeating: " ", count: indent)
          column = indent
        } else {
          result += " "
          column += 1
        }
      }
      result += part + end
      column += part.count + end.count
    }
    return result
  }

  private static func members(
    _ transition: Transition, _ keys: [Expectation.Key]
  ) -> [String] {
    keys.map { "\($0.rawValue): \(value(of: $0, transition))" }
  }

  /// One field; `like` chooses between the forms in which it may be written.
  package static func value(
    of key: Expectation.Key, _ transition: Transition, like: Expectation.Expected? = nil
  ) -> String {
    switch key {
    case .id: return transition.id.yaml
    case .time: return Timestamp.rfc3339(transition.time)
    case .monitor: return transition.monitor.yaml
    case .level: return transition.level.rawValue
    case .to: return transition.to.rawValue
    case .reason: return transition.reason.rawValue
    case .group:
      return map(transition.group.fields.map { ($0.name.yaml, $0.value.yaml) })
    case .value: return transition.value.map(NumberText.shortest) ?? "null"
    case .threshold: return transition.threshold.yaml
    case .window:
      return map([
        ("start", Timestamp.rfc3339(transition.windowStart)),
        ("end", Timestamp.rfc3339(transition.windowEnd)),
      ])
    case .evidence:
      if case .lines = like { return list(transition.evidence.map { $0.line.yaml }) }
      return String(transition.evidence.count)
    case .actions:
      return list(
        transition.actions.map { action in
          let form = like?.action(named: action.name)
          if form?.isBare == true, action.quiet == nil, action.blocked == nil {
            return action.name.yaml
          }
          var members = [("name", action.name.yaml), ("mode", action.mode.rawValue)]
          if form?.kind != nil { members.append(("kind", action.kind.yaml)) }
          if let quiet = action.quiet {
            members.append(("muted", quiet.yaml))
          } else if form?.muted != nil {
            members.append(("muted", "false"))
          }
          if let blocked = action.blocked {
            members.append(("blocked", blocked.yaml))
          } else if form?.blocked != nil {
            members.append(("blocked", "false"))
          }
          return map(members)
        })
    case .record: return String(decoding: transition.json(), as: UTF8.self).singleQuoted
    }
  }

  private static func map(_ members: [(String, String)]) -> String {
    members.isEmpty
      ? "{}" : "{ " + members.map { "\($0): \($1)" }.joined(separator: ", ") + " }"
  }

  private static func list(_ items: [String]) -> String {
    items.isEmpty ? "[]" : "[" + items.joined(separator: ", ") + "]"
  }
}

extension String {
  /// The text as a YAML scalar that stands on one line, also within brackets.
  package var yaml: String {
    let words = ["null", "true", "false", "yes", "no", "on", "off"]
    let first = utf8.first.map { Character(UnicodeScalar($0)) }
    let isPlain =
      first?.isLetter == true && !words.contains(lowercased())
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_./".utf8.contains(byte)
        }
      }
    if isPlain { return self }
    let needsEscapes = unicodeScalars.contains {
      $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
        || $0.value == 0x2028 || $0.value == 0x2029 || $0.value == 0xFEFF
    }
    return needsEscapes ? doubleQuoted : singleQuoted
  }

  fileprivate var singleQuoted: String { "'" + replacing("'", with: "''") + "'" }

  private var doubleQuoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        let category = scalar.properties.generalCategory
        if category == .control || category == .format || scalar.value == 0x2028
          || scalar.value == 0x2029
        {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

extension Value {
  /// As a YAML scalar; a text that looks like something else is in quotes.
  fileprivate var yaml: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .whole(let number): String(number)
    case .number(let number): NumberText.shortest(number)
    case .text(let text): text.yaml
    }
  }
}
