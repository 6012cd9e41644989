extension Zone {
  /// A zone that needs no file: UTC by any of its names, an offset, an abbreviation.
  package init?(fixedName name: String) {
    let names = ["utc", "etc/utc", "etc/gmt", "etc/uct", "etc/universal", "universal", "zulu"]
    if names.contains(name.lowercased()) {
      self = .utc
    } else if let zone = Zone(fixedOffset: name) ?? Zone(abbreviation: name) {
      self = zone
    } else {
      return nil
    }
  }
}
