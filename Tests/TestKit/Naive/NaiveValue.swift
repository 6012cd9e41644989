/// What a field of a line, a column of a row or a part of a group can hold.
///
/// Identity is typed: 200 and "200" differ, 200 and 200.0 are the same.
package enum NaiveValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)

  /// The value where a number is required: text that looks like a number is one, the rest is nil.
  package var asNumber: Double? {
    switch self {
    case .number(let number): number
    case .text(let text): Self.number(fromText: text)
    case .null, .bool: nil
    }
  }

  /// The value where text is required; null has none.
  package var asText: String? {
    switch self {
    case .null: nil
    case .bool(let bool): bool ? "true" : "false"
    case .number(let number): naiveNumberText(number)
    case .text(let text): text
    }
  }

  /// The value as it stands in a record.
  package var json: String {
    switch self {
    case .null: "null"
    case .bool, .number: asText!
    case .text(let text): naiveJSONString(text)
    }
  }

  /// Optional sign, digits, fraction, exponent; blanks around it do not count.
  private static func number(fromText text: String) -> Double? {
    let trimmed = text.drop { $0 == " " || $0 == "\t" }
    let end = trimmed.lastIndex { $0 != " " && $0 != "\t" }
    guard let end, let first = trimmed.first else { return nil }
    let body = trimmed[...end]
    guard body.allSatisfy({ "0123456789+-.eE".contains($0) }), !"eE".contains(first) else {
      return nil
    }
    return Double(body)
  }
}

/// The shortest text that reads back as the same number, whole numbers without a fraction.
package func naiveNumberText(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 0x1p53 { return String(Int64(number)) }
  let text = number.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A JSON string with only what must be escaped escaped.
package func naiveJSONString(_ text: String) -> String {
  var json = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": json += "\\\""
    case "\\": json += "\\\\"
    case "\n": json += "\\n"
    case "\r": json += "\\r"
    case "\t": json += "\\t"
    case "\u{8}": json += "\\b"
    case "\u{c}": json += "\\f"
    case "\u{0}"..<"\u{20}":
      let hex = String(scalar.value, radix: 16)
      json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: json.unicodeScalars.append(scalar)
    }
  }
  return json + "\""
}
