import Foundation
import Records
import TestKit
import Testing

@Suite struct ZoneTests {
  static let names = [
    "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Sydney", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia",
    "Africa/Casablanca",
    "Europe/Dublin", "America/Sao_Paulo", "Asia/Tehran", "Antarctica/Troll", "America/Nuuk",
    "Africa/Cairo", "Etc/UTC", "Pacific/Kiritimati", "America/Anchorage", "Asia/Manila",
  ]

  static func zone(_ name: String) throws -> Zone {
    let file = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))
    return try #require(Zone(tzif: [UInt8](file), name: name))
  }

  private static func moment(_ text: String) throws -> Int64 {
    try #require(Timestamp.parse(text, now: nil))
  }

  @Test(
    arguments: [
      ("Z", 0), ("UTC", 0), ("gmt", 0), ("+02:00", 7_200_000), ("-0530", -19_800_000),
      ("+2", 7_200_000),
      ("UTC+02:00", 7_200_000), ("GMT-8", -28_800_000), ("+00:00", 0), ("", nil), ("+", nil),
      ("2", nil), ("+25", nil), ("+02:60", nil), ("+2:3", nil), ("Europe/Berlin", nil), ("+a", nil),
      ("+02:00:00", nil), ("+12345", nil), ("UTCx", nil),
    ] as [(String, Int64?)])
  func `an offset is a zone`(_ text: String, _ offset: Int64?) {
    #expect(Zone(fixedOffset: text)?.offset(at: 0) == offset)
  }

  @Test func `an abbreviation is a zone`() {
    #expect(Zone(abbreviation: "PST")?.offset(at: 0) == -28_800_000)
    #expect(Zone(abbreviation: "cest")?.offset(at: 0) == 7_200_000)
    #expect(Zone(abbreviation: "XYZ") == nil)
  }

  @Test(arguments: names)
  func `offsets are those of the time zone database`(_ name: String) throws {
    let zone = try Self.zone(name)
    let reference = try #require(TimeZone(identifier: name))
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for _ in 0..<3000 {
      // 1970 to 2090: recorded changes, then the rule for the future.
      let ms = Int64(random.below(3_786_912_000)) * 1000
      let expected = reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(ms) / 1000))
      #expect(
        zone.offset(at: ms) == Int64(expected) * 1000, "seed \(seed): \(Timestamp.rfc3339(ms))")
    }
  }

  @Test(arguments: names)
  func `a clock reading comes back to its moment`(_ name: String) throws {
    let zone = try Self.zone(name)
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for _ in 0..<3000 {
      let ms = Int64(random.below(5_000_000_000)) * 1000 - 1_000_000_000_000
      let shown = ms + zone.offset(at: ms)
      let back = zone.utc(fromLocal: shown)
      // The same moment, or the earlier of the two that clocks show alike.
      #expect(back <= ms, "seed \(seed): \(Timestamp.rfc3339(ms))")
      #expect(back + zone.offset(at: back) == shown, "seed \(seed): \(Timestamp.rfc3339(ms))")
    }
  }

  @Test func `a skipped reading takes the offset before, a repeated one its first moment`() throws {
    let berlin = try Self.zone("Europe/Berlin")
    for (local, moment) in [
      ("2024-03-31T01:59:59Z", "2024-03-31T00:59:59Z"),
      ("2024-03-31T02:30:00Z", "2024-03-31T01:30:00Z"),
      ("2024-03-31T03:00:00Z", "2024-03-31T01:00:00Z"),
      ("2024-10-27T02:00:00Z", "2024-10-27T00:00:00Z"),
      ("2024-10-27T02:59:59Z", "2024-10-27T00:59:59Z"),
      ("2024-10-27T03:00:00Z", "2024-10-27T02:00:00Z"),
      ("2075-07-01T12:00:00Z", "2075-07-01T10:00:00Z"),
      ("2075-12-01T12:00:00Z", "2075-12-01T11:00:00Z"),
    ] {
      let shown = try Self.moment(local)
      #expect(berlin.utc(fromLocal: shown) == (try Self.moment(moment)), "\(local)")
    }
    let sydney = try Self.zone("Australia/Sydney")
    let newYear = try Self.moment("2080-01-01T00:00:00Z")
    #expect(sydney.offset(at: newYear) == 39_600_000)
    #expect(sydney.abbreviation(at: newYear) == "AEDT")
    // The day that Samoa left out.
    let apia = try Self.zone("Pacific/Apia")
    let skipped = try Self.moment("2011-12-30T12:00:00Z")
    #expect(apia.utc(fromLocal: skipped) == (try Self.moment("2011-12-30T22:00:00Z")))
  }

  @Test func `bytes that are no zone file are refused, whatever they are`() throws {
    let file = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Berlin")))
    #expect(Zone(tzif: [], name: "x") == nil)
    for length in 0..<file.count - 1 {
      #expect(Zone(tzif: Array(file[..<length]), name: "x") == nil, "\(length) bytes")
    }
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for _ in 0..<3000 {
      var damaged = file
      for _ in 0..<random.below(4) + 1 {
        damaged[random.below(damaged.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      // Any answer will do but a trap.
      let zone = Zone(tzif: damaged, name: "x")
      _ = zone?.offset(at: Int64(bitPattern: random.next()))
      _ = zone?.utc(fromLocal: Int64(bitPattern: random.next()))
    }
  }

  @Test func `every installed zone is read`() throws {
    let root = "/usr/share/zoneinfo"
    var count = 0
    for name in TimeZone.knownTimeZoneIdentifiers {
      guard let file = FileManager.default.contents(atPath: root + "/" + name) else { continue }
      #expect(Zone(tzif: [UInt8](file), name: name) != nil, "\(name)")
      count += 1
    }
    #expect(count > 300)
  }
}
