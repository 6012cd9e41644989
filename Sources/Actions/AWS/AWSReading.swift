import Alerting

/// How the answer of a service of AWS is judged.
package struct AWSReading: Sendable, Hashable {
  /// What the credentials must be allowed, as IAM names it: `ec2:RebootInstances`.
  package var permission: String
  /// Codes of errors that are an answer too.
  package var allowed: [String]
  /// Whether what comes back is worth being told.
  package var tellsAnswer: Bool

  package init(
    needing permission: String, allowing allowed: [String] = [], tellsAnswer: Bool = false
  ) {
    self.permission = permission
    self.allowed = allowed
    self.tellsAnswer = tellsAnswer
  }

  /// Clocks that differ by less are not what a signature is refused for.
  private static let skew: Int64 = 2 * 60_000

  /// What the answer means; nil leaves it to the status.
  func judge(
    _ answer: HTTPAnswer, from target: String, at now: Int64, redaction: Redaction
  ) throws(ActionError) -> Reply? {
    if (200..<300).contains(answer.status) {
      let said = Reading.shown(answer.body, redaction: redaction)
      if let failure = AWSReading.failure(of: answer) {
        throw ActionError(
          "\(target): \(failure): \(said)", advice: .giveUp, proof: .answered)
      }
      let told = tellsAnswer && !said.isEmpty ? ": \(said)" : ""
      return Reply("status \(answer.status)\(told)", status: answer.status, body: answer.body)
    }
    let type = answer.headers["x-amzn-errortype"]
    guard let refusal = AWSRefusal(body: answer.body, type: type) else { return nil }
    if allowed.contains(refusal.code) {
      return Reply(refusal.code, status: answer.status, body: answer.body, code: refusal.code)
    }
    let message = Reading.shown(Array(refusal.message.utf8), redaction: redaction)
    let said = "\(target): \(refusal.code)\(message.isEmpty ? "" : ": ")\(message)"
    throw error(refusal.family, answer, said: said, at: now)
  }

  /// A request that was taken, for something that failed all the same.
  private static func failure(of answer: HTTPAnswer) -> String? {
    if let kind = answer.headers["x-amz-function-error"] {
      return "the function failed (\(kind.lowercased()))"
    }
    if let rejected = JSONTree(answer.body)?["rejectedLogEventsInfo"], !rejected.members.isEmpty {
      return "the line was rejected for its time"
    }
    return nil
  }

  private func error(
    _ family: AWSRefusal.Family, _ answer: HTTPAnswer, said: String, at now: Int64
  ) -> ActionError {
    // What is refused at the door was not done.
    func refused(_ hint: String, _ advice: ActionError.Advice) -> ActionError {
      ActionError("\(said); \(hint)", advice: advice, proof: .nothingDone)
    }
    switch family {
    case .busy:
      return ActionError(said, advice: .retry(after: answer.retryAfter), proof: .nothingDone)
    case .ended:
      return refused("the session of the credentials is over", .retry(after: nil))
    case .forbidden:
      return refused("the credentials need the permission \(permission)", .giveUp)
    case .unknownCaller:
      if let hint = AWSReading.clockError(answer, at: now) {
        return refused(hint, .retry(after: nil))
      }
      return refused("check the access key and its secret", .giveUp)
    case .other:
      return ActionError(said, status: answer.status, retryAfter: answer.retryAfter)
    }
  }

  /// What a clock that is off has to be told, since a signature holds for some minutes only.
  private static func clockError(_ answer: HTTPAnswer, at now: Int64) -> String? {
    guard let date = answer.date, abs(now - date) >= skew else { return nil }
    let minutes = abs(now - date) / 60_000
    return "the clock of this machine is \(minutes) min \(now < date ? "behind" : "ahead")"
  }
}
