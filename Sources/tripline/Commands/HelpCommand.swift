import QueryLanguage
import TerminalUI

/// `tripline help [VERB]`.
package struct HelpCommand: Command {
  package static let verb = Verb(
    name: .help, summary: "show this, or the page of a verb", arguments: "[VERB]", count: 0...1,
    description: "", examples: [])

  private let topic: Verb.Name?

  package init(about topic: Verb.Name?) { self.topic = topic }

  package init(_ invocation: Invocation) throws(UsageError) {
    guard let word = invocation.words.first else {
      self.init(about: nil)
      return
    }
    guard let name = Verb.Name(rawValue: word) else {
      let names = Verb.Name.allCases.map(\.rawValue)
      throw invocation.mistake(
        "no help on '\(word)'",
        help: Suggestion.didYouMean(word, among: names)
          ?? "there is a page for each of \(names.joined(separator: ", "))")
    }
    self.init(about: name)
  }

  package func run(on console: Console) async throws -> Outcome {
    let palette = console.screen.palette
    let page = topic.map { Help.page(for: .named($0), palette) } ?? Help.overview(palette)
    try console.output.write(page)
    return Outcome()
  }
}
