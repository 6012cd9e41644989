/// Monitors and the logs they watch: one question to both the product and the referee.
package struct WatchCase: Sendable {
  package struct File: Sendable {
    package var name: String
    package var lines: [String]
    package var lateness: Int64

    package init(name: String, lines: [String], lateness: Int64 = 0) {
      self.name = name
      self.lines = lines
      self.lateness = lateness
    }

    package var bytes: [UInt8] { lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] } }
  }

  package var monitors: [NaiveMonitor]
  package var files: [File]
  package var drain: Bool

  package init(monitors: [NaiveMonitor], files: [File], drain: Bool) {
    self.monitors = monitors
    self.files = files
    self.drain = drain
  }

  package var yaml: String { naiveRuleText(monitors) }

  /// What the referee says.
  package var transitions: [String] { records.map(\.json) }

  /// The same as the records themselves.
  var records: [NaiveRecord] {
    naiveRecords(
      monitors: monitors, sources: lines, latenesses: files.map(\.lateness), drain: drain)
  }

  var lines: [[NaiveLine]] {
    files.enumerated().map { index, file in
      NaiveLine.lines(file.lines, source: index, file: file.name)
    }
  }

  /// A random case; the same seed gives the same case on every machine.
  package static func random(seed: UInt64) -> WatchCase {
    var random = SplitMix64(seed: seed)
    // One scale for windows and gaps, so that windows fill and empty in every case.
    let scale = random.pick([10, 20, 30, 60, 120, 300]) * NaiveTime.second
    let spansDays = scale >= 120 * NaiveTime.second && random.oneIn(4)
    var files = RandomLogs(scale: scale, spansDays: spansDays).files(using: &random)
    let monitors = (1...Int.random(in: 1...3, using: &random)).map {
      RandomMonitors(scale: scale, isCoarse: spansDays).monitor(named: "m\($0)", using: &random)
    }
    if random.oneIn(4) {
      for i in files.indices {
        files[i].lateness = random.pick([0, 3, scale / 4, scale / 2, scale, 3 * scale])
      }
    }
    return WatchCase(monitors: monitors, files: files, drain: Bool.random(using: &random))
  }
}

/// Logs with everything that has ever confused an evaluator of windows.
struct RandomLogs {
  let scale: Int64
  /// Whether a silence may be longer than the day for which groups are remembered.
  let spansDays: Bool

  private static let maxAhead = 5 * NaiveTime.minute
  /// 2026-03-01T10:00:00Z
  private static let start: Int64 = 1_772_359_200_000

  func files(using random: inout SplitMix64) -> [WatchCase.File] {
    let count = random.pick([1, 1, 2, 3])
    return (0..<count).map { index in
      WatchCase.File(name: "log\(index).ndjson", lines: lines(using: &random))
    }
  }

