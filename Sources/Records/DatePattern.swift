/// A date format in the letters of Java's SimpleDateFormat: `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`.
///
/// Names are English and weeks American (they begin on Sunday, the first holds 1 January), as the
/// original's are. One difference: up to three `S` are a number of milliseconds, as in Java, but more
/// are a fraction of the second, where Java reads `.123456` as two minutes.
package struct DatePattern: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case literal([UInt8])
    case field(Field, count: Int)
    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size.
    case epoch
  }

  /// What a letter stands for; the letters that format and read alike share one.
  enum Field: UInt8, Sendable {
    case era = 0x47  // G
    case year = 0x79  // y
    case weekYear = 0x59  // Y
    case month = 0x4D  // M
    case standaloneMonth = 0x4C  // L
    case weekOfYear = 0x77  // w
    case weekOfMonth = 0x57  // W
    case dayOfYear = 0x44  // D
    case day = 0x64  // d
    case weekdayOfMonth = 0x46  // F
    case weekday = 0x45  // E
    case weekdayNumber = 0x75  // u
    case meridiem = 0x61  // a
    case hour = 0x48  // H
    case hourFrom1 = 0x6B  // k
    case hour12From0 = 0x4B  // K
    case hour12 = 0x68  // h
    case minute = 0x6D  // m
    case second = 0x73  // s
    case millisecond = 0x53  // S
    case zoneName = 0x7A  // z
    case zoneOffset = 0x5A  // Z
    case isoOffset = 0x58  // X
  }

  let parts: [Part]
  /// As it was written.
  package let pattern: String

  /// Compiles a pattern, or the word `epoch`; letters that mean nothing and quotes without an end are errors.
  package init(_ pattern: String) throws(DatePatternError) {
    self.pattern = pattern
    guard pattern != "epoch" else {
      parts = [.epoch]
      return
    }
    var parts: [Part] = []
    let text = Array(pattern.utf8)
    var index = 0

    func add(_ byte: UInt8) {
      if case .literal(let literal)? = parts.last {
        parts[parts.count - 1] = .literal(literal + [byte])
      } else {
        parts.append(.literal([byte]))
      }
    }

    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "'") {
        index = try DatePattern.readQuoted(text, at: index, add)
      } else if TimeScanner.isLetter(byte) {
        guard let field = Field(rawValue: byte) else {
          throw DatePatternError(.unknownLetter(Character(Unicode.Scalar(byte))), offset: index)
        }
        let start = index
        while index < text.count, text[index] == byte { index += 1 }
        parts.append(.field(field, count: index - start))
      } else {
        add(byte)
        index += 1
      }
    }
    self.parts = parts
  }

  /// Adds the text of a quotation that starts at `start`, returns the place behind it.
  private static func readQuoted(
    _ text: [UInt8], at start: Int, _ add: (UInt8) -> Void
  ) throws(DatePatternError) -> Int {
    let quote = UInt8(ascii: "'")
    var index = start + 1
    // Two quotes are one, within a quotation and without.
    if index < text.count, text[index] == quote {
      add(quote)
      return index + 1
    }
    while index < text.count {
      if text[index] == quote {
        guard index + 1 < text.count, text[index + 1] == quote else { return index + 1 }
        index += 1
      }
      add(text[index])
      index += 1
    }
    throw DatePatternError(.unendedQuote, offset: start)
  }
}

/// Why a date pattern is none, and the byte where that shows.
package struct DatePatternError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  package enum Reason: Sendable, Equatable {
    case unknownLetter(Character)
    case unendedQuote
  }

  package let reason: Reason
  /// Of the first byte concerned.
  package let offset: Int

  init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String {
    switch reason {
    case .unknownLetter(let letter):
      "date pattern letter '\(letter)' means nothing; text stands in quotes, as in '\(letter)'"
    case .unendedQuote: "date pattern has a quote without an end"
    }
  }
}
