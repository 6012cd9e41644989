/// What there is to say about a code that `check` reports: the page of `tripline help CODE`. Each is
/// declared beside what reports it.
package struct LintPage: Sendable {
  /// Rules, and lines for those that show only on a sample.
  package struct Example: Sendable {
    package var rules: String
    package var sample: String?
  }

  package let code: String
  /// One line for the list of all lints.
  package let summary: String
  /// What was found, and what the program makes of it.
  package let meaning: String
  /// What comes of it when somebody is on call.
  package let night: String
  /// Rules that get this finding and no other.
  package let wrong: Example
  /// The same rules as they should be, of which there is nothing to say.
  package let right: Example
  /// Whether it is a mistake, which no comment makes acceptable.
  package let isError: Bool

  package init(
    _ code: String, _ summary: String, meaning: String, night: String, wrong: Example,
    right: Example, isError: Bool = false
  ) {
    self.code = code
    self.summary = summary
    self.meaning = meaning
    self.night = night
    self.wrong = wrong
    self.right = right
    self.isError = isError
  }
}

extension LintPage.Example {
  /// A whole rule file.
  package static func file(_ rules: String, sample: String? = nil) -> Self {
    Self(rules: rules, sample: sample)
  }

  /// The keys of one monitor, which tells somebody.
  package static func monitor(_ keys: String, sample: String? = nil) -> Self {
    let body = keys.split(separator: "\n").map { "    \($0)\n" }.joined()
    return Self(
      rules: """
        monitors:
          - name: example
        \(body)    actions: [tell]
        actions:
          tell: { file: { path: alerts.ndjson } }
        """, sample: sample)
  }
}
