package import Alerting
package import QueryLanguage

/// What a kind binds its keys from: `ConfigBinder`, and texts with secrets and `{{Variables}}`.
package struct ActionKeys {
  /// The name of the action in the rule file.
  package let action: String
  package var keys: ConfigBinder
  /// What the action may touch, for kinds that find out more about that than its name.
  package internal(set) var targets: Targets?
  private(set) var redaction = Redaction()

  private let node: ConfigNode
  private let environment: ActionEnvironment
  private let sink: DiagnosticSink

  init?(
    _ node: ConfigNode, as what: String, action: String, environment: ActionEnvironment,
    sink: DiagnosticSink
  ) {
    guard let keys = ConfigBinder(node, as: what, sink: sink) else { return nil }
    self.action = action
    self.keys = keys
    self.node = node
    self.environment = environment
    self.sink = sink
  }

  /// A text in which variables of the alert may stand.
  package mutating func template(_ key: String) -> Template? {
    keys.node(key).flatMap { template($0, of: key) }
  }

  /// A text that must be there, in which variables of the alert may stand.
  package mutating func requiredTemplate(_ key: String) -> Template? {
    keys.required(key) == nil ? nil : template(key)
  }

  /// A text that's the same for every alert.
  package mutating func fixed(_ key: String) -> GuardedText? {
    keys.node(key).flatMap { fixed($0, of: key) }
  }

  /// A fixed text that must be there.
  package mutating func required(_ key: String) -> GuardedText? {
    guard keys.required(key) != nil, let node = keys.node(key) else { return nil }
    return fixed(node, of: key)
  }

  /// A list of texts; a single one stands for a list of one.
  package mutating func templates(_ key: String) -> [Template]? {
    // `strings` reports what's not a text; the nodes keep the places for our own findings.
    guard keys.strings(key) != nil, let value = keys.node(key) else { return nil }
    let nodes = if case .list(let items) = value.content { items } else { [value] }
    return nodes.compactMap { template($0, of: key) }
  }

  /// A variable of the environment that a kind looks for by itself; nil where none is read, and an
  /// empty one counts as not set.
  package func variable(_ name: String) -> String? {
    guard case .secrets(let reader) = environment else { return nil }
    return reader.variable(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether nothing will be performed, so that what the environment would say is not known.
  package var isRehearsal: Bool {
    if case .placeholders = environment { true } else { false }
  }

  /// Whether a part of the text is not known yet: it can't be checked.
  package func isUnknown(_ text: GuardedText) -> Bool {
    isRehearsal && text.revealed.contains("${env:")
  }

  /// A map of names to texts, in the order written.
  package mutating func templateMap(_ key: String) -> [(name: String, value: Template)] {
    guard keys.stringMap(key) != nil, let value = keys.node(key),
      case .map(let entries) = value.content
    else { return [] }
    return entries.compactMap { entry in
      template(entry.value, of: entry.key).map { (entry.key, $0) }
    }
  }

  /// A list of texts that are the same for every alert; a single one stands for a list of one.
  package mutating func fixedList(_ key: String) -> [GuardedText]? {
    guard keys.strings(key) != nil, let value = keys.node(key) else { return nil }
    return value.parts.compactMap { fixed($0, of: key) }
  }

  /// What a map under a key is bound from.
  package mutating func binder(of key: String) -> ConfigBinder? {
    keys.node(key).flatMap { ConfigBinder($0, as: "`\(key)`", sink: sink) }
  }

  /// Reports a finding about the value of a key, or about the whole map when it's absent.
  package func report(_ message: Diagnostic.Message, at key: String, help: String? = nil) {
    keys.report(message, at: key, help: help)
  }

  private mutating func fixed(_ node: ConfigNode, of key: String) -> GuardedText? {
    guard let template = template(node, of: key) else { return nil }
    var result = GuardedText()
    for part in template.parts {
      switch part {
      case .text(let text): result.append(text)
      case .secret(let secret): result.append(secret)
      case .variable, .nothing:
        sink.report(
          node.diagnostic(
            .notATemplate(key), help: "only ${env:NAME} is filled in here"))
        return nil
      }
    }
    return result
  }

  private mutating func template(_ node: ConfigNode, of key: String) -> Template? {
    guard let text = node.text else {
      sink.report(node.diagnostic(.notText(key, found: node.found)))
      return nil
    }
    var template = Template(parts: [])
    var reader = TemplateReader(text: text)
    while let token = reader.next() {
      switch token.kind {
      case .text: template.append(.text(token.text))
      case .variable(let name, let row):
        template.append(variable(name, row, at: node.span(ofBytes: token.range)))
      case .secret(let reference, let opening):
        template.append(secret(reference, opening, token, node.span(ofBytes: token.range)))
      case .open:
        template.append(.text(token.text))
        let opening = token.text.hasPrefix("{{") ? nil : token.text.firstIndex(of: ":")
        let braces = opening.map { String(token.text[...$0]) } ?? "{{"
        warn(.unclosed(braces), at: node.span(ofBytes: token.range), help: "it stays as it is")
      }
    }
    return template
  }

  private func variable(_ name: String, _ row: Int, at span: Span) -> Template.Part {
    if let variable = TemplateVariable.named(name, row: row) { return .variable(variable) }
    if TemplateVariable.unfilled.contains(where: { $0.lowercased() == name.lowercased() }) {
      warn(.unfilled(name), at: span, help: "it is always empty in this version")
      return .nothing
    }
    let known = TemplateVariable.all.flatMap(\.names)
    let help = Suggestion.didYouMean(name, among: known)
    warn(.unknownVariable(name), at: span, help: help ?? "it will always be empty")
    return .nothing
  }

  private mutating func secret(
    _ reference: SecretReference?, _ opening: SecretReference.Opening,
    _ token: TemplateReader.Token,
    _ span: Span
  ) -> Template.Part {
    guard let reference else {
      let (found, help) = opening.complaint(about: token.text)
      refuse(found, at: span, help: help)
      return .text(token.text)
    }
    let shown = reference.shown
    guard case .secrets(let reader) = environment else {
      return .secret(GuardedText(revealed: shown, shown: shown))
    }
    do throws(SecretReader.Failure) {
      let secret = try reader.secret(reference)
      if secret.isExposed {
        warn(.exposed(shown), at: span, help: "chmod o-r, so that its owner alone reads it")
      }
      redaction.add(secret.value, shown: shown)
      return .secret(GuardedText(revealed: secret.value, shown: shown))
    } catch {
      refuse(error.message, at: span, help: error.help)
      return .text(shown)
    }
  }

  private func refuse(_ message: Diagnostic.Message, at span: Span, help: String) {
    sink.report(Diagnostic(message, at: span, in: node.source, help: help))
  }

  private func warn(_ message: Diagnostic.Message, at span: Span, help: String) {
    sink.report(
      Diagnostic(message, at: span, in: node.source, help: help, severity: .warning))
  }
}

extension ConfigNode {
  /// Where some bytes of a scalar's text stand.
  func span(ofBytes range: Range<Int>) -> Span {
    guard !range.isEmpty, range.upperBound <= offsets.count else { return span }
    return Span(offsets[range.lowerBound], offsets[range.upperBound - 1] + 1)
  }
}

extension Diagnostic.Message {
  fileprivate static func notText(_ key: String, found: String) -> Self {
    Self("bad-text", "`\(key)` needs a text, found \(found)")
  }
  fileprivate static func notATemplate(_ key: String) -> Self {
    Self("fixed-text", "`\(key)` can't hold variables of the alert")
  }
  fileprivate static func unclosed(_ braces: String) -> Self {
    Self("unclosed-template", "'\(braces)' never closes")
  }
  fileprivate static func unfilled(_ name: String) -> Self {
    Self("unfilled-variable", "nothing fills '{{\(name)}}' yet")
  }
  fileprivate static func unknownVariable(_ name: String) -> Self {
    Self("unknown-variable", "unknown variable '{{\(name)}}'")
  }
  fileprivate static func exposed(_ shown: String) -> Self {
    Self("exposed-secret", "everybody on this machine can read '\(shown)'")
  }
}

extension SecretReference.Opening {
  /// What is wrong with a reference that names nothing, and what to write instead.
  fileprivate func complaint(about text: String) -> (Diagnostic.Message, help: String) {
    let content = String(text.dropFirst(rawValue.count).dropLast(closing.count))
    switch self {
    case .variable:
      return (
        Diagnostic.Message(
          "bad-environment-name", "'\(content)' can't be the name of an environment variable"),
        "write ${env:NAME}"
      )
    case .file:
      return (Diagnostic.Message("bad-secret", "'\(text)' names no file"), "write ${file:PATH}")
    case .command:
      return (
        Diagnostic.Message("bad-secret", "'\(text)' names no program"),
        "write ${cmd:[program, argument]}"
      )
    }
  }
}

extension SecretReader.Failure {
  fileprivate var message: Diagnostic.Message {
    switch self {
    case .notSet(let name, _):
      Diagnostic.Message("environment-not-set", "the environment variable '\(name)' is not set")
    case .unreadable(let path, let reason):
      Diagnostic.Message("secret-unreadable", "can't read a secret from '\(path)': \(reason)")
    case .notAllowed(let program):
      Diagnostic.Message(
        "secret-command", "a secret asks to run '\(program)', which nobody has allowed")
    case .failed(let program, let reason):
      Diagnostic.Message("secret-command", "'\(program)' told no secret: \(reason)")
    case .empty(let shown):
      Diagnostic.Message("secret-empty", "'\(shown)' is empty")
    }
  }

  fileprivate var help: String {
    switch self {
    case .notSet(let name, let others):
      Suggestion.didYouMean(name, among: others) ?? "set it before the program starts"
    case .unreadable: "the path is relative to where the program starts"
    case .notAllowed: "run with --allow-secret-commands if you trust these rules"
    case .failed: "run it by hand as the same user; it has ten seconds"
    case .empty: "write the secret there"
    }
  }
}
