import Glibc
import TestKit
import Testing

/// `tripline query` that somebody interrupts: what was read so far is answered.
@Suite struct QueryInterruptTests {
  private static let lines = 6_000
  /// What a pipe may hold that nobody has read.
  private static let inPipe = 1 << 16

  /// A program that waits for more of its input, of which the last line has no end.
  private func waiting(_ query: String, _ flags: String...) throws -> RunningProgram {
    let program = try RunningProgram(
      ["query", query] + flags, in: try Scratch(), input: true)
    let line = #"{"timestamp":"2026-03-02T10:00:00Z","msg":"hello","padding":"0123456789"}"# + "\n"
    try program.write(String(repeating: line, count: Self.lines) + #"{"timestamp":"2026-"#)
    return program
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `an aggregate of the lines so far is printed`(_ signal: Int32) throws {
    let program = try waiting("* | count", "-o", "csv")
    program.send(signal)
    #expect(try program.status() == 128 + signal)
    let rows = program.text(.output).split(separator: "\r\n").flatMap { $0.split(separator: "\n") }
    let count = try #require(rows.last.flatMap { Int($0) }, "\(program.text(.output))")
    #expect(count <= Self.lines && count > Self.lines - Self.inPipe / 70)
    #expect(
      program.text(.errors).contains("interrupted; this is the answer of the lines read so far"))
    #expect(!program.text(.errors).contains("malformed"))
  }

  @Test func `lines are printed whole`() throws {
    let program = try waiting("*")
    program.send(SIGINT)
    #expect(try program.status() == 130)
    let text = program.text(.output)
    #expect(text.hasSuffix("}\n") && text.split(separator: "\n").allSatisfy { $0.hasSuffix("}") })
  }

  @Test func `a query that nobody interrupts takes the last line without its end`() throws {
    let scratch = try Scratch()
    let program = try RunningProgram(["query", "* | count", "-o", "csv"], in: scratch, input: true)
    try program.write("one\ntwo")
    try program.endInput()
    #expect(try program.status() == 0)
    #expect(program.text(.output).contains("2"))
  }
}
