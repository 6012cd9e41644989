import QueryLanguage

/// Binds `outlier:` and `anomaly:` of a monitor.
struct SeriesRuleBinder {
  private var block: ConfigBinder
  private let key: String
  private let sink: DiagnosticSink
  private let place: (ConfigNode) -> Span
  private let node: ConfigNode

  /// Nil, and reported, when the value is not a map. `place` says where people are shown a node.
  init?(
    _ node: ConfigNode, of key: String, sink: DiagnosticSink, place: @escaping (ConfigNode) -> Span
  ) {
    guard let block = ConfigBinder(node, as: "`\(key)` block", sink: sink) else { return nil }
    self.block = block
    self.node = node
    self.key = key
    self.sink = sink
    self.place = place
  }

  // outlier

  mutating func outlier(isWhole: Bool) -> OutlierRule {
    var rule = OutlierRule(span: place(node))
    rule.field = field()
    rule.direction = block.choice("direction") ?? .both
    rule.levels = [Level.critical, .warning].compactMap { outlierLevel($0) }
    if isWhole, !block.has("critical"), !block.has("warning") {
      sink.report(
        node.diagnostic(
          .noOutlierLevel, help: "write critical: { window: 10, consecutive: 1, threshold: 3 }"))
    }
    block.finish()
    return rule
  }

  private mutating func outlierLevel(_ level: Level) -> OutlierRule.Level? {
    guard let value = block.node(level.rawValue),
      var keys = ConfigBinder(value, as: "`\(level.rawValue)` block", sink: sink)
    else { return nil }
    var result = OutlierRule.Level(level: level, span: place(value))
    result.window = keys.integer("window", in: 1...10_000) ?? result.window
    result.consecutive = keys.integer("consecutive", in: 1...1_000) ?? result.consecutive
    if let threshold = keys.number("threshold", "a number above 0", where: { $0 > 0 }) {
      result.threshold = threshold
    }
    refuseResolving(in: &keys)
    refuse("for", in: &keys, .forIsConsecutive, help: "ask for more `consecutive` points instead")
    keys.finish()
    return result
  }

  // anomaly

  mutating func anomaly(isWhole: Bool) -> AnomalyRule {
    var rule = AnomalyRule(span: place(node))
    rule.field = field()
    rule.direction = block.choice("direction") ?? .both
    if let learn = block.positiveDuration("learn") { rule.learn = learn }
    if let value = isWhole ? block.requiredNode("critical") : block.node("critical"),
      var keys = ConfigBinder(value, as: "`critical` block", sink: sink)
    {
      let need = "a number from 0.1 (few alerts) to 1 (many)"
      if let sensitivity = keys.number("sensitivity", need, where: { 0.1...1 ~= $0 }) {
        rule.sensitivity = sensitivity
      }
      rule.minCount = keys.integer("min_count", in: 1...10_000) ?? rule.minCount
      rule.range = keys.positiveDuration("range")
      refuseResolving(in: &keys)
      refuse("for", in: &keys, .forIsCount, help: "ask for a larger `min_count` instead")
      keys.finish()
    }
    refuse(
      "warning", in: &block, .onlyCritical,
      help: "put another sensitivity into a monitor of its own")
    block.finish()
    return rule
  }

  // Both.

  private mutating func field() -> WrittenField? {
    guard let name = block.filled("field"), let value = node.entry("field")?.value else {
      return nil
    }
    return WrittenField(name: name, span: place(value))
  }

  private func refuseResolving(in keys: inout ConfigBinder) {
    for name in ["resolve", "resolution_window"] {
      refuse(name, in: &keys, .resolvingIsFixed(name), help: "remove it")
    }
  }

  private func refuse(
    _ name: String, in keys: inout ConfigBinder, _ message: Diagnostic.Message, help: String
  ) {
    // Asking for a key makes it one of those that messages list.
    if keys.has(name), keys.node(name) != nil { keys.report(message, at: name, help: help) }
  }
}

extension ConfigBinder {
  /// A finite number that satisfies `isFine`; `need` says what that is.
  fileprivate mutating func number(
    _ key: String, _ need: String, where isFine: (Double) -> Bool
  ) -> Double? {
    guard let value = node(key) else { return nil }
    if let number = value.text.flatMap({ Double($0) }), number.isFinite, isFine(number) {
      return number
    }
    report(.number(key, need, value.found), on: value)
    return nil
  }
}

extension Diagnostic.Message {
  fileprivate static var noOutlierLevel: Self {
    Self("no-level", "`outlier` needs a `critical` or a `warning` level")
  }
  fileprivate static func resolvingIsFixed(_ key: String) -> Self {
    Self(
      "fixed-resolution",
      "`\(key)` can't be chosen here: the alert ends when it has not been true for a whole window")
  }
  fileprivate static var forIsConsecutive: Self {
    Self("other-key", "`for` is for comparisons; how long outliers last is counted in points")
  }
  fileprivate static var forIsCount: Self {
    Self("other-key", "`for` is for comparisons; how long an anomaly lasts is counted in points")
  }
  fileprivate static var onlyCritical: Self {
    Self("other-key", "`anomaly` has only a `critical` level")
  }
  fileprivate static func number(_ key: String, _ need: String, _ found: String) -> Self {
    Self("bad-number", "`\(key)` needs \(need), found \(found)")
  }
}
