import Actions
import Alerting
import Records

/// Something that happened to tripline itself, as a line that a monitor can watch:
/// `_sourceCategory=tripline`.
struct HealthRecord: Sendable, Hashable {
  enum Event: String, Sendable, CaseIterable {
    /// Bytes of a log are gone, or may be.
    case sourceLost = "source_lost"
    case sourceUnreadable = "source_unreadable"
    case sourceReadable = "source_readable"
    case sourceMissing = "source_missing"
    case linesMalformed = "lines_malformed"
    case linesTooLong = "lines_too_long"
    case linesRefused = "lines_refused"
    case linesLate = "lines_late"
    case rulesLoaded = "rules_loaded"
    case rulesBroken = "rules_broken"
    /// The health of a monitor is another one.
    case monitorHealth = "monitor_health"
    case deliveryFailed = "delivery_failed"
    case stateUnwritable = "state_unwritable"
    case stateWritable = "state_writable"
  }

  enum Severity: String, Sendable { case info, warning, error }

  var event: Event
  var severity: Severity
  var message: String
  var source: String?
  var monitor: String?
  var action: String?
  var health: MonitorHealth?
  var count: Int?

  init(_ event: Event, _ severity: Severity, _ message: String) {
    self.event = event
    self.severity = severity
    self.message = message
  }

  /// The line, without its end; members that say nothing are left out.
  package func json(at time: Int64) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.member("timestamp", Timestamp.rfc3339(time))
      $0.member("event", event.rawValue)
      $0.member("severity", severity.rawValue)
      $0.optional("source", source)
      $0.optional("monitor", monitor)
      $0.optional("action", action)
      $0.optional("health", health?.rawValue)
      if let count {
        $0.key("count")
        $0.whole(Int64(count))
      }
      $0.member("message", message)
    }
    return writer.text
  }
}

extension HealthRecord {
  /// When a line that is one was made.
  static func time(of line: String) -> Int64? {
    JSONTree(line)?["timestamp"]?.text.flatMap { Timestamp.parse($0, now: nil) }
  }

  /// Nil for news that are no matter of health.
  init?(_ news: WatchNews) {
    switch news {
    case .source(let news):
      self.init(news)
    case .rules(.loaded(let changes)):
      self.init(.rulesLoaded, .info, changes.description)
    case .rules(.fault(let fault)):
      self.init(.rulesBroken, .error, fault.summary)
    case .unkept(let failure):
      self.init(.stateUnwritable, .error, failure.description)
    case .keptAgain:
      self.init(.stateWritable, .info, "the state can be written again")
    case .watching, .lookedBack, .draining, .gap, .request:
      return nil
    }
  }

  private init?(_ news: SourceNews) {
    switch news {
    case .failed(let failure):
      self.init(.sourceUnreadable, .error, news.description)
      source = failure.path
    case .readable(let path):
      self.init(.sourceReadable, .info, news.description)
      source = path
    case .missing(let path):
      self.init(.sourceMissing, .warning, news.description)
      source = path
    case .gap(let gap):
      self.init(.sourceLost, .warning, news.description)
      source = gap.path
    case .unspooled(let path, _):
      self.init(.stateUnwritable, .error, news.description)
      source = path
    case .spooledAgain(let path):
      self.init(.stateWritable, .info, news.description)
      source = path
    default:
      guard let loss = news.loss else { return nil }
      self.init(.sourceLost, loss.isCertain ? .error : .warning, news.description)
      source = loss.path
      if loss.isCertain { count = Int(loss.size - loss.from) }
    }
  }

  /// Nil when all is well again, which is nobody's trouble.
  init?(_ news: PulseNews) {
    guard case .failing(let name, let reason) = news else { return nil }
    self.init(.deliveryFailed, .error, "what is sent again and again does not arrive: \(reason)")
    action = name
  }

  /// Nil for a delivery with which all is well.
  init?(_ report: Delivery.Report) {
    guard report.outcome.isFailure else { return nil }
    self.init(.deliveryFailed, .error, "\(report.outcome.word): \(report.outcome.detail)")
    action = report.action
    monitor = report.monitor
  }
}
