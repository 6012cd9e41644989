import QueryLanguage

/// The alerts of all groups that have something to tell. Nearly every group has nothing, so it is not
/// here at all.
struct AlertBook: Sendable {
  /// How many alerts a group has.
  private let width: Int
  private var pages = IntegerIndex()
  /// The group of each page.
  private var groups: [Int32] = []
  /// The alerts page by page.
  private var alerts: [Alert] = []
  /// How many groups have an alert that is firing, and one that is under way.
  private(set) var firing = 0
  private(set) var active = 0

  init(width: Int) { self.width = width }

  private func page(of group: Int) -> ArraySlice<Alert>? {
    pages[Int32(group)].map { alerts[Int($0) * width..<(Int($0) + 1) * width] }
  }

  func alert(_ index: Int, of group: Int) -> Alert {
    pages[Int32(group)].map { alerts[Int($0) * width + index] } ?? Alert()
  }

  func isFiring(_ group: Int) -> Bool { page(of: group)?.contains(where: \.isFiring) ?? false }

  /// Whether an alert is under way, or has hits that still count.
  func isOpen(_ index: Int, of group: Int) -> Bool {
    pages[Int32(group)].map { alerts[Int($0) * width + index].isOpen } ?? false
  }

  /// The groups that have an alert with something to tell.
  var known: [Int] { groups.map(Int.init) }

  /// The groups whose alert `index` is under way or has hits that still count.
  func open(_ index: Int) -> [Int] {
    groups.indices.filter { alerts[$0 * width + index].isOpen }.map { Int(groups[$0]) }
  }

  mutating func update<R>(_ index: Int, of group: Int, _ body: (inout Alert) -> R) -> R {
    guard let place = pages[Int32(group)] else { return begin(index, of: group, body) }
    let page = Int(place) * width..<(Int(place) + 1) * width
    count(alerts[page], -1)
    let result = body(&alerts[page.lowerBound + index])
    count(alerts[page], 1)
    if alerts[page].allSatisfy(\.isBlank) { remove(Int(place)) }
    return result
  }

  /// Ends the runs that alerts under way have measured, without a change of any.
  mutating func breakRuns(at time: Int64, _ terms: [AlertTerms]) {
    for group in groups.map(Int.init) {
      for index in 0..<width where alert(index, of: group).isActive {
        update(index, of: group) { alert in _ = alert.observe(.early, at: time, terms[index]) }
      }
    }
  }

  private mutating func begin<R>(
    _ index: Int, of group: Int, _ body: (inout Alert) -> R
  ) -> R {
    var alert = Alert()
    let result = body(&alert)
    guard !alert.isBlank else { return result }
    pages[Int32(group)] = Int32(groups.count)
    groups.append(Int32(group))
    alerts += [Alert](repeating: Alert(), count: width)
    alerts[alerts.count - width + index] = alert
    count(alerts[(alerts.count - width)...], 1)
    return result
  }

  private mutating func count(_ page: ArraySlice<Alert>, _ sign: Int) {
    if page.contains(where: \.isFiring) { firing += sign }
    if page.contains(where: \.isActive) { active += sign }
  }

  /// Puts the last page in the place of one that has become blank.
  private mutating func remove(_ place: Int) {
    let last = groups.count - 1
    pages[groups[place]] = nil
    if place < last {
      groups[place] = groups[last]
      pages[groups[place]] = Int32(place)
      for index in 0..<width { alerts[place * width + index] = alerts[last * width + index] }
    }
    groups.removeLast()
    alerts.removeLast(width)
  }

  /// Whether a group must not be forgotten: alerts are counted, and so are hits.
  func hasStory(_ group: Int, at time: Int64, _ terms: [AlertTerms]) -> Bool {
    guard let page = page(of: group) else { return false }
    return zip(page, terms).contains { $0.hasStory(at: time, $1) }
  }

  /// The same for groups that got other numbers.
  func renumbered(_ number: (Int) -> Int?) -> AlertBook {
    var result = self
    result.pages = IntegerIndex()
    result.groups = []
    result.alerts = []
    for (place, group) in groups.enumerated() {
      guard let moved = number(Int(group)) else { continue }
      result.pages[Int32(moved)] = Int32(result.groups.count)
      result.groups.append(Int32(moved))
      result.alerts += alerts[place * width..<(place + 1) * width]
    }
    return result
  }
}
