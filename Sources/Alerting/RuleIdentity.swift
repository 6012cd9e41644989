import QueryLanguage
import Records

extension Rule {
  /// Stands for everything that decides: with the same identity a monitor may go on from the state of an
  /// earlier run. What is only said or done does not count: descriptions, runbooks, actions.
  func identity(in context: BoundRule.Context) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.member("query", query)
      $0.texts("params", context.params.merging(params) { $1 })
      $0.texts("units", context.units.merging(units) { $1 })
      $0.member("zone", context.zone.name)
      $0.wholes(
        "times", [window, every ?? Rule.defaultEvery(window: window), keepFiring])
      $0.key("group_by")
      $0.array { for name in groupBy { $0.string(name) } }
      $0.wholes("limits", [Int64(maxGroups)])
      $0.key("levels")
      $0.array { for level in levels { $0.level(level) } }
      if let missing = missingData {
        $0.wholes("missing_data", [missing.window, missing.perGroup ? 1 : 0])
      }
      if let atLeast { $0.wholes("at_least", [Int64(atLeast.hits), Int64(atLeast.instants)]) }
      if let outlier { $0.outlier(outlier) }
      if let anomaly { $0.anomaly(anomaly) }
    }
    return Digest.short(writer.bytes)
  }
}

extension JSONWriter {
  fileprivate mutating func texts(_ name: String, _ texts: [String: String]) {
    key(name)
    object {
      for (key, text) in texts.sorted(by: { $0.key < $1.key }) { $0.member(key, text) }
    }
  }

  fileprivate mutating func wholes(_ name: String, _ numbers: [Int64]) {
    key(name)
    array { for number in numbers { $0.whole(number) } }
  }

  fileprivate mutating func level(_ level: LevelRule) {
    object {
      $0.member("level", level.level.rawValue)
      $0.member("alert", level.alert.text)
      if let resolve = level.resolve { $0.member("resolve", resolve.text) }
      $0.wholes("times", [level.resolutionWindow ?? -1, level.hold])
      $0.member("no_value", level.noValue.rawValue)
    }
  }

  fileprivate mutating func outlier(_ rule: OutlierRule) {
    key("outlier")
    object {
      $0.member("field", rule.field?.name ?? "")
      $0.member("direction", rule.direction.rawValue)
      for level in rule.levels {
        $0.key(level.level.rawValue)
        $0.array {
          $0.whole(Int64(level.window))
          $0.whole(Int64(level.consecutive))
          $0.number(level.threshold)
        }
      }
    }
  }

  fileprivate mutating func anomaly(_ rule: AnomalyRule) {
    key("anomaly")
    object {
      $0.member("field", rule.field?.name ?? "")
      $0.member("direction", rule.direction.rawValue)
      $0.key("sensitivity")
      $0.number(rule.sensitivity)
      $0.wholes("times", [Int64(rule.minCount), rule.range ?? -1, rule.learn])
    }
  }
}
