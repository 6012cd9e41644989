import Foundation
import TestKit
import Testing

/// The stories of `Fixtures/queries`, asked of the built program.
@Suite struct QueryStoryTests {
  @Test(arguments: Story.all)
  func `the program answers as the story tells`(_ story: Story) throws {
    if Repository.isBlessing {
      try story.rewrite { question, kind in try question.answerOfProgram(kind).text }
      return
    }
    for question in story.questions {
      let place = "\(story.name).md:\(question.line): \(question.query)"
      for answer in question.answers {
        let (found, status) = try question.answerOfProgram(answer.kind)
        #expect(found == answer.text, "\(place)")
        #expect(status == (answer.kind == .error ? 3 : 0), "\(place)")
      }
    }
  }

  @Test(arguments: Story.all)
  func `threads and small batches change no answer`(_ story: Story) throws {
    for question in story.questions {
      for answer in question.answers where answer.kind == .output {
        let found = try question.answerOfProgram(
          .output, ["--threads", "3", "--batch-bytes", "40"])
        #expect(found.text == answer.text, "\(story.name).md:\(question.line)")
      }
    }
  }
}
