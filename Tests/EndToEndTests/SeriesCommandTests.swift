import Foundation
import TestKit
import Testing

/// Outliers and anomalies as a shell sees them.
@Suite struct SeriesCommandTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(
      """
      monitors:
        - name: slow
          query: "* | timeslice 1m | avg(ms) as latency by _timeslice, host"
          window: 5m
          every: 1m
          group_by: [host]
          outlier:
            direction: up
            critical: { window: 2, consecutive: 2, threshold: 0.5 }
            warning: { window: 3 }
        - name: odd
          query: "* | timeslice 1m | count by _timeslice, host"
          window: 5m
          every: 1m
          anomaly: { learn: 2h, critical: { sensitivity: 1.0, min_count: 2 } }
      """, to: "series.yaml")
  }

  private func tripline(_ arguments: String...) throws -> BinaryRun {
    try BinaryRun.tripline(arguments, in: scratch.folder)
  }

  @Test func `explain says what is compared with what`() throws {
    let run = try tripline("explain", "-r", "series.yaml", "slow")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output.contains(
        """
        critical
          alert     latency >= mean + 0.5 sigma of the 2 points before, 2 points in a row
          resolve   no such points, for 5m
                    a point is latency of a slice of 1m, for each host
          trips     at instants only: a slice is a point when it is over
          early     not judged before a whole window (5m) has passed since the first line, and a \
        group's own
          no rows   no point

        warning
          alert     latency >= mean + 3 sigma of the 3 points before
        """), "\(run.output)")
    let odd = try tripline("explain", "-r", "series.yaml", "odd")
    #expect(
      odd.output.contains(
        """
        critical
          alert     _count outside usual +- 2 spreads, 2 of the points within 5m
          resolve   no such points, for 5m
                    a point is _count of a slice of 1m, for each host
                    usual is the median of that hour of that weekday, else of that hour of any \
        day, else a moving average
                    learns for 2h before it judges, and keeps at most 10080 points a series
          trips     at instants only: a slice is a point when it is over
        """), "\(odd.output)")
  }

  @Test func `a monitor that only learned says so`() throws {
    let line = { (minute: Int) in
      #"{"time":"2026-03-02T10:\#(minute < 10 ? "0" : "")\#(minute):10Z","host":"a","ms":5}"#
    }
    try scratch.write((0..<30).map(line).joined(separator: "\n") + "\n", to: "short.ndjson")
    let run = try tripline("replay", "-r", "series.yaml", "short.ndjson")
    #expect(run.status == 0)
    #expect(run.errors.contains("odd: still learning what is usual"), "\(run.errors)")
    #expect(!run.errors.contains("slow: "), "\(run.errors)")
  }

  @Test func `series beyond the limit are counted, and said`() throws {
    try scratch.write(
      """
      monitors:
        - name: many
          query: "* | timeslice 1m | count by _timeslice, host"
          window: 5m
          every: 1m
          group_by: [host]
          max_groups: 2
          anomaly: { learn: 2h, critical: { min_count: 2 } }
      """, to: "many.yaml")
    let lines = (10..<40).flatMap { minute in
      ["a", "b", "c", "d", "e"].map {
        #"{"time":"2026-03-02T10:\#(minute):10Z","host":"\#($0)"}"# + "\n"
      }
    }
    try scratch.write(lines.joined(), to: "many.ndjson")
    let run = try tripline("replay", "-r", "many.yaml", "many.ndjson")
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "many: 3 series beyond `max_groups` could not be kept: they are not judged"),
      "\(run.errors)")
  }

  /// The second 9 stands against 1 and 9: mean 5, sigma 4, half a sigma above is 7.
  @Test func `a test of a rule sees outliers`() throws {
    let lines = [1, 1, 1, 1, 1, 1, 9, 9, 1, 1].enumerated().map { minute, value in
      "- '{\"time\":\"2026-03-02T10:0\(minute):10Z\",\"host\":\"a\",\"ms\":\(value)}'"
    }
    try scratch.write(
      """
      rules: series.yaml
      tests:
        - name: two slow minutes
          input:
      \(lines.map { "      - line: " + $0.dropFirst(2) }.joined(separator: "\n"))
          expect:
            - { time: 2026-03-02T10:07:00.000Z, level: warning, to: firing, value: 9,
                threshold: "latency > 1 (mean 1 + 3 sigma of 0)" }
            - { time: 2026-03-02T10:08:00.000Z, level: critical, to: firing, value: 9,
                threshold: "latency >= 7 (mean 5 + 0.5 sigma of 4)" }
      """, to: "series.test.yaml")
    let run = try tripline("test", "series.test.yaml")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("✓ two slow minutes"))
  }

  @Test func `the timeline shows the band`() throws {
    let lines = [9, 9, 9, 9, 9, 9, 9, 400, 9].enumerated().map { minute, value in
      "{\"time\":\"2026-03-02T10:0\(minute):10Z\",\"host\":\"a\",\"ms\":\(value)}\n"
    }
    try scratch.write(lines.joined(), to: "band.ndjson")
    let run = try tripline("replay", "-r", "series.yaml", "band.ndjson")
    #expect(
      run.output.contains("alerts at latency > 9 (mean 9 + 3 sigma of 0) over 5 min"),
      "\(run.output)")
  }
}
