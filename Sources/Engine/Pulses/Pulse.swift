import Actions

/// Something that is sent by the clock, not because something happened.
///
/// It stands in no outbox: the next one says the same and more.
struct Pulse: Sendable {
  /// Of the action, or `heartbeat`.
  var name: String
  var effect: Effect
  var timeout: Duration
  var redaction: Redaction
}

/// That pulses don't arrive any more, or do again; said once for each outage.
package enum PulseNews: Sendable {
  case failing(name: String, reason: String)
  case arrivingAgain(name: String)
}
