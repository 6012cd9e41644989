package import QueryLanguage

/// Collects what is wrong with the files of one run, so that a person sees all mistakes at once.
package final class DiagnosticSink {
  private var reports: [Diagnostic] = []
  private var seen: Set<Diagnostic> = []

  package init() {}

  /// Keeps a finding. The same finding is kept once, however many monitors share the default that
  /// caused it.
  package func report(_ diagnostic: Diagnostic) {
    guard seen.insert(diagnostic).inserted else { return }
    reports.append(diagnostic)
  }

  /// Everything reported: files in the order in which they were first reported, each from its top
  /// to its end.
  package var list: [Diagnostic] {
    var order: [String: Int] = [:]
    for report in reports where order[report.source.name] == nil {
      order[report.source.name] = order.count
    }
    let places = reports.enumerated().map { index, report in
      (order[report.source.name] ?? 0, report.span.lower, index)
    }
    return places.sorted { $0 < $1 }.map { reports[$0.2] }
  }

  /// Whether anything reported keeps the file from loading.
  package var hasErrors: Bool { reports.contains { $0.severity == .error } }

  /// Throws everything reported when it contains an error.
  package func check() throws(Diagnostics) {
    if hasErrors { throw Diagnostics(list) }
  }
}
