package import QueryLanguage
import Records

/// How the answer to a request is judged.
package enum Reading: Sendable, Hashable {
  /// A status of 200 to 299 is well.
  case plain
  /// Well is a status in one of these ranges whose body the pattern is found in.
  case expecting(statuses: [ClosedRange<Int>], body: BodyPattern?)
  /// A service of AWS says in its body what is wrong.
  case aws(AWSReading)
}

/// What has to be found in the body of an answer.
package struct BodyPattern: Sendable, Hashable {
  package let text: String
  private let regex: Regex

  package init(_ regex: Regex, text: String) {
    self.regex = regex
    self.text = text
  }

  func isFound(in body: [UInt8]) -> Bool {
    let arena = Arena()
    return withExtendedLifetime(arena) { regex.matcher().matches(arena.store(body)) }
  }

  package static func == (left: BodyPattern, right: BodyPattern) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// What a server said.
struct HTTPAnswer {
  var status: Int
  /// The beginning of the body.
  var body: [UInt8]
  /// Those headers that somebody here asks for, by name in lower case.
  var headers: [String: String] = [:]
  /// When it wants to be asked again.
  var retryAfter: Duration?
  /// Its time, in milliseconds since the epoch.
  var date: Int64?
}

extension Reading {
  /// How much of an answer is worth showing.
  private static let shownLimit = 512

  /// What a server said, as it may be shown: in one line, without secrets, and not too long.
  static func shown(_ said: [UInt8], redaction: Redaction) -> Substring {
    let beginning = String(decoding: said.prefix(4_096), as: UTF8.self).onOneLine
    return redaction.redact(beginning, isCut: true).prefix(shownLimit)
  }

  /// What the answer to a request means; `target` is what was asked, and `now` when.
  func judge(
    _ answer: HTTPAnswer, from target: String, at now: Int64, redaction: Redaction
  ) throws(ActionError) -> Reply {
    let reply = Reply("status \(answer.status)", status: answer.status, body: answer.body)
    let said = Reading.shown(answer.body, redaction: redaction)
    switch self {
    case .aws(let reading):
      if let reply = try reading.judge(answer, from: target, at: now, redaction: redaction) {
        return reply
      }
    case .plain:
      if (200..<300).contains(answer.status) { return reply }
    case .expecting(let statuses, let body):
      if statuses.contains(where: { $0.contains(answer.status) }) {
        guard let body, !body.isFound(in: answer.body) else { return reply }
        throw ActionError(
          "\(target): status \(answer.status), but '\(body.text)' is not in the answer: \(said)",
          advice: .giveUp, proof: .answered)
      }
    }
    throw ActionError(
      "\(target): status \(answer.status)\(said.isEmpty ? "" : ": \(said)")",
      status: answer.status, retryAfter: answer.retryAfter)
  }
}

extension ActionError {
  /// What an answer other than the wanted one means.
  init(_ reason: String, status: Int, retryAfter: Duration?) {
    switch status {
    case 429:
      self.init(reason, advice: .retry(after: retryAfter), proof: .nothingDone)
    case 408, 500...599:
      // A receiver in trouble; the key lets it recognise what it took after all.
      self.init(reason, advice: .retry(after: retryAfter), proof: .answered)
    case 300..<400:
      self.init(reason + ", redirects are not followed", advice: .giveUp, proof: .answered)
    default:
      self.init(reason, advice: .giveUp, proof: .answered)
    }
  }
}
