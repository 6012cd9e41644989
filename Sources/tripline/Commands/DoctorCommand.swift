import Engine
import Records
import TerminalUI

/// `tripline doctor`: is the durable state sound, and what can be saved if it is not.
package struct DoctorCommand: Command {
  package static let verb = Verb(
    name: .doctor, summary: "check the durable state, and save what can be of a damaged one",
    arguments: "", count: 0...0,
    description: """
      Looks at every page, table and seal of the state, also while a run has it. What is damaged \
      makes the exit code 6. With --repair, which no run may stand in the way of, the rows that can \
      be read are written anew and the damaged file is kept beside it. A journal of which entries \
      are lost goes on behind its last break.
      """,
    examples: [
      Verb.Example("is all well?", "tripline doctor"),
      Verb.Example("save what can be saved", "tripline doctor --repair"),
    ])

  private let invocation: Invocation

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    guard invocation.options.output == .table else {
      throw invocation.mistake(
        "what the doctor finds is for people", help: "a program looks at the exit code, 6 is damage"
      )
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    let doctor = StateDoctor(try Setup(invocation).state)
    let findings = try doctor.examine()
    try show(findings, console)
    if !findings.contains(where: { $0.kind == .damage }) {
      console.say(invocation.options.repair ? "nothing has to be repaired" : "the state is sound")
      return Outcome()
    }
    guard invocation.options.repair else {
      console.say(
        "tripline: the state is damaged; 'tripline doctor --repair' saves what can be saved",
        important: true)
      return Outcome(.state)
    }
    let now = SystemClock().now
    let stamp = Timestamp.rfc3339(now).filter { $0.isNumber || $0 == "T" }
    try console.output.write("\n")
    try show(try doctor.repair(at: now, named: String(stamp)), console)
    console.say("the state was written anew; 'tripline run' goes on with what was saved")
    return Outcome()
  }

  private func show(_ findings: [StateDoctor.Finding], _ console: Console) throws {
    let palette = console.screen.palette
    let width = findings.map(\.subject.count).max() ?? 0
    for finding in findings {
      let mark =
        switch finding.kind {
        case .good: palette.paint("ok  ", .good)
        case .warning: palette.paint("look", .warning)
        case .damage: palette.paint("bad ", .critical)
        }
      let subject = finding.subject.padded(to: width)
      try console.output.write("\(mark)  \(subject)  \(finding.words.displaySafe())\n")
    }
  }
}
