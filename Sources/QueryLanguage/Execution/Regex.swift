internal import CPCRE2
package import Records

/// A compiled pattern. Java and RE2 spelling is accepted; every match runs with limits.
// SAFETY: PCRE2 code is immutable after JIT compilation and may be matched from any thread; match
// data and contexts belong to a `Matcher`, which one batch on one thread uses.
package final class Regex: @unchecked Sendable {
  package let pattern: String
  /// The named groups in the order of their numbers. One name may have several numbers.
  package let groups: [(name: String, number: Int)]
  /// How many groups there are, named or not.
  package let groupCount: Int
  private let code: OpaquePointer
  private let isCompiledToNative: Bool

  package struct Failure: Error {
    package var reason: String
    package var offset: Int
  }

  package init(_ pattern: String) throws(Failure) {
    self.pattern = pattern
    let (rewritten, names) = Regex.renamed(pattern)
    var errorCode: Int32 = 0
    var errorOffset = 0
    let context = pcre2_compile_context_create_8(nil)
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANY))
    let text = Array(rewritten.utf8)
    let options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DUPNAMES
    let compiled = text.withUnsafeBufferPointer { buffer in
      pcre2_compile_8(
        buffer.baseAddress, buffer.count, options, &errorCode, &errorOffset, context)
    }
    guard let compiled else {
      var message = [UInt8](repeating: 0, count: 256)
      _ = pcre2_get_error_message_8(errorCode, &message, message.count)
      let reason = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
      throw Failure(reason: reason, offset: errorOffset)
    }
    code = compiled
    isCompiledToNative = pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE)) == 0
    groups = Regex.groups(of: compiled, names: names)
    var count: UInt32 = 0
    pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
    groupCount = Int(count)
  }

  deinit { pcre2_code_free_8(code) }

  /// PCRE2 caps names at 32 characters and fields may be longer or dotted: groups are renamed to `g1`,
  /// `g2`, ... before compiling.
  private static func renamed(_ pattern: String) -> (text: String, names: [String]) {
    var names: [String] = []
    var result: [UInt8] = []
    let bytes = Array(pattern.utf8)
    var index = 0
    var inClass = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
        result += bytes[index...(index + 1)]
        index += 2
        // `[\w-.]`: no range can begin with a class, so Java takes the hyphen as it is.
        if inClass, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "-"),
          bytes[index + 1] != UInt8(ascii: "]"), "dDwWsShHvV".utf8.contains(bytes[index - 1])
        {
          result += Array("\\-".utf8)
          index += 1
        }
        continue
      }
      if byte == UInt8(ascii: "[") { inClass = true }
      if byte == UInt8(ascii: "]") { inClass = false }
      if !inClass, byte == UInt8(ascii: "("), let name = groupName(bytes, after: index) {
        names.append(name.text)
        result += Array("(?<g\(names.count)>".utf8)
        index = name.end
        continue
      }
      result.append(byte)
      index += 1
    }
    return (String(decoding: result, as: UTF8.self), names)
  }

  /// The name of `(?<name>` or `(?P<name>`, and where the pattern goes on.
  private static func groupName(
    _ bytes: [UInt8], after open: Int
  ) -> (text: String, end: Int)? {
    var index = open + 1
    guard index < bytes.count, bytes[index] == UInt8(ascii: "?") else { return nil }
    index += 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "P") { index += 1 }
    guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "<") else { return nil }
    let start = index + 1
    guard bytes[start] != UInt8(ascii: "="), bytes[start] != UInt8(ascii: "!") else { return nil }
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: ">")), end > start else {
      return nil
    }
    return (String(decoding: bytes[start..<end], as: UTF8.self), end + 1)
  }

  private static func groups(
    of code: OpaquePointer, names: [String]
  ) -> [(name: String, number: Int)] {
    var count: UInt32 = 0
    var size: UInt32 = 0
    var table: UnsafePointer<UInt8>?
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
    guard let table else { return [] }
    var result: [(name: String, number: Int)] = []
    for index in 0..<Int(count) {
      // An entry is the group's number in two bytes, then its name with a zero behind.
      let entry = table + index * Int(size)
      let number = Int(entry[0]) << 8 | Int(entry[1])
      let short = String(cString: entry + 2)
      if let ordinal = Int(short.dropFirst()), ordinal >= 1, ordinal <= names.count {
        result.append((names[ordinal - 1], number))
      }
    }
    return result.sorted { $0.number < $1.number }
  }

  /// What one batch needs to match with this pattern.
  package func matcher() -> Matcher { Matcher(self) }

  // SAFETY: owns its match data and context; used by one thread at a time.
  package final class Matcher {
    private let regex: Regex
    private let data: OpaquePointer
    private let context: OpaquePointer
    /// Whether the last match was given up at a limit.
    package private(set) var hitLimit = false

    fileprivate init(_ regex: Regex) {
      self.regex = regex
      data = pcre2_match_data_create_from_pattern_8(regex.code, nil)
      context = pcre2_match_context_create_8(nil)
      pcre2_set_match_limit_8(context, 1_000_000)
      pcre2_set_depth_limit_8(context, 10_000)
      pcre2_set_heap_limit_8(context, 16 << 10)
    }

    deinit {
      pcre2_match_data_free_8(data)
      pcre2_match_context_free_8(context)
    }

    /// Whether the pattern is found anywhere in `text` from `offset` on.
    package func matches(_ text: Bytes, from offset: Int = 0) -> Bool {
      let result = text.withUnsafeBytes { raw -> Int32 in
        let empty: [UInt8] = [0]
        return empty.withUnsafeBufferPointer { nothing in
          let start = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing.baseAddress
          return pcre2_match_8(regex.code, start, raw.count, offset, 0, data, context)
        }
      }
      hitLimit =
        result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT
        || result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT
      return result >= 0
    }

    /// Where group `number` of the last match stands; nil when it took no part.
    package func range(of number: Int) -> Range<Int>? {
      guard number < Int(pcre2_get_ovector_count_8(data)) else { return nil }
      let pairs = pcre2_get_ovector_pointer_8(data)!
      let lower = pairs[2 * number]
      let upper = pairs[2 * number + 1]
      return lower == Int.max || lower == -1 || lower > upper ? nil : lower..<upper
    }
  }
}
