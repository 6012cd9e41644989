package import QueryLanguage

/// What is hardly ever meant about mutes and inhibitions. Unlike other lints, one needs the time.
package enum MuteLints {
  /// In the order in which help lists them.
  package static let pages = [neverOn, over, mutesNobody, inhibitsNothing]

  private static let neverOn = LintPage(
    "mute-never-on", "a mute is never on",
    meaning:
      "No day meets all that `rrule` asks for: every seventh day from a Tuesday is no Monday.",
    night: "The maintenance that it was written for pages everybody.",
    wrong: example(
      #"start: 2090-11-07 02:00, duration: 2h, rrule: "FREQ=DAILY;INTERVAL=7;BYDAY=SU""#),
    right: example(#"start: 2090-11-07 02:00, duration: 2h, rrule: "FREQ=WEEKLY;BYDAY=SU""#))

  private static let over = LintPage(
    "mute-over", "a mute is over",
    meaning: "Its last time is past, so it does nothing any more.",
    night: """
      Somebody reads that there is a mute and believes that it is quiet for a reason, or moves its dates \
      once more and mutes something else by mistake.
      """,
    wrong: example("from: 2020-11-07 02:00, to: 2020-11-07 04:00"),
    right: example("from: 2090-11-07 02:00, to: 2090-11-07 04:00"))

  private static let mutesNobody = LintPage(
    "mutes-nobody", "a mute matches no monitor",
    meaning: """
      No monitor that was checked with it has such a name, level or tag. Files that hold mutes and no \
      monitors are left alone when they are checked by themselves.
      """,
    night: "A monitor was renamed, and what was to be quiet is not.",
    wrong: example(#"monitors: [exmaple], hours: "22:00-06:00""#),
    right: example(#"monitors: [example], hours: "22:00-06:00""#))

  private static let inhibitsNothing = LintPage(
    "inhibited-by-nobody", "no monitor could inhibit",
    meaning: """
      `when` means alerts of which no monitor that was checked with this one has any, or `equal` \
      names fields that the groups of none of them have: then they never agree.
      """,
    night: "One cause pages once, and everything that follows from it pages too.",
    wrong: .monitor(
      """
      query: error
      critical: { alert: "> 5" }
      inhibit: { when: databse }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          inhibit: { when: database }
          actions: [tell]
        - name: database
          query: refused
          critical: { alert: "> 0" }
          actions: [tell]
      actions:
        tell: { file: { path: alerts.ndjson } }
      """))

  private static func example(_ mute: String) -> LintPage.Example {
    .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
      actions:
        tell: { file: { path: alerts.ndjson } }
      mutes:
        - { name: rest, \(mute) }
      """)
  }

  /// What is to be said at a moment about what was read together.
  package static func findings(
    in mutes: Mutes, of rules: [Rule], at now: Int64
  ) -> [Diagnostic] {
    mutes.list.flatMap { findings(in: $0, of: rules, at: now) }
      + rules.flatMap { findings(in: $0, among: rules) }
  }

  private static func findings(in mute: Mute, of rules: [Rule], at now: Int64) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    func find(_ page: LintPage, _ text: String, help: String) {
      findings.append(
        Diagnostic(
          Diagnostic.Message(page.code, text), at: mute.place.span, in: mute.place.source,
          help: help, severity: .warning))
    }
    if mute.neverOccurs {
      find(neverOn, "this mute is never on", help: "no day is what `rrule` asks for; see BYDAY")
    } else if mute.isOver(at: now) {
      find(over, "this mute is over", help: "remove it")
    }
    if !rules.isEmpty, !rules.contains(where: mute.mayCover) {
      find(
        mutesNobody, "no monitor is what this mute is about",
        help: "look at `monitors` and `match`: names are held against each as a whole")
    }
    return findings
  }

  private static func findings(in rule: Rule, among rules: [Rule]) -> [Diagnostic] {
    rule.inhibitions.filter { inhibition in
      !rules.contains { inhibition.mayCome(from: $0, to: rule) }
    }.map { inhibition in
      Diagnostic(
        Diagnostic.Message(inhibitsNothing.code, "no alert could inhibit those of this monitor"),
        at: inhibition.span, in: rule.source,
        help: "name a monitor in `when`, and fields of both groups in `equal`", severity: .warning)
    }
  }
}

extension Inhibition {
  /// Whether an alert of one monitor could inhibit one of another.
  fileprivate func mayCome(from other: Rule, to rule: Rule) -> Bool {
    func has(_ rule: Rule, _ field: String) -> Bool {
      rule.groupBy.contains { $0.lowercased() == field.lowercased() }
    }
    return source.mayMatch(monitor: other.name, tags: other.tags, levels: other.alertLevels)
      && equal.allSatisfy { has(other, $0) && has(rule, $0) }
  }
}
