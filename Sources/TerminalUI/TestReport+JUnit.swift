extension TestReport {
  /// The report as JUnit XML, which every build server reads: a suite for each file.
  package var junit: String {
    let tests = files.reduce(0) { $0 + $1.tests.count }
    let broken = files.count { !$0.mistakes.isEmpty }
    var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    xml += "<testsuites name=\"tripline\" tests=\"\(tests + broken)\" "
    xml += "failures=\"\(count(.failed) + count(.updated))\" errors=\"\(broken)\" "
    xml += "time=\"\(elapsed.xml)\">\n"
    for file in files { xml += file.xml }
    return xml + "</testsuites>\n"
  }
}

extension TestReport.File {
  fileprivate var xml: String {
    let failed = tests.count { $0.status != .passed }
    let errors = mistakes.isEmpty ? 0 : 1
    let elapsed = tests.reduce(Duration.zero) { $0 + $1.elapsed }
    var xml = "  <testsuite name=\"\(name.xmlEscaped)\" tests=\"\(tests.count + errors)\" "
    xml += "failures=\"\(failed)\" errors=\"\(errors)\" time=\"\(elapsed.xml)\">\n"
    for test in tests { xml += test.xml }
    if errors > 0 {
      xml += "    <testcase classname=\"\(name.xmlEscaped)\" name=\"the file can be run\">\n"
      xml += "      <error message=\"mistakes in the file or in its rules\">"
      xml += mistakes.joined().xmlEscaped + "</error>\n    </testcase>\n"
    }
    return xml + "  </testsuite>\n"
  }
}

extension TestReport.Test {
  fileprivate var xml: String {
    var xml = "    <testcase classname=\"\(place.file.xmlEscaped)\" name=\"\(name.xmlEscaped)\" "
    xml += "file=\"\(place.file.xmlEscaped)\" line=\"\(place.line)\" time=\"\(elapsed.xml)\""
    if failures.isEmpty, notes.isEmpty { return xml + "/>\n" }
    xml += ">\n"
    if let first = failures.first {
      let text = failures.flatMap { $0.lines(.plain) }.joined(separator: "\n")
      let message = "\(first.place.text): \(first.headline)"
      xml += "      <failure message=\"\(message.xmlEscaped)\">\(text.xmlEscaped)</failure>\n"
    }
    if !notes.isEmpty {
      xml += "      <system-out>\(notes.joined(separator: "\n").xmlEscaped)</system-out>\n"
    }
    return xml + "    </testcase>\n"
  }
}

extension Duration {
  /// Seconds with three decimals.
  fileprivate var xml: String { max(0, seconds).fixed(3) }
}

extension String {
  /// The text as it may stand between tags and in attributes; XML 1.0 has no way to write most
  /// control characters, so those are spelled out.
  fileprivate var xmlEscaped: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
