import CAllocationCount

/// The best of some rounds of one scenario over one corpus.
struct Measurement {
  let scenario: Scenario
  let seconds: Double
  let allocations: UInt64
  let result: Int

  /// Measures; the first round is for warming up and counts only if it is the only one.
  init(_ scenario: Scenario, over corpus: Corpus, rounds: Int) {
    let work = scenario.prepare(corpus)
    let clock = ContinuousClock()
    var best = Duration.seconds(1_000_000)
    var allocations: UInt64 = 0
    var result = 0
    for round in 0..<max(rounds, 1) {
      let before = allocation_count()
      let start = clock.now
      let sum = work()
      best = min(best, start.duration(to: clock.now))
      allocations = allocation_count() - before
      precondition(round == 0 || sum == result, "\(scenario.name) gave \(result), then \(sum)")
      result = sum
    }
    self.scenario = scenario
    self.allocations = allocations
    self.result = result
    seconds = best / .seconds(1)
  }

  static let heading = Measurement.row(
    "scenario", "GB/s", "M lines/s", "ns/line", "allocs/1k lines", "result", "work")

  /// Whether the allocations keep to the scenario's limit.
  func keepsLimit(over corpus: Corpus) -> Bool {
    guard let limit = scenario.allocations else { return true }
    return Double(allocations) / Double(max(corpus.lineCount, 1)) * 1e3 <= limit
  }

  /// One row of the report.
  func row(over corpus: Corpus) -> String {
    let lines = Double(max(corpus.lineCount, 1))
    return Measurement.row(
      scenario.name, Measurement.fixed(Double(corpus.byteCount) / seconds / 1e9),
      Measurement.fixed(lines / seconds / 1e6), Measurement.fixed(seconds / lines * 1e9),
      Measurement.fixed(Double(allocations) / lines * 1e3), String(result), scenario.about)
  }

  private static func row(_ name: String, _ columns: String...) -> String {
    let numbers = columns.dropLast().map { column in
      String(repeating: " ", count: max(16 - column.count, 1)) + column
    }
    let padding = String(repeating: " ", count: max(24 - name.count, 1))
    return name + padding + numbers.joined() + "  " + (columns.last ?? "")
  }

  static func fixed(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
