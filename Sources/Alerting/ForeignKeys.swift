/// Keys of monitors that people know from elsewhere, and what they are called here.
enum ForeignKeys {
  /// Without case and punctuation.
  private static let advice: [String: String] = [
    "timerange": "write window: 15m",
    "duration": "write window: 15m",
    "lookback": "write window: 15m",
    "frequency": "write every: 1m",
    "runinterval": "write every: 1m",
    "interval": "write every: 1m",
    "schedule": "write every: 1m",
    "evaluationdelay": "give the source a `lateness`, in tripline.yaml",
    "threshold": #"write critical: { alert: "> 5" }"#,
    "thresholdtype": #"write the comparison into `alert`: critical: { alert: "> 5" }"#,
    "triggers": #"write critical: { alert: "> 5" }, and warning alike"#,
    "triggerconditions": #"write critical: { alert: "> 5" }, and warning alike"#,
    "triggertype": #"write critical: { alert: "> 5" }, or warning, or missing_data"#,
    "detectionmethod": #"write critical: { alert: "> 5" }, or missing_data: { window: 10m }"#,
    "occurrencetype": #"write alert: "rows > 5" for the number of rows, "> 5" for their values"#,
    "triggersource": #"write alert: "rows > 5" for the number of rows, "> 5" for their values"#,
    "field": #"name the column in the comparison: alert: "slow_calls > 5""#,
    "condition": #"write critical: { alert: "> 5" }"#,
    "logsstaticcondition": #"write critical: { alert: "> 5" }"#,
    "logsmissingdatacondition": "write missing_data: { window: 10m }",
    "resolvedcritical": #"write critical: { alert: "> 5", resolve: "<= 5" }"#,
    "resolvedwarning": #"write warning: { alert: "> 5", resolve: "<= 5" }"#,
    "resolution": #"write critical: { alert: "> 5", resolve: "<= 5" }"#,
    "resolutionwindow":
      #"write it into the level: critical: { alert: "> 5", resolution_window: 0s }"#,
    "missingdata": "write missing_data: { window: 10m }",
    "nodata": "write missing_data: { window: 10m }, or no_value in a level",
    "for": #"write it into the level: critical: { alert: "> 5", for: 5m }"#,
    "alert": #"write it into a level: critical: { alert: "> 5" }"#,
    "resolve": #"write it into the level: critical: { alert: "> 5", resolve: "<= 3" }"#,
    "novalue": #"write it into the level: critical: { alert: "> 5", no_value: keep }"#,
    "severity": #"the level is a key: critical: { alert: "> 5" }, or warning"#,
    "cooldown": "write it into the action: guard: { cooldown: 30m }",
    "group": "write group_by: [host]",
    "by": "write group_by: [host]",
    "keepfiring": "write keep_firing_for: 5m",
    "notificationgroupfields": "write group_by: [host]",
    "alertgroupfields": "write group_by: [host]",
    "groupfields": "write group_by: [host]",
    "groupnotifications": "write group_by: [host] for an alert of each group",
    "notifications": "write actions: [page-oncall], and define it under `actions` of the file",
    "notification": "write actions: [page-oncall], and define it under `actions` of the file",
    "runfortriggertypes": "write actions: [{ name: page-oncall, on: [critical] }]",
    "isdisabled": "write enabled: false",
    "disabled": "write enabled: false",
    "queries": "a monitor has one `query`",
    "expr": "write query: and the text",
    "alertname": "write alert_name: and the text",
    "labels": "write tags: { team: web }",
    "annotations": "write description: or runbook: and the text",
    "timezone": "set it in tripline.yaml",
  ]

  /// The same of the block of a level.
  private static let adviceInLevel: [String: String] = [
    "threshold": #"write the comparison: alert: "> 5""#,
    "thresholdtype": #"write the comparison: alert: "> 5""#,
    "value": #"write the comparison: alert: "> 5""#,
    "operator": #"write the comparison: alert: "> 5""#,
    "field": #"name the column in the comparison: alert: "slow_calls > 5""#,
    "resolution": #"write resolve: "<= 5""#,
    "recovery": #"write resolve: "<= 5""#,
    "timerange": "write `window` beside the level, for the whole monitor",
    "window": "write it beside the level, for the whole monitor",
    "every": "write it beside the level, for the whole monitor",
    "frequency": "write `every` beside the level, for the whole monitor",
    "atleast": "write it beside the level, for the whole monitor",
    "keepfiringfor": "write it beside the level, for the whole monitor",
    "groupby": "write it beside the level, for the whole monitor",
    "actions": "write it beside the level: actions: [{ name: page-oncall, on: [critical] }]",
  ]

  /// What to write in place of a key in a map that is named so.
  static func advice(on key: String, in what: String) -> String? {
    let letters = key.lowercased().filter { $0.isLetter }
    return switch what {
    case "monitor": advice[letters]
    case "`critical` block", "`warning` block": adviceInLevel[letters]
    default: nil
    }
  }
}
