import Alerting
import Engine
import QueryLanguage
import Records

/// Scenarios of the stages behind the projection: batches, queries, monitors.
extension Scenario {
  static let queries = [
    Scenario("batch-times", "lines, 2 members and the time of every line", allocations: 12) {
      corpus in
      let maker = BatchMaker(source, Wanted(members: ["path", "response_time"], times: true))
      return { corpus.chunks.reduce(0) { $0 + maker.make(read($1)).batch.count } }
    },
    query("where-count", #"* | where path = "/api/data" and response_time > 3 | count"#, 16),
    query("keyword", "error | count", 16),
    query("contains", #"* | where message contains "timeout" | count"#, 24),
    query("group-by", "* | count, avg(response_time) by host", 24),
    query("percentile", "* | pct(response_time, 95) by service", 24),
    query("regex", #"* | parse regex "status\":(?<code>\d+)" | count by code"#, 24),
    query("timeslice", "* | timeslice 1m | count by _timeslice, status", 24),
    monitor(
      "monitor", #"* | where path = "/api/data" and response_time > 3 | count"#, by: "[]",
      alert: "> 1e9", 24),
    monitor(
      "monitor-groups", "* | count, avg(response_time) as mean by host", by: "[host]",
      alert: "mean > 1e9", 40),
  ]

  private static let source = SourcePlan(generations: ["bench"], facts: SourceFacts(name: "bench"))

  private static func read(_ chunk: Chunk) -> ReadChunk {
    ReadChunk(chunk: chunk, source: 0, generation: 0)
  }

  /// A query's head and fold over every chunk; the number of rows that got through.
  private static func query(_ name: String, _ text: String, _ allocations: Double) -> Scenario {
    Scenario(name, text, allocations: allocations) { corpus in
      let plan = bound(text)
      let (members, heads) = Head.sharing([plan])
      let maker = BatchMaker(source, Wanted(members: members, times: plan.readsTimes))
      return {
        var groups = GroupTable()
        guard let fold = plan.fold else { preconditionFailure("the scenarios aggregate") }
        var partial = Partial(fold)
        for chunk in corpus.chunks {
          let made = maker.make(read(chunk))
          var frame = plan.runHead(
            on: made.batch, live: made.messages, memberMap: heads[0].memberMap)
          let keys = fold.keys.map { frame.column($0) }
          let numbers = groups.groups(of: keys, rows: frame.live)
          partial.absorb(&frame, rows: frame.live, groups: numbers)
        }
        return partial.counts.reduce(0, +)
      }
    }
  }

  private static func bound(_ text: String) -> Plan {
    do throws(Diagnostics) {
      return try Binder.bind(
        Parser.parse(SourceText(name: "bench", text: text)), Binder.Settings())
    } catch {
      preconditionFailure(error.list.map { $0.rendered() }.joined())
    }
  }

  /// A monitor over every chunk; the number of lines taken in.
  private static func monitor(
    _ name: String, _ query: String, by groups: String, alert: String, _ allocations: Double
  ) -> Scenario {
    Scenario(name, query, allocations: allocations) { corpus in
      let rule = rule(query, by: groups, alert: alert)
      let (members, heads) = Head.sharing([rule.plan])
      let maker = BatchMaker(source, Wanted(members: members, times: true))
      return {
        var monitor = Monitor(rule)
        var line: UInt64 = 0
        for chunk in corpus.chunks {
          let made = maker.make(read(chunk))
          var frame = rule.plan.runHead(
            on: made.batch, live: made.messages, memberMap: heads[0].memberMap)
          let run = LineRun(
            batch: made.batch, rows: 0..<made.batch.count, timed: made.messages, firstLine: line)
          precondition(monitor.absorb(&frame, run).isEmpty, "the threshold is out of reach")
          line += UInt64(made.batch.count)
        }
        return Int(line)
      }
    }
  }

  static func rule(
    _ query: String, by groups: String, alert: String, warning: String? = nil,
    every: String = "10s"
  ) -> BoundRule {
    let text = """
      monitors:
        - name: bench
          query: '\(query)'
          group_by: \(groups)
          every: \(every)
          critical: { alert: "\(alert)" }
      """ + (warning.map { "\n    warning: { alert: \"\($0)\" }" } ?? "")
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: [SourceText(name: "bench.yaml", text: text)], sink: sink)
    do throws(Diagnostics) {
      guard !sink.hasErrors else { throw Diagnostics(sink.list) }
      return try BoundRule.bind(set.rules[0], BoundRule.Context())
    } catch {
      preconditionFailure(error.list.map { $0.rendered() }.joined())
    }
  }
}
