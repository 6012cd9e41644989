import Actions
import Alerting
import QueryLanguage
import Records
import TerminalUI

/// An explanation as a page to read and as the members of a JSON object.
protocol ExplanationPage {
  func text(_ palette: Palette) -> String
  func write(to json: inout Alerting.JSONWriter)
  var warnings: [Diagnostic] { get }
}

/// The plan of a query.
struct PlanPage: ExplanationPage {
  private let plan: Explanation
  /// Whether it is a monitor's, and keeps the rows of its window.
  private let keepsRows: Bool

  init(_ plan: Explanation, keepsRows: Bool = false) {
    self.plan = plan
    self.keepsRows = keepsRows
  }

  var warnings: [Diagnostic] { plan.warnings }

  func text(_ palette: Palette) -> String {
    var text = palette.paint("query", .strong) + "\n"
    for (index, step) in plan.steps.enumerated() {
      let note =
        step.isImplied ? palette.paint("  (the lines of a monitor are counted)", .quiet) : ""
      text += "  \(palette.paint(step.phase.rawValue.padded(to: 7), .accent))  "
      text += "\(index == 0 ? "" : "| ")\(step.text)\(note)\n"
    }
    text += "\n"
    for phase in [Plan.Phase.head, .ordered, .fold, .tail]
    where plan.steps.contains(where: { $0.phase == phase }) {
      let meaning = phase.meaning(keepingRows: keepsRows)
      text += palette.paint("  \(phase.rawValue.padded(to: 7))  \(meaning)", .quiet) + "\n"
    }
    text += "\n" + palette.paint("lines", .strong) + "\n"
    let members = plan.reads.filter { !$0.isMetadata }.map(\.name)
    let metadata = plan.reads.filter(\.isMetadata).map(\.name)
    text += Page.row("fields", members.isEmpty ? "none" : members.joined(separator: ", "))
    if !metadata.isEmpty { text += Page.row("metadata", metadata.joined(separator: ", ")) }
    text += Page.row(
      "contain",
      plan.literals.isEmpty
        ? "anything: the search words name no text that every line must hold"
        : plan.literals.map { "'\($0)'" }.joined(separator: ", ") + ", in any letter case")
    if !plan.units.isEmpty {
      text += Page.row(
        "units", plan.units.map { "\($0.field) in \($0.unit)" }.joined(separator: ", "))
    }
    return text
  }

  func write(to json: inout Alerting.JSONWriter) {
    json.key("query")
    json.string(plan.query)
    json.key("stages")
    json.array { list in
      for step in plan.steps {
        list.object {
          $0.key("text")
          $0.string(step.text)
          $0.key("phase")
          $0.string(step.phase.rawValue)
        }
      }
    }
    json.key("fields")
    json.strings(plan.reads.filter { !$0.isMetadata }.map(\.name))
    json.key("metadata")
    json.strings(plan.reads.filter(\.isMetadata).map(\.name))
    json.key("literals")
    json.strings(plan.literals)
    json.key("units")
    json.object { units in
      for unit in plan.units {
        units.key(unit.field)
        units.string(unit.unit)
      }
    }
    json.key("warnings")
    json.strings(plan.warnings.map(\.message.text))
  }
}

extension Plan.Phase {
  /// What the mark means, for the legend of the page.
  fileprivate func meaning(keepingRows: Bool) -> String {
    switch self {
    case .head: "each line by itself, on any thread"
    case .ordered where keepingRows: "over the kept rows of the window, at every evaluation"
    case .ordered: "lines in their order, one batch after the other"
    case .fold where keepingRows: "what is left of them, at every evaluation"
    case .fold: "mergeable: threads share it, a monitor keeps it per pane of time"
    case .tail: "over the whole result, at every evaluation"
    }
  }
}

/// A monitor: its plan, its window, its levels and what they set off.
struct MonitorPage: ExplanationPage {
  private let monitor: RuleExplanation
  private let actions: ActionSet

