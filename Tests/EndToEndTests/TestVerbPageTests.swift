import Foundation
import TestKit
import Testing

/// docs/testing-rules.md: its files are written as they stand there, and its commands print what it says.
@Suite struct TestVerbPageTests {
  private struct Block {
    var info: [Substring]
    var lines: [Substring]
  }

  private func blocks() throws -> [Block] {
    let url = Repository.root.appending(path: "docs/testing-rules.md")
    var blocks: [Block] = []
    var isInside = false
    for line in try String(contentsOf: url, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    {
      if line.hasPrefix("```") {
        isInside.toggle()
        if isInside {
          blocks.append(Block(info: line.dropFirst(3).split(separator: " "), lines: []))
        }
      } else if isInside {
        blocks[blocks.count - 1].lines.append(line)
      }
    }
    return blocks
  }

  @Test func `the examples of the page are true`() throws {
    let scratch = try Scratch()
    var commands = 0
    for block in try blocks() {
      if block.info.first == "yaml", block.info.count == 2 {
        try scratch.write(block.lines.joined(separator: "\n") + "\n", to: String(block.info[1]))
      }
      guard block.info == ["console"] else { continue }
      var expected = ""
      var output = ""
      for line in block.lines {
        if line.hasPrefix("$ ") {
          output += try scratch.shell(String(line.dropFirst(2))).output
          commands += 1
        } else {
          expected += line + "\n"
        }
      }
      #expect(output == expected)
    }
    #expect(commands >= 5)
  }
}
