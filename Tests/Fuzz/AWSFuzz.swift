import Actions

// What AWS answers comes from a network, and profiles from a disk that others write to. Whatever the
// bytes: reading ends, and what was read looks as it may.
//
// A libFuzzer entry, outside of the package; `YAMLFuzz.swift` says no more about itself. Seeds: any
// answer of EC2, and a ~/.aws/config.

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzAWS(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let tree = XMLTree(bytes) { checkTree(tree, depth: 1) }
  if let refusal = AWSRefusal(body: bytes, type: nil) {
    precondition(!refusal.code.isEmpty, "a refusal without a code")
  }
  let credentials = AWSCredentials(document: bytes)
  precondition(credentials?.keyID.isEmpty != true, "credentials of nobody")

  let file = ProfileFile(String(decoding: bytes, as: UTF8.self))
  for section in file.sections {
    for (name, value) in section.properties {
      precondition(name == name.lowercased(), "a name that is not in lower case")
      precondition(!(name + value).contains(where: \.isNewline), "a property of two lines")
    }
    _ = AWSProfile(section.name, config: file, credentials: file)?.unsupported
  }
  return 0
}

private func checkTree(_ tree: XMLTree, depth: Int) {
  precondition(depth <= 64, "a tree that is too deep")
  precondition(!tree.name.isEmpty, "an element without a name")
  for child in tree.children { checkTree(child, depth: depth + 1) }
}
