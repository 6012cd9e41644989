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

  /// What to write in place of a key in a map that is named so.
  static func advice(on key: String, in what: String) -> String? {
    guard what == "monitor" else { return nil }
    return advice[key.lowercased().filter { $0.isLetter }]
  }
}
