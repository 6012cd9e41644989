import Alerting
import Engine
import Testing

@Suite struct RuleTestFileTests {
  private static func test(_ input: String, _ expect: String = "[]") -> String {
    "tests:\n  - name: t\n    input: [\(input)]\n    expect: \(expect)\n"
  }

  @Test(arguments: [
    ("{ lin: a }", "lin: unknown key 'lin' in this input"),
    (
      "{ line: a, file: b }",
      "{ line: a, file: b }: an input needs one of `line`, `lines` and `file`"
    ),
    ("{ line: '{{tim}} a', start: 2026-03-02 }", "{{tim}}: '{{tim}}' stands for nothing"),
    ("{ line: 'a {{n+1}}' }", "{{n+1}}: '{{n+1}}' stands for nothing"),
    ("{ line: '{{time}} a' }", "'{{time}} a': the line has a time, and there is no `start`"),
    (
      "{ line: a, start: 2026-03-02 }",
      "2026-03-02: `start` changes nothing: the line has no {{time}}"
    ),
    ("{ line: '{{time}}', start: now }", "now: `start` needs a time, found 'now'"),
    ("{ line: '{{time}}', start: -15m }", "-15m: `start` needs a time, found '-15m'"),
    (
      "{ line: '{{time}}', start: 2026-03-02, repeat: 2 }",
      "2: the lines repeat, and there is no `every`"
    ),
    ("{ line: a, every: 1s }", "1s: `every` needs `start` and `repeat`"),
    ("{ line: \"a\\nb\" }", "\"a\\nb\": `line` has more than one line"),
    ("{ line: a, source: web }", "web: no source is named 'web'"),
    ("{ file: a, repeat: 2 }", "2: `repeat` belongs to `line` and `lines`, not to `file`"),
    ("", "[]: there is no line under `input`"),
  ])
  func `what is wrong with an input is said where it stands`(_ input: String, _ message: String) {
    #expect(RuleTestBench.mistakes(Self.test(input)).contains(message))
  }

  @Test(arguments: [
    ("[{ too: firing }]", "too: unknown key 'too' in this expectation"),
    (
      "[{ to: fired }]",
      "fired: `to` needs one of pending, firing, resolved, expired, found 'fired'"
    ),
    ("[{ time: soon }]", "soon: `time` needs a time, found 'soon'"),
    ("[{ value: many }]", "many: `value` needs a number or null, found 'many'"),
    ("[{ group: web }]", "web: `group` needs a map of fields, found 'web'"),
    (
      "[{ evidence: some }]",
      "some: `evidence` needs the number of lines, or the lines from the newest on, found 'some'"
    ),
    ("[{ actions: [{ mode: live }] }]", "{ mode: live }: this action has no `name`"),
    ("[{}]", "{}: this expectation names no field"),
  ])
  func `what is wrong with an expectation is said where it stands`(
    _ expect: String, _ message: String
  ) {
    #expect(RuleTestBench.mistakes(Self.test("{ line: a }", expect)).contains(message))
  }

  @Test func `a file without tests is a mistake`() {
    #expect(RuleTestBench.mistakes("tests: []\n") == ["[]: there is no test under `tests`"])
    #expect(RuleTestBench.mistakes("x: 1\n").contains { $0.hasSuffix("has no `tests`") })
  }

  @Test func `a test without expectations is a mistake, and two of one name`() {
    let one = "  - { name: t, input: [{ line: a }] }\n"
    #expect(
      RuleTestBench.mistakes("tests:\n" + one)
        == ["{ name: t, input: [{ line: a }] }: this test has no `expect`"])
    let two = "  - { name: t, input: [{ line: a }], expect: [] }\n"
    #expect(
      RuleTestBench.mistakes("tests:\n" + two + two)
        == ["t: another test of this file is named 't'"])
  }

  @Test func `an unknown monitor is a mistake, not a failure`() {
    #expect(throws: (any Error).self) {
      try RuleTestBench(
        "  - { name: t, input: [{ line: a }], exact: false, expect: [{ monitor: error }] }\n")
    }
  }
}
