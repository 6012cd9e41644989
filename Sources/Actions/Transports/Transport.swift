/// Performs effects: the only place where an action touches the world.
///
/// A transport belongs to one thread, may block it for the time allowed, and never retries.
package protocol Transport {
  /// Performs an effect and returns what came back.
  ///
  /// `now` is the time, in milliseconds since the epoch, for what has to be signed with it; `timeout`
  /// bounds the whole attempt. What the outside says must pass `redaction` before it goes anywhere,
  /// errors included.
  mutating func perform(
    _ effect: Effect, now: Int64, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply
}

/// The transport of a real run: one way for each case of `Effect`.
package struct SystemTransport: Transport {
  private let http: HTTPTransport
  private let mail = MailTransport()
  private let processes: ProcessTransport

  /// `environment` is what programs inherit, and where credentials are looked for.
  package init(environment: [String: String]) {
    http = HTTPTransport(environment: environment)
    processes = ProcessTransport(environment: environment)
  }

  package mutating func perform(
    _ effect: Effect, now: Int64, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply {
    switch effect {
    case .request(let request):
      try http.send(request, now: now, timeout: timeout, redaction: redaction)
    case .anyRequest(let requests):
      try http.send(toAll: requests, now: now, timeout: timeout, redaction: redaction)
    case .mail(let mail):
      try self.mail.send(mail, timeout: timeout, redaction: redaction)
    case .process(let call):
      try processes.run(call, timeout: timeout, redaction: redaction)
    case .append(let line):
      try FileTransport.append(line)
    case .say(let line):
      try StandardErrors.write(line)
    }
  }
}
