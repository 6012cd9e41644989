import Alerting
import Engine
import Glibc
import QueryLanguage
import Records
import TerminalUI

/// `tripline explain --at TIME` and `--alert ID`: why monitors fired, or why they did not.
struct InstantExplanation {
  private let invocation: Invocation
  private let options: Options
  private let setup: Setup
  private let now = SystemClock().now

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    options = invocation.options
    setup = try Setup(invocation)
    if options.at != nil, options.alert != nil {
      throw invocation.mistake(
        "--at and --alert both say which moment is meant", help: "keep the one you mean")
    }
    if options.alert != nil, !options.groups.isEmpty {
      throw invocation.mistake("an alert has its one group", help: "leave out --group")
    }
  }

  func run(on console: Console) throws -> Outcome {
    let (files, logs) = words
    let rules = try rules(files)
    try checkGroups(rules)
    try checkLogs(logs, rules)
    let sources = try sources(logs)
    let answer: Inquiry.Answer
    do {
      answer = try self.answer(rules, sources)
    } catch let failure as Inquiry.Failure {
      throw self.failure(failure)
    }
    try write(answer.reports, console)
    var outcome = Outcome()
    for failure in answer.failures {
      console.say("tripline: \(failure.description)", important: true)
      outcome.note(.input)
    }
    return outcome
  }

  private func answer(
    _ rules: [BoundRule], _ sources: [SourcePlan]
  ) throws -> Inquiry.Answer {
    let times = try setup.times(now: now)
    func inquiry(_ rules: [BoundRule]) -> Inquiry {
      Inquiry(
        rules: rules, sources: sources, options: setup.feed, drains: options.drain,
        from: times.from, to: times.to)
    }
    guard let id = options.alert else {
      return try inquiry(rules).answer(at: try time(in: inquiry(rules)), about: question)
    }
    let transition = try transition(id, among: try inquiry(rules).transitions())
    return try inquiry(rules.filter { $0.rule.name == transition.monitor })
      .answer(at: transition.windowEnd, about: .transition(transition))
  }

  // What to look at.

  /// Without --rules the first word is the rule file, if it looks like one.
  private var words: (rules: [String], logs: [String]) {
    let words = invocation.words
    guard options.rules.isEmpty, let first = words.first,
      Paths.isDirectory(first) || [".yaml", ".yml", ".json"].contains(where: first.hasSuffix)
    else { return ([], words) }
    return ([first], Array(words.dropFirst()))
  }

  private func rules(_ words: [String]) throws -> [BoundRule] {
    let files = try setup.ruleFiles(words)
    guard !files.isEmpty else {
      throw invocation.mistake(
        "there are no rules to explain", help: "name files or a directory with -r rules/")
    }
    let checked = try CheckedRules(files, setup).withoutErrors()
    guard let name = options.monitor else { return checked.rules.filter(\.rule.enabled) }
    return [try checked.rule(named: name, invocation)]
  }

  private func sources(_ logs: [String]) throws -> [SourcePlan] {
    guard !logs.isEmpty || !setup.configuration.sources.isEmpty else {
      throw invocation.mistake(
        "there is no log to look at", help: "name the FILE that was replayed, with its generations")
    }
    return try setup.sources(logs).map { plan in
      var plan = plan
      plan.generations = try plan.generations.map { try readableTwice($0) }
      return plan
    }
  }

  /// The path under which a log can be read from its start as often as needed.
  private func readableTwice(_ path: String) throws -> String {
    var status = stat()
    if path == "-", fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      return "/dev/stdin"
    }
    let isThere = path == "-" || stat(path, &status) == 0
    guard isThere, path == "-" || ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
      return path
    }
    throw invocation.mistake(
      "\(path == "-" ? "stdin" : "'\(path.displaySafe())'") can't be read twice, which an "
        + "explanation needs", help: "write it to a file first, and name that")
  }

  private func time(in inquiry: Inquiry) throws -> Int64 {
    guard let at = options.at else { preconditionFailure("asked for with --at") }
    guard at.isClock else {
      return at.candidates(now: now, zone: setup.zone, log: now...now)[0]
    }
    let log = try inquiry.log()
    let candidates = at.candidates(now: now, zone: setup.zone, log: log)
    guard candidates.count == 1 else {
      throw Failure(
        "the log has \(at.text) on \(candidates.count) days; write the day too: --at "
          + Timestamp.rfc3339(candidates.last ?? now), code: .usage)
    }
    return candidates[0]
  }

  /// A group that no monitor has is a slip, and not a group that was quiet.
  private func checkGroups(_ rules: [BoundRule]) throws {
    let fields = Set(rules.flatMap(\.rule.groupBy))
    for name in options.groups.map(\.name)
    where !fields.contains(where: { $0.lowercased() == name.lowercased() }) {
      throw invocation.mistake(
        "no monitor is grouped by '\(name)'",
        help: fields.isEmpty
          ? "leave out --group: they have no groups"
          : Suggestion.didYouMean(name, among: fields.sorted())
            ?? "they are grouped by \(fields.sorted().joined(separator: ", "))")
    }
  }

  /// Without --at the word behind the flags is a monitor.
  private func checkLogs(_ logs: [String], _ rules: [BoundRule]) throws {
    for word in logs
    where access(word, F_OK) != 0 && rules.contains(where: { $0.rule.name == word }) {
      throw invocation.mistake(
        "'\(word)' is a monitor, and no log of that name is there", help: "write --monitor \(word)")
    }
  }

  private var question: Inquiry.Question {
    guard !options.groups.isEmpty else { return .all }
    let wanted = options.groups
    return .groups { group in
      wanted.allSatisfy { pair in
        group.fields.contains { field in
          field.name.lowercased() == pair.name.lowercased()
            && GroupKey([field]).readable
              == "\(field.name.displaySafe())=\(pair.value.displaySafe())"
        }
      }
    }
  }

  private func transition(_ id: String, among all: [Transition]) throws -> Transition {
    let wanted = id.lowercased()
    let found = all.filter { $0.id.hasPrefix(wanted) }
    if found.count == 1 { return found[0] }
    guard !all.isEmpty else {
      throw Failure(
        "there is no alert '\(id.displaySafe())': a replay of these files has none at all; ask about "
          + "a time with --at TIME", code: .usage)
    }
    let near = found.isEmpty ? all.nearest(to: wanted) : found
    let list = near.prefix(5).map { transition in
      "\n  \(transition.id)  \(Moment.stamp(transition.time))  \(transition.monitor.displaySafe())  "
        + "\(transition.level.rawValue) \(transition.to.rawValue)"
        + (transition.group.fields.isEmpty ? "" : "  \(transition.group.readable)")
    }
    throw Failure(
      (found.isEmpty
        ? "a replay of these files has no alert '\(id.displaySafe())'; the nearest of "
          + "\(all.count.counted("transition")) are"
        : "'\(id.displaySafe())' begins the ids of \(found.count.counted("transition"))")
        + list.joined(), code: .usage)
  }

  private func failure(_ failure: Inquiry.Failure) -> Failure {
    switch failure {
    case .timeless:
      Failure(
        "no line of the log has a time; name the field that holds it with --time-field",
        code: .input)
    case .empty: Failure("there is not a line in the log", code: .input)
    case .outside(let log):
      Failure(
        "the log has no such time: its lines are of \(Moment.stamp(log.lowerBound)) to "
          + "\(Moment.stamp(log.upperBound)) (--drain lets time go on behind the last"
          + (options.drain ? ", for \(DurationText.text(Inquiry.longestDrain)) at most)" : ")"),
        code: .usage)
    case .noGroup(let known):
      Failure(
        "no such group had a line or an alert in the window"
          + (known.isEmpty
            ? "" : "; among those that had: " + known.map(\.readable).joined(separator: ", ")),
        code: .usage)
    }
  }

  // What comes out.

  private func write(_ reports: [InstantReport], _ console: Console) throws {
    let records = reports.map { report in
      var writer = Alerting.JSONWriter()
      writer.object { report.write(to: &$0) }
      return writer.text
    }
    switch options.output {
    case .ndjson:
      for record in records { try console.output.write(record + "\n") }
    case .json:
      try console.output.write(
        "[\n\(records.map { "  " + $0 }.joined(separator: ",\n"))\n]\n")
    case .table, .csv:
      let rule = String(repeating: console.screen.isUnicode ? "─" : "-", count: 60)
      let between = "\n" + console.screen.palette.paint(rule, .quiet) + "\n\n"
      let pages = reports.map { InstantPage($0, terminal: console.screen).text }
      try console.output.write(pages.joined(separator: between))
    }
  }
}

extension [Transition] {
  /// Those whose ids look most like what was written: the longest common beginning first.
  fileprivate func nearest(to id: String) -> [Transition] {
    func common(_ other: String) -> Int { zip(id, other).prefix { $0 == $1 }.count }
    return enumerated().sorted { left, right in
      let (mine, other) = (common(left.element.id), common(right.element.id))
      return mine != other ? mine > other : left.offset < right.offset
    }.map(\.element)
  }
}
