package import QueryLanguage

/// A YAML (or JSON) tree in which every node knows where it stands; what `YAMLReader` yields and
/// rule files, action tables and `tripline.yaml` are bound from.
package struct ConfigNode: Sendable {
  package indirect enum Content: Sendable {
    /// A scalar. `plain` when written without quotes and not as a block.
    case scalar(String, plain: Bool)
    case list([ConfigNode])
    case map([Entry])
  }

  package struct Entry: Sendable {
    package var key: String
    package var keySpan: Span
    package var value: ConfigNode

    package init(key: String, keySpan: Span, value: ConfigNode) {
      self.key = key
      self.keySpan = keySpan
      self.value = value
    }
  }

  package var content: Content
  package var span: Span
  package var source: SourceText
  /// For scalars: offset in the file of each byte of the value, and one past the last.
  package var offsets: [Int]

  package init(content: Content, span: Span, source: SourceText, offsets: [Int] = []) {
    self.content = content
    self.span = span
    self.source = source
    self.offsets = offsets
  }
}
