/// How far an action may go over the network: this machine, and anybody over TLS; more only when its
/// author says so.
package struct Reach: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `insecure: true`: other machines without TLS.
  package static let plainText = Reach(rawValue: 1)
  /// `allow_link_local: true`: the machine's own link, where clouds keep their credentials.
  package static let linkLocal = Reach(rawValue: 2)

  /// Why nothing is sent to an address.
  struct Refusal: Hashable {
    var what: String
    /// What its author could write instead.
    var remedy: String?
  }

  /// Why nothing is sent to a URL, whatever its name resolves to; nil when nothing is against it.
  func refusal(of address: WebAddress) -> Refusal? {
    if let number = NetworkAddress(address.host), let refusal = refusal(of: number) {
      return refusal
    }
    guard !address.isEncrypted, !address.isLoopback, !contains(.plainText) else { return nil }
    return Refusal(
      what: "\(address.scheme) to another machine can be read and changed on its way",
      remedy: "write \(address.scheme)s://..., or `insecure: true` if you trust that network")
  }

  /// Why nobody may connect to what the host of a URL has turned out to be.
  func refusal(of number: NetworkAddress, for address: WebAddress) -> Refusal? {
    if let refusal = refusal(of: number) { return refusal }
    // A name such as localhost is taken at its word only as long as it keeps it.
    guard !address.isEncrypted, address.isLoopback, !number.isLoopback, !contains(.plainText) else {
      return nil
    }
    return Refusal(what: "'\(address.host)' is \(number), which is another machine")
  }

  private func refusal(of address: NetworkAddress) -> Refusal? {
    if address.isUnspecified { return Refusal(what: "\(address) is nobody's address") }
    guard address.isLinkLocal, !contains(.linkLocal) else { return nil }
    return Refusal(
      what: "\(address) is a link-local address, where clouds hand out credentials",
      remedy: "`allow_link_local: true` lets this action go there")
  }
}

extension WebAddress {
  /// Whether what is sent can be read by the receiver alone. Mail begins in the clear and has to go
  /// over to TLS, but on this machine.
  fileprivate var isEncrypted: Bool {
    ["https", "smtps"].contains(scheme) || scheme == "smtp" && !isLoopback
  }
}
