import Glibc

/// A numeric address, and what kind of place that is.
struct NetworkAddress: Hashable, CustomStringConvertible {
  /// 4 bytes, or 16, as they go over the wire.
  private let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Nil when the text is a name.
  init?(_ text: String) {
    var bytes = [UInt8](repeating: 0, count: 16)
    // The zone of fe80::1%eth0 says nothing about what kind of address it is.
    let plain = String(text.prefix { $0 != "%" })
    if inet_pton(AF_INET, plain, &bytes) == 1 {
      self.init(bytes: Array(bytes.prefix(4)))
    } else if inet_pton(AF_INET6, plain, &bytes) == 1 {
      self.init(bytes: bytes)
    } else {
      return nil
    }
  }

  var isLoopback: Bool {
    if let inner { return inner.isLoopback }
    return bytes.count == 4 ? bytes[0] == 127 : bytes == NetworkAddress.zeros(15) + [1]
  }

  /// 0.0.0.0/8 and `::`, which reach this machine by a door that nobody thinks of.
  var isUnspecified: Bool {
    if let inner { return inner.isUnspecified }
    return bytes.count == 4 ? bytes[0] == 0 : bytes == NetworkAddress.zeros(16)
  }

  /// Addresses of the machine's own link, where clouds hand out credentials to whoever asks.
  var isLinkLocal: Bool {
    if let inner { return inner.isLinkLocal }
    if bytes.count == 4 { return bytes[0] == 169 && bytes[1] == 254 }
    let isLink = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    return isLink || self == NetworkAddress.metadata
  }

  /// The metadata service of EC2 over IPv6, fd00:ec2::254.
  private static let metadata = NetworkAddress(
    bytes: [0xFD, 0, 0x0E, 0xC2] + zeros(10) + [0x02, 0x54])

  /// The IPv4 address that is written as an IPv6 one: `::ffff:a.b.c.d`, `64:ff9b::a.b.c.d`.
  private var inner: NetworkAddress? {
    let mapped = NetworkAddress.zeros(10) + [0xFF, 0xFF]
    let translated = [0x00, 0x64, 0xFF, 0x9B] + NetworkAddress.zeros(8)
    guard bytes.count == 16, bytes.starts(with: mapped) || bytes.starts(with: translated) else {
      return nil
    }
    return NetworkAddress(bytes: Array(bytes.suffix(4)))
  }

  var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    inet_ntop(family, bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
