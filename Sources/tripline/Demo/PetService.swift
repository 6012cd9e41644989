import Actions
import Alerting
import Records

/// A pet shop's REST service, as far as its log can tell: what it would write to its standard output.
///
/// The same seed writes the same lines. What ails it begins two minutes after its start.
struct PetService {
  enum Ailment: String, CaseIterable {
    case none = "healthy"
    case errors, slow, cpu, memory, down

    var words: String {
      switch self {
      case .none: "nothing ails it"
      case .errors: "every tenth answer is a 500"
      case .slow: "its database is slow, and so is /pets/{id}"
      case .cpu: "its processor is never idle"
      case .memory: "it never gives memory back"
      case .down: "it does not answer health checks any more, and then nothing"
      }
    }
  }

  private static let onset: Int64 = 120_000
  private static let routes: [(method: String, path: String, status: Int)] = [
    ("GET", "/pets", 200), ("GET", "/pets/{id}", 200), ("GET", "/pets/{id}", 200),
    ("POST", "/pets", 201), ("PUT", "/pets/{id}", 200), ("DELETE", "/pets/{id}", 204),
    ("GET", "/pets/{id}", 404),
  ]

  private let ailment: Ailment
  private let start: Int64
  private let pause: Int64
  private var random: SeededGenerator
  private var nextAnswer: Int64
  private var nextCheck: Int64
  private var nextSample: Int64
  private var memory = 41.0

  /// `rate` is how many answers it gives each second.
  init(_ ailment: Ailment, from start: Int64, rate: Int, seed: UInt64) {
    self.ailment = ailment
    self.start = start
    pause = max(1, 1_000 / Int64(rate))
    random = SeededGenerator(seed: seed)
    (nextAnswer, nextCheck, nextSample) = (start, start + 500, start + 900)
  }

  /// The next line and when it's written; nil when the service is gone.
  mutating func next() -> (time: Int64, line: String)? {
    let time = min(nextAnswer, nextCheck, nextSample)
    let isIll = time >= start + PetService.onset
    if ailment == .down, time >= start + 3 * PetService.onset { return nil }
    if time == nextSample {
      nextSample = time + 15_000
      return (time, samples(at: time, isIll: isIll))
    }
    if time == nextCheck {
      nextCheck = time + 10_000
      let isUp = !(isIll && ailment == .down)
      return (
        time,
        answer(at: time, "GET", "/healthcheck", isUp ? 200 : 503, within: isUp ? 1...4 : 900...999)
      )
    }
    nextAnswer = time + Int64.random(in: pause / 2 + 1...pause * 3 / 2 + 1, using: &random)
    return (time, answer(at: time, isIll: isIll))
  }

  private mutating func answer(at time: Int64, isIll: Bool) -> String {
    var (method, path, status) = PetService.routes.randomElement(using: &random)!
    var span = 5...60
    if isIll, ailment == .errors, Int.random(in: 0..<10, using: &random) == 0 { status = 500 }
    if isIll, ailment == .slow, path.hasSuffix("{id}") { span = 700...1_900 }
    if isIll, ailment == .down { (status, span) = (503, 900...999) }
    path = path.replacing("{id}", with: String(Int.random(in: 1...400, using: &random)))
    return answer(at: time, method, path, status, within: span)
  }

  private mutating func answer(
    at time: Int64, _ method: String, _ path: String, _ status: Int, within span: ClosedRange<Int>
  ) -> String {
    var writer = JSONWriter()
    let duration = Double(Int.random(in: span, using: &random)) + 0.25
    writer.object {
      $0.member("timestamp", Timestamp.rfc3339(time))
      $0.member("service", "pets")
      $0.member("host", "pets-1")
      $0.member("method", method)
      $0.member("path", path)
      $0.key("status")
      $0.whole(Int64(status))
      $0.key("duration")
      $0.number(duration)
    }
    return writer.text
  }

  /// The samples of its host, one line each.
  private mutating func samples(at time: Int64, isIll: Bool) -> String {
    let isBusy = isIll && ailment == .cpu
    let cpu = Double(Int.random(in: isBusy ? 930...999 : 80...350, using: &random)) / 10
    if isIll, ailment == .memory {
      memory = min(99, memory + 9)
    } else {
      memory = Double(Int.random(in: 380...450, using: &random)) / 10
    }
    return [("host_cpu_percent", cpu), ("host_memory_percent", memory)].map { name, value in
      var writer = JSONWriter()
      writer.object {
        $0.member("timestamp", Timestamp.rfc3339(time))
        $0.member("metric", name)
        $0.member("host", "pets-1")
        $0.key("value")
        $0.number(value)
      }
      return writer.text
    }.joined(separator: "\n")
  }
}
