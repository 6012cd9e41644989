import Alerting

extension TestReport {
  /// One object for each test, its keys in the order every reader may rely on; a file that could not
  /// be run is an object with `status` `broken` and its `mistakes`.
  package var records: [[UInt8]] {
    files.flatMap { file in
      var records = file.tests.map { test in
        var json = Alerting.JSONWriter()
        json.object { test.write(to: &$0) }
        return json.bytes
      }
      if !file.mistakes.isEmpty { records.append(file.brokenRecord) }
      return records
    }
  }
}

extension TestReport.File {
  fileprivate var brokenRecord: [UInt8] {
    var json = Alerting.JSONWriter()
    json.object { object in
      object.member("file", name)
      object.member("status", "broken")
      object.key("mistakes")
      object.array { array in for mistake in mistakes { array.string(mistake) } }
    }
    return json.bytes
  }
}

extension TestReport.Test {
  fileprivate func write(to json: inout Alerting.JSONWriter) {
    json.member("file", place.file)
    json.key("line")
    json.whole(Int64(place.line))
    json.member("name", name)
    json.member("status", status.rawValue)
    json.key("failures")
    json.array { list in
      for failure in failures { list.object { failure.write(to: &$0) } }
    }
    json.key("notes")
    json.array { list in for note in notes { list.string(note) } }
  }
}

extension TestReport.Failure {
  fileprivate func write(to json: inout Alerting.JSONWriter) {
    json.member("kind", kind)
    json.key("line")
    json.whole(Int64(place.line))
    json.key("column")
    json.whole(Int64(place.column))
    json.member("message", headline)
    switch self {
    case .different(_, let differences, let found):
      json.member("found", found)
      Self.write(differences, to: &json)
    case .outOfOrder(_, let found), .unexpected(_, let found):
      json.member("found", found)
    case .missing(_, let expected, let nearest, let differences):
      json.member("expected", expected)
      json.key("nearest")
      if let nearest { json.string(nearest) } else { json.null() }
      Self.write(differences, to: &json)
    case .unwritten(_, let found):
      json.key("found")
      json.array { list in for text in found { list.string(text) } }
    case .unusable: break
    }
  }

  private static func write(
    _ differences: [TestReport.Difference], to json: inout Alerting.JSONWriter
  ) {
    json.key("differences")
    json.array { list in
      for difference in differences {
        list.object {
          $0.member("field", difference.field)
          $0.key("line")
          $0.whole(Int64(difference.place.line))
          $0.member("expected", difference.expected)
          $0.member("found", difference.found)
        }
      }
    }
  }
}
