import Actions
import Alerting
import Engine
import Glibc
package import QueryLanguage

/// What `check` has to say about rule files: their mistakes and what the lints find, without what
/// their authors accept.
struct LintReport {
  let findings: [Diagnostic]

  /// `sample` is a log that the monitors are held against.
  init(_ rules: CheckedRules, of files: [SourceText], sample: Sample? = nil) {
    var found = rules.findings
    for (index, rule) in rules.rules.enumerated() {
      let reading = sample?.readings[index]
      let variety = reading.map { reading in
        reading.variety.map { LintWorld.Variety(values: $0, lines: reading.reached) }
      }
      let world = LintWorld(hasFile: { access($0, F_OK) == 0 }, variety: variety)
      found += RuleLints.findings(in: rule, world)
      if let sample, let reading {
        found += SampleLints.findings(in: rule, reading, of: sample)
      }
    }
    found += ActionLints.findings(
      in: LintedFiles(
        rules: rules.read.rules, bound: rules.rules, entries: rules.read.actions,
        actions: rules.actions, isWhole: !rules.hasErrors))
    findings = LintReport.accepted(found, rules, files).sorted(by: files)
  }

  /// The findings that no comment accepts, and what is wrong with the comments.
  private static func accepted(
    _ found: [Diagnostic], _ rules: CheckedRules, _ files: [SourceText]
  ) -> [Diagnostic] {
    // What depends on the sample is not known to be idle without it, nor the other way round.
    let uncertain = Set(SampleLints.pages.map(\.code) + [UnboundedGroups.page.code])
    var rest = found
    for file in files {
      var allowances = Allowances(file, items: rules.places(in: file))
      rest.removeAll { $0.source.name == file.name && allowances.accept($0) }
      if !rules.hasErrors {
        rest += allowances.idle(known: LintTable.pages, uncertain: uncertain)
      }
    }
    return rest
  }
}

extension CheckedRules {
  /// Where the monitors and actions of a file stand.
  fileprivate func places(in file: SourceText) -> [Span] {
    read.rules.filter { $0.source.name == file.name }.map(\.span)
      + read.actions.filter { $0.value.source.name == file.name }.map(\.keySpan)
  }
}

/// Every code that has a page.
package enum LintTable {
  /// In the order in which help lists them.
  package static let pages: [LintPage] =
    RuleLints.all.map { $0.page } + RuleLints.warnings + QueryLints.pages + SampleLints.pages
    + ActionLints.all.map { $0.page } + ActionLints.warnings + [Allowances.page]
    + MistakePages.all + ActionLints.mistakes

  static func page(of code: String) -> LintPage? { pages.first { $0.code == code } }
}
