import Alerting
import QueryLanguage
import Records

/// Sends one mail to all who are to know, through a mail server. The end of an alert is an answer to
/// its beginning.
///
///     tell-ops:
///       email:
///         url: smtp://mail.example.com:587
///         user: "${env:SMTP_USER}"
///         password: "${env:SMTP_PASSWORD}"
///         from: tripline <tripline@example.com>
///         to: [ops@example.com, oncall@example.com]
package struct Email: Action {
  package static let kind = "email"
  package static let duty = Duty.notification

  /// As many as the original takes.
  private static let mostRecipients = 100

  private let action: String
  private let network: NetworkKeys
  private let server: GuardedText
  private let user: GuardedText?
  private let password: GuardedText?
  private let from: GuardedText
  private let to: [GuardedText]
  private let subject: Template?
  private let body: Template?

  package init?(binding keys: inout ActionKeys) {
    action = keys.action
    network = NetworkKeys(binding: &keys)
    let server = keys.required("url")
    user = keys.fixed("user")
    password = keys.fixed("password")
    let from = keys.required("from")
    let hasRecipients = keys.keys.requiredNode("to") != nil
    to = hasRecipients ? keys.fixedList("to") ?? [] : []
    subject = keys.template("subject")
    body = keys.template("body")

    for address in to where !address.mayBeAddress {
      keys.report(.badAddress(address.description), at: "to", help: Email.example)
    }
    if let from, !from.mayBeAddress {
      keys.report(.badAddress(from.description), at: "from", help: Email.example)
    }
    if hasRecipients, to.isEmpty { keys.report(.nobody, at: "to", help: "to: [ops@example.com]") }
    if to.count > Email.mostRecipients { keys.report(.crowd(Email.mostRecipients), at: "to") }
    if (user == nil) != (password == nil) {
      keys.report(.halfLogin, at: user == nil ? "password" : "user")
    }
    guard let server, let from else { return nil }
    self.server = server.mapped(\.trimmed)
    self.from = from
    keys.check(self.server, schemes: ["smtp", "smtps"], network.reach, at: "url")
  }

  private static let example = "write ops@example.com, or Operations <ops@example.com>"

  package func effect(for alert: AlertContext) -> Effect {
    let revealed = content(alert, \.revealed)
    let shown = content(alert, \.description)
    return .mail(
      MailMessage(
        server: server, user: user, password: password, authorities: network.authorities,
        reach: network.reach, sender: from.mapped(\.bareAddress),
        recipients: to.map { $0.mapped(\.bareAddress) },
        content: GuardedText(revealed: revealed, shown: shown)))
  }

  private func content(_ alert: AlertContext, _ face: (GuardedText) -> String) -> String {
    let subject = subject.map { face($0.rendered(alert, as: .header)) }
    let own = body.map { face($0.rendered(alert, as: .plain)) }
    let beginning = Digest.short(Array("\(alert.alertKey) \(action)".utf8))
    let isFirst = alert.transition.to == .firing && alert.deed == nil
    return MailText(
      from: MailAddress.shown(face(from)), to: to.map { MailAddress.shown(face($0)) },
      subject: Markup.plain.text(subject ?? alert.summary, atMost: 200), date: alert.now,
      id: isFirst
        ? beginning : Digest.short(Array(alert.idempotencyKey(of: action).utf8)),
      thread: isFirst ? nil : beginning, text: own ?? alert.mailText,
      html: own.map { AlertContext.page(of: $0) } ?? alert.mailPage
    ).rendered
  }
}

extension GuardedText {
  /// Whether mail can be sent there; what a secret holds is looked at once it is known.
  fileprivate var mayBeAddress: Bool { revealed.contains("${") || MailAddress(revealed) != nil }
}

extension String {
  fileprivate var bareAddress: String { MailAddress(self)?.address ?? onOneLine }
}

extension MailAddress {
  /// An address, or a reference that stands for one in a dry run.
  fileprivate static func shown(_ text: String) -> MailAddress {
    MailAddress(text) ?? MailAddress("secret@example.invalid")!
  }
}

extension AlertContext {
  /// The mail for those who read text.
  fileprivate var mailText: String {
    var parts = [summary]
    if !monitor.description.isEmpty { parts.append(monitor.description) }
    parts.append(facts.map { "\($0.name): \($0.value.onOneLine)" }.joined(separator: "\n"))
    if !evidenceText.isEmpty { parts.append(evidenceText) }
    if let runbookLink { parts.append("Runbook: \(runbookLink)") }
    return Markup.plain.text(parts.joined(separator: "\n\n"))
  }

  /// The same for those who read HTML.
  fileprivate var mailPage: String {
    let markup = Markup.html
    let colour = AlertColour(transition).hex
    var page = """
      <div style="font-family:sans-serif;border-left:6px solid \(colour);padding-left:12px">
      <h2 style="color:\(colour)">\(markup.text(headline))</h2>

      """
    if !monitor.description.isEmpty { page += "<p>\(markup.text(monitor.description))</p>\n" }
    page += "<table>\n"
    for fact in facts {
      page += "<tr><th align=\"left\">\(fact.name)</th><td>\(markup.text(fact.value))</td></tr>\n"
    }
    page += "</table>\n"
    if !evidenceText.isEmpty { page += "<pre>\(markup.text(evidenceText))</pre>\n" }
    if let runbookLink { page += "<p><a href=\"\(markup.text(runbookLink))\">Runbook</a></p>\n" }
    return page + "</div>"
  }

  /// A text of the author's own as HTML.
  fileprivate static func page(of text: String) -> String {
    "<div style=\"white-space:pre-wrap\">\(Markup.html.text(text))</div>"
  }
}

extension Diagnostic.Message {
  fileprivate static func badAddress(_ found: String) -> Self {
    Self("bad-address", "'\(found)' is no address of a mail")
  }
  fileprivate static let nobody = Self("nobody", "this mail goes to nobody")
  fileprivate static func crowd(_ most: Int) -> Self {
    Self("too-many-recipients", "one mail goes to at most \(most) addresses")
  }
  fileprivate static let halfLogin = Self("half-login", "`user` and `password` come together")
}
