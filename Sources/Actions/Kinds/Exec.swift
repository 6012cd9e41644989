import Alerting
import QueryLanguage
import Records

/// Runs a program: an argument list, never a line for a shell.
///
///     restart-web:
///       exec: { command: [systemctl, restart, web], env: { HOST: "{{ResultsJson.host}}" } }
///
/// The program reads the transition record from its standard input and finds the main facts in
/// `TRIPLINE_...` variables; each field of the group is `TRIPLINE_GROUP_<FIELD>`. What it touches is its
/// `target`, else the argument that comes out of the log, else the alert's group.
package struct Exec: Probing {
  package static let kind = "exec"
  package static let duty = Duty.remediation

  private let command: [Template]
  private let targetName: Template?
  private let directory: GuardedText?
  private let environment: [(name: String, value: Template)]

  package init?(binding keys: inout ActionKeys) {
    let command = keys.templates("command")
    self.command = command ?? []
    targetName = keys.template("target")
    directory = keys.fixed("cwd")
    environment = keys.templateMap("env")
    for variable in environment where variable.name.isEmpty || variable.name.contains("=") {
      keys.report(.badVariable(variable.name), at: "env")
    }
    guard let program = self.command.first else {
      // A command that's no list of texts has been reported.
      if command != nil || !keys.keys.has("command") {
        keys.report(.noCommand, at: "command", help: "command: [program, argument]")
      }
      return nil
    }
    // `targets` allows one text, so no other may come out of a log.
    let logTexts = self.command.count(where: \.holdsLogText)
    if logTexts > 1 || (logTexts == 1 && targetName != nil) {
      keys.report(
        .manyLogTexts, at: "command",
        help: "the program finds the rest in TRIPLINE_GROUP_... variables and on its input")
    }
    // Log text must not choose the program.
    if !program.isFixed { keys.report(.variableProgram, at: "command") }
  }

  /// The text that says what is acted on.
  private var targetText: Template? {
    targetName ?? command.dropFirst().first(where: \.holdsLogText)
  }

  package var takesTargetFromLog: Bool { targetText?.holdsLogText ?? false }

  package func target(for alert: AlertContext) -> ActionTarget? {
    targetText.map {
      ActionTarget(
        $0.rendered(alert, as: .plain).description, isLogText: takesTargetFromLog)
    }
  }

  package func effect(for alert: AlertContext) -> Effect {
    let own = environment.map {
      ProcessCall.Variable($0.name, $0.value.rendered(alert, as: .plain).mapped(\.withoutNUL))
    }
    return .process(
      ProcessCall(
        arguments: command.map { $0.rendered(alert, as: .plain).mapped(\.withoutNUL) },
        directory: directory,
        environment: alert.transition.variables + own,
        input: alert.transition.json() + [UInt8(ascii: "\n")]))
  }
}

extension Transition {
  /// The main facts, for programs that would rather not parse JSON.
  fileprivate var variables: [ProcessCall.Variable] {
    var facts = [
      ("TRIPLINE_ID", id),
      ("TRIPLINE_NAME", monitor),
      ("TRIPLINE_LEVEL", level.rawValue),
      ("TRIPLINE_TO", to.rawValue),
      ("TRIPLINE_TIME", Timestamp.rfc3339(time)),
      ("TRIPLINE_VALUE", value.map(NumberText.shortest) ?? ""),
      ("TRIPLINE_GROUP", group.json),
    ]
    for field in group.fields {
      let text = field.value == .null ? "" : field.value.plainText
      facts.append(("TRIPLINE_GROUP_" + field.name.asVariableName, text))
    }
    return facts.map { ProcessCall.Variable($0.0, GuardedText($0.1.withoutNUL)) }
  }
}

extension String {
  /// C strings end at NUL: a text of the log must not cut itself, or what follows, short.
  fileprivate var withoutNUL: String {
    utf8.contains(0)
      ? String(unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : Character($0) }) : self
  }

  /// `http.status` is `HTTP_STATUS`: what a shell can read.
  fileprivate var asVariableName: String {
    String(
      decoding: uppercased().utf8.map { byte in
        let isWord =
          (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        return isWord ? byte : UInt8(ascii: "_")
      }, as: UTF8.self)
  }
}

extension Diagnostic.Message {
  fileprivate static let manyLogTexts = Self(
    "many-log-texts", "only one text that says what is acted on can come out of the log")
  fileprivate static let noCommand = Self("no-command", "an `exec` action needs a `command`")
  fileprivate static let variableProgram = Self(
    "variable-program", "the program itself can't be a variable of the alert")
  fileprivate static func badVariable(_ name: String) -> Self {
    Self("bad-environment-name", "'\(name)' can't be the name of an environment variable")
  }
}
