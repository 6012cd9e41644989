package import Alerting
import QueryLanguage
import Records

extension GroupKey {
  /// `host=web-1 route=null`; empty for a monitor without groups.
  package var readable: String {
    fields.map { field in
      let value =
        switch field.value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .whole(let number): String(number)
        case .number(let number): NumberText.shortest(number)
        case .text(let text): text.displaySafe()
        }
      return "\(field.name.displaySafe())=\(value)"
    }.joined(separator: " ")
  }
}
