import Glibc

/// What may be wanted of a watch while it runs: other rules, the end of an alert, and a look at what
/// its own threads have to say.
final class WatchCalls {
  let rules: RuleWatch?
  private let reload: ReloadSignal?
  private let requests: ResolveRequests?
  private let orders: RequestFolder?
  private let requestWatcher = FileWatcher()
  private let health: HealthWatch
  private var hasRequests = true
  private var hasOrders = true
  /// Requests that were granted; their files go once that is kept.
  private var granted: [String] = []
  /// A terminal that is gone has said so.
  private(set) var hangup: Int32?

  init(_ world: Watch.World, _ health: HealthWatch) {
    rules = world.rules.map { RuleWatch($0, clock: world.clock) }
    reload = world.reload
    requests = world.requests
    orders = world.orders
    self.health = health
    requests?.watch(by: requestWatcher)
    orders?.watch(by: requestWatcher)
  }

  /// To be polled.
  var descriptors: [Int32] {
    [rules?.descriptor, reload?.descriptor, requestWatcher.descriptor, health.bell.descriptor]
      .compactMap { $0 }
  }

  /// Something can be read from one of them.
  func answer() {
    rules?.stir()
    if reload?.take() == true {
      if reload?.isHangup == true { hangup = SIGHUP } else { rules?.ask() }
    }
    if !requestWatcher.take().isEmpty { (hasRequests, hasOrders) = (true, true) }
    health.bell.take()
  }

  /// What people have asked for since the last time.
  func takeRequests() -> [ResolveRequest] {
    guard hasRequests, let requests else { return [] }
    hasRequests = false
    return requests.pending().filter { !granted.contains($0.file) }.compactMap { file, request in
      granted.append(file)
      return request
    }
  }

  /// Has what people have ordered since the last time done. What can't be written down yet is left
  /// where it is.
  func doOrders(_ isDone: (RemedyOrder) -> Bool) {
    guard hasOrders, let orders else { return }
    hasOrders = false
    for (name, text) in orders.pending() {
      if let order = RemedyOrder(json: text), !isDone(order) {
        hasOrders = true
      } else {
        orders.remove(name)
      }
    }
  }

  /// What was decided is on the disk, so that what was granted need not be asked for again.
  func areKept() {
    for file in granted { requests?.remove(file) }
    granted = []
  }
}
