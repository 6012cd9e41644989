/// A mail to send: one message for several people.
package struct MailMessage: Sendable, Hashable {
  /// `smtp://host:587` or `smtps://host`.
  package var server: GuardedText
  package var user: GuardedText?
  package var password: GuardedText?
  /// A file of the certificates to trust instead of the system's.
  package var authorities: String?
  package var reach: Reach
  package var sender: GuardedText
  package var recipients: [GuardedText]
  /// Headers and body as they are sent, with the ends of their lines.
  package var content: GuardedText
}

extension MailMessage: CustomStringConvertible {
  var line: String {
    "mail to " + recipients.map(\.description).joined(separator: ", ") + " by \(server)"
  }

  package var description: String {
    line + "\nfrom \(sender)\n\n" + content.description.replacing("\r\n", with: "\n")
  }
}
