import QueryLanguage

/// Binds one monitor of a rule file, in the order in which the reference lists its keys.
struct MonitorBinder {
  private var keys: ConfigBinder
  private let node: ConfigNode
  private let sink: DiagnosticSink
  /// Whether the window is what its author meant, so that `every` can be held against it.
  private var knowsWindow = true

  /// Nil, and reported, when the node is not a map.
  init?(_ node: ConfigNode, sink: DiagnosticSink) {
    guard let keys = ConfigBinder(node, as: "monitor", sink: sink) else { return nil }
    self.keys = keys
    self.node = node
    self.sink = sink
  }

  /// Reports what is wrong with `defaults:`, which need not be whole monitors.
  static func check(defaults: ConfigNode, sink: DiagnosticSink) {
    guard var binder = MonitorBinder(defaults, sink: sink) else { return }
    _ = binder.settings(isWhole: false)
  }

  /// The rule; nil when it has no name or no query. Anything else that is wrong was reported and
  /// left at its default.
  mutating func rule() -> Rule? {
    let name = readName()
    let query = readQuery()
    var rule = settings(isWhole: true)
    checkEvery(of: rule)
    guard let name, let query else { return nil }
    rule.name = name
    rule.query = query.text ?? ""
    rule.queryMap =
      isOwn(query) ? QueryMap(offsets: query.offsets) : QueryMap(offsets: [span.lower])
    return rule
  }

  private var span: Span { node.span }

  /// What comes from `defaults` stands in another file; it is then shown at the monitor.
  private func isOwn(_ value: ConfigNode) -> Bool { value.source.name == node.source.name }

  private func place(_ value: ConfigNode) -> Span { isOwn(value) ? value.span : span }

  private var places: [String: Span] {
    var places: [String: Span] = [:]
    for entry in keys.entries {
      places[entry.key] = place(entry.value)
      guard case .map(let inner) = entry.value.content else { continue }
      for part in inner { places["\(entry.key).\(part.key)"] = place(part.value) }
    }
    return places
  }

