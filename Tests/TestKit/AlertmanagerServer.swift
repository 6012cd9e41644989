import Foundation

/// Debian's Alertmanager on loopback, alone; it has to be stopped.
package final class AlertmanagerServer: Sendable {
  package struct Alert: Decodable, Sendable {
    package struct Status: Decodable, Sendable { package var state: String }
    package var labels: [String: String]
    package var annotations: [String: String]
    package var startsAt: String
    package var endsAt: String
    package var status: Status
  }

  package let url: String
  private let program: ChildProgram
  private let scratch: Scratch

  package init() throws {
    scratch = try Scratch()
    try scratch.write(
      "route: { receiver: none }\nreceivers: [{ name: none }]\n", to: "alertmanager.yml")
    url = "http://127.0.0.1:\(LoopbackServer.deadPort())"
    program = try ChildProgram(
      Counterpart.alertmanager.program,
      [
        "--config.file=\(scratch.folder.path)/alertmanager.yml",
        "--storage.path=\(scratch.folder.path)/data", "--cluster.listen-address=",
        "--web.listen-address=\(url.dropFirst("http://".count))",
      ], in: Counterpart.folder)
    // It needs a moment until it listens.
    while program.isRunning, get("/-/ready") == nil {}
  }

  /// What it knows to fire, by the name of the alert.
  package func alerts() throws -> [Alert] {
    guard let text = get("/api/v2/alerts") else { return [] }
    return try JSONDecoder().decode([Alert].self, from: Data(text.utf8))
      .sorted { $0.labels["alertname"] ?? "" < $1.labels["alertname"] ?? "" }
  }

  /// Waits until what it knows is as wanted; false after a minute.
  package func waits(until isWanted: ([Alert]) -> Bool) throws -> Bool {
    // Each question is a program that has to start and end: that is pause enough.
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      if isWanted(try alerts()) { return true }
    }
    return false
  }

  package func stop() {
    program.send(SIGTERM)
    _ = try? program.wait()
  }

  private func get(_ path: String) -> String? {
    guard let scratch = try? Scratch(),
      let output = try? scratch.opened("output"),
      let curl = try? ChildProgram(
        "curl", ["--silent", "--fail", url + path], in: scratch.folder, output: output),
      (try? curl.wait()) == 0
    else { return nil }
    return try? scratch.text(of: "output")
  }
}
