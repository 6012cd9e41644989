/// Performs effects: the only place where an action touches the world.
///
/// A transport belongs to one thread, may block it for the time allowed, and never retries.
package protocol Transport {
  /// Performs an effect and returns what came back, in a few words.
  ///
  /// `timeout` bounds the whole attempt. What the outside says must pass `redaction` before it goes
  /// anywhere, errors included.
  mutating func perform(
    _ effect: Effect, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> String
}

/// The transport of a real run: one way for each case of `Effect`.
package struct SystemTransport: Transport {
  private let http = HTTPTransport()
  private let processes: ProcessTransport

  /// `environment` is what programs inherit.
  package init(environment: [String: String]) {
    processes = ProcessTransport(environment: environment)
  }

  package mutating func perform(
    _ effect: Effect, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> String {
    switch effect {
    case .request(let request):
      try http.send(request, timeout: timeout, redaction: redaction)
    case .process(let call):
      try processes.run(call, timeout: timeout, redaction: redaction)
    case .append(let line):
      try FileTransport.append(line)
    }
  }
}
