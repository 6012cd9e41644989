package import Alerting

/// A kind whose receiver forgets an alert that it is not told of again.
package protocol Refreshing: Action {
  /// How often what fires has to be told again.
  var refresh: Duration { get }

  /// What tells again of all these, at the time that each of them says it is; at least one.
  func effect(refreshing alerts: [AlertContext]) -> Effect
}

extension Transition {
  /// The transition with as much evidence as a message shows: what is kept while an alert fires.
  package var abridged: Transition {
    var copy = self
    copy.evidence = evidence.prefix(AlertContext.shownLines).map { line in
      var line = line
      line.line = Markup.plain.text(line.line.onOneLine, atMost: AlertContext.shownLength)
      return line
    }
    return copy
  }
}