  private func lines(using random: inout SplitMix64) -> [String] {
    var lines: [String] = []
    let isEpoch = random.oneIn(5)
    let gap = scale / random.pick([2, 4, 8, 16, 32])
    var now = Self.start + Int64.random(in: 0...scale, using: &random)
    var isDayUsed = false
    let count = Int.random(in: 20...random.pick([40, 40, 100, 200]), using: &random)
    while lines.count < count {
      func add(at time: Int64?) { lines.append(line(at: time, isEpoch: isEpoch, using: &random)) }
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<45:  // an ordinary step
        now += Int64.random(in: 0...2 * gap, using: &random)
        add(at: now)
      case 45..<55:  // a burst
        for _ in 0..<Int.random(in: 2...8, using: &random) {
          now += Int64.random(in: 0...40, using: &random)
          add(at: now)
        }
      case 55..<65:  // exactly on what is likely an instant
        now = NaiveTime.firstMultiple(of: random.pick([1, 5, 10, 60]) * 1_000, atOrAfter: now)
        add(at: now)
      case 65..<72:  // the same time again
        add(at: now)
      case 72..<82:  // late, but not too late
        add(at: now - Int64.random(in: 1...scale, using: &random))
      case 82..<86:  // too late for most
        add(at: now - Int64.random(in: scale...6 * scale, using: &random))
      case 86..<88:  // a silence
        now += Int64.random(in: scale / 2...6 * scale, using: &random)
        add(at: now)
      case 88..<89:  // a few lines between two silences, the last of which lateness still waits for
        now += Int64.random(in: scale / 2...2 * scale, using: &random)
        for _ in 0..<Int.random(in: 2...5, using: &random) {
          now += Int64.random(in: 0...scale / 20, using: &random)
          add(at: now)
        }
        now += Int64.random(in: 2 * scale...4 * scale, using: &random)
      case 89..<91:
        if spansDays && !isDayUsed {
          isDayUsed = true
          now +=
            NaiveTime.day + random.pick([-scale, 0, scale, 3 * scale, 5 * scale, NaiveTime.day])
          add(at: now)
        }
      case 91..<94:  // far ahead and back again, now and then just within the limit
        if lines.isEmpty { break }
        let ahead = random.pick([-1, 0, 1, 60_000, 600_000, 2 * NaiveTime.hour])
        add(at: now + Self.maxAhead + (random.oneIn(3) ? ahead : max(1, ahead)))
        if random.oneIn(4) { lines.append(Self.text(using: &random)) }
        add(at: now)
      case 94:  // far ahead and staying there
        now += Self.maxAhead + random.pick([-1, 0, 1, 30_000])
        add(at: now)
      case 95..<97: if !lines.isEmpty { add(at: nil) }
      case 97..<99: if !lines.isEmpty { lines.append(Self.text(using: &random)) }
      default:  // cut off
        if !lines.isEmpty { lines.append("{\"timestamp\":\"\(NaiveTime.text(now))\",\"ho") }
      }
    }
    return lines
  }

  private static func text(using random: inout SplitMix64) -> String {
    random.pick([
      "plain words with error inside", "  at some.place in the code", "ready \"quoted\"",
    ])
  }

  private func line(at time: Int64?, isEpoch: Bool, using random: inout SplitMix64) -> String {
    var members: [String] = []
    if let time {
      members.append("\"timestamp\":" + (isEpoch ? "\(time)" : "\"\(NaiveTime.text(time))\""))
    }
    let host = random.pick(["\"a\"", "\"a\"", "\"a\"", "\"b\"", "\"b\"", "\"c\"", "null", nil])
    if let host { members.append("\"host\":\(host)") }
    switch Int.random(in: 0..<20, using: &random) {
    case 0: break
    case 1: members.append("\"rt\":null")
    case 2: members.append("\"rt\":\"n/a\"")
    case 3: members.append("\"rt\":\"3.25\"")
    case 4: members.append("\"rt\":-1.5")
    default: members.append("\"rt\":\(Self.number(using: &random))")
    }
    members.append("\"code\":\(random.pick(["200", "200", "200.0", "\"200\"", "404", "500"]))")
    if !random.oneIn(6) { members.append("\"user\":\"u\(Int.random(in: 1...9, using: &random))\"") }
    members.append(
      "\"msg\":\"\(random.pick(["all well", "an error", "slow \\\"api\\\"", "käse"]))\"")
    // The order of keys, and so where the time stands, must not matter.
    if random.oneIn(10) { members.shuffle(using: &random) }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// Zero to six, with up to three decimals, as some writer would have written it.
  private static func number(using random: inout SplitMix64) -> String {
    let whole = Int.random(in: 0...5, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return "\(whole)"
    case 1: return "\(whole).0"
    case 2: return "\(whole).5"
    case 3: return "\(whole).\(random.pick(["25", "75", "10"]))"
    default: return "\(whole).\(Int.random(in: 100...999, using: &random))"
    }
  }
}