  private mutating func readName() -> String? {
    guard let name = keys.required("name") else { return nil }
    if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
      keys.report(.blankAround, at: "name", help: "write '\(name.trimmed)'")
    } else if name.contains(where: \.isNewline) {
      keys.report(.severalLines, at: "name")
    }
    return name
  }

  private mutating func readQuery() -> ConfigNode? {
    guard keys.required("query") != nil else { return nil }
    return node.entry("query")?.value
  }

  private mutating func settings(isWhole: Bool) -> Rule {
    var rule = Rule(
      name: "", query: "", queryMap: QueryMap(offsets: []), window: 600_000, source: node.source,
      span: span)
    if !isWhole { _ = (keys.string("name"), keys.string("query")) }
    rule.places = places
    rule.description = keys.string("description") ?? ""
    if let window = keys.positiveDuration("window") {
      rule.window = window
    } else {
      knowsWindow = !keys.has("window")
    }
    rule.every = keys.positiveDuration("every")
    let fields = groupBy()
    if let fields { rule.groupBy = fields }
    rule.groupBySpan = node.entry("group_by").map { place($0.value) } ?? span
    rule.levels = levels(isWhole: isWhole)
    // What `group_by` should have been, nobody knows when it could not be read.
    let lacksGroups = isWhole && (fields?.isEmpty ?? !keys.has("group_by"))
    rule.missingData = missingData(isWhole: isWhole, lacksGroups: lacksGroups)
    readSeries(into: &rule, isWhole: isWhole)
    rule.atLeast = atLeast()
    rule.keepFiring = keys.duration("keep_firing_for", upTo: ConfigBinder.longest) ?? 0
    rule.maxGroups = keys.integer("max_groups", in: 1...(.max)) ?? rule.maxGroups
    rule.evidence = keys.integer("evidence", in: 0...10_000) ?? rule.evidence
    rule.units = keys.units("units") ?? [:]
    rule.params = keys.stringMap("params") ?? [:]
    rule.runbook = keys.string("runbook")
    rule.playbook = keys.string("playbook")
    rule.alertName = keys.string("alert_name")
    rule.tags = keys.stringMap("tags") ?? [:]
    rule.enabled = keys.bool("enabled") ?? true
    rule.actions = actions()
    rule.inhibitions = (keys.node("inhibit")?.items ?? []).compactMap { item in
      Inhibition(binding: item, span: place(item), sink: sink)
    }
    keys.notBuilt(["source"])
    if keys.node("repeat_every")?.text != "off" {
      rule.repeatEvery = keys.positiveDuration("repeat_every")
    }
    keys.finish()
    return rule
  }

  // Time.

  /// `every` must divide the window; so must the second that stands in for it.
  private func checkEvery(of rule: Rule) {
    guard knowsWindow else { return }
    if keys.has("every") {
      guard let every = rule.every, rule.window % every != 0 else { return }
      let near = Self.divisors(near: every, of: rule.window).map(DurationText.text)
      let message = Diagnostic.Message.every(
        rule.window, found: node.entry("every")?.value.found ?? "")
      keys.report(message, at: "every", help: "write \(near.joined(separator: " or "))")
    } else if rule.window % Rule.defaultEvery(window: rule.window) != 0 {
      let tenth = max(1, rule.window / 10)
      let example = rule.window % tenth == 0 ? tenth : rule.window
      keys.report(
        .noDefaultEvery(rule.window), at: "window",
        help: "add an `every` that divides it, such as \(DurationText.text(example))")
    }
  }

  /// The nearest values below and above that divide the window; whole seconds where both are, as a
  /// person who wrote `7s` does not look for `6250ms`.
  private static func divisors(near every: Int64, of window: Int64) -> [Int64] {
    let step: Int64 = every % 1_000 == 0 && window % 1_000 == 0 ? 1_000 : 1
    let whole = window / step
    var all: Set<Int64> = []
    var divisor: Int64 = 1
    while divisor * divisor <= whole {
      if whole % divisor == 0 { all.formUnion([divisor * step, whole / divisor * step]) }
      divisor += 1
    }
    let below = all.filter { $0 < every }.sorted()
    let above = all.filter { $0 > every }.sorted()
    return above.isEmpty ? Array(below.suffix(2)) : below.suffix(1) + above.prefix(1)
  }

  // Groups.

  private mutating func groupBy() -> [String]? {
    guard let fields = keys.strings("group_by") else { return nil }
    for (index, field) in fields.enumerated() {
      if field.allSatisfy(\.isWhitespace) {
        keys.report(.emptyField, at: "group_by")
      } else if fields[..<index].contains(field) {
        keys.report(.fieldTwice(field), at: "group_by")
      }
    }
    if let text = node.entry("group_by")?.value.text, text.contains(",") {
      let names = text.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
      keys.report(
        .fieldsInOneText, at: "group_by",
        help: "write group_by: [\(names.joined(separator: ", "))]")
    }
    return fields
  }

  // Levels.

  /// The most instants that `at_least` may look back on: each hit among them is remembered.
  private static let mostInstants = 10_000

  private mutating func atLeast() -> AtLeast? {
    guard let value = keys.node("at_least") else { return nil }
    let words = value.text?.split(separator: " ").map(String.init) ?? []
    guard words.count == 3, words[1] == "of", let hits = words[0].wholeNumber,
      let instants = words[2].wholeNumber
    else {
      keys.report(.atLeast(value.found), at: "at_least", help: "write at_least: 3 of 5")
      return nil
    }
    guard hits > 0, instants <= Self.mostInstants else {
      keys.report(.atLeastLimits(Self.mostInstants), at: "at_least")
      return nil
    }
    guard hits <= instants else {
      keys.report(
        .moreThanThereAre(hits, instants), at: "at_least",
        help: "did you mean at_least: \(instants) of \(hits)?")
      return nil
    }
    return AtLeast(hits: hits, instants: instants)
  }

  private mutating func levels(isWhole: Bool) -> [LevelRule] {
    let levels = [Level.critical, .warning].compactMap { level($0, isWhole: isWhole) }
    let conditions = ["critical", "warning", "missing_data", "outlier", "anomaly"]
    // Of a key that was to be one it is said what it should be.
    let isMisspelt = keys.entries.contains { entry in
      Suggestion.nearest(to: entry.key, among: conditions) != nil
        || ForeignKeys.advice(on: entry.key, in: "monitor")?.contains("critical") == true
    }
    if isWhole, !isMisspelt, !conditions.contains(where: keys.has) {
      sink.report(node.diagnostic(.noLevel, help: #"write critical: { alert: "> 5" }"#))
    }
    return levels
  }

  private mutating func level(_ level: Level, isWhole: Bool) -> LevelRule? {
    guard let value = keys.node(level.rawValue) else { return nil }
    if let text = value.text {
      let help = "write \(level.rawValue): { alert: \"\(text.shortened)\" }"
      sink.report(value.diagnostic(.bareLevel(level.rawValue), help: help))
      return nil
    }
    guard var block = ConfigBinder(value, as: "`\(level.rawValue)` block", sink: sink) else {
      return nil
    }
    let alert = comparison(isWhole ? block.requiredNode("alert") : block.node("alert"))
    let resolve = comparison(block.node("resolve"))
    let window = block.duration("resolution_window", upTo: ConfigBinder.longest)
    let hold = block.duration("for", upTo: ConfigBinder.longest)
    let noValue: LevelRule.NoValue? = block.choice("no_value")
    block.finish()
    guard let alert else { return nil }
    return LevelRule(
      level: level, alert: alert, resolve: resolve, resolutionWindow: window, hold: hold ?? 0,
      noValue: noValue ?? .clear)
  }

  private mutating func missingData(isWhole: Bool, lacksGroups: Bool) -> MissingDataRule? {
    guard let value = keys.node("missing_data") else { return nil }
    if let text = value.text {
      let window = (try? DurationText.milliseconds(of: text)) == nil ? "10m" : text
      let help = "write missing_data: { window: \(window) }"
      sink.report(value.diagnostic(.bareMissingData, help: help))
      return nil
    }
    guard var block = ConfigBinder(value, as: "`missing_data` block", sink: sink) else {
      return nil
    }
    if isWhole { _ = block.requiredNode("window") }
    let window = block.has("window") ? block.positiveDuration("window") : nil
    let perGroup = block.bool("per_group") ?? false
    if perGroup, lacksGroups {
      block.report(.noGroups, at: "per_group", help: "add a `group_by` to this monitor")
    }
    if perGroup, let window, window >= AlertGroups.memory {
      block.report(.longerThanMemory, at: "window", help: "write a shorter one, such as 23h")
    }
    block.finish()
    return window.map { MissingDataRule(window: $0, perGroup: perGroup, span: place(value)) }
  }

  /// A monitor has one kind of condition, beside `missing_data`.
  private mutating func readSeries(into rule: inout Rule, isWhole: Bool) {
    func binder(_ key: String, _ value: ConfigNode?) -> SeriesRuleBinder? {
      value.flatMap { SeriesRuleBinder($0, of: key, sink: sink, place: place) }
    }
    if var block = binder("outlier", keys.node("outlier")) {
      rule.outlier = block.outlier(isWhole: isWhole)
    }
    if var block = binder("anomaly", keys.node("anomaly")) {
      rule.anomaly = block.anomaly(isWhole: isWhole)
    }
    let kinds = [["critical", "warning"], ["outlier"], ["anomaly"]].compactMap { kind in
      kind.first(where: keys.has)
    }
    if isWhole, kinds.count > 1 {
      keys.report(
        .severalKinds(kinds), at: kinds[1],
        help: "put it into a monitor of its own, or move a level into `\(kinds[1])`")
    }
  }

  private func comparison(_ value: ConfigNode?) -> Comparison? {
    guard let value else { return nil }
    do throws(Diagnostic) {
      var comparison = try ComparisonParser.parse(value)
      if !isOwn(value) { comparison.span = span }
      return comparison
    } catch {
      sink.report(error)
      return nil
    }
  }

  // Actions.

  private mutating func actions() -> [ActionUse] {
    guard let value = keys.node("actions") else { return [] }
    let items: [ConfigNode] = if case .list(let items) = value.content { items } else { [value] }
    var uses: [ActionUse] = []
    for item in items {
      guard let use = action(item) else { continue }
      if uses.contains(where: { $0.name == use.name }) {
        sink.report(
          item.diagnostic(.actionTwice(use.name), help: "join their occasions in one `on`"))
      } else {
        uses.append(use)
      }
    }
    return uses
  }

  private func action(_ item: ConfigNode) -> ActionUse? {
    if let name = item.text {
      guard !name.isEmpty else {
        sink.report(item.diagnostic(.emptyAction))
        return nil
      }
      return ActionUse(name: name, on: nil, span: place(item))
    }
    guard var use = ConfigBinder(item, as: "use of an action", sink: sink) else { return nil }
    let name = use.required("name")
    let occasions: [Occasion]? = use.choices("on")
    if occasions?.isEmpty == true {
      use.report(.noOccasion, at: "on", help: "remove `on` for the usual occasions")
    }
    use.finish()
    return name.map {
      ActionUse(
        name: $0, on: occasions.map(Set.init), span: place(item.entry("name")?.value ?? item))
    }
  }
}

extension ConfigBinder {
  /// Times add up without overflow, and nobody waits for an alert longer.
  static let longest: Int64 = 366 * 86_400_000

  /// A duration that is not absurd.
  mutating func duration(_ key: String, upTo limit: Int64) -> Int64? {
    guard let duration = duration(key) else { return nil }
    guard duration <= limit else {
      report(.tooLong(key), at: key)
      return nil
    }
    return duration
  }

  /// A duration that is neither absurd nor nothing.
  mutating func positiveDuration(_ key: String) -> Int64? {
    guard let duration = duration(key, upTo: Self.longest) else { return nil }
    guard duration > 0 else {
      report(.notPositive(key), at: key)
      return nil
    }
    return duration
  }

  /// Field to unit of time, as monitors, sources and `tripline.yaml` declare them.
  mutating func units(_ key: String) -> [String: String]? {
    guard let value = node(key), let units = stringMap(key) else { return nil }
    for (field, unit) in units.sorted(by: { $0.key < $1.key })
    where !DurationText.unitNames.contains(unit) {
      let names = DurationText.unitNames
      let help =
        names.first { $0 == unit.lowercased() }.map { "did you mean '\($0)'?" }
        ?? "units are \(names.listed)"
      report(.unknownUnit(unit, field), on: value.entry(field)?.value ?? value, help: help)
    }
    return units
  }
}

extension String {
  /// The number it is when it has only digits.
  fileprivate var wholeNumber: Int? { allSatisfy(\.isASCIIDigit) ? Int(self) : nil }
}

extension Diagnostic.Message {
  fileprivate static var blankAround: Self { Self("bad-name", "`name` has blanks around it") }
  fileprivate static var severalLines: Self { Self("bad-name", "`name` has several lines") }
  fileprivate static func notPositive(_ key: String) -> Self {
    Self("bad-duration", "`\(key)` must be longer than 0s")
  }
  fileprivate static func tooLong(_ key: String) -> Self {
    Self("bad-duration", "`\(key)` must not be longer than 366d")
  }
  fileprivate static func every(_ window: Int64, found: String) -> Self {
    Self(
      "bad-every", "`every` must divide the window of \(DurationText.text(window)), found \(found)")
  }
  fileprivate static func noDefaultEvery(_ window: Int64) -> Self {
    Self(
      "bad-every", "no whole number of seconds divides the window of \(DurationText.text(window))")
  }
  fileprivate static var emptyField: Self { Self("bad-group", "`group_by` has an empty name") }
  fileprivate static func fieldTwice(_ field: String) -> Self {
    Self("bad-group", "`group_by` names '\(field.shortened)' twice")
  }
  fileprivate static var fieldsInOneText: Self {
    Self("bad-group", "`group_by` needs a list of names, found one text with a comma")
  }
  fileprivate static var noLevel: Self {
    Self(
      "no-level",
      "this monitor needs a `critical` or `warning` level, `missing_data`, `outlier` or `anomaly`")
  }
  fileprivate static func severalKinds(_ kinds: [String]) -> Self {
    Self(
      "several-conditions",
      "a monitor has one kind of condition, and this one has `\(kinds[0])` and `\(kinds[1])`")
  }
  fileprivate static func atLeast(_ found: String) -> Self {
    Self("bad-at-least", "`at_least` needs '<hits> of <instants>', found \(found)")
  }
  fileprivate static func atLeastLimits(_ most: Int) -> Self {
    Self("bad-at-least", "`at_least` needs at least 1 hit of at most \(most) instants")
  }
  fileprivate static func moreThanThereAre(_ hits: Int, _ instants: Int) -> Self {
    Self(
      "bad-at-least",
      "`at_least` can never be: there are no \(hits) hits among \(instants) instants")
  }
  fileprivate static func bareLevel(_ level: String) -> Self {
    Self("not-a-map", "`\(level)` needs a map with an `alert`")
  }
  fileprivate static var bareMissingData: Self {
    Self("not-a-map", "`missing_data` needs a map with a `window`")
  }
  fileprivate static var noGroups: Self {
    Self("no-groups", "`per_group` needs groups, and this monitor has none")
  }
  fileprivate static var longerThanMemory: Self {
    Self(
      "bad-duration",
      "`window` must be shorter than 24h: a group that was silent for so long is forgotten")
  }
  fileprivate static func actionTwice(_ name: String) -> Self {
    Self("action-twice", "action '\(name.shortened)' is used twice in this monitor")
  }
  fileprivate static var emptyAction: Self { Self("empty-text", "the name of an action is empty") }
  fileprivate static var noOccasion: Self {
    Self("bad-choice", "`on` names no occasion, so this action would never run")
  }
  fileprivate static func unknownUnit(_ unit: String, _ field: String) -> Self {
    Self("bad-unit", "unknown unit '\(unit.shortened)' of '\(field.shortened)'")
  }
}
