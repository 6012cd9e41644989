import Alerting
import Engine
import Testing

@Suite struct RuleTestUpdateTests {
  private func updated(_ expect: String, more: String = "") throws -> String {
    let head = "  - name: t # one\n    input:\n    \(RuleTestBench.errors())\n"
    let text = head + "    expect:" + expect + more
    let bench = try RuleTestBench(text)
    let after = try bench.updated()
    let start = "rules: errors.yaml\ntests:\n" + head
    #expect(after.hasPrefix(start))
    let tests = after.dropFirst("rules: errors.yaml\ntests:\n".count)
    #expect(try RuleTestBench(String(tests)).updated() == after, "it has to pass afterwards")
    return String(after.dropFirst(start.count))
  }

  @Test func `only the field that is wrong is rewritten`() throws {
    #expect(
      try updated(
        "  # why\n      # first\n      - {to: firing,   value: 4}   # four\n    exact: true # yes\n"
      )
        == "    expect:  # why\n      # first\n      - {to: firing,   value: 3}   # four\n    exact: true # yes\n"
    )
  }

  @Test func `what happened and was not expected is added in the usual form`() throws {
    #expect(
      try updated(" [] # none\n") == """
            expect:
              - { time: 2026-03-02T10:00:02.000Z, monitor: errors, level: critical, to: firing,
                  group: { host: a }, value: 3,
                  actions: [{ name: fix, mode: shadow }, { name: page, mode: live }] } # none

        """)
  }

  @Test func `an unwritten answer is written`() throws {
    #expect(
      try updated("\n").hasPrefix("    expect:\n      - { time: 2026-03-02T10:00:02.000Z, "))
  }

  @Test func `what did not happen is taken out, with its comment`() throws {
    #expect(
      try updated(
        "\n      - { to: firing } # kept\n      # gone\n      - to: resolved\n        value: 1\n    drain: false\n"
      )
        == "    expect:\n      - { to: firing } # kept\n    drain: false\n")
  }

  @Test func `a block item keeps its form`() throws {
    #expect(
      try updated("\n    - to: firing # a\n      value: 7 # b\n      group: { host: x }\n")
        == "    expect:\n    - to: firing # a\n      value: 3 # b\n      group: { host: a }\n")
  }

  @Test func `a test in braces stays in braces`() throws {
    let bench = try RuleTestBench(
      "  - { name: t, input: [{ line: '2026-03-02T10:00:00Z x' }], expect: [{ to: firing }] }\n")
    #expect(
      try bench.updated()
        == "rules: errors.yaml\ntests:\n"
        + "  - { name: t, input: [{ line: '2026-03-02T10:00:00Z x' }], expect: [] }\n")
  }

  @Test func `a file with Windows line ends keeps them`() throws {
    let text = "  - name: t\n    input:\n    \(RuleTestBench.errors())\n    expect: []\n"
    let after = try RuleTestBench(text.replacing("\n", with: "\r\n")).updated()
    let bytes = Array(after.utf8)
    let lone = bytes.indices.filter { bytes[$0] == 0x0A && bytes[$0 - 1] != 0x0D }
    // The bench itself writes the first two lines.
    #expect(lone.count == 2)
  }
}
