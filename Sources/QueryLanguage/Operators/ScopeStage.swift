import Records

/// The scope as it runs: keeps the messages that the search words find.
struct ScopeStage: Stage {
  static var reach: StageReach { .row }

  private indirect enum Test: Sendable {
    case all([Test])
    case any([Test])
    case not(Test)
    case keyword(KeywordPattern)
    case present(Slot)
    case field(Slot, Glob)
  }

  private let test: Test

  /// Nil when the scope lets everything through.
  init?(_ scope: Scope, _ binder: inout Binder) throws(Diagnostic) {
    if case .everything = scope { return nil }
    test = try ScopeStage.bind(scope, &binder)
  }

  private static func bind(_ scope: Scope, _ binder: inout Binder) throws(Diagnostic) -> Test {
    switch scope {
    case .everything: return .all([])
    case .all(let terms): return .all(try bind(terms, &binder))
    case .any(let terms): return .any(try bind(terms, &binder))
    case .not(let term): return .not(try bind(term, &binder))
    case .word(let text): return .keyword(KeywordPattern(word: text))
    case .phrase(let text): return .keyword(KeywordPattern(phrase: text))
    case .field(let name, let value):
      // Partitions and tiers choose a store in the original; here there is one.
      if ["_index", "_view", "_datatier"].contains(name.key) { return .all([]) }
      let slot = try binder.read(name)
      return value == "*"
        ? .present(slot) : .field(slot, Glob(value, ignoringCase: true, questionMark: true))
    }
  }

  private static func bind(_ terms: [Scope], _ binder: inout Binder) throws(Diagnostic) -> [Test] {
    var tests: [Test] = []
    for term in terms { tests.append(try bind(term, &binder)) }
    return tests
  }

  func apply(to frame: inout Frame) {
    var rows = frame.live
    ScopeStage.filter(&rows, by: test, &frame)
    frame.live = rows
  }

  private static func filter(_ rows: inout Selection, by test: Test, _ frame: inout Frame) {
    switch test {
    case .all(let tests):
      for test in tests where !rows.isEmpty { filter(&rows, by: test, &frame) }
    case .any(let tests):
      var found = Selection(none: rows.count)
      for test in tests {
        var rest = rows
        rest.subtract(found)
        filter(&rest, by: test, &frame)
        found.formUnion(rest)
      }
      rows = found
    case .not(let test):
      var found = rows
      filter(&found, by: test, &frame)
      rows.subtract(found)
    case .keyword(let pattern):
      guard let batch = frame.batch else { preconditionFailure("a scope runs on raw rows") }
      rows.filter { pattern.matches(batch.line($0)) }
    case .present(let slot):
      let column = frame.column(slot)
      rows.filter { !column[$0].isNull }
    case .field(let slot, let glob):
      let column = frame.column(slot)
      let arena = frame.arena
      rows.filter { !column[$0].isNull && glob.matches(column[$0].text(arena)) }
    }
  }
}
