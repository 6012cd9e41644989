package import QueryLanguage

/// One rule file as written: its monitors, and its actions for whoever binds their kinds.
package struct RuleFile: Sendable {
  /// Monitors in file order.
  package var rules: [Rule] = []
  /// Name and keys of each action; `ActionTable` binds them.
  package var actions: [ConfigNode.Entry] = []
  /// Values of `{{name}}` for all monitors of the file; already part of each rule's `params`.
  package var params: [String: String] = [:]
  /// Each mute as written; `Mutes` binds them.
  package var mutes: [ConfigNode] = []
  /// Names of all monitors, also of those that could not be bound.
  var names: [PlacedName] = []

  /// Reads a file; what is wrong goes to the sink and what is right is returned all the same.
  package static func read(
    _ source: SourceText, under configuration: Configuration? = nil, sink: DiagnosticSink
  ) -> RuleFile {
    var file = RuleFile()
    guard let root = YAMLReader.read(source, sink: sink),
      var keys = ConfigBinder(root, as: "rule file", sink: sink)
    else { return file }
    file.params = keys.stringMap("params") ?? [:]
    if let configuration { file.params.merge(configuration.params) { mine, _ in mine } }
    let monitors = keys.nodes("monitors") ?? []
    if let actions = keys.node("actions") { file.addActions(actions, sink: sink) }
    file.mutes = keys.nodes("mutes") ?? []
    keys.finish()
    for monitor in monitors {
      file.addMonitor(monitor, defaults: configuration?.defaults, sink: sink)
    }
    return file
  }

  private mutating func addMonitor(
    _ written: ConfigNode, defaults: ConfigNode?, sink: DiagnosticSink
  ) {
    let node = defaults.map(written.merged) ?? written
    if let name = node.entry("name")?.value, let text = name.text {
      names.append(PlacedName(text: text, span: name.span, source: name.source))
    }
    guard var binder = MonitorBinder(node, sink: sink), var rule = binder.rule() else { return }
    rule.params.merge(params) { mine, _ in mine }
    rules.append(rule)
  }

  private mutating func addActions(_ node: ConfigNode, sink: DiagnosticSink) {
    guard case .map(let entries) = node.content else {
      sink.report(node.diagnostic(.actionsNotAMap(node.found)))
      return
    }
    actions = entries
  }
}

/// All rule files of one run, with what must hold between them.
package struct RuleSet: Sendable {
  /// Monitors of all files, in the order of the files.
  package var rules: [Rule] = []
  /// Actions of all files; see `RuleFile.actions`.
  package var actions: [ConfigNode.Entry] = []
  /// Mutes of all files; see `RuleFile.mutes`.
  package var mutes: [ConfigNode] = []

  /// Reads all files and checks that names are unique and that every action that a monitor uses
  /// exists. The result is only whole when the sink has no errors.
  package static func load(
    files: [SourceText], under configuration: Configuration? = nil, sink: DiagnosticSink
  ) -> RuleSet {
    let files = files.map { RuleFile.read($0, under: configuration, sink: sink) }
    checkUnique(files.flatMap(\.names), "monitor", sink: sink)
    checkUnique(files.flatMap(\.actions).map(PlacedName.init), "action", sink: sink)
    let set = RuleSet(
      rules: files.flatMap(\.rules), actions: files.flatMap(\.actions),
      mutes: files.flatMap(\.mutes))
    set.checkActions(sink: sink)
    return set
  }

  private static func checkUnique(_ names: [PlacedName], _ what: String, sink: DiagnosticSink) {
    var first: [String: PlacedName] = [:]
    for name in names {
      guard let other = first[name.text] else {
        first[name.text] = name
        continue
      }
      let (line, column) = other.source.position(of: other.span.lower)
      let help = "it stands first at \(other.source.name):\(line):\(column)"
      sink.report(
        Diagnostic(.nameTaken(what, name.text), at: name.span, in: name.source, help: help))
    }
  }

  private func checkActions(sink: DiagnosticSink) {
    let known = Set(actions.map(\.key))
    for rule in rules {
      for use in rule.actions where !known.contains(use.name) {
        let listed = known.isEmpty ? "no actions are defined" : "known: \(known.sorted().listed)"
        let help = Suggestion.didYouMean(use.name, among: known.sorted()) ?? listed
        sink.report(
          Diagnostic(.unknownAction(use.name), at: use.span, in: rule.source, help: help))
      }
    }
  }
}

/// A name and where it was given.
struct PlacedName: Sendable {
  var text: String
  var span: Span
  var source: SourceText
}

extension PlacedName {
  fileprivate init(_ action: ConfigNode.Entry) {
    self.init(text: action.key, span: action.keySpan, source: action.value.source)
  }
}

extension Diagnostic.Message {
  fileprivate static func actionsNotAMap(_ found: String) -> Self {
    Self("not-a-map", "`actions` needs a map from names to actions, found \(found)")
  }
  fileprivate static func nameTaken(_ what: String, _ name: String) -> Self {
    Self("duplicate-name", "another \(what) is named '\(name.shortened)'")
  }
  fileprivate static func unknownAction(_ name: String) -> Self {
    Self("unknown-action", "unknown action '\(name.shortened)'")
  }
}
