import Records

extension FunctionTable {
  static let conversionFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "num", "number", "toDouble", "double", parameters: "value", arity: 1...1,
      unit: .ofFirstArgument, overwritesArgument: true, "the value as a number, or null"
    ) { _ in Each.cell { cell, _ in cell.number.map { Cell($0) } ?? .null } },
    FunctionDefinition(
      "toLong", "long", "toInt", "int", parameters: "value", arity: 1...1, unit: .ofFirstArgument,
      overwritesArgument: true, "the value as a whole number, cut towards zero, or null"
    ) { _ in
      Each.cell { cell, _ in
        if let whole = cell.wholeNumber { return Cell(whole) }
        guard let number = cell.number, number.magnitude < 9.2e18 else { return .null }
        return Cell(Int64(number))
      }
    },
    FunctionDefinition(
      "toString", parameters: "value", arity: 1...1, overwritesArgument: true, "the value as text"
    ) { _ in
      Each.cell { cell, arena in cell.isNull ? .null : Cell(text: cell.text(arena)) }
    },
    FunctionDefinition(
      "hexToDec", "parseHex", parameters: "text", arity: 1...1,
      "the whole number that up to 16 hexadecimal digits mean, with or without 0x"
    ) { _ in
      Each.text { text, _ in
        Hexadecimal.number(of: text.trimmed).map { Cell(Int64(bitPattern: $0)) } ?? .null
      }
    },
    FunctionDefinition(
      "decToHex", parameters: "number", arity: 1...1,
      "the whole number in hexadecimal digits; negative ones have 16"
    ) { _ in
      Each.cell { cell, arena in
        guard let whole = cell.wholeNumber else { return .null }
        let digits = String(UInt64(bitPattern: whole), radix: 16, uppercase: true)
        return Cell(text: arena.store(digits))
      }
    },
    FunctionDefinition(
      "hexToAscii", parameters: "text", arity: 1...1,
      "the text whose bytes are written in hexadecimal digits"
    ) { _ in
      Each.text { text, arena in
        Hexadecimal.bytes(of: text.trimmed).map { Cell(text: arena.storeText($0)) } ?? .null
      }
    },
    FunctionDefinition(
      "base64Encode", parameters: "text", arity: 1...1, "the text in base64"
    ) { _ in Each.text { text, arena in Cell(text: Base64.encode(text, into: arena)) } },
    FunctionDefinition(
      "base64Decode", parameters: "text[, encoding]", arity: 1...2,
      "the text that is written in base64; text that is no base64 stays as it is"
    ) { call throws(Diagnostic) in
      let encoding = try TextEncoding(of: call)
      return Each.text { text, arena in
        guard let bytes = Base64.decode(text) else { return Cell(text: text) }
        switch encoding {
        case .utf8: return Cell(text: arena.storeText(bytes))
        case let encoding: return Cell(text: arena.store(encoding.decode(bytes)))
        }
      }
    },
    FunctionDefinition(
      "urlencode", parameters: "text", arity: 1...1,
      "the text as a part of a URL: reserved characters as %XX, a space as +"
    ) { _ in Each.text { text, arena in Cell(text: PercentText.encode(text, into: arena)) } },
    FunctionDefinition(
      "urldecode", parameters: "text", arity: 1...1,
      "the text with %XX and + undone"
    ) { _ in Each.text { text, arena in Cell(text: PercentText.decode(text, into: arena)) } },
    FunctionDefinition(
      "hash", parameters: "text[, algorithm]", arity: 1...2,
      "the digest in hexadecimal digits: md5, sha1, sha2_256 or murmur3_128"
    ) { call throws(Diagnostic) in
      let digest = try Digest(of: call)
      return Each.text { text, arena in
        Cell(text: Hexadecimal.write(digest.bytes(of: text), into: arena))
      }
    },
  ]
}

extension TextEncoding {
  /// What the second argument names; UTF-8 when there is none.
  fileprivate init(of call: FunctionCall) throws(Diagnostic) {
    guard call.arguments.count > 1 else {
      self = .utf8
      return
    }
    guard let name = call.literal(1), let encoding = TextEncoding(named: name) else {
      throw call.mistake(
        .unknownEncoding(call.source.text(of: call.arguments[1].span)), in: 1,
        help: "the encodings are US-ASCII, UTF-8, UTF-16, UTF-16BE, UTF-16LE and UTF-32, "
          + "UTF-32BE, UTF-32LE")
    }
    self = encoding
  }
}

extension Digest {
  /// What the second argument names; MD5 when there is none.
  fileprivate init(of call: FunctionCall) throws(Diagnostic) {
    guard call.arguments.count > 1 else {
      self = .md5
      return
    }
    guard let name = call.literal(1), let digest = Digest(named: name) else {
      throw call.mistake(
        .unknownDigest(call.source.text(of: call.arguments[1].span)), in: 1,
        help: "the algorithms are \"md5\", \"sha1\", \"sha2_256\" and \"murmur3_128\"")
    }
    self = digest
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownEncoding(_ written: String) -> Self {
    Self("arguments", "\(written) is no text encoding")
  }
  fileprivate static func unknownDigest(_ written: String) -> Self {
    Self("arguments", "\(written) is no hash algorithm")
  }
}
