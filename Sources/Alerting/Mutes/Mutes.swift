import QueryLanguage

/// The mutes of all loaded files.
package struct Mutes: Sendable {
  package var list: [Mute] = []

  package init(_ list: [Mute] = []) { self.list = list }

  /// Binds what `RuleSet` collected; what has mistakes is reported and left out.
  package init(binding nodes: [ConfigNode], zones: ZoneBook, sink: DiagnosticSink) {
    for node in nodes {
      guard let mute = Mute(binding: node, zones: zones, sink: sink) else { continue }
      if list.contains(where: { $0.name == mute.name }) {
        sink.report(
          Diagnostic(
            .nameTaken(mute.name), at: mute.place.span, in: mute.place.source,
            help: "give each a name of its own: it is what people read when an alert is muted"))
      }
      list.append(mute)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func nameTaken(_ name: String) -> Self {
    Self("duplicate-name", "another mute is named '\(name.shortened)'")
  }
}
