import Foundation
import TestKit

/// 2026-03-01T10:00:00Z, a multiple of every window in these tests.
let ten: Int64 = 1_772_359_200_000

/// A JSON line `seconds` after ten o'clock; nil leaves out the time or the member.
func line(_ seconds: Double?, host: String? = nil, rt: String? = nil, _ more: String = "") -> String
{
  var members: [String] = []
  if let seconds {
    members.append(#""timestamp":"\#(NaiveTime.text(ten + Int64(seconds * 1_000)))""#)
  }
  if let host { members.append(#""host":"\#(host)""#) }
  if let rt { members.append(#""rt":\#(rt)"#) }
  if !more.isEmpty { members.append(more) }
  return "{" + members.joined(separator: ",") + "}"
}

/// Lines at these seconds after ten, each with the same host and rt.
func lines(_ seconds: Double..., host: String? = nil, rt: String? = nil) -> [String] {
  seconds.map { line($0, host: host, rt: rt) }
}

/// A monitor of one minute that looks every ten seconds.
func minute(
  _ alert: NaiveComparison, of function: NaiveAggregate.Function? = nil, by: [String] = [],
  groupBy: [String] = [], resolve: NaiveComparison? = nil, resolutionWindow: Int64? = nil,
  holdFor: Int64? = nil, noValue: NaiveLevel.NoValue? = nil
) -> NaiveMonitor {
  let fold: NaiveMonitor.Fold =
    if let function {
      .aggregate([NaiveAggregate(function, function == .count ? nil : "rt", as: "x")], by: by)
    } else {
      .matches
    }
  return NaiveMonitor(
    window: 60_000, every: 10_000, groupBy: groupBy, fold: fold,
    levels: [
      NaiveLevel(
        .critical, alert, resolve: resolve, resolutionWindow: resolutionWindow, holdFor: holdFor,
        noValue: noValue)
    ])
}

/// The full records of a replay of these sources.
func records(
  _ monitors: [NaiveMonitor], _ sources: [[String]], latenesses: [Int64] = [], drain: Bool = false
) -> [String] {
  let sources = sources.enumerated().map { index, lines in
    NaiveLine.lines(lines, source: index, file: "log\(index)")
  }
  return naiveTransitions(
    monitors: monitors, sources: sources, latenesses: latenesses, drain: drain)
}

/// What happened, one short sentence for each record: `65 firing {} 3`, the time in seconds after
/// ten, the level only when it is not critical, the reason only when it is not the condition.
func story(
  _ monitors: [NaiveMonitor], _ sources: [[String]], latenesses: [Int64] = [], drain: Bool = false
) -> [String] {
  records(monitors, sources, latenesses: latenesses, drain: drain).map(tale)
}

/// One record as a short sentence; see `story`.
func tale(_ record: String) -> String {
  let members = members(of: record)
  func text(_ key: String) -> String { members[key] as? String ?? "?" }
  let seconds = Double(NaiveTime.parse(text("time"))! - ten) / 1_000
  let level = text("level") == "critical" ? "" : "\(text("level")) "
  let reason = text("reason") == "condition" ? "" : " \(text("reason"))"
  let group = record.firstMatch(of: /"group":(\{.*?\}),"value":/)!.1
  let value = (members["value"] as? Double).map(naiveNumberText) ?? "null"
  return "\(naiveNumberText(seconds)) \(level)\(text("to")) \(group) \(value)\(reason)"
}

func story(
  _ monitor: NaiveMonitor, _ lines: [String], lateness: Int64 = 0, drain: Bool = false
) -> [String] {
  story([monitor], [lines], latenesses: [lateness], drain: drain)
}

/// A record read by somebody else's JSON reader.
func members(of record: String) -> [String: Any] {
  let object = try? JSONSerialization.jsonObject(with: Data(record.utf8))
  return object as? [String: Any] ?? [:]
}

/// The offsets of a record's evidence, in its order.
func evidence(of record: String) -> [(file: String, offset: Int)] {
  let lines = members(of: record)["evidence"] as? [[String: Any]] ?? []
  return lines.map { ($0["file"] as? String ?? "?", $0["offset"] as? Int ?? -1) }
}
