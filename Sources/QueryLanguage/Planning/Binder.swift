package import Records

/// Turns a parsed query into a plan: resolves names to slots and follows units from field to field.
package struct Binder {
  /// What a query is bound for.
  package struct Settings: Sendable {
    package enum Purpose: Sendable { case query, monitor }
    package var purpose: Purpose
    /// Field name in lower case to the milliseconds of one unit.
    package var units: [String: Double]
    /// The start of the run, which is `now()` in a query; milliseconds.
    package var now: Int64
    /// The time that is looked at, as far as it is known before a line is read.
    package var range: TimeRange
    package var zone: Zone
    /// Finds a zone by its name; without the system's files only the fixed ones are known.
    package var zones: @Sendable (String) -> Zone?

    package init(
      purpose: Purpose = .query, units: [String: Double] = [:], now: Int64 = 0,
      range: TimeRange = .unknown, zone: Zone = .utc,
      zones: @escaping @Sendable (String) -> Zone? = { Zone(fixedName: $0) }
    ) {
      self.purpose = purpose
      self.units = units
      self.now = now
      self.range = range
      self.zone = zone
      self.zones = zones
    }
  }

  /// The time that a query looks at.
  package enum TimeRange: Sendable {
    /// That of whatever lines there are.
    case unknown
    /// From, up to and not including; milliseconds.
    case between(Int64, Int64)
    /// So much time before each instant of evaluation.
    case window(Int64)

    /// How long it is, if that is known.
    package var width: Int64? {
      switch self {
      case .unknown: nil
      case .between(let from, let to): to - from
      case .window(let width): width
      }
    }
  }

  package let source: SourceText
  package let settings: Settings
  package var diagnostics: [Diagnostic] = []
  package var fields = FieldScope(isOpen: true)
  private var headFields: FieldScope?
  private var head: [any Stage] = []
  private var ordered: [any Stage] = []
  private var fold: FoldPlan?
  private var collects = false
  private var tail: [any Stage] = []
  private var tailOnlyShows = true
  private var isRowWise = true
  /// Whether a stage of a monitor depends on the instant, so that what follows runs at each of them.
  private var looksAtInstant = false
  /// The fields that the stage at hand reads or sets, and of those the ones that it sets.
  private var touched: Set<Slot> = []
  private var written: Set<Slot> = []
  /// The same of all stages behind the row-wise ones, up to the fold.
  private var carried: Set<Slot> = []
  private var rewritten: Set<Slot> = []
  /// How many fields there are in front of those stages.
  private var rowWiseFields = 0
  /// What the user wants to see, when a stage said so.
  package var shown: [FieldName]?
  private var produced: [FieldName] = []
  /// Whether an earlier stage of a chain of parses had `nodrop`; nil outside a chain.
  package var parseChain: Slot?
  /// Whether a stage before this one could not be read.
  package private(set) var missesStages = false
  private var phases: [Plan.Phase] = []
  /// What the conditions so far leave of the fields. A stage that adds rows has to make it void.
  var facts = FilterFacts()
  private var reaches: [Plan.Reach] = []

  package init(source: SourceText, settings: Settings) {
    self.source = source
    self.settings = settings
  }

  /// The plan of `query`, or everything that is wrong with it. `mistakes` are those found when it was
  /// read.
  package static func bind(
    _ query: Query, _ settings: Settings, mistakes: [Diagnostic] = []
  ) throws(Diagnostics) -> Plan {
    var binder = Binder(source: query.source, settings: settings)
    binder.diagnostics = mistakes
    binder.bindScope(query.scope)
    binder.reaches = [binder.reach]
    for (index, stage) in query.stages.enumerated() {
      if !(stage is any ParseOperator) { binder.parseChain = nil }
      if index == query.unreadFrom { binder.missesStages = true }
      binder.bind(stage)
    }
    binder.diagnostics.sort { $0.span.lower < $1.span.lower }
    guard !binder.diagnostics.contains(where: { $0.severity == .error }) else {
      throw Diagnostics(binder.diagnostics)
    }
    return binder.plan(of: query)
  }

  /// The plan of a query's text, or everything that is wrong with it. `completing` may add to the
  /// query.
  package static func plan(
    of source: SourceText, _ settings: Settings, completing: (Query) -> Query = { $0 }
  ) throws(Diagnostics) -> Plan {
    let (query, mistakes) = Parser.read(source)
    return try bind(completing(query), settings, mistakes: mistakes)
  }

  private mutating func bind(_ stage: any Operator) {
    let before = (head.count, ordered.count, tail.count, fold != nil)
    (touched, written) = ([], [])
    if ordered.isEmpty { rowWiseFields = fields.fields.count }
    do throws(Diagnostic) { try stage.bind(&self) } catch { diagnostics.append(error) }
    if !ordered.isEmpty {
      carried.formUnion(touched)
      rewritten.formUnion(written)
    }
    phases.append(
      fold != nil && !before.3
        ? .fold
        : tail.count > before.2 || fold != nil || collects
          ? .tail : ordered.count > before.1 || !ordered.isEmpty ? .ordered : .head)
    reaches.append(reach)
  }

  private var reach: Plan.Reach {
    Plan.Reach(head: head.count, ordered: ordered.count, tail: tail.count)
  }

  // Fields.

  /// The slot of a field that is read. Behind an aggregate an unknown one is an error.
  package mutating func read(_ name: FieldName) throws(Diagnostic) -> Slot {
    let slot = try slot(reading: name)
    touch(slot)
    return slot
  }

  private mutating func slot(reading name: FieldName) throws(Diagnostic) -> Slot {
    if let slot = fields.slot(named: name.text) { return slot }
    // What a stage that could not be read has made of the columns is anybody's guess.
    if missesStages, !fields.isOpen { return fields.addHidden() }
    guard fields.isOpen else {
      throw Diagnostic(
        .unknownColumn(name.text), at: name.span, in: source,
        help: Suggestion.didYouMean(name.text, among: fields.names)
          ?? "the columns here are \(fields.names.joined(separator: ", "))")
    }
    warnOfNearMiss(name)
    let slot = fields.add(
      name.text, load: load(of: name.text), unit: declaredUnit(of: name.text), isProduced: false)
    fields[slot].firstRead = name.span
    return slot
  }

  /// Notes that the stage at hand looks at a field of raw rows.
  private mutating func touch(_ slot: Slot) {
    if fold == nil, !collects { touched.insert(slot) }
  }

  /// A member of the line may have any name, so a slip in the name of a field that a stage has made
  /// is only likely.
  private mutating func warnOfNearMiss(_ name: FieldName) {
    // `host1` and `host2` are two fields, and short names are all alike.
    func letters(_ text: String) -> String { text.lowercased().filter { !$0.isNumber } }
    let typed = letters(name.text)
    guard !missesStages, typed.count >= 4, Metadata(rawValue: name.key) == nil else { return }
    let made = fields.fields.filter { $0.isProduced && letters($0.spelling) != typed }
    let slips = typed.count < 8 ? 1 : 2
    guard let near = Suggestion.nearest(to: name.text, among: made.map(\.spelling), slips: slips),
      letters(near).count >= 4
    else { return }
    diagnostics.append(
      Diagnostic(
        .nearMiss(name.text, near), at: name.span, in: source, help: "did you mean '\(near)'?",
        severity: .warning))
  }

  private mutating func load(of name: String) -> FieldLoad {
    guard let field = Metadata(rawValue: name.lowercased()) else {
      return .member(fields.member(name))
    }
    let member = field.yieldsToMember ? fields.member(field.spelling) : nil
    return .metadata(field, member: member)
  }

  /// The slot of a field that a stage sets. With `keepingOld`, rows on which the stage has nothing to
  /// say keep what they had.
  package mutating func write(
    _ name: FieldName, unit: Double? = nil, keepingOld: Bool = false
  ) throws(Diagnostic) -> Slot {
    let slot = try slot(writing: name, unit: unit, keepingOld: keepingOld)
    // Rows on which a parse does not match keep what they had, so that setting is reading, too.
    touch(slot)
    if fold == nil { written.insert(slot) }
    return slot
  }

  private mutating func slot(
    writing name: FieldName, unit: Double?, keepingOld: Bool
  ) throws(Diagnostic) -> Slot {
    produced.removeAll { $0 == name }
    produced.append(name)
    facts.forget(fields.slot(named: name.text))
    let unit = settings.units[name.key] ?? unit ?? Units.byName(name.text)
    if let slot = fields.slot(named: name.text) {
      fields[slot].unit = unit
      fields[slot].isProduced = true
      fields[slot].aggregate = nil
      fields[slot].isKey = false
      fields[slot].isNeverNegative = false
      fields[slot].slices = nil
      return slot
    }
    let load: FieldLoad = keepingOld && fields.isOpen ? load(of: name.text) : .none
    return fields.add(name.text, load: load, unit: unit, isProduced: true)
  }

  package func declaredUnit(of name: String) -> Double? {
    if let field = Metadata(rawValue: name.lowercased()), field.isNumeric, field != .size,
      field != .messageCount
    {
      return 1
    }
    return settings.units[name.lowercased()] ?? Units.byName(name)
  }

  /// A hidden field with the numbers of `field`, whatever unit their text carries.
  package mutating func measured(_ field: Slot, unit: Double) -> Slot {
    let target = fields.addHidden()
    fields[target].isNeverNegative = fields[field].isNeverNegative
    append(MeasureStage(input: field, target: target, unit: unit), onlyShows: true)
    return target
  }

  /// Adds a field to what an earlier stage said should be shown.
  package mutating func show(_ name: FieldName) {
    if shown?.contains(name) == false { shown?.append(name) }
  }

  /// Drops fields from sight.
  package mutating func hide(_ names: [FieldName]) {
    for name in names {
      fields.forget(name.text)
      produced.removeAll { $0 == name }
      shown?.removeAll { $0 == name }
    }
  }

  // Stages.

  package mutating func append<S: Stage>(_ stage: S, onlyShows: Bool = false) {
    if fold != nil || collects {
      tail.append(stage)
      if !onlyShows { tailOnlyShows = false }
      return
    }
    switch S.reach {
    case .row where ordered.isEmpty && !looksAtInstant:
      head.append(stage)
    case .table where settings.purpose == .query:
      collects = true
      isRowWise = false
      tail.append(stage)
    case .row, .order, .table:
      ordered.append(stage)
      isRowWise = false
    }
  }

  /// Notes that the stage at hand depends on the time of evaluation. A query has just one; a monitor
  /// runs what follows at each instant.
  package mutating func dependOnEvaluationTime() {
    guard fold == nil, !collects else {
      tailOnlyShows = false
      return
    }
    if settings.purpose == .monitor {
      looksAtInstant = true
      isRowWise = false
    }
  }

  /// Ends the open part of the query; from here on only `outputs` are fields.
  package mutating func aggregate(_ plan: FoldPlan, _ outputs: [(name: FieldName, unit: Double?)]) {
    var result = FieldScope(isOpen: false)
    for (index, output) in outputs.enumerated() {
      let column = index - plan.keys.count
      let slot = result.add(
        output.name.text, load: .none, unit: output.unit, isProduced: true,
        aggregate: column >= 0 ? plan.columns[column].aggregate.kind : nil)
      result[slot].isKey = column < 0
      if column < 0 { result[slot].slices = fields[plan.keys[index]].slices }
    }
    facts = facts.aggregated(to: result)
    if fold != nil || collects {
      tail.append(RefoldStage(plan: plan))
      tailOnlyShows = false
      if headFields == nil { headFields = fields }
    } else {
      headFields = fields
      fold = plan
    }
    fields = result
    produced = []
    shown = outputs.map(\.name)
  }

  package var isAggregate: Bool { !fields.isOpen }

  private mutating func bindScope(_ scope: Scope) {
    do throws(Diagnostic) {
      if let stage = try ScopeStage(scope, &self) { append(stage) }
      judge(scope)
    } catch {
      diagnostics.append(error)
    }
  }

  private mutating func plan(of query: Query) -> Plan {
    let readsTimes = readsTimes
    var message: Plan.OutputColumn?
    var messageTime: Plan.OutputColumn?
    if fields.isOpen {
      message = builtIn(.raw)
      messageTime = builtIn(.messageTime)
    }
    let raw = headFields ?? fields
    var output: [Plan.OutputColumn] = []
    for name in shown ?? produced {
      if let slot = fields.slot(named: name.text) {
        output.append(Plan.OutputColumn(name: fields[slot].spelling, slot: slot))
      }
    }
    return Plan(
      query: query, phases: phases, reaches: reaches, fields: raw, loads: raw.fields.map(\.load),
      members: raw.members, head: head,
      ordered: ordered, fold: fold, collects: collects, tail: tail, output: output,
      showsColumns: shown != nil || !produced.isEmpty, hasChosenFields: shown != nil,
      message: message, messageTime: messageTime, readsTimes: readsTimes, result: fields,
      warnings: diagnostics,
      tailOnlyShows: tailOnlyShows, refolds: tail.contains { $0 is RefoldStage },
      isRowWise: isRowWise, carried: carried(of: raw), rewritten: rewritten,
      literals: query.scope.literals,
      ranges: fields.fields.indices.map { facts[Slot($0)].numbers })
  }
}

