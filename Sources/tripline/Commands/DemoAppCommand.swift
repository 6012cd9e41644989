import Actions
import Alerting
import Engine
import Glibc
import Records
import TerminalUI

/// `tripline demo-app`: something to watch.
package struct DemoAppCommand: Command {
  package static let verb = Verb(
    name: .demoApp, summary: "print the log of a small service that falls ill",
    arguments: "[healthy|errors|slow|cpu|memory|down]", count: 0...1,
    description: """
      Prints the log of a pet shop's REST service, as JSON lines, while it happens; after two minutes \
      it falls ill in the way that is named. With --from the lines begin at that time and are printed \
      at once. The shipped rules know all of its ailments.
      """,
    examples: [
      Verb.Example(
        "see an alert, two minutes from now and some",
        "tripline demo-app errors | tripline run -r my-rules/ -"),
      Verb.Example(
        "a log to try rules on", "tripline demo-app slow --from -30m --for 30m > pets.ndjson"),
    ])

  private let invocation: Invocation
  private let ailment: PetService.Ailment

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard let word = invocation.words.first else {
      ailment = .none
      return
    }
    guard let ailment = PetService.Ailment(rawValue: word) else {
      let known = PetService.Ailment.allCases.map(\.rawValue).joined(separator: ", ")
      throw invocation.mistake("nobody ails of '\(word)'", help: "write one of \(known)")
    }
    self.ailment = ailment
  }

  /// Lines are printed at once only when there's an end to them.
  private static let usualSpan: Int64 = 30 * 60_000

  package func run(on console: Console) async throws -> Outcome {
    let options = invocation.options
    let clock = SystemClock()
    let zone = try Setup(invocation).zone
    let from = options.from?.resolved(now: clock.now, zone: zone)
    let start = from ?? clock.now
    let span = options.duration?.count ?? (from == nil ? nil : DemoAppCommand.usualSpan)
    var service = PetService(
      ailment, from: start, rate: max(1, options.rate?.number ?? 5),
      seed: UInt64(options.seed?.number ?? 1))
    console.say("a pet shop's service: \(ailment.words)")
    while let (time, line) = service.next() {
      if let span, time >= start + span { break }
      if from == nil, time > clock.now {
        try console.output.flush()
        usleep(UInt32((time - clock.now) * 1_000))
      }
      try console.output.write(line + "\n")
    }
    return Outcome()
  }
}
