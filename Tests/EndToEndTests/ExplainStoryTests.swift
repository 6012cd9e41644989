import Foundation
import TestKit
import Testing

/// Fixtures/explanations and docs/explaining-alerts.md: each page's commands print what it says.
@Suite struct ExplainStoryTests {
  private static let pages = Repository.files(in: "Fixtures/explanations", ending: "md")
    .filter { $0.lastPathComponent != "README.md" }

  @Test func `there is a page for every kind of verdict`() {
    #expect(Self.pages.count >= 8)
  }

  @Test(arguments: pages + [Repository.root.appending(path: "docs/explaining-alerts.md")])
  func `the program says why as the page tells it`(_ url: URL) throws {
    let page = try ConsolePage(url)
    let (text, commands) = try page.replayed()
    #expect(commands > 0)
    if Repository.isBlessing {
      try page.rewrite(text)
    } else {
      #expect(text == page.text)
    }
  }
}
