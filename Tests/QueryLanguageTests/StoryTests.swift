import QueryLanguage
import TestKit
import Testing

/// The stories of `Fixtures/queries`, inside the test: in batches cut at random, shared out to
/// several workers.
@Suite struct StoryTests {
  @Test(arguments: Story.all)
  func `every question has the answer that the story tells`(_ story: Story) throws {
    guard !Repository.isBlessing else { return }
    for question in story.questions {
      let place = "\(story.name).md:\(question.line): \(question.query)"
      #expect(!question.answers.isEmpty, "\(place)")
      for answer in question.answers {
        guard let found = try question.answerInProcess(answer.kind) else { continue }
        #expect(found == answer.text, "\(place)")
      }
      // A warning that the story does not tell would be a surprise.
      if question.answers.allSatisfy({ $0.kind == .output || $0.kind == .table }) {
        #expect(try question.answerInProcess(.warning) ?? "" == "", "\(place)")
      }
    }
  }

  @Test(arguments: OperatorTable.keywords + AggregateTable.keywords)
  func `everything in the tables has a story`(_ name: String) {
    #expect(
      Story.all.contains { $0.subjects.contains(name) },
      "no page of Fixtures/queries has `\(name)` in its title")
  }
}
