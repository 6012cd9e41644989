import Foundation
import Synchronization
import TestKit
import Testing

/// Where a run sends, and where it does not, with the real binary.
@Suite struct NetworkTests {
  private func site(_ action: String) throws -> RunSite {
    try RunSite(
      rules: """
        monitors:
          - name: slow
            query: "* | where took_ms > 3s"
            window: 10m
            critical: { alert: "> 2" }
            actions: [page]
        actions:
          page:
            \(action)
        """)
  }

  /// Lets the alert fire and the program end; answers with what it said.
  private func fire(_ site: RunSite, _ environment: [String: String] = [:]) throws -> BinaryRun {
    try BinaryRun.tripline(
      ["run", "-r", "rules.yaml", "--on-eof", "exit", "-"], in: site.directory,
      environment: environment, input: .text(RunLine.slow(count: 3)))
  }

  @Test func `a name that means a link-local address is refused when it is connected to`() throws {
    let library = try SharedLibrary("faulty_names")
    let site = try site(#"webhook: { url: "https://pager.test/" }"#)
    let run = try fire(site, ["LD_PRELOAD": library.path])
    #expect(run.status == 5)
    #expect(
      run.errors.contains(
        "not sent, because 169.254.169.254 is a link-local address, where clouds hand out"),
      "\(run.errors)")
  }

  @Test func `a secret address in the clear is refused at the start`() throws {
    let site = try site(#"webhook: { url: "${env:PAGER}" }"#)
    let run = try fire(site, ["PAGER": "http://pager.example/s3cr3t"])
    #expect(run.status == 3)
    #expect(run.errors.contains("http to another machine can be read and changed on its way"))
    #expect(!run.errors.contains("s3cr3t"))
  }

  @Test func `no proxy stands between the program and its own machine`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let proxy = "http://127.0.0.1:\(LoopbackServer.deadPort())"
    let site = try site(#"webhook: { url: "\#(server.url)/hook" }"#)
    let run = try fire(site, ["http_proxy": proxy, "all_proxy": proxy])
    #expect(run.status == 0, "\(run.errors)")
    #expect(server.requests.map(\.path) == ["/hook"])
  }

  @Test func `a proxy is asked for what is elsewhere`() throws {
    let proxy = LoopbackServer { _ in .init(200) }
    defer { proxy.stop() }
    let site = try site(#"webhook: { url: "http://pager.example/hook", insecure: true }"#)
    let run = try fire(site, ["http_proxy": proxy.url])
    #expect(run.status == 0, "\(run.errors)")
    #expect(proxy.requests.map(\.path) == ["http://pager.example/hook"])
  }

  @Test func `an attempt carries a signature of its own time and the same id`() throws {
    let count = Counter()
    // Signatures carry whole seconds.
    let server = LoopbackServer { _ in
      .init(count.next() == 1 ? 500 : 200, headers: ["Retry-After: 2"])
    }
    defer { server.stop() }
    let site = try site(#"webhook: { url: "\#(server.url)", secret: "${env:KEY}" }"#)
    let run = try fire(site, ["KEY": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    #expect(run.status == 0, "\(run.errors)")
    try #require(server.requests.count == 2)
    let headers = server.requests.map(\.headers)
    #expect(headers[0]["webhook-id"] == headers[1]["webhook-id"])
    #expect(headers[0]["webhook-id"] == headers[0]["idempotency-key"])
    #expect(headers[0]["webhook-timestamp"] != headers[1]["webhook-timestamp"])
    #expect(headers[0]["webhook-signature"] != headers[1]["webhook-signature"])
    #expect(headers[0]["webhook-signature"]?.hasPrefix("v1,") == true)
  }
}

/// Counts from 1, on any thread.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
