import Glibc
import Records

extension FunctionTable {
  static let addressFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "isValidIP", parameters: "address", arity: 1...1, "true for an IPv4 or IPv6 address"
    ) { _ in
      Each.cell { cell, arena in
        let text = cell.text(arena)
        return Cell(IPv4Address(text) != nil || IPv6Address.isOne(text))
      }
    },
    FunctionDefinition(
      "isValidIPv4", parameters: "address", arity: 1...1, "true for an IPv4 address"
    ) { _ in Each.cell { cell, arena in Cell(IPv4Address(cell.text(arena)) != nil) } },
    FunctionDefinition(
      "isValidIPv6", parameters: "address", arity: 1...1, "true for an IPv6 address"
    ) { _ in Each.cell { cell, arena in Cell(IPv6Address.isOne(cell.text(arena))) } },
    FunctionDefinition(
      "isPrivateIP", parameters: "address", arity: 1...1,
      "true in 10/8, 172.16/12 and 192.168/16; null for what is no IPv4 address"
    ) { _ in Each.address { Cell($0.isPrivate) } },
    FunctionDefinition(
      "isPublicIP", parameters: "address", arity: 1...1,
      "true when the address is neither private nor reserved; null for what is no IPv4 address"
    ) { _ in Each.address { Cell(!$0.isPrivate && !$0.isReserved) } },
    FunctionDefinition(
      "isReservedIP", parameters: "address", arity: 1...1,
      "true in the special ranges of RFC 5735; null for what is no IPv4 address"
    ) { _ in Each.address { Cell($0.isReserved) } },
    FunctionDefinition(
      "getCIDRPrefix", parameters: "address, bits", arity: 2...2,
      "the network that the first so many bits of the address name"
    ) { call throws(Diagnostic) in
      try checkPrefix(call, 1)
      return Each.list { cells, arena in
        guard let address = IPv4Address(cells[0].text(arena)), let mask = cells[1].mask else {
          return .null
        }
        return Cell(text: IPv4Address(bits: address.bits & mask.bits).text(arena))
      }
    },
    FunctionDefinition(
      "compareCIDRPrefix", parameters: "address, address, bits", arity: 3...3,
      "true when the addresses have the same first so many bits"
    ) { call throws(Diagnostic) in
      try checkPrefix(call, 2)
      return Each.list { cells, arena in
        guard let a = IPv4Address(cells[0].text(arena)), let b = IPv4Address(cells[1].text(arena)),
          let mask = cells[2].mask
        else { return .null }
        return Cell((a.bits ^ b.bits) & mask.bits == 0)
      }
    },
    FunctionDefinition(
      "maskFromCIDR", parameters: "bits", arity: 1...1,
      "the mask of a network whose name has so many bits"
    ) { call throws(Diagnostic) in
      try checkPrefix(call, 0)
      return Each.cell { cell, arena in cell.mask.map { Cell(text: $0.text(arena)) } ?? .null }
    },
    FunctionDefinition(
      "ipv4ToNumber", parameters: "address", arity: 1...1, "the address as one number"
    ) { _ in Each.address { Cell(Int64($0.bits)) } },
    FunctionDefinition(
      "haversine", parameters: "latitude, longitude, latitude, longitude", arity: 4...4,
      "the distance of two places in kilometres along the surface of the earth"
    ) { _ in
      Each.list { cells, _ in
        guard let latitude = cells[0].number, let longitude = cells[1].number,
          let otherLatitude = cells[2].number, let otherLongitude = cells[3].number
        else { return .null }
        return Cell(
          Earth.kilometres(from: (latitude, longitude), to: (otherLatitude, otherLongitude)))
      }
    },
  ]

  /// A length that can never work is told before any row is read.
  private static func checkPrefix(_ call: FunctionCall, _ index: Int) throws(Diagnostic) {
    let number = call.number(index) ?? call.literal(index).flatMap { Double($0) }
    guard let number, Cell(number).mask == nil else { return }
    throw call.mistake(
      .badPrefix(NumberText.shortest(number)), in: index, help: "a prefix has 0 to 32 bits")
  }
}

extension Each {
  /// A function of one IPv4 address; null for anything else.
  fileprivate static func address(
    _ body: @escaping @Sendable (IPv4Address) -> Cell
  ) -> Function.Body {
    cell { cell, arena in IPv4Address(cell.text(arena)).map(body) ?? .null }
  }
}

