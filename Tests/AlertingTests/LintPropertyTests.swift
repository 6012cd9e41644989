import Alerting
import Foundation
import QueryLanguage
import TestKit
import Testing

/// What lints claim of every log, held against random ones.
@Suite struct LintPropertyTests {
  private struct Alert: Hashable {
    var monitor: String
    var level: String
  }

  @Test func `what a lint says of a condition is true of every log`() throws {
    var judged = (never: 0, always: 0, empty: 0)
    // A longer hunt: TRIPLINE_WATCH_ROUNDS=5000 swift test --filter LintProperty
    let environment = ProcessInfo.processInfo.environment
    let rounds = environment["TRIPLINE_WATCH_ROUNDS"].flatMap { UInt64($0) } ?? 120
    for seed in 1...rounds {
      var scene = WatchCase.random(seed: seed)
      exaggerate(&scene, seed: seed)
      let rules = try ProductReplay.rules(scene.yaml)
      let claims = rules.map { rule in
        (rule, RuleLints.findings(in: rule, LintWorld { _ in true }) + rule.plan.warnings)
      }
      // Replays take long, and most rules are sound.
      let codes = ["never-trips", "always-trips", "never-matches"]
      guard claims.contains(where: { $0.1.contains { codes.contains($0.message.code) } }) else {
        continue
      }
      let fired = try fired(scene)
      for (rule, findings) in claims {
        let isEmpty = findings.contains { $0.message.code == "never-matches" }
        for (written, bound) in zip(rule.rule.levels, rule.levels) {
          let alert = Alert(monitor: rule.rule.name, level: written.level.rawValue)
          func says(_ code: String) -> Bool {
            findings.contains { $0.message.code == code && $0.span == written.alert.span }
          }
          if says("never-trips") {
            judged.never += 1
            #expect(!fired.contains(alert), "seed \(seed), \(alert):\n\(scene.yaml)")
          }
          if isEmpty, !bound.emptyCanHit {
            judged.empty += 1
            #expect(!fired.contains(alert), "seed \(seed), \(alert):\n\(scene.yaml)")
          }
          // Time goes on for longer than a window, and there is one group from the start.
          if says("always-trips"), scene.drain, rule.rule.groupBy.isEmpty, bound.terms.firesAtOnce {
            judged.always += 1
            #expect(fired.contains(alert), "seed \(seed), \(alert):\n\(scene.yaml)")
          }
        }
      }
    }
    #expect(judged.never >= 10 && judged.always >= 3 && judged.empty >= 10, "\(judged)")
  }

  /// Adds conditions that may well contradict each other, and puts thresholds where many are beyond
  /// reach.
  private func exaggerate(_ scene: inout WatchCase, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    scene.drain = true
    for index in scene.monitors.indices {
      for level in scene.monitors[index].levels.indices where random.oneIn(2) {
        scene.monitors[index].levels[level].alert.number = random.pick([-1, 0, 0.5])
        scene.monitors[index].levels[level].resolve = nil
      }
      guard random.oneIn(2) else { continue }
      func condition() -> NaiveFilter {
        .number(
          field: "code", random.pick(NaiveOperator.allCases), random.pick([200, 404, 500]))
      }
      let pair = NaiveFilter.and(condition(), condition())
      scene.monitors[index].filter = .and(scene.monitors[index].filter, pair)
    }
  }

  private func fired(_ scene: WatchCase) throws -> Set<Alert> {
    var options = ProductReplay.Options(drain: scene.drain)
    options.latenesses = scene.files.map(\.lateness)
    let records = try ProductReplay.records(
      yaml: scene.yaml, files: scene.files.map { ($0.name, $0.bytes) }, options: options)
    var fired: Set<Alert> = []
    for record in records {
      let json = try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any]
      guard let json, json["to"] as? String == "firing", let monitor = json["monitor"] as? String,
        let level = json["level"] as? String
      else { continue }
      fired.insert(Alert(monitor: monitor, level: level))
    }
    return fired
  }
}
