import Actions
import Foundation
import Testing

@Suite struct ProcessTransportTests {
  private func run(
    _ arguments: [String], in directory: String? = nil,
    environment: [(String, String)] = [], input: String = "", inherited: [String: String] = [:],
    timeout: Duration = .seconds(50), redaction: Redaction = Redaction()
  ) -> Result<String, ActionError> {
    var transport = SystemTransport(environment: inherited)
    let call = ProcessCall(
      arguments: arguments.map { GuardedText($0) }, directory: directory.map { GuardedText($0) },
      environment: environment.map { ProcessCall.Variable($0.0, GuardedText($0.1)) },
      input: Array(input.utf8))
    return Result { () throws(ActionError) in
      try transport.perform(
        .process(call), now: 0, timeout: timeout, redaction: redaction
      ).summary
    }
  }

  private func shell(_ script: String, timeout: Duration = .seconds(50)) -> Result<
    String, ActionError
  > {
    run(["/bin/sh", "-c", script], timeout: timeout)
  }

  @Test func `arguments reach the program as they are`() {
    #expect(
      run(["/usr/bin/printf", "%s|", "a b", "$HOME", "*", ""]) == .success("exit 0: a b|$HOME|*||"))
  }

  @Test func `input, directory and environment are the program's`() {
    let result = run(
      ["/bin/sh", "-c", "cat; pwd; echo $ONE $TWO; cat /dev/stdin"], in: "/usr",
      environment: [("ONE", "1")], input: "line\n", inherited: ["ONE": "0", "TWO": "2"])
    #expect(result == .success("exit 0: line\n/usr\n1 2\nline"))
  }

  @Test func `output and errors are kept in order, with the exit code`() throws {
    let error = try #require(shell("echo out; echo err >&2; exit 3").failure)
    #expect(
      error
        == ActionError("/bin/sh: exit 3: out\nerr", advice: .giveUp, proof: .answered))
  }

  @Test func `a program that ignores a large input hurts nobody`() {
    let input = String(repeating: "x", count: 4 << 20)
    #expect(run(["/bin/true"], input: input) == .success("exit 0"))
  }

  @Test func `of a long output both ends are kept, in whole lines`() throws {
    let output = try shell("i=0; while [ $i -lt 9000 ]; do echo line $i; i=$((i+1)); done").get()
    #expect(output.hasPrefix("exit 0: line 0\nline 1\n"))
    #expect(output.hasSuffix("line 8999"))
    #expect(output.contains(" bytes ...]\nline "))
    #expect(output.utf8.count < 17_000)
  }

  @Test func `secrets in the output are taken out`() {
    var redaction = Redaction()
    redaction.add(name: "TOKEN", value: "hunter2")
    #expect(
      run(["/bin/echo", "it is hunter2!"], redaction: redaction)
        == .success("exit 0: it is ${env:TOKEN}!"))
  }

  @Test func `a program that is not there was not run`() throws {
    let error = try #require(run(["/nowhere/program"]).failure)
    #expect(
      error
        == ActionError(
          "/nowhere/program: can't run: No such file or directory", advice: .giveUp,
          proof: .nothingDone))
  }

  @Test func `at the timeout the whole group is ended`() throws {
    // Its child says its number and would live for a minute; `wait` ends at TERM, the child does not.
    let script = "(trap '' TERM; while :; do sleep 1; done) & echo $!; wait"
    let error = try #require(shell(script, timeout: .milliseconds(300)).failure)
    let start = "/bin/sh: killed after 300ms: "
    let child = try #require(pid_t(error.reason.dropFirst(start.count)))
    #expect(error.reason.hasPrefix(start))
    #expect(isEnded(child, within: .seconds(30)))
    #expect(error.advice == .giveUp)
    #expect(error.proof == .unknown)
  }

  /// Whether a process is gone, or dead and waiting for its new parent to notice. On a busy machine a
  /// killed process takes its time to die.
  private func isEnded(_ process: pid_t, within time: Duration) -> Bool {
    let deadline = ContinuousClock.now + time
    repeat {
      let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      guard let status, !status.contains(") Z "), kill(process, 0) == 0 else { return true }
      poll(nil, 0, 10)
    } while ContinuousClock.now < deadline
    return false
  }

  @Test func `a program that ignores TERM is killed`() throws {
    let error = try #require(
      shell("trap '' TERM; while :; do sleep 1; done", timeout: .milliseconds(100)).failure)
    #expect(error.reason == "/bin/sh: killed after 100ms")
  }

  @Test func `a child left behind holds up nothing`() {
    #expect(shell("sleep 60 & echo left") == .success("exit 0: left"))
  }

  @Test func `a signal's victim may have acted`() throws {
    let error = try #require(shell("kill -9 $$").failure)
    #expect(
      error
        == ActionError("/bin/sh: ended by signal 9", advice: .giveUp, proof: .unknown))
  }

  @Test func `no descriptor of ours reaches the program`() throws {
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    let listed = try shell("ls /proc/$$/fd").get()
    #expect(!listed.split(separator: "\n").contains("\(file)"))
  }
}
