package import Records

/// Time zones by name: offsets, abbreviations, and the system's zone files.
package enum ZoneFiles {
  private static let directory = "/usr/share/zoneinfo"

  /// Nil when there is no such zone; names are IANA's, whatever their case.
  package static func zone(named name: String) -> Zone? {
    if let zone = Zone(fixedName: name) { return zone }
    let parts = name.split(separator: "/")
    guard !parts.isEmpty, !parts.contains(".."), !name.hasPrefix("/") else { return nil }
    // America/new_york is found as America/New_York; the files have one spelling each.
    let spelled = parts.map { part in
      part.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
        .joined(separator: "_")
    }.joined(separator: "/")
    for candidate in [name, spelled, name.uppercased()] {
      if let bytes = try? FileBytes.read("\(directory)/\(candidate)"),
        let zone = Zone(tzif: bytes, name: candidate)
      {
        return zone
      }
    }
    return nil
  }
}

/// Small files, read whole.
package enum FileBytes {
  package static func read(_ path: String) throws(InputFailure) -> [UInt8] {
    let stream = try ByteStreams.open(path)
    var content: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try stream.read(into: buffer)
      if count == 0 { return content }
      content.append(contentsOf: buffer[..<count])
    }
  }
}
