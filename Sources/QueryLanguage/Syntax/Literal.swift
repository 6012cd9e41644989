/// How consumers of a string token read its backslashes; the token itself keeps them all.
package enum Literal {
  /// Expression text: `\"` and `\\` are themselves, `\n \r \t` control characters, any other
  /// backslash stays.
  package static func text(_ raw: String) -> String {
    unescape(raw) { next in
      switch next {
      case "\"": "\""
      case "\\": "\\"
      case "n": "\n"
      case "r": "\r"
      case "t": "\t"
      default: nil
      }
    }
  }

  /// A regex: only `\"` is undone; every other pair is the regex engine's.
  package static func regex(_ raw: String) -> String {
    unescape(raw) { $0 == "\"" ? "\"" : nil }
  }

  private static func unescape(_ raw: String, _ meaning: (Character) -> Character?) -> String {
    guard raw.contains("\\") else { return raw }
    var result = ""
    var rest = raw[...]
    while let first = rest.popFirst() {
      if first == "\\", let next = rest.first {
        rest.removeFirst()
        if let replacement = meaning(next) {
          result.append(replacement)
        } else {
          result.append("\\")
          result.append(next)
        }
      } else {
        result.append(first)
      }
    }
    return result
  }
}
