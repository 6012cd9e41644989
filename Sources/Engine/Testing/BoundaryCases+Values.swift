import Alerting
import QueryLanguage
import Records

/// A level that the values of a member make fire: `avg(took) > 3`, `lowest > 80`, `p95 > 800ms`.
extension BoundaryCases.Stage {
  /// The cases of a level that compares the column `slot`, which an aggregate makes of one member.
  func values(
    of level: BoundLevel, _ slot: Slot
  ) throws(BoundaryCases.Refusal) -> [BoundaryCases.Case] {
    let name = try member(of: level, slot)
    let play = Play(stage: self, level: level, name: name)
    let text = level.terms.alertText
    guard let side = play.side else {
      throw BoundaryCases.Refusal(
        reason: "'\(text)' has no side on which it holds", needsSample: false)
    }
    guard play.count <= BoundaryCases.mostLines else {
      throw BoundaryCases.Refusal(
        reason: "'\(text)' needs more than \(BoundaryCases.mostLines) lines", needsSample: false)
    }
    return play.cases(toward: side)
  }

  /// The member of the line that the level comes down to.
  private func member(of level: BoundLevel, _ slot: Slot) throws(BoundaryCases.Refusal) -> String {
    let column = slot.index - rule.fold.keys.count
    let refusal = BoundaryCases.Refusal(
      reason: "'\(level.terms.alertText)' compares neither a count of lines nor what an aggregate "
        + "makes of one member of them", needsSample: false)
    guard column >= 0, let name = rule.plan.member(ofColumn: column),
      rule.plan.result[slot].aggregate != .countDistinct
    else { throw refusal }
    return name
  }
}

/// Lines with values, one or two for each instant, for as long as the level needs to fire.
private struct Play {
  let stage: BoundaryCases.Stage
  let level: BoundLevel
  let name: String

  private var start: Int64 { stage.start }
  private var step: Int64 { max(1, stage.rule.every / 2) }

  /// A whole window before anything is judged, and then as long as it has to last.
  private var length: Int64 {
    stage.window + level.terms.hold + (level.terms.quorum?.span ?? 0) + 2 * stage.rule.every
  }

  var count: Int { Int(length / step) + 1 }

  /// Whether larger values make it fire, or smaller ones; nil where neither does.
  var side: Double? {
    switch level.alert {
    case .greater, .greaterOrEqual: 1
    case .less, .lessOrEqual: -1
    case .equal, .notEqual: nil
    }
  }

  /// The smallest step at the threshold as it is written.
  private var grain: Double {
    let decimals = NumberText.shortest(level.alertBound).split(separator: ".").dropFirst().first
    var grain = 1.0
    for _ in decimals ?? "" { grain /= 10 }
    return grain
  }

  private func line(_ value: Double, _ line: SampleLine? = nil) -> SampleLine {
    var line = line ?? stage.sample
    line[name] = NumberText.shortest(value)
    return line
  }

  private func stream(
    _ value: Double, _ count: Int? = nil, at first: Int64? = nil, _ line: SampleLine? = nil
  ) -> BoundaryCases.Entry {
    stage.repeated(
      count ?? self.count, at: first ?? start, every: step, self.line(value, line))
  }

  func cases(toward side: Double) -> [BoundaryCases.Case] {
    let bound = level.alertBound
    // Rounded, so that 0.7 + 0.1 is written 0.8.
    func beside(_ direction: Double) -> Double {
      let scale = (1 / grain).rounded()
      return ((bound + direction * grain) * scale).rounded() / scale
    }
    let (past, short) = (beside(side), beside(-side))
    let span = DurationText.text(stage.window)
    let end = start + Int64(count) * step
    var cases = [
      stage.one("a value on the threshold", isAboutThreshold: true, [stream(bound)]),
      stage.one("a value just past the threshold", isAboutThreshold: true, [stream(past)]),
      stage.one(
        "a value just short of the threshold", isAboutThreshold: true, [stream(short)]),
      stage.one(
        "one value short of the threshold among others",
        [
          stream(past, count / 2), stream(short, 1, at: start + Int64(count / 2) * step),
          stream(past, count, at: start + Int64(count / 2 + 1) * step),
        ]),
    ]
    cases += [("1 ms inside", 1), ("on the edge of", 0), ("1 ms outside", -1)].map {
      place, shift in
      stage.one(
        "the value short of the threshold \(place) a window of \(span)",
        [
          stage.repeated(1, at: start + shift, every: 0, line(short)),
          stream(past, at: start + step),
        ])
    }
    cases += [
      stage.one(
        "the earliest line comes last",
        [stream(past, count - 1, at: start + step), stream(past, 1)]),
      stage.one(
        "the same line again and again",
        [stage.repeated(count, at: start, every: 0, line(past))]),
      stage.one("silence after the alert", drains: true, [stream(past)]),
    ]
    if let other = stage.other {
      cases.append(
        stage.one(
          "a \(other.name) that trips and vanishes while another goes on",
          [stream(past), stream(short, 2 * count, at: end, other.line)]))
    }
    return cases
  }
}
