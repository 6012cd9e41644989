import Alerting

/// The sections of a file of AWS's own format: `~/.aws/config` or `~/.aws/credentials`.
///
///     [profile web]
///     region = eu-west-1      # a comment
///     s3 =
///       max_concurrent_requests = 20
///
/// What is indented deeper than a property belongs to it, and nobody here asks for that. Reading
/// never fails: a line that is none of these is skipped, as AWS's tools would not.
package struct ProfileFile: Sendable, Hashable {
  package struct Section: Sendable, Hashable {
    package var name: String
    /// By name in lower case; what is written last counts.
    package var properties: [String: String]
  }

  /// In the order written; a name that is written twice is there twice.
  package private(set) var sections: [Section] = []

  package init(_ text: String) {
    // How far the last property was indented; what is deeper belongs to it.
    var depth = Int.max
    for line in text.split(whereSeparator: \.isNewline) {
      let content = line.trimmed
      if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
      let indent = line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
      if indent == 0, content.hasPrefix("[") {
        let name = content.dropFirst().prefix { $0 != "]" }
        sections.append(Section(name: name.trimmed, properties: [:]))
        depth = .max
      } else if indent <= depth, !sections.isEmpty,
        let (name, value) = ProfileFile.property(content)
      {
        sections[sections.count - 1].properties[name] = value
        depth = indent
      }
    }
  }

  private static func property(_ line: String) -> (name: String, value: String)? {
    guard let equals = line.firstIndex(of: "="), equals > line.startIndex else { return nil }
    let value = line[line.index(after: equals)...].withoutComment.trimmed
    return (line[..<equals].trimmed.lowercased(), value)
  }
}

extension Substring {
  /// A comment within a line begins with a blank: `#` may be part of a value.
  fileprivate var withoutComment: Substring {
    var last: Character = " "
    for index in indices {
      let character = self[index]
      if character == "#" || character == ";", last == " " || last == "\t" {
        return self[..<index]
      }
      last = character
    }
    return self
  }
}
