import Actions
import Alerting
import Engine
import Records
import TerminalUI

/// `tripline verify`: prove that the journal says what the logs lead to.
package struct VerifyCommand: Command {
  package static let verb = Verb(
    name: .verify, summary: "prove that the journal says what the logs lead to",
    arguments: "", count: 0...0,
    description: """
      Takes in once more what a durable run took in, in the order that its journal names, and holds \
      every transition against the one in the journal. The first that differs is shown, with how \
      many there are, and the exit code is 6; so it is for an entry that somebody changed. Where bytes of a log are gone nothing is \
      proved, and that is said.
      """,
    examples: [
      Verb.Example("what was decided, is it true", "tripline verify -r rules/"),
      Verb.Example(
        "for a program", "tripline verify -r rules/ --state /var/lib/tripline -o ndjson"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard [.table, .ndjson].contains(invocation.options.output) else {
      throw invocation.mistake("the result has parts within parts", help: "write -o ndjson")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let setup = try Setup(invocation)
    let store = try StateStore(readingIn: try setup.state)
    if let broken = try store.firstBrokenEntry() {
      let page = VerifyPage(console.screen.palette)
      try console.output.write(
        isForPrograms ? page.json(broken: broken) : page.text(broken: broken))
      return Outcome(.state)
    }
    let files = try setup.ruleFiles()
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there are no rules to verify with", help: "name files or a directory with -r rules/")
    }
    let loaded = try setup.rules(files, environment: .placeholders).checked()
    let result = try Verification(store, rules: loaded.rules, actions: loaded.actions).verify()
    let page = VerifyPage(console.screen.palette)
    try console.output.write(isForPrograms ? page.json(result) : page.text(result))
    try console.output.flush()
    return result.divergence == nil ? Outcome() : Outcome(.state)
  }

  private var isForPrograms: Bool { invocation.options.output == .ndjson }
}

/// What a verification found, as a page for people or a line for programs.
private struct VerifyPage {
  private let palette: Palette

  init(_ palette: Palette) { self.palette = palette }

  // People.

  func text(broken entry: Journal.Entry) -> String {
    palette.paint("the journal was changed", .critical)
      + ": entry \(entry.number), of \(Timestamp.rfc3339(entry.time)), is not what was written, or one "
      + "before it was removed\n"
  }

  func text(_ result: Verification.Outcome) -> String {
    var text = ""
    for gone in result.gone { text += "\(gone.bounds)\n" }
    for (reason, count) in result.doubts {
      if case .rule(let monitor, let isKnown) = reason {
        let name = monitor.displaySafe()
        text +=
          isKnown
          ? "'\(name)' is another rule now than when \(count.counted("transition")) of it "
            + "\(count == 1 ? "was" : "were") decided\n"
          : "no rule of the name '\(name)' was given; it has \(count.counted("transition"))\n"
      }
    }
    for monitor in result.otherActions.sorted() {
      text += "'\(monitor.displaySafe())' asks for other actions now; they are not compared\n"
    }
    if let divergence = result.divergence { text += self.text(divergence) }
    return text + summary(result) + "\n"
  }

  /// `verified 123 of 130 transitions; 7 not verifiable, because app.log.1 (bytes 0..812) is gone`.
  private func summary(_ result: Verification.Outcome) -> String {
    let whole = result.verified == result.transitions && result.divergence == nil
    var text = palette.paint(
      "verified \(result.verified.grouped) of \(result.transitions.counted("transition"))",
      result.divergence != nil ? .critical : whole ? .good : .warning)
    for (reason, count) in result.doubts {
      text += "; \(count.grouped) not verifiable, because \(words(reason, result))"
    }
    if result.divergences > 1 { text += "; \(result.divergences.grouped) divergences in all" }
    return text
  }

  private func words(_ reason: Verification.Doubt, _ result: Verification.Outcome) -> String {
    switch reason {
    case .gone(let gone):
      (result.gone.first { $0.path == gone.path && $0.generation == gone.generation } ?? gone)
        .bounds
    case .rule(let monitor, true): "the rule '\(monitor.displaySafe())' is another one now"
    case .rule(let monitor, false): "the rule '\(monitor.displaySafe())' was not given"
    case .fresh(let monitor):
      "the rule '\(monitor.displaySafe())' had just come into force"
    case .pruned: "the journal from before was removed"
    case .dropped: "the journal could not be written for long"
    case .missing: "the run knew that lines were missing"
    case .ownHealth: "it watches tripline itself, of which no log tells"
    case .untold: "an older version did not note what it read of records (multiline, decode)"
    case .decree: "a person or a change of rules decided"
    }
  }

  private func text(_ divergence: Verification.Divergence) -> String {
    let head = palette.paint("the journal and the logs part", .critical)
    switch divergence {
    case .differs(let record, let difference, let place):
      return """
        \(head) at entry \(record.entry), \(record.transition.words)
          \(difference.field) in the journal: \(difference.journaled.displaySafe())
          \(difference.field) by the logs:    \(difference.found.displaySafe())
          decided \(place.words)

        """
    case .unfounded(let record, let instead):
      let other = instead.map { "; the next one they lead to is \($0.words)" } ?? ""
      return
        "\(head): entry \(record.entry), \(record.transition.words), is none that the logs lead "
        + "to\(other)\n"
    case .missing(let transition, let place, let entry):
      let bound = entry == .max ? "" : ", in front of entry \(entry)"
      return "\(head): they lead to \(transition.words), which the journal does not have\(bound)\n"
        + "  decided \(place.words)\n"
    }
  }

  // Programs.

  func json(broken entry: Journal.Entry) -> String {
    line {
      $0.member("result", "changed")
      $0.key("entry")
      $0.whole(entry.number)
    }
  }

  func json(_ result: Verification.Outcome) -> String {
    line { writer in
      writer.member("result", result.divergence == nil ? "verified" : "diverged")
      writer.member("transitions", result.transitions)
      writer.member("verified", result.verified)
      writer.key("unverifiable")
      writer.array { writer in
        for (reason, count) in result.doubts {
          writer.object {
            $0.member("transitions", count)
            $0.member("because", words(reason, result))
          }
        }
      }
      writer.key("gone")
      writer.array { writer in
        for gone in result.gone {
          writer.object {
            $0.member("path", gone.path)
            $0.member("generation", gone.generation ?? "")
            $0.member("from", Int(gone.from))
            $0.member("to", Int(gone.to))
            $0.member("changed", gone.isChanged ? 1 : 0)
          }
        }
      }
      writer.member("divergences", result.divergences)
      guard let divergence = result.divergence else { return }
      writer.key("divergence")
      writer.object { self.write(divergence, to: &$0) }
    }
  }

  private func write(
    _ divergence: Verification.Divergence, to writer: inout Alerting.JSONWriter
  ) {
    switch divergence {
    case .differs(let record, let difference, let place):
      writer.member("entry", Int(record.entry))
      writer.member("id", record.transition.id)
      writer.member("field", difference.field)
      writer.member("journaled", difference.journaled)
      writer.member("found", difference.found)
      writer.member("place", place.words)
    case .unfounded(let record, _):
      writer.member("entry", Int(record.entry))
      writer.member("id", record.transition.id)
      writer.member("field", "record")
      writer.member("journaled", record.transition.words)
      writer.member("found", "")
    case .missing(let transition, let place, let entry):
      if entry != .max { writer.member("entry", Int(entry)) }
      writer.member("id", transition.id)
      writer.member("field", "record")
      writer.member("journaled", "")
      writer.member("found", transition.words)
      writer.member("place", place.words)
    }
  }

  private func line(_ members: (inout Alerting.JSONWriter) -> Void) -> String {
    var writer = Alerting.JSONWriter()
    writer.object(members)
    return writer.text + "\n"
  }
}

extension Alerting.JSONWriter {
  fileprivate mutating func member(_ name: String, _ number: Int) {
    key(name)
    whole(Int64(number))
  }
}

extension JournaledLogs.Gone {
  /// `app.log.1 (bytes 0..812) is gone`. The name that it had when it was read may be another file's.
  var bounds: String {
    let what = isChanged ? "has other bytes now than were read" : "is gone"
    let file = path == "-" ? "stdin" : path.displaySafe()
    let name =
      path == source && path != "-" ? generation.map { "generation \($0) of \(file)" } : nil
    return "\(name ?? file) (bytes \(from)..\(to)) \(what)"
  }
}

extension JournaledRun.Place {
  fileprivate var words: String {
    path.map {
      "while bytes \(offsets.lowerBound)..\(offsets.upperBound) of '\($0.displaySafe())' came"
    }
      ?? "by the time that passed, without a line"
  }
}

extension Transition {
  fileprivate var words: String {
    let group = self.group.fields.isEmpty ? "" : " \(self.group.json.displaySafe())"
    return "\(monitor.displaySafe()) \(level.rawValue) \(to.rawValue)\(group) at "
      + "\(Timestamp.rfc3339(time))"
  }
}
