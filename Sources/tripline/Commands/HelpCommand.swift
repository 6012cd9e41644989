import QueryLanguage
import TerminalUI

/// `tripline help [VERB | lints | CODE]`.
package struct HelpCommand: Command {
  package static let verb = Verb(
    name: .help, summary: "show this, or the page of a verb or a lint",
    arguments: "[VERB | lints | CODE]",
    count: 0...1, description: "",
    examples: [Verb.Example("everything that check finds", "tripline help lints")])

  private enum Topic {
    case overview, lints
    case verb(Verb.Name)
    case lint(LintPage)
  }

  private let topic: Topic

  package init(about verb: Verb.Name?) { self.init(verb.map(Topic.verb) ?? .overview) }

  private init(_ topic: Topic) { self.topic = topic }

  package init(_ invocation: Invocation) throws(UsageError) {
    guard let word = invocation.words.first else {
      self.init(about: nil)
      return
    }
    if let name = Verb.Name(rawValue: word) {
      self.init(.verb(name))
    } else if word == "lints" {
      self.init(.lints)
    } else if let page = LintTable.page(of: word) {
      self.init(.lint(page))
    } else {
      let names = Verb.Name.allCases.map(\.rawValue)
      throw invocation.mistake(
        "no help on '\(word)'",
        help: Suggestion.didYouMean(word, among: names + ["lints"] + LintTable.pages.map(\.code))
          ?? "there is a page for each of \(names.joined(separator: ", ")), and for lints")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let palette = console.screen.palette
    let page =
      switch topic {
      case .overview: Help.overview(palette)
      case .lints: Help.lints(palette)
      case .verb(let name): Help.page(for: .named(name), palette)
      case .lint(let lint): Help.page(of: lint, palette)
      }
    try console.output.write(page)
    return Outcome()
  }
}
