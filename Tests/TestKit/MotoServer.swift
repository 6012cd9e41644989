import Foundation

/// moto, which plays AWS: an empty account on loopback, at a free port, until `stop()`.
package final class MotoServer: Sendable {
  package let url: String
  private let program: ChildProgram

  /// The server never said that it listens.
  package struct NotStarted: Error {
    package var said: String
  }

  package init() throws {
    let output = Pipe()
    program = try ChildProgram(
      Counterpart.moto.program, ["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
      environment: ["PATH": "/usr/bin:/bin", "MOTO_CALL_RESET_API": "false"],
      output: output.fileHandleForWriting, errors: output.fileHandleForWriting)
    try output.fileHandleForWriting.close()
    let reader = output.fileHandleForReading
    var said = ""
    var found: Substring?
    // " * Running on http://127.0.0.1:40001", and then each request.
    while found == nil {
      let data = reader.availableData
      if data.isEmpty { throw NotStarted(said: said) }
      said += String(decoding: data, as: UTF8.self)
      found = said.firstMatch(of: /Running on (http:\/\/[0-9.:]+)\s/)?.output.1
    }
    url = String(found ?? "")
    // It would wait for somebody to read what it says.
    Thread.detachNewThread { while !reader.availableData.isEmpty {} }
  }

  package func stop() {
    program.send(SIGTERM)
    _ = try? program.wait(atMost: .seconds(20))
  }

  /// Lambda without containers: a function answers with what it was sent.
  package func playFunctions() throws {
    try tell("/moto-api/config", "{\"lambda\": {\"use_docker\": false}}", "application/json")
  }

  /// From now on keys, signatures and the actions of policies are checked.
  package func checkCallers() throws { try tell("/moto-api/reset-auth", "0", "text/plain") }

  private func tell(_ path: String, _ body: String, _ type: String) throws {
    let scratch = try Scratch()
    try scratch.write(body, to: "body")
    let run = try scratch.shell(
      "curl -sf -X POST -H 'Content-Type: \(type)' --data-binary @body '\(url)\(path)'")
    if run.status != 0 { throw NotStarted(said: "\(path): \(run.output)\(run.errors)") }
  }
}
