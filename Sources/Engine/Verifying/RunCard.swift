package import Alerting
import Records

/// With what a run began, as far as that decides: how its sources are read, and which rules it had.
package struct RunCard: Sendable, Hashable {
  /// A rule, known by what decides in it.
  package struct Monitor: Sendable, Hashable {
    package var name: String
    package var rule: String
    /// How many lines a transition shows.
    package var evidence: Int
  }

  /// When it began, by the clock of the machine.
  package var began: Int64
  package var isLive: Bool
  package var isStrict: Bool
  package var monitors: [Monitor]
  package var sources: [SourceCard]

  package init(
    began: Int64, isLive: Bool = false, isStrict: Bool = false, rules: [BoundRule],
    sources: [SourcePlan] = []
  ) {
    self.began = began
    self.isLive = isLive
    self.isStrict = isStrict
    monitors = rules.map(Monitor.init)
    self.sources = sources.map { SourceCard($0) }
  }

  package func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("began", whole: began)
      $0.member("live", whole: isLive ? 1 : 0)
      $0.member("strict", whole: isStrict ? 1 : 0)
      $0.key("monitors")
      $0.array { writer in
        for monitor in monitors {
          writer.object {
            $0.member("name", monitor.name)
            $0.member("rule", monitor.rule)
            $0.member("evidence", whole: Int64(monitor.evidence))
          }
        }
      }
      $0.key("sources")
      $0.array { for source in sources { source.write(to: &$0) } }
    }
  }

  package var json: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  package init?(_ tree: JSONTree) {
    guard let began = tree["began"]?.whole else { return nil }
    self.began = began
    isLive = tree["live"]?.whole == 1
    isStrict = tree["strict"]?.whole == 1
    monitors = (tree["monitors"]?.elements ?? []).compactMap { monitor in
      guard let name = monitor["name"]?.text, let rule = monitor["rule"]?.text else { return nil }
      return Monitor(name: name, rule: rule, evidence: Int(monitor["evidence"]?.whole ?? 0))
    }
    sources = (tree["sources"]?.elements ?? []).compactMap(SourceCard.init)
  }

  package init?(json: String) {
    guard let tree = JSONTree(json) else { return nil }
    self.init(tree)
  }
}

extension RunCard.Monitor {
  package init(_ rule: BoundRule) {
    self.init(name: rule.rule.name, rule: rule.identity, evidence: rule.rule.evidence)
  }
}

/// How a log is read, as far as that decides.
package struct SourceCard: Sendable, Hashable {
  package var path: String
  package var category: String
  package var host: String
  package var name: String
  package var timeField: String?
  package var timeFormat: String?
  package var zone: String
  package var maxLine: Int
  package var lateness: Int64
  /// What is written around its lines, and which of them are one record; nil when each is.
  package var decode: String?
  package var multiline: String?
  /// A record of one stream is over when the other one is this much further.
  package var idleAfter: Int64
  /// An earlier version did not tell in the journal what it read of records of several lines.
  package var isUntold = false

  package init(_ plan: SourcePlan) {
    path = plan.path
    category = plan.facts.category.bytes.string
    host = plan.facts.host.bytes.string
    name = plan.facts.name.bytes.string
    timeField = plan.timeField
    timeFormat = plan.timeFormat?.pattern
    zone = plan.zone.name
    maxLine = plan.maxLine
    lateness = plan.lateness
    decode = plan.format.wrapper?.rawValue
    switch plan.format.joining {
    case .none: multiline = nil
    case .automatic: multiline = "auto"
    case .beginning(let pattern, _): multiline = pattern
    }
    idleAfter = plan.format.idleAfter
  }

  /// The log is then read as it was; nil when this machine does not know its time zone.
  package func plan() -> SourcePlan? {
    guard let zone = ZoneFiles.zone(named: zone) else { return nil }
    return SourcePlan(
      generations: [path], facts: SourceFacts(category: category, host: host, name: name),
      timeField: timeField, timeFormat: timeFormat.flatMap { try? DatePattern($0) }, zone: zone,
      maxLine: maxLine, lateness: lateness,
      format: RecordFormat(
        wrapper: decode.flatMap(RecordFormat.Wrapper.init),
        joining: multiline.flatMap { try? Multiline($0) }?.joining ?? .none, maxLine: maxLine,
        idleAfter: idleAfter))
  }

  /// Whether lines become records in the same way.
  func joins(as other: SourceCard) -> Bool {
    decode == other.decode && multiline == other.multiline && idleAfter == other.idleAfter
      && maxLine == other.maxLine
  }

  /// Whether its records are put together from lines.
  package var joins: Bool { decode != nil || multiline != nil }

  package func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("path", path)
      $0.member("category", category)
      $0.member("host", host)
      $0.member("name", name)
      if let timeField { $0.member("time_field", timeField) }
      if let timeFormat { $0.member("time_format", timeFormat) }
      $0.member("zone", zone)
      $0.member("max_line", whole: Int64(maxLine))
      $0.member("lateness", whole: lateness)
      guard joins else { return }
      if let decode { $0.member("decode", decode) }
      if let multiline { $0.member("multiline", multiline) }
      $0.member("idle_after", whole: idleAfter)
    }
  }

  package init?(_ tree: JSONTree) {
    guard let path = tree["path"]?.text, let category = tree["category"]?.text,
      let host = tree["host"]?.text, let name = tree["name"]?.text,
      let zone = tree["zone"]?.text, let maxLine = tree["max_line"]?.whole,
      let lateness = tree["lateness"]?.whole
    else { return nil }
    self.path = path
    self.category = category
    self.host = host
    self.name = name
    self.zone = zone
    self.maxLine = Int(maxLine)
    self.lateness = lateness
    isUntold = tree["joins"]?.whole == 1
    decode = tree["decode"]?.text
    multiline = tree["multiline"]?.text
    idleAfter = tree["idle_after"]?.whole ?? 0
    timeField = tree["time_field"]?.text
    timeFormat = tree["time_format"]?.text
  }
}
