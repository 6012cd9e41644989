import Alerting
import Records

/// A mail as it's written down: headers, a part for those who read text and one for those who read
/// HTML.
struct MailText {
  var from: MailAddress
  var to: [MailAddress]
  var subject: String
  /// Milliseconds since the epoch.
  var date: Int64
  /// What the mail is known by, within the sender's domain.
  var id: String
  /// The mail that it belongs to.
  var thread: String?
  var text: String
  var html: String

  var rendered: String {
    let boundary = "tripline-" + Digest.short(Array((id + text).utf8))
    var lines = [
      "From: " + from.header,
      "To: " + to.map(\.header).joined(separator: ",\r\n "),
      "Subject: " + HeaderText.unstructured(subject),
      "Date: " + MailDate.text(date),
      "Message-ID: <\(id)@\(from.domain)>",
    ]
    if let thread {
      lines += ["In-Reply-To", "References"].map { "\($0): <\(thread)@\(from.domain)>" }
    }
    lines += [
      // Nobody's vacation is to answer.
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
    ]
    for (kind, part) in [("plain", text), ("html", html)] {
      lines += [
        "", "--" + boundary, "Content-Type: text/\(kind); charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable", "", QuotedPrintable.encode(part),
      ]
    }
    lines += ["", "--" + boundary + "--", ""]
    return lines.joined(separator: "\r\n")
  }
}

/// Dates as mails have them: `Mon, 02 Mar 2026 10:00:00 +0000`.
enum MailDate {
  private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func text(_ milliseconds: Int64) -> String {
    let time = CivilTime(milliseconds)
    let clock = [time.hour, time.minute, time.second].map(padded).joined(separator: ":")
    return "\(days[time.weekday - 1]), \(padded(time.day)) \(months[time.month - 1]) \(time.year) "
      + "\(clock) +0000"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
