package import Actions
import Alerting

/// Makes one notification of several: of those that belong together, and of a storm.
///
/// Pure: every method takes the time since some start. Each delivery that goes in comes out once, alone
/// or carried by another.
package struct Gatherings {
  /// Deliveries that wait for others of the same kind.
  private struct Group {
    var waiting: [Delivery] = []
    var due: Duration?
    /// When the next notification may follow the last one.
    var next = Duration.zero
  }

  private struct Place: Hashable {
    var action: String
    var values: [String]
    /// Of what is told alone.
    var key: String?

    init(_ delivery: Delivery) {
      action = delivery.action.name
      values = delivery.action.gathering.group?.place(of: delivery.alert) ?? []
      key = delivery.action.gathering.group == nil ? delivery.key : nil
    }
  }

  /// A minute in which an action told so much.
  private struct Minute {
    var began: Duration
    var count = 0
    var rest: [Delivery] = []
  }

  private var groups: [Place: Group] = [:]
  private var minutes: [String: Minute] = [:]

  package init() {}

  /// Lets a delivery wait for others like it.
  package mutating func gather(_ delivery: Delivery, at elapsed: Duration) {
    guard let terms = delivery.action.gathering.group else { return }
    let place = Place(delivery)
    var group = groups[place] ?? Group()
    group.waiting.append(delivery)
    if group.due == nil { group.due = max(elapsed + terms.wait, group.next) }
    groups[place] = group
  }

  /// The groups that have waited long enough, each with what it gathered; all of them with `isEnd`.
  package mutating func takeDue(at elapsed: Duration, isEnd: Bool = false) -> [[Delivery]] {
    var due: [[Delivery]] = []
    for (place, group) in groups {
      guard let time = group.due else {
        if elapsed >= group.next { groups[place] = nil }
        continue
      }
      guard isEnd || time <= elapsed, let first = group.waiting.first else { continue }
      due.append(group.waiting)
      groups[place] = Group(next: elapsed + (first.action.gathering.group?.interval ?? .zero))
    }
    // Oldest news first.
    return due.sorted { $0[0].alert.transition.time < $1[0].alert.transition.time }
  }

  /// What may be sent of these, which belong together as far as their actions gather at all.
  package mutating func carry(_ deliveries: [Delivery], at elapsed: Duration) -> [Delivery] {
    var order: [Place] = []
    var gathered: [Place: [Delivery]] = [:]
    for delivery in deliveries {
      let place = Place(delivery)
      if gathered[place] == nil { order.append(place) }
      gathered[place, default: []].append(delivery)
    }
    return order.compactMap { Delivery(gathering: gathered[$0] ?? []) }
      .filter { passes($0, at: elapsed) }
  }

  /// Whether an action has not told too much within the minute.
  private mutating func passes(_ delivery: Delivery, at elapsed: Duration) -> Bool {
    guard let limit = delivery.action.gathering.storm else { return true }
    let name = delivery.action.name
    var minute = minutes[name] ?? Minute(began: elapsed)
    // What is left of it is taken by `takeRest`.
    if elapsed >= minute.began + .seconds(60), minute.rest.isEmpty {
      minute = Minute(began: elapsed)
    }
    let isCalm = minute.count < limit && minute.rest.isEmpty
    if isCalm { minute.count += 1 } else { minute.rest.append(delivery) }
    minutes[name] = minute
    return isCalm
  }

  /// What storms left for the end of their minutes, one notification for each; all with `isEnd`.
  package mutating func takeRest(at elapsed: Duration, isEnd: Bool = false) -> [Delivery] {
    var digests: [Delivery] = []
    for (name, minute) in minutes.sorted(by: { $0.key < $1.key })
    where isEnd || elapsed >= minute.began + .seconds(60) {
      minutes[name] = nil
      guard let digest = Delivery(gathering: minute.rest) else { continue }
      digests.append(digest)
      minutes[name] = Minute(began: elapsed, count: 1)
    }
    return digests
  }

  /// When something is due; nil while nothing waits.
  package var wakes: Duration? {
    let groups = groups.values.compactMap(\.due)
    let minutes = minutes.values.filter { !$0.rest.isEmpty }.map { $0.began + .seconds(60) }
    return (groups + minutes).min()
  }
}

extension Delivery {
  /// One delivery that carries these, and what they carry; nil of none.
  init?(gathering deliveries: [Delivery]) {
    guard let first = deliveries.first,
      let alert = AlertContext(gathering: deliveries.flatMap(\.alert.all))
    else { return nil }
    self = first
    self.alert = alert
  }
}