  init(_ monitor: RuleExplanation, _ actions: ActionSet) {
    self.monitor = monitor
    self.actions = actions
  }

  private var rule: Rule { monitor.rule.rule }

  var warnings: [Diagnostic] { monitor.query.warnings }

  func text(_ palette: Palette) -> String {
    let line = rule.source.position(of: rule.span.lower).line
    var text = palette.paint(rule.name, .strong)
    text += palette.paint("  \(rule.source.name):\(line)", .quiet)
    text += rule.enabled ? "\n" : palette.paint("  switched off", .warning) + "\n"
    if !rule.description.isEmpty { text += "  \(rule.description)\n" }
    text += "\n" + PlanPage(monitor.query, keepsRows: monitor.keptRows != nil).text(palette)
    text += "\n" + palette.paint("window", .strong) + "\n"
    text += Page.row(
      "length",
      "\(Durations.text(monitor.rule.window)), decided every "
        + "\(Durations.text(monitor.rule.every)): "
        + Int(monitor.panes).counted("pane") + " of that width")
    text += Page.row("groups", rule.groupBy.isEmpty ? "one" : rule.groupBy.joined(separator: ", "))
    if let kept = monitor.keptRows {
      for (index, line) in kept.lines.enumerated() {
        text += Page.row(index == 0 ? "rows" : "", line)
      }
    } else {
      text += Page.row("memory", memory)
      for more in monitor.growth { text += Page.row("", "and in each pane \(more)") }
    }
    for level in monitor.levels { text += "\n" + self.text(of: level, palette) }
    if let missingData = monitor.missingData {
      text += "\n" + palette.paint(Level.missingData.rawValue, .warning) + "\n"
      text += Page.row("alert", missingData)
      text += Page.row("resolve", "a line, at once")
    }
    text += "\n" + palette.paint("actions", .strong) + "\n"
    if rule.actions.isEmpty { text += "  none\n" }
    let width = rule.actions.map(\.name.displayWidth).max() ?? 0
    for use in rule.actions where actions[use.name] == nil {
      text += "  \(use.name.padded(to: width))  not defined in these files\n"
    }
    for use in uses {
      text += "  \(use.action.name.padded(to: width))  \(use.action.kind), "
      text += "\(use.action.mode(live: false).rawValue), on "
      text += use.occasions.map(\.rawValue).joined(separator: ", ") + "\n"
    }
    return text
  }

  private var memory: String {
    let group = monitor.bytesPerGroup
    if monitor.rule.fold.keys.isEmpty { return "about \(group.byteText)" }
    return "about \(group.byteText) a group and the text of its fields, "
      + "\((group * 1_000).byteText) for 1,000 groups"
  }

  private func text(of part: RuleExplanation.LevelPart, _ palette: Palette) -> String {
    let window = Durations.text(monitor.rule.window)
    var text =
      palette.paint(
        part.level.rawValue, part.level == .critical ? .critical : .warning) + "\n"
    text += Page.row("alert", part.alert)
    text += Page.row(
      "resolve",
      part.resolutionWindow == 0
        ? "\(part.resolve), at once"
        : "\(part.resolve), for \(Durations.text(part.resolutionWindow))")
    for demand in part.demands { text += Page.row("", demand) }
    if let reason = part.onlyAtInstants {
      text += Page.row("trips", "at instants only: \(reason)")
    } else {
      text += Page.row("trips", "on the line that makes it true: more lines only confirm it")
    }
    let start = rule.groupBy.isEmpty ? "the first line" : "the first line, and a group's own"
    text += Page.row(
      "early",
      part.waitsForWindow
        ? "not judged before a whole window (\(window)) has passed since \(start)"
        : "judged from the first line on")
    text += Page.row("no rows", part.withoutValue)
    return text
  }

