package import Foundation

/// A page that shows a person at a shell: files to be written, commands to be run, and what they print.
///
/// A block ```` ```yaml rules.yaml ```` is a file of that name. A block ```` ```console ```` has lines
/// behind `$ `, which are commands (those behind `> ` go on with one), and under each what it prints,
/// words on stderr behind the data. `TRIPLINE_BLESS=1` rewrites what they print.
package struct ConsolePage: Sendable, CustomStringConvertible {
  package let url: URL
  private let lines: [String]

  package init(_ url: URL) throws {
    self.url = url
    lines = try String(contentsOf: url, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  package var description: String { url.lastPathComponent }

  /// The page as the built program would have it now, and how many commands it has.
  package func replayed() throws -> (text: String, commands: Int) {
    let scratch = try Scratch()
    var page: [String] = []
    var commands = 0
    var index = 0
    while index < lines.count {
      page.append(lines[index])
      index += 1
      guard let opening = page.last, opening.hasPrefix("```"), opening.count > 3 else { continue }
      let end = lines[index...].firstIndex(of: "```") ?? lines.count
      let body = lines[index..<end]
      let words = opening.dropFirst(3).split(separator: " ").map(String.init)
      if words == ["console"] {
        for command in ConsolePage.commands(in: body) {
          page += command
          page += try ConsolePage.output(of: command, in: scratch)
          commands += 1
        }
      } else {
        page += body
        if words.count == 2 {
          try scratch.write(body.map { $0 + "\n" }.joined(), to: words[1])
        }
      }
      index = end
    }
    return (page.joined(separator: "\n"), commands)
  }

  package var text: String { lines.joined(separator: "\n") }

  package func rewrite(_ text: String) throws {
    if text != self.text { try text.write(to: url, atomically: true, encoding: .utf8) }
  }

  /// The commands as they are written, with their prompts.
  private static func commands(in body: ArraySlice<String>) -> [[String]] {
    var commands: [[String]] = []
    var isWriting = false
    for line in body {
      if line.hasPrefix("$ ") {
        commands.append([line])
        isWriting = true
      } else if isWriting, line.hasPrefix("> ") {
        commands[commands.count - 1].append(line)
      } else {
        isWriting = false
      }
    }
    return commands
  }

  private static func output(of command: [String], in scratch: Scratch) throws -> [String] {
    let line = command.map { String($0.dropFirst(2)) }.joined(separator: "\n")
    let run = try scratch.shell(line)
    return (run.output + run.errors).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }
}
