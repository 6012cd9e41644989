import Dispatch
import Glibc
import Synchronization

/// A tiny HTTP server on a free port of the loopback interface, one thread for each connection.
///
/// Answers each request with what `respond` returns and closes the connection; nil closes it
/// without an answer. Stops with `stop()`.
package final class LoopbackServer: Sendable {
  package struct Request: Sendable {
    package var method: String
    package var path: String
    /// By lower-case name.
    package var headers: [String: String]
    package var body: String
  }

  package struct Response: Sendable {
    /// How the connection ends.
    package enum Ending: Sendable {
      /// Whole, and closed.
      case proper
      /// More is promised than comes; the connection stays open until the other side has had enough.
      case stalled
      /// More and more comes, until the other side has had enough.
      case endless
      /// Torn down, without an answer.
      case reset
    }

    package var status: Int
    package var headers: [String]
    package var body: String
    package var ending: Ending

    package init(
      _ status: Int, headers: [String] = [], body: String = "", ending: Ending = .proper
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.ending = ending
    }
  }

  package let port: UInt16
  private let listener: Int32
  private let received = Mutex<[Request]>([])
  private let arrived = DispatchSemaphore(value: 0)
  private let respond: @Sendable (Request) -> Response?

  package init(_ respond: @escaping @Sendable (Request) -> Response?) {
    self.respond = respond
    (listener, port) = LoopbackServer.listen()
    startThread { [listener] in
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 {
          // Closed by nobody else: its number would be another server's at once, and this thread
          // would answer for it.
          close(listener)
          return
        }
        startThread { self.serve(connection) }
      }
    }
  }

  package var url: String { "http://127.0.0.1:\(port)" }

  /// The requests so far.
  package var requests: [Request] { received.withLock { $0 } }

  /// Waits until the requests so far are as wanted; false after a minute.
  package func waits(until isWanted: ([Request]) -> Bool) -> Bool {
    let deadline = DispatchTime.now() + .seconds(60)
    while !isWanted(requests) {
      if arrived.wait(timeout: deadline) == .timedOut { return isWanted(requests) }
    }
    return true
  }

  /// Must be called: the thread that accepts keeps the server alive.
  package func stop() {
    // Wakes accept; closing would not.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// A port of the loopback interface at which nobody listens.
  package static func deadPort() -> UInt16 {
    let (listener, port) = listen()
    close(listener)
    return port
  }

  private static func listen() -> (Int32, UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        precondition(bind(listener, address, length) == 0 && Glibc.listen(listener, 64) == 0)
        getsockname(listener, address, &length)
      }
    }
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    guard let request = read(connection) else { return }
    received.withLock { $0.append(request) }
    arrived.signal()
    guard let response = respond(request) else { return }
    if response.ending == .reset {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(
        connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      return
    }
    let length = response.ending == .proper ? response.body.utf8.count : 1 << 40
    var text = "HTTP/1.1 \(response.status) Status\r\n"
    text += "Content-Length: \(length)\r\nConnection: close\r\n"
    for header in response.headers { text += header + "\r\n" }
    write(connection, Array((text + "\r\n" + response.body).utf8))
    var byte: UInt8 = 0
    switch response.ending {
    case .proper, .reset: break
    case .stalled: recv(connection, &byte, 1, 0)
    case .endless: while write(connection, [UInt8](repeating: 0x78, count: 65_536)) {}
    }
  }

  @discardableResult
  private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var request: Request?
    var missing = Int.max
    while missing > 0 {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
      if request == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        request = LoopbackServer.parse(String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
        bytes.removeFirst(end.upperBound)
      }
      if let request {
        missing = (Int(request.headers["content-length"] ?? "0") ?? 0) - bytes.count
      }
    }
    request?.body = String(decoding: bytes, as: UTF8.self)
    return request
  }

  private static func parse(_ head: String) -> Request {
    let lines = head.split(separator: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    return Request(method: words[0], path: words[1], headers: headers, body: "")
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let box = Unmanaged.passRetained(ThreadBody(run: body)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { argument in
      argument.map { Unmanaged<ThreadBody>.fromOpaque($0).takeRetainedValue().run() }
      return nil
    }, box)
  precondition(code == 0)
  pthread_detach(thread)
}
