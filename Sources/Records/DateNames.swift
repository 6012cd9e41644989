/// The English names that stand in dates. Log files do not follow the reader's language.
enum DateNames {
  /// The months or the weekdays, with what is needed to recognise one quickly.
  struct Names: Sendable {
    let full: [String]
    /// The first three letters of each in one word: almost no word of a line begins like a month.
    private let keys: [UInt32]

    init(_ full: [String]) {
      self.full = full
      keys = full.map { name in
        let letters = Array(name.utf8)
        return Names.key(letters[0], letters[1], letters[2])
      }
    }

    @inline(__always)
    private static func key(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
      (UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)) | 0x202020
    }

    /// Which name stands at `position`, in full or its first three letters, whatever its case.
    func match(_ text: Bytes, at position: Int) -> (index: Int, length: Int)? {
      guard position + 3 <= text.count else { return nil }
      let key = Names.key(text[position], text[position + 1], text[position + 2])
      guard let index = keys.firstIndex(of: key) else { return nil }
      var length = 3
      for letter in full[index].utf8.dropFirst(3) {
        guard position + length < text.count, text[position + length] | 0x20 == letter else {
          return (index, 3)
        }
        length += 1
      }
      return (index, length)
    }
  }

  static let months = Names([
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ])

  static let weekdays = Names([
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ])

  /// Minutes east of universal time of the abbreviations that logs carry. Where several places share
  /// one, the place with the most people is meant: IST is India, BST is Britain.
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
