import Alerting
import Engine
import Records
import TerminalUI

/// `tripline audit`: what became of every byte.
package struct AuditCommand: Command {
  package static let verb = Verb(
    name: .audit, summary: "account for every byte of every log that a durable run reads",
    arguments: "", count: 0...0,
    description: """
      Says of each generation of each log what became of its bytes and lines: evaluated, late, \
      malformed, too long, refused, skipped, lost or still unread, or part of a record that is not over. They sum up to all that the \
      generation has; if they do not, the state is damaged, with exit code 6.
      """,
    examples: [
      Verb.Example("is anything missing", "tripline audit"),
      Verb.Example("for a program", "tripline audit --state /var/lib/tripline -o ndjson"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard [.table, .ndjson].contains(invocation.options.output) else {
      throw invocation.mistake("generations have parts within parts", help: "write -o ndjson")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let audit = try Audit(try StateStore(readingIn: try Setup(invocation).state))
    for generation in audit.generations {
      try console.output.write(
        invocation.options.output == .ndjson
          ? generation.json : generation.text(console.screen.palette))
    }
    try console.output.flush()
    let unbalanced = audit.generations.filter { !$0.isBalanced }
    let bytes = audit.generations.reduce(0) { $0 + $1.size }
    let what =
      "\(bytes.grouped) bytes of \(audit.generations.count.counted("generation"))"
    guard unbalanced.isEmpty else {
      console.say("tripline: the \(what) are not all accounted for", important: true)
      return Outcome(.state)
    }
    console.say("all \(what) are accounted for")
    return Outcome()
  }
}

extension Audit.Generation {
  /// What was counted, in the order of `Fate`.
  private var fates: [(fate: ByteAccount.Fate, count: ByteAccount.Count)] {
    ByteAccount.Fate.allCases.map { ($0, count($0)) }.filter { $0.1 != ByteAccount.Count() }
  }

  fileprivate func text(_ palette: Palette) -> String {
    var title = account.source == "-" ? "stdin" : account.source.displaySafe()
    if let fingerprint = account.fingerprint { title += "  generation \(fingerprint)" }
    if let path {
      if path != account.source { title += "  in \(path.displaySafe())" }
    } else {
      title += "  in no file any more"
    }
    var text = palette.paint(title, .strong) + "  \(size.grouped) bytes\n"
    for (fate, count) in fates {
      let share = size > 0 ? Double(count.bytes) / Double(size) * 100 : 0
      let name = fate.words.padded(to: 22)
      let bytes = count.bytes.grouped.padded(to: 16, right: true)
      // Nobody has read what was skipped or is lost, so that nobody has counted its lines.
      let lines = [.skipped, .lost].contains(fate) ? "" : "  \(count.lines.counted("line"))"
      text +=
        "  \(name)\(bytes) bytes\("\(share.readablePercent) %".padded(to: 10, right: true))\(lines)\n"
    }
    return text
  }

  fileprivate var json: String {
    var writer = Alerting.JSONWriter()
    writer.object { writer in
      writer.member("source", account.source)
      writer.key("number")
      writer.whole(Int64(account.number))
      writer.key("generation")
      if let fingerprint = account.fingerprint { writer.string(fingerprint) } else { writer.null() }
      writer.key("path")
      if let path { writer.string(path) } else { writer.null() }
      writer.key("bytes")
      writer.whole(size)
      writer.key("fates")
      writer.object { writer in
        for (fate, count) in fates {
          writer.key(fate.rawValue)
          writer.object {
            $0.key("bytes")
            $0.whole(count.bytes)
            $0.key("lines")
            if [.skipped, .lost].contains(fate) { $0.null() } else { $0.whole(count.lines) }
          }
        }
      }
    }
    return writer.text + "\n"
  }
}

extension ByteAccount.Fate {
  fileprivate var words: String {
    switch self {
    case .evaluated: "evaluated"
    case .late: "evaluated, but late"
    case .before: "only for windows"
    case .untimed: "without a time"
    case .refused: "refused, too far ahead"
    case .malformed: "malformed"
    case .tooLong: "too long"
    case .blank: "blank"
    case .open: "of an open record"
    case .skipped: "before the start"
    case .lost: "lost"
    case .unread: "not read yet"
    }
  }
}

extension Double {
  /// With two decimals.
  fileprivate var readablePercent: String {
    let hundredths = Int((self * 100).rounded())
    let rest = String(hundredths % 100)
    return "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)"
  }
}