extension Cell {
  /// The mask of a prefix of so many bits, whether a number or text says it.
  fileprivate var mask: IPv4Address? {
    guard let length = wholeNumber, (0...32).contains(length) else { return nil }
    return IPv4Address(bits: length == 0 ? 0 : ~0 << UInt32(32 - length))
  }
}

/// Four numbers below 256 with dots between, and nothing else.
struct IPv4Address: Sendable {
  let bits: UInt32

  init(bits: UInt32) { self.bits = bits }

  init?(_ text: Bytes) {
    // A leading zero is refused: some read it as octal, so nobody knows what is meant.
    var bits: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var parts = 1
    for index in 0..<text.count {
      let byte = text[index]
      if Lexer.isDigit(byte), digits < 3, !(digits > 0 && part == 0) {
        part = part * 10 + UInt32(byte - 0x30)
        digits += 1
      } else if byte == UInt8(ascii: "."), digits > 0, part < 256, parts < 4 {
        bits = bits << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      } else {
        return nil
      }
    }
    guard parts == 4, digits > 0, part < 256 else { return nil }
    self.bits = bits << 8 | part
  }

  func text(_ arena: Arena) -> Bytes {
    var text: [UInt8] = []
    for shift in [24, 16, 8, 0] {
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      NumberText.append(Int64(bits >> UInt32(shift) & 255), to: &text)
    }
    return arena.store(text)
  }

  /// A network: its address and the bits that name it.
  private struct Network {
    let bits: UInt32
    let mask: UInt32

    init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ length: UInt32) {
      bits = a << 24 | b << 16 | c << 8 | d
      mask = ~0 << (32 - length)
    }
  }

  private static let privateNetworks = [
    Network(10, 0, 0, 0, 8), Network(172, 16, 0, 0, 12), Network(192, 168, 0, 0, 16),
  ]

  /// RFC 5735, without the private ones; the broadcast address lies in the last.
  private static let reservedNetworks = [
    Network(0, 0, 0, 0, 8), Network(127, 0, 0, 0, 8), Network(169, 254, 0, 0, 16),
    Network(192, 0, 0, 0, 24), Network(192, 0, 2, 0, 24), Network(192, 88, 99, 0, 24),
    Network(198, 18, 0, 0, 15), Network(198, 51, 100, 0, 24), Network(203, 0, 113, 0, 24),
    Network(224, 0, 0, 0, 4), Network(240, 0, 0, 0, 4),
  ]

  var isPrivate: Bool { IPv4Address.privateNetworks.contains { bits & $0.mask == $0.bits } }

  var isReserved: Bool { IPv4Address.reservedNetworks.contains { bits & $0.mask == $0.bits } }
}

/// The text of RFC 4291: eight groups of hexadecimal digits, `::` once for some that are zero, the
/// last two groups perhaps as an IPv4 address.
enum IPv6Address {
  static func isOne(_ text: Bytes) -> Bool {
    let colon = UInt8(ascii: ":")
    var groups = 0
    var isShortened = false
    var place = 0
    if text.count > 1, text[0] == colon {
      guard text[1] == colon else { return false }
      place = 2
      isShortened = true
    }
    while place < text.count {
      let end = text.firstIndex(of: colon, from: place) ?? text.count
      let group = text.slice(place, end)
      if end == text.count, IPv4Address(group) != nil {
        groups += 2
        break
      }
      guard (1...4).contains(group.count), group.allSatisfy({ Hexadecimal.value(of: $0) != nil })
      else { return false }
      groups += 1
      guard end < text.count else { break }
      place = end + 1
      if place == text.count { return false }
      if text[place] == colon {
        guard !isShortened else { return false }
        isShortened = true
        place += 1
      }
    }
    return isShortened ? groups < 8 : groups == 8
  }
}

/// The earth as a sphere of the radius that the original's documented distances imply.
private enum Earth {
  private static let radius = 6372.8

  static func kilometres(
    from a: (latitude: Double, longitude: Double), to b: (latitude: Double, longitude: Double)
  ) -> Double {
    func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
    let latitude = sin(radians(b.latitude - a.latitude) / 2)
    let longitude = sin(radians(b.longitude - a.longitude) / 2)
    let chord =
      latitude * latitude
      + cos(radians(a.latitude)) * cos(radians(b.latitude)) * longitude * longitude
    return 2 * radius * asin(min(1, chord.squareRoot()))
  }
}

extension Diagnostic.Message {
  fileprivate static func badPrefix(_ length: String) -> Self {
    Self("arguments", "there is no IPv4 prefix of \(length) bits")
  }
}