extension Binder {
  /// What the ordered stages and the fold find in the rows that reach them; the rest they make
  /// themselves.
  private func carried(of raw: FieldScope) -> [Slot] {
    carried.filter { slot in
      if case .none = raw[slot].load { return slot.index < rowWiseFields }
      return true
    }.sorted { $0.index < $1.index }
  }

  /// A built-in field for the result, under its usual name.
  private mutating func builtIn(_ field: Metadata) -> Plan.OutputColumn {
    let slot =
      fields.slot(named: field.rawValue)
      ?? fields.add(
        field.spelling, load: .metadata(field, member: nil), unit: nil, isProduced: false)
    return Plan.OutputColumn(name: field.rawValue, slot: slot)
  }

  private var readsTimes: Bool {
    let loads = (headFields ?? fields).fields.map(\.load)
    return loads.contains { load in
      if case .metadata(let field, _) = load {
        field == .messageTime || field == .receiptTime
      } else {
        false
      }
    } || fold?.columns.contains { $0.aggregate.readsMoments } == true
  }
}

/// The unit that a field's name gives away.
package enum Units {
  private static let suffixes: [(suffix: String, unit: String)] = [
    ("_ms", "ms"), ("_millis", "ms"), ("_s", "s"), ("_sec", "s"), ("_seconds", "s"), ("_us", "us"),
    ("_micros", "us"), ("_ns", "ns"), ("_nanos", "ns"),
  ]

  package static func byName(_ name: String) -> Double? {
    let name = name.lowercased()
    return suffixes.first { name.hasSuffix($0.suffix) }.flatMap {
      Durations.factor(ofUnit: $0.unit)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownColumn(_ name: String) -> Self {
    Self("unknown-column", "there is no column '\(name)' behind the aggregate")
  }
  fileprivate static func nearMiss(_ name: String, _ near: String) -> Self {
    Self("near-miss", "no stage makes '\(name)', but one makes '\(near)'")
  }
}
