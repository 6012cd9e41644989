import Alerting
import Engine
import Records
import TerminalUI

/// `tripline journal`: show what a durable run decided, and check that nobody changed it since.
package struct JournalCommand: Command {
  package static let verb = Verb(
    name: .journal, summary: "show what a durable run decided, in order",
    arguments: "", count: 0...0,
    description: """
      Prints the journal of the state directory, oldest first, also while the run goes on: \
      transitions, starts and stops. Each entry is sealed with a hash over itself and the seal \
      before it; an entry that was changed or removed ends the listing with exit code 6.
      """,
    examples: [
      Verb.Example("what happened", "tripline journal"),
      Verb.Example("for a program", "tripline journal --state /var/lib/tripline -o ndjson"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard invocation.options.output != .csv else {
      throw invocation.mistake(
        "entries have parts within parts, which csv has not", help: "write -o ndjson")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let store = try StateStore(readingIn: try Setup(invocation).state)
    let broken = try store.firstBrokenEntry()
    var last: Int64 = 0
    var count = 0
    while true {
      let page = try store.entries(after: last)
      guard let end = page.last else { break }
      for entry in page {
        try console.output.write(line(entry, count, console.screen.palette))
        count += 1
      }
      last = end.number
    }
    if invocation.options.output == .json {
      try console.output.write(count == 0 ? "[]\n" : "\n]\n")
    }
    try console.output.flush()
    guard let broken else {
      console.say("\(count.counted("entry", "entries")), every seal fits")
      return Outcome()
    }
    console.say(
      "tripline: entry \(broken.number) of the journal, of \(Timestamp.rfc3339(broken.time)), is not "
        + "what was written, or one before it was removed", important: true)
    return Outcome(.state)
  }

  private func line(_ entry: Journal.Entry, _ index: Int, _ palette: Palette) -> String {
    switch invocation.options.output {
    case .ndjson: return json(entry) + "\n"
    case .json: return (index == 0 ? "[\n" : ",\n") + json(entry)
    case .table, .csv:
      let number = palette.paint(String(entry.number).padded(to: 7), .quiet)
      return "\(number)\(Timestamp.rfc3339(entry.time))  \(entry.words(palette))\n"
    }
  }

  private func json(_ entry: Journal.Entry) -> String {
    var writer = Alerting.JSONWriter()
    writer.object {
      $0.key("seq")
      $0.whole(entry.number)
      $0.member("time", Timestamp.rfc3339(entry.time))
      $0.member("kind", entry.kind)
      $0.key("content")
      $0.raw(entry.content.isEmpty ? "null" : entry.content)
      $0.member("seal", entry.seal)
    }
    return writer.text
  }
}

extension Journal.Entry {
  /// The entry in a line for people.
  fileprivate func words(_ palette: Palette) -> String {
    guard let transition = Transition(json: Array(content.utf8)) else {
      return [kind, content.displaySafe()].filter { !$0.isEmpty }.joined(separator: "  ")
    }
    let style: Palette.Style =
      transition.to == .resolved ? .good : transition.level == .warning ? .warning : .critical
    var text = "\(transition.monitor.displaySafe())  "
    text += palette.paint("\(transition.level.rawValue) \(transition.to.rawValue)", style)
    if !transition.group.fields.isEmpty { text += "  \(transition.group.json.displaySafe())" }
    if let value = transition.value { text += "  \(NumberText.shortest(value))" }
    return text + "  at \(Timestamp.rfc3339(transition.time))  \(transition.id)"
  }
}
