/// The English names that stand in dates. Log files do not follow the reader's language.
enum DateNames {
  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// Which of `names`, in full or its first three letters, stands at `position`, whatever its case.
  static func match(
    _ names: [String], _ text: Bytes, at position: Int
  ) -> (index: Int, length: Int)? {
    guard position + 3 <= text.count, TimeScanner.isLetter(text[position]) else { return nil }
    for (index, name) in names.enumerated() {
      var shared = 0
      for letter in name.utf8 {
        guard position + shared < text.count, text[position + shared] | 0x20 == letter | 0x20 else {
          break
        }
        shared += 1
      }
      if shared == name.utf8.count { return (index, shared) }
      if shared >= 3 { return (index, 3) }
    }
    return nil
  }

  /// Hours east of universal time of the abbreviations that logs carry. Where several places share
  /// one, the usual reading of Java is taken.
  private static let zones: [(name: String, minutes: Int64)] = [
    ("Z", 0), ("UTC", 0), ("GMT", 0), ("UT", 0), ("WET", 0), ("WEST", 60), ("BST", 60),
    ("CET", 60), ("CEST", 120), ("EET", 120), ("EEST", 180), ("MSK", 180), ("IST", 330),
    ("SGT", 480), ("HKT", 480), ("JST", 540), ("KST", 540), ("AEST", 600), ("AEDT", 660),
    ("NZST", 720), ("NZDT", 780), ("EST", -300), ("EDT", -240), ("CST", -360), ("CDT", -300),
    ("MST", -420), ("MDT", -360), ("PST", -480), ("PDT", -420), ("AKST", -540), ("AKDT", -480),
    ("HST", -600),
  ]

  /// The offset that a zone's abbreviation means, in milliseconds, whatever its case.
  static func offset(ofZone name: Bytes) -> Int64? {
    for zone in zones where zone.name.utf8.count == name.count {
      var index = 0
      for letter in zone.name.utf8 {
        guard name[index] & 0xDF == letter else { break }
        index += 1
      }
      if index == name.count { return zone.minutes * 60_000 }
    }
    return nil
  }
}

extension Zone {
  /// A zone by its abbreviation, `PST` or `CEST`, as a fixed offset; nil if there is no such one.
  package init?(abbreviation name: String) {
    let text = PinnedText(name)
    guard let offset = withExtendedLifetime(text, { DateNames.offset(ofZone: text.bytes) }) else {
      return nil
    }
    self.init(name: name, offset: offset)
  }
}
