import Actions
import Testing

@Suite struct ExcerptTests {
  private func excerpt(of text: String, limit: Int, piece: Int) -> String {
    var excerpt = Excerpt(limit: limit)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      excerpt.append(rest.prefix(piece))
      rest = rest.dropFirst(piece)
    }
    return excerpt.text
  }

  @Test(arguments: 1...40)
  func `how the output arrives changes nothing`(_ piece: Int) {
    let text = (0..<20).map { "line \($0)\n" }.joined()
    #expect(
      excerpt(of: text, limit: 20, piece: piece)
        == "line 0\nline 1\n[... 120 bytes ...]\nline 18\nline 19\n")
    #expect(excerpt(of: "twenty bytes at most", limit: 10, piece: piece) == "twenty bytes at most")
  }

  @Test func `without lines the ends are as long as they may be`() {
    #expect(excerpt(of: "aaaaabbbbbccccc", limit: 5, piece: 4) == "aaaaa[... 5 bytes ...]\nccccc")
  }
}
