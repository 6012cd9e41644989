import QueryLanguage
package import Records

/// The time zones that a text may name, and the one that is meant when it names none.
package struct ZoneBook: Sendable {
  package var usual: Zone
  package var zone: @Sendable (String) -> Zone?

  package init(
    usual: Zone = .utc, zone: @escaping @Sendable (String) -> Zone? = { Zone(fixedName: $0) }
  ) {
    self.usual = usual
    self.zone = zone
  }

  /// The zone that the `timezone` of some keys names; the usual one without it, or with one that
  /// does not exist, which is reported.
  package func zone(of keys: inout ConfigBinder) -> Zone {
    guard let name = keys.filled("timezone") else { return usual }
    if let zone = zone(name) { return zone }
    keys.reportNoZone(name, at: "timezone")
    return usual
  }
}

extension ConfigBinder {
  /// Says that the value of a key is the name of no time zone.
  func reportNoZone(_ name: String, at key: String) {
    report(
      .noZone(name), at: key,
      help: "write UTC, an offset such as +02:00, or an IANA name such as Europe/Berlin")
  }
}

extension Diagnostic.Message {
  fileprivate static func noZone(_ name: String) -> Self {
    Self("unknown-zone", "there is no time zone '\(name)'")
  }
}
