import Actions
import Alerting
import Engine
import Glibc
import Records
import TerminalUI

/// `tripline actions`: what became of deliveries, and what people have to say about remediation.
package struct ActionsCommand: Command {
  package static let verb = Verb(
    name: .actions, summary: "list deliveries, retry them, hold or approve remediation",
    arguments: "[list|show|retry|approve|hold|release|try] [NAME]",
    count: 0...2,
    description: """
      'list' shows the deliveries that have not ended or not ended well, the newest last, and what \
      is held. 'show' prints all that became of one; a key may be cut short. 'retry' makes one \
      again that could not be made; a remediation is never done twice. 'approve' says yes to one \
      that waits for it. 'hold' leaves an action alone, or every remediation, until 'release', or \
      for a time with --for; 'release' also closes the breaker of an action that did not help. All \
      of that works while a run has the state, and without one. 'try' sends a sample alert through an \
      action of the rules; a remediation only says what it would do, unless --live lets it.
      """,
    examples: [
      Verb.Example("what did not arrive", "tripline actions"),
      Verb.Example("send it again", "tripline actions retry 5c7aca8fd6"),
      Verb.Example(
        "nothing is restarted tonight", "tripline actions hold --for 8h --reason 'rack move'"),
      Verb.Example("does the pager ring?", "tripline actions try page-oncall -r rules/"),
      Verb.Example("yes, restart it", "tripline actions approve 9f86d081884c7d65-reboot-db"),
    ])

  private enum Wish {
    case list
    case show(String)
    case retry(String)
    case approve(String)
    case hold(String?)
    case release(String?)
    case trial(String)
  }

  private let invocation: Invocation
  private let wish: Wish

  package init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    let words = invocation.words
    let subject = words.count > 1 ? words[1] : nil
    switch (words.first ?? "list", subject) {
    case ("list", nil): wish = .list
    case ("show", let key?): wish = .show(key)
    case ("retry", let key?): wish = .retry(key)
    case ("approve", let key?): wish = .approve(key)
    case ("hold", let action): wish = .hold(action)
    case ("release", let action): wish = .release(action)
    case ("try", let action?): wish = .trial(action)
    case ("try", nil):
      throw invocation.mistake(
        "'try' needs the name of an action", help: "actions try NAME -r rules/")
    case ("show", nil), ("retry", nil), ("approve", nil):
      throw invocation.mistake(
        "'\(words[0])' needs the key of a delivery", help: "'tripline actions' lists them")
    default:
      throw invocation.mistake(
        "'\(words[0])' is not what actions can do",
        help: "write list, show, retry, approve, hold, release or try")
    }
    guard invocation.options.output != .csv else {
      throw invocation.mistake(
        "deliveries have parts within parts, which csv has not", help: "write -o ndjson")
    }
  }

  package func run(on console: Console) async throws -> Outcome {
    if case .trial(let name) = wish {
      return try ActionTrial(invocation: invocation, name: name).run(on: console)
    }
    let directory = try Setup(invocation).state
    let store = try StateStore(readingIn: directory, checks: false)
    switch wish {
    case .list:
      try list(try store.troubledDeliveries(atMost: 100), try store.holds(), console)
    case .show(let key):
      try show(try delivery(key, in: store), in: store, console)
    case .retry(let key):
      let delivery = try delivery(key, in: store)
      try check(retrying: delivery)
      try give(.retry(key: delivery.key), "\(delivery.key) is delivered again", directory, console)
    case .approve(let key):
      let delivery = try delivery(key, in: store)
      guard delivery.status == .waiting else {
        throw Failure(
          "\(delivery.key) does not wait for anybody: it is \(delivery.status.rawValue)",
          code: .usage)
      }
      try give(.approve(key: delivery.key), "\(delivery.key) is approved", directory, console)
    case .hold(let action):
      let until = invocation.options.duration.map { SystemClock().now + $0.count }
      let end = until.map { "until \(Moment.stamp($0))" } ?? "until it is released"
      try give(
        .hold(action: action, until: until), "\(words(for: action)) held \(end)", directory, console
      )
    case .trial: break
    case .release(let action):
      try give(.release(action: action), "\(words(for: action)) released", directory, console)
    }
    return Outcome()
  }

  private func words(for action: String?) -> String {
    action.map { "'\($0.displaySafe())' is" } ?? "all remediation is"
  }

  /// The one delivery that a key, or the beginning of one, means.
  private func delivery(_ key: String, in store: StateStore) throws -> OutboxEntry {
    let found = try store.deliveries(withKey: key)
    if let exact = found.first(where: { $0.key == key }) { return exact }
    guard let first = found.first else {
      throw Failure(
        "there is no delivery '\(key.displaySafe())'; 'tripline actions' lists those that did not "
          + "end well, 'tripline alerts show ID' all of an alert", code: .usage)
    }
    guard found.count == 1 else {
      let keys = found.prefix(5).map(\.key).joined(separator: ", ")
      throw Failure("'\(key)' may be \(found.count) deliveries: \(keys)", code: .usage)
    }
    return first
  }

  private func check(retrying delivery: OutboxEntry) throws {
    if delivery.heals {
      throw Failure(
        "\(delivery.key) is a remediation, which is attempted at most once for each alert; do by "
          + "hand what it should have done", code: .usage)
    }
    guard delivery.status == .failed else {
      throw Failure(
        "\(delivery.key) did not fail: it is \(delivery.status.rawValue)", code: .usage)
    }
  }

  // What is shown.

  private func list(
    _ deliveries: [OutboxEntry], _ holds: [GuardLedger.Hold], _ console: Console
  ) throws {
    switch invocation.options.output {
    case .ndjson:
      for delivery in deliveries { try console.output.write(delivery.json + "\n") }
    case .json:
      let list = deliveries.map { "  " + $0.json }.joined(separator: ",\n")
      try console.output.write(deliveries.isEmpty ? "[]\n" : "[\n\(list)\n]\n")
    case .table, .csv:
      for hold in holds where hold.isOn(at: SystemClock().now) {
        try console.output.write("\(hold.sentence.displaySafe())\n")
      }
      guard !deliveries.isEmpty else {
        return console.say("every delivery has ended well")
      }
      var table = AlignedColumns(["delivery", "status", "mode", "attempts", "since", "said"])
      for delivery in deliveries {
        table.add([
          .init(delivery.key, .accent), .init(delivery.status.rawValue, delivery.style),
          .init(delivery.mode.rawValue), .init(String(delivery.attempts), isRight: true),
          .init(Moment.stamp(delivery.updated)),
          .init(String(delivery.detail.prefix { $0 != "\n" }).displaySafe()),
        ])
      }
      for line in table.lines(for: console.screen, indent: 0) {
        try console.output.write(line + "\n")
      }
    }
  }

  private func show(_ delivery: OutboxEntry, in store: StateStore, _ console: Console) throws {
    let trail = try store.auditTrail(of: delivery.key)
    guard invocation.options.output == .table else {
      for line in trail { try console.output.write(line + "\n") }
      return
    }
    let palette = console.screen.palette
    let transition = delivery.transition
    var text = palette.paint(delivery.key.displaySafe(), .strong)
    text += "  \(delivery.mode.rawValue)  "
    text += palette.paint(delivery.status.rawValue, delivery.style ?? .quiet) + "\n"
    text += "  for       \(transition.monitor.displaySafe())  \(transition.level.rawValue) "
    text += "\(transition.to.rawValue)  \(transition.group.readable)  \(transition.id)\n"
    if let cause = delivery.cause {
      text += "  because   \(cause.action.displaySafe()): \(cause.deed.summary.displaySafe())\n"
    }
    for (index, line) in trail.compactMap({ JSONTree($0) }).enumerated() {
      text += index == 0 ? "\n" : ""
      text += "  \(line["time"]?.text ?? "")  \(line["outcome"]?.text ?? "")"
      let detail = (line["detail"]?.text ?? "").prefix { $0 != "\n" }
      text += detail.isEmpty ? "\n" : "  \(String(detail).displaySafe())\n"
      for fact in line["deed"]?.members ?? [] {
        text += "    \(fact.name): \((fact.value.text ?? "").displaySafe())\n"
      }
    }
    try console.output.write(text)
  }

  // What is ordered.

  /// Has an order taken by the run that has the state; without one it is written down here.
  private func give(
    _ what: RemedyOrder.What, _ words: String, _ directory: String, _ console: Console
  ) throws {
    let environment = Environment.variables
    let order = RemedyOrder(
      what, by: environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())",
      reason: invocation.options.reason ?? "")
    guard StateDirectory.holder(of: directory) == nil else {
      let folder = RequestFolder.orders(of: directory)
      let name = "\(SystemClock().now)-\(getpid())"
      try folder.leave(order.json, as: name)
      for _ in 0..<100 where folder.holds(name) { usleep(100_000) }
      guard !folder.holds(name) else {
        throw Failure(
          "the run has not taken the order within 10 s; it does as soon as it can write its state",
          code: .state)
      }
      return try console.output.write(words + "\n")
    }
    try StateStore(in: StateDirectory(directory)).take(order, at: SystemClock().now)
    try console.output.write(words + "\n")
    console.say("nothing is running: the next run takes it up")
  }
}

extension OutboxEntry {
  fileprivate var style: Palette.Style? {
    switch status {
    case .failed, .unknown: .critical
    case .waiting, .attempting, .blocked, .held: .warning
    case .done, .shadow, .muted: .good
    }
  }

  fileprivate var json: String {
    var writer = Alerting.JSONWriter()
    writer.object {
      $0.member("key", key)
      $0.member("action", action)
      $0.member("monitor", transition.monitor)
      $0.member("transition", transition.id)
      $0.member("mode", mode.rawValue)
      $0.member("status", status.rawValue)
      $0.number("attempts", Int64(attempts))
      $0.time("updated", updated)
      $0.member("detail", detail)
    }
    return writer.text
  }
}
