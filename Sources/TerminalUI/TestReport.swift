import Records

/// What became of the unit tests of rules, for people and programs to read.
package struct TestReport: Sendable {
  /// A place in a test file.
  package struct Place: Sendable, Hashable {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int, column: Int) {
      self.file = file
      self.line = line
      self.column = column
    }

    package var text: String { "\(file.displaySafe()):\(line):\(column)" }
  }

  /// One field of a transition that is not as expected.
  package struct Difference: Sendable, Hashable {
    package var field: String
    package var place: Place
    package var expected: String
    package var found: String

    package init(field: String, place: Place, expected: String, found: String) {
      self.field = field
      self.place = place
      self.expected = expected
      self.found = found
    }
  }

  /// One thing that keeps a test from passing; transitions are given as test files write them.
  package enum Failure: Sendable, Hashable {
    case different(Place, [Difference], found: String)
    /// As expected, but before or after its neighbours.
    case outOfOrder(Place, found: String)
    case missing(Place, expected: String, nearest: String?, [Difference])
    case unexpected(Place, found: String)
    /// Nothing is written behind `expect:` yet.
    case unwritten(Place, found: [String])
    /// The test says nothing, because its lines could not be used.
    case unusable(Place, reason: String)
  }

  package struct Test: Sendable {
    package var place: Place
    package var name: String
    package var elapsed: Duration
    package var failures: [Failure]
    /// What was odd about the lines that went in.
    package var notes: [String]
    /// The expectations were rewritten; the failures are why.
    package var isUpdated: Bool

    package init(
      place: Place, name: String, elapsed: Duration, failures: [Failure], notes: [String],
      isUpdated: Bool = false
    ) {
      self.place = place
      self.name = name
      self.elapsed = elapsed
      self.failures = failures
      self.notes = notes
      self.isUpdated = isUpdated
    }

    package enum Status: String, Sendable { case passed, failed, updated }

    package var status: Status {
      failures.isEmpty ? .passed : isUpdated ? .updated : .failed
    }
  }

  /// The tests of one file, or why there are none.
  package struct File: Sendable {
    package var name: String
    package var tests: [Test]
    /// Mistakes in the file or in its rules, ready to be read.
    package var mistakes: [String]

    package init(name: String, tests: [Test] = [], mistakes: [String] = []) {
      self.name = name
      self.tests = tests
      self.mistakes = mistakes
    }
  }

  package var files: [File]
  package var elapsed: Duration

  package init(files: [File], elapsed: Duration) {
    self.files = files
    self.elapsed = elapsed
  }

  package func count(_ status: Test.Status) -> Int {
    files.reduce(0) { $0 + $1.tests.count { $0.status == status } }
  }

  /// The closing line: `12 tests in 3 files: 11 passed, 1 failed in 0.02 s`.
  package func summary(_ palette: Palette) -> String {
    let total = files.reduce(0) { $0 + $1.tests.count }
    let broken = files.count { !$0.mistakes.isEmpty }
    let parts = [
      count(.passed) > 0 ? palette.paint("\(count(.passed).grouped) passed", .good) : nil,
      count(.failed) > 0 ? palette.paint("\(count(.failed).grouped) failed", .critical) : nil,
      count(.updated) > 0 ? palette.paint("\(count(.updated).grouped) updated", .warning) : nil,
      broken > 0
        ? palette.paint("\(broken.counted("file")) could not be run", .critical) : nil,
    ].compactMap { $0 }
    return "\(total.counted("test")) in \(files.count.counted("file")): "
      + parts.joined(separator: ", ") + palette.paint(" in \(elapsed.readable)", .quiet)
  }
}
