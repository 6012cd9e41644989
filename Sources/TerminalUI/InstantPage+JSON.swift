package import Alerting
import QueryLanguage
import Records

extension InstantReport {
  /// The members of the report as an object, in the order every reader may rely on.
  package func write(to json: inout Alerting.JSONWriter) {
    json.member("monitor", rule.rule.name)
    json.member("file", rule.rule.source.name)
    json.number("line", rule.rule.source.position(of: rule.rule.span.lower).line)
    json.member("asked", Timestamp.rfc3339(asked))
    json.member("instant", Timestamp.rfc3339(instant))
    json.member("every", DurationText.text(rule.every))
    json.key("window")
    json.object {
      $0.member("start", Timestamp.rfc3339(windowStart))
      $0.member("end", Timestamp.rfc3339(instant))
    }
    json.time("log_end", logEnd)
    json.list("alerts", verdicts) { verdict, json in
      // Only the first alert's lines were counted by group.
      let isLead = verdict.sighting.group == verdicts[0].sighting.group
      write(verdict, isLead ? census : nil, to: &json)
    }
    json.number("more_alerts", others)
    json.key("lines")
    json.object { json in
      json.number("read", census.lines)
      json.tally("late", census.late)
      json.tally("malformed", census.malformed)
      json.tally("refused", census.refused)
    }
    json.list("stages", census.stages) { stage, json in
      json.member("text", stage.text)
      json.tally("kept", stage.kept)
      json.tally("dropped", stage.dropped)
    }
    json.list("results", census.results) { stage, json in
      json.member("text", stage.text)
      json.number("rows", stage.rows)
    }
    json.list("series", history) { sighting, json in
      json.member("time", Timestamp.rfc3339(sighting.instant))
      json.value("value", sighting.value)
      json.member("finding", sighting.finding.word)
    }
    json.list("evidence", evidence) { line, json in
      json.members(of: line)
      json.key("tipped")
      json.raw(line == tipping ? "true" : "false")
    }
    json.key("transition")
    if let transition {
      json.object { transition.writeMembers(to: &$0) }
    } else {
      json.null()
    }
  }

  private func write(
    _ verdict: Verdict, _ census: WindowCensus?, to json: inout Alerting.JSONWriter
  ) {
    let alert = verdict.sighting.alert
    json.member("level", verdict.terms.level.rawValue)
    json.key("group")
    json.raw(verdict.sighting.group.json)
    json.member("verdict", verdict.kind.rawValue)
    json.member("sentence", verdict.sentence(of: rule, census))
    json.value("value", verdict.sighting.value)
    json.member("finding", verdict.sighting.finding.word)
    json.member("threshold", verdict.threshold)
    json.value("short_by", verdict.shortfall)
    json.member(
      "state",
      alert.isFiring ? "firing" : alert.pendingSince != nil ? "pending" : "at_rest")
    json.time("firing_since", alert.isFiring ? alert.firedAt : nil)
    json.time("pending_since", alert.pendingSince)
    json.time("clear_since", alert.isFiring ? alert.clearSince : nil)
    json.time(
      "judged_from", verdict.level?.isConfirming == true ? nil : verdict.sighting.judgedFrom)
    json.time("last_line", verdict.sighting.lastLine)
    json.number("alerts_so_far", alert.ordinal)
  }
}

extension Alert.Finding {
  fileprivate var word: String {
    switch self {
    case .hit: "hit"
    case .clear: "clear"
    case .nothing, .unknown: "no_value"
    case .neither: "neither"
    case .early: "early"
    }
  }
}

extension Alerting.JSONWriter {
  fileprivate mutating func number(_ name: String, _ count: Int) {
    key(name)
    whole(Int64(count))
  }

  fileprivate mutating func value(_ name: String, _ value: Double?) {
    key(name)
    if let value { number(value) } else { null() }
  }

  fileprivate mutating func time(_ name: String, _ time: Int64?) {
    key(name)
    if let time { string(Timestamp.rfc3339(time)) } else { null() }
  }

  fileprivate mutating func list<Element>(
    _ name: String, _ elements: [Element],
    _ write: (Element, inout Alerting.JSONWriter) -> Void
  ) {
    key(name)
    array { array in
      for element in elements { array.object { write(element, &$0) } }
    }
  }

  fileprivate mutating func members(of line: SeenLine) {
    member("file", line.file)
    number("line", line.line)
    number("offset", line.offset)
    member("text", line.text)
  }

  /// `"late":{"count":1,"first":{...}}`, with null for the first of none.
  fileprivate mutating func tally(_ name: String, _ tally: WindowCensus.Tally) {
    key(name)
    object { object in
      object.number("count", tally.count)
      object.key("first")
      if let first = tally.first {
        object.object { $0.members(of: first) }
      } else {
        object.null()
      }
    }
  }
}