  /// The actions of the monitor with the occasions that can come up.
  private var uses: [(action: BoundAction, occasions: [Occasion])] {
    var levels = Set(monitor.levels.map(\.level))
    if monitor.missingData != nil { levels.insert(.missingData) }
    let possible = Occasion.allCases.filter { occasion in
      levels.contains { level in
        Occasion(level: level, step: .firing) == occasion
          || Occasion(level: level, step: .resolved) == occasion
      }
    }
    return rule.actions.compactMap { use in
      actions[use.name].map { action in
        (action, possible.filter { action.isWanted(on: $0, by: use) })
      }
    }
  }

  func write(to json: inout Alerting.JSONWriter) {
    let (line, _) = rule.source.position(of: rule.span.lower)
    json.key("monitor")
    json.string(rule.name)
    json.key("file")
    json.string(rule.source.name)
    json.key("line")
    json.whole(Int64(line))
    json.key("enabled")
    json.raw(rule.enabled ? "true" : "false")
    PlanPage(monitor.query).write(to: &json)
    json.key("window")
    json.string(Durations.text(monitor.rule.window))
    json.key("every")
    json.string(Durations.text(monitor.rule.every))
    json.key("panes")
    json.whole(monitor.panes)
    json.key("group_by")
    json.strings(rule.groupBy)
    json.key("bytes_per_group")
    json.whole(Int64(monitor.bytesPerGroup))
    json.key("grows_with")
    json.strings(monitor.growth)
    json.key("kept_rows")
    if let kept = monitor.keptRows {
      json.object {
        $0.key("fields")
        $0.strings(kept.fields)
        $0.key("bytes_per_row")
        $0.whole(Int64(kept.bytesPerRow))
        $0.key("memory")
        $0.whole(Int64(kept.memory))
      }
    } else {
      json.null()
    }
    json.key("levels")
    json.array { list in
      for level in monitor.levels { list.object { MonitorPage.write(level, to: &$0) } }
    }
    json.key("missing_data")
    if let missingData = monitor.missingData { json.string(missingData) } else { json.null() }
    json.key("actions")
    json.array { list in
      for use in uses {
        list.object {
          $0.key("name")
          $0.string(use.action.name)
          $0.key("kind")
          $0.string(use.action.kind)
          $0.key("mode")
          $0.string(use.action.mode(live: false).rawValue)
          $0.key("on")
          $0.strings(use.occasions.map(\.rawValue))
        }
      }
    }
  }

  private static func write(
    _ part: RuleExplanation.LevelPart, to json: inout Alerting.JSONWriter
  ) {
    json.key("level")
    json.string(part.level.rawValue)
    json.key("alert")
    json.string(part.alert)
    json.key("resolve")
    json.string(part.resolve)
    json.key("resolution_window")
    json.string(Durations.text(part.resolutionWindow))
    json.key("demands")
    json.strings(part.demands)
    json.key("trips_on_line")
    json.raw(part.onlyAtInstants == nil ? "true" : "false")
    json.key("why_not")
    if let reason = part.onlyAtInstants { json.string(reason) } else { json.null() }
    json.key("waits_for_window")
    json.raw(part.waitsForWindow ? "true" : "false")
    json.key("no_rows")
    json.string(part.withoutValue)
  }
}

extension RuleExplanation.KeptRowsPart {
  /// What the page says of them.
  fileprivate var lines: [String] {
    let names = fields.isEmpty ? "" : " of \(fields.joined(separator: ", "))"
    return [
      "kept for the whole window and judged again at every instant",
      "about \(bytesPerRow.byteText) a row and the text\(names)",
      "\(memory.memoryText) for all of them; beyond that it decides nothing (`memory`)",
    ]
  }
}

/// The rows of a page: a quiet word on the left, what it says on the right.
private enum Page {
  static func row(_ term: String, _ meaning: String) -> String {
    "  \(term.padded(to: 9)) \(meaning)\n"
  }
}

extension Alerting.JSONWriter {
  fileprivate mutating func strings(_ list: [String]) {
    array { array in for text in list { array.string(text) } }
  }
}
