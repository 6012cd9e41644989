import Alerting
import QueryLanguage

// Rule files are read from disks that others write to. Whatever the bytes, reading must end, must
// say something or yield a tree, and every place in that tree must lie where it claims to.
//
// A libFuzzer entry, outside of the package: seeds are the stories in Fixtures/diagnostics/rules.

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzYAML(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let source = SourceText(
    name: "fuzz.yaml", bytes: Array(UnsafeBufferPointer(start: start, count: count)))
  let sink = DiagnosticSink()
  let tree = YAMLReader.read(source, sink: sink)
  precondition(tree != nil || sink.hasErrors, "nothing read and nothing said")
  if let tree, !sink.hasErrors { checkPlaces(of: tree) }
  _ = RuleSet.load(files: [source], sink: sink)
  _ = Configuration.read(source, sink: sink)
  for diagnostic in sink.list {
    checkSpan(diagnostic.span, in: diagnostic.source)
    _ = diagnostic.rendered()
  }
  return 0
}

private func checkPlaces(of node: ConfigNode) {
  checkSpan(node.span, in: node.source)
  switch node.content {
  case .list(let items): items.forEach(checkPlaces)
  case .map(let entries):
    for entry in entries {
      checkSpan(entry.keySpan, in: node.source)
      checkPlaces(of: entry.value)
    }
  case .scalar(let text, _): checkOffsets(of: node, text: Array(text.utf8))
  }
}

private func checkOffsets(of node: ConfigNode, text: [UInt8]) {
  let bytes = node.source.bytes
  precondition(node.offsets.count == text.count + 1, "an offset per byte and one more")
  precondition(node.offsets == node.offsets.sorted(), "offsets ascend")
  precondition(node.offsets.allSatisfy { $0 <= bytes.count }, "offsets lie in the file")
  // Escapes aside, what is not a blank is copied from where its offset points.
  guard node.span.lower < bytes.count, bytes[node.span.lower] != UInt8(ascii: "\"") else { return }
  for (index, byte) in text.enumerated() where byte > 0x20 && byte < 0x80 {
    precondition(bytes[node.offsets[index]] == byte, "byte \(index) stands elsewhere")
  }
}

private func checkSpan(_ span: Span, in source: SourceText) {
  precondition(0 <= span.lower && span.lower <= span.upper, "a span is a range")
  precondition(span.upper <= source.bytes.count, "a span lies in the file")
}
