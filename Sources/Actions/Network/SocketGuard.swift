import CCurl
import Glibc

/// Lets libcurl connect only to where an action may go: the last look, at the very address, after
/// names have been resolved.
final class SocketGuard {
  private let address: WebAddress
  private let reach: Reach
  /// Why a connection was not made.
  private(set) var refusal: Reach.Refusal?

  init(_ address: WebAddress, _ reach: Reach) {
    self.address = address
    self.reach = reach
  }

  /// Watches a handle; must outlive what is performed on it.
  func watch(_ handle: UnsafeMutableRawPointer) {
    // SAFETY: curl calls back only inside curl_easy_perform, during which the caller keeps us alive.
    tripline_curl_set_socket(
      handle,
      { context, _, address in
        guard let context, let address else { return CURL_SOCKET_BAD }
        return Unmanaged<SocketGuard>.fromOpaque(context).takeUnretainedValue().open(address)
      }, Unmanaged.passUnretained(self).toOpaque())
    // A proxy would have to reach what is on this machine only.
    if address.isLoopback { tripline_curl_set_text(handle, CURLOPT_NOPROXY, "*") }
  }

  private func open(_ target: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = Int(tripline_curl_address(target, &bytes))
    let number = NetworkAddress(bytes: Array(bytes.prefix(count)))
    // Anything but IPv4 and IPv6 can't come of a URL.
    refusal =
      count == 0
      ? Reach.Refusal(what: "it is no internet address")
      : reach.refusal(of: number, for: address)
    if refusal != nil { return CURL_SOCKET_BAD }
    let kind = target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(target.pointee.family, kind, target.pointee.protocol)
  }
}
