import Alerting
import QueryLanguage

/// Invokes a function of AWS Lambda, which does with the alert what it likes.
///
///     heal: { aws.lambda: { function: heal-web, payload: '{"host": "{{ResultsJson.host}}"}' } }
///
/// Without `payload` it is handed the transition record. Lambda takes the event and retries by itself;
/// `invocation: wait` waits for the function, and fails when it does.
package struct Lambda: Action {
  package static let kind = "aws.lambda"
  package static let duty = Duty.notification

  package enum Invocation: String, Sendable, CaseIterable {
    case event, wait

    fileprivate var header: String {
      switch self {
      case .wait: "RequestResponse"
      case .event: "Event"
      }
    }
  }

  /// What Lambda takes as an event.
  private static let limit = 256 * 1_024

  private let service: AWSService
  private let function: GuardedText
  private let payload: Template?
  private let invocation: Invocation

  package init?(binding keys: inout ActionKeys) {
    let function = keys.required("function")?.mapped(\.trimmed)
    payload = keys.template("payload")
    invocation = keys.keys.choice("invocation") ?? .event
    let place = AWSPlace(binding: &keys)
    if let payload, !payload.looksLikeJSON {
      keys.report(.badPayload, at: "payload", help: "write an object: '{\"host\": \"web-1\"}'")
    }
    guard let function else { return nil }
    guard keys.isUnknown(function) || function.revealed.isFunctionName else {
      keys.report(
        .badFunction(function.description), at: "function",
        help: "write its name, name:alias or ARN")
      return nil
    }
    guard let service = AWSService("lambda", at: place, of: function, reporting: keys) else {
      return nil
    }
    self.service = service
    self.function = function
  }

  package func effect(for alert: AlertContext) -> Effect {
    // The name of a function may be an ARN, whose colons a path can't hold.
    let path = GuardedText(
      revealed: Lambda.path(of: PercentEncoding.encoded(function.revealed)),
      shown: Lambda.path(of: function.description))
    let event =
      payload?.rendered(alert, as: .json)
      ?? GuardedText(String(decoding: alert.json(within: Lambda.limit), as: UTF8.self))
    let type = HTTPRequest.Header("X-Amz-Invocation-Type", GuardedText(invocation.header))
    return service.request(
      to: path, type: "application/json", headers: [type], body: event,
      reading: AWSReading(needing: "lambda:InvokeFunction", tellsAnswer: true))
  }

  private static func path(of function: String) -> String {
    "/2015-03-31/functions/\(function)/invocations"
  }
}

extension String {
  /// A name, an ARN or a part of one, with a version or an alias.
  fileprivate var isFunctionName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "-_:.$".utf8.contains(byte)
      }
  }
}

extension Diagnostic.Message {
  fileprivate static let badPayload = Self("bad-payload", "`payload` needs to be JSON")
  fileprivate static func badFunction(_ found: String) -> Self {
    Self("bad-function", "'\(found)' can't be the name of a function")
  }
}
