import Foundation
import Testing

/// `tripline check` and what it tells its caller.
@Suite final class CheckCommandTests {
  private let tripline: CheckProgram

  init() throws { tripline = try CheckProgram() }

  deinit { tripline.remove() }

  private let sound = """
    monitors:
      - name: errors
        query: error | count by host
        window: 10m
        group_by: [host]
        critical: { alert: "> 5" }
        actions: [note]
    actions:
      note: { file: { path: /tmp/notes.ndjson } }
    """

  @Test func `sound rules are counted and nothing else is said`() throws {
    try tripline.write("rules.yaml", sound)
    let run = try tripline("check", "rules.yaml")
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(run.errors == "1 file, 1 monitor, 1 action: no mistakes\n")
  }

  @Test func `a mistake in a query points into the rule file`() throws {
    try tripline.write(
      "rules.yaml",
      sound.replacing("query: error | count by host", with: "query: |\n      error\n      | cuont"))
    let run = try tripline("check", "-r", "rules.yaml")
    #expect(run.status == 3)
    #expect(
      run.output == """
        rules.yaml:5:9: error: there is no operator or function 'cuont'
           5 |       | cuont
             |         ^^^^^
             = help: did you mean 'count'?


        """)
    #expect(run.errors == "1 file, 1 monitor, 1 action: 1 error\n")
  }

  @Test func `records have the keys of the contract`() throws {
    try tripline.write("rules.yaml", sound.replacing("count by", with: "cuont by"))
    let run = try tripline("check", "-o", "ndjson", ".")
    #expect(run.status == 3)
    #expect(
      run.output == """
        {"file":"./rules.yaml","line":3,"column":20,"severity":"error","code":"unknown-operator",\
        "message":"there is no operator or function 'cuont'","help":"did you mean 'count'?"}

        """)
  }

  @Test func `a monitor that is switched off is checked all the same`() throws {
    try tripline.write(
      "rules.yaml",
      sound.replacing("name: errors", with: "name: errors\n    enabled: false")
        .replacing("count by host", with: "count by host | limit ten"))
    #expect(try tripline("check", "rules.yaml").status == 3)
  }

  @Test(arguments: [[], ["--fail-on", "lint"]])
  func `a warning only fails a run that asks for it`(_ flags: [String]) throws {
    try tripline.write(
      "rules.yaml",
      sound.replacing(
        "query: error | count by host",
        with: "query: 'error | parse \"user=*\" as username | count by host, usrename'"))
    let run =
      try flags.isEmpty
      ? tripline("check", "rules.yaml") : tripline("check", "--fail-on", "lint", "rules.yaml")
    #expect(run.status == (flags.isEmpty ? 0 : 1))
    #expect(run.output.contains("rules.yaml:3:65: warning: no stage makes 'usrename'"), "\(run)")
    #expect(run.errors == "1 file, 1 monitor, 1 action: 1 warning\n")
  }

  @Test func `a mistake in the configuration is one of flags`() throws {
    try tripline.write("tripline.yaml", "treads: 4\n")
    try tripline.write("rules.yaml", sound)
    let run = try tripline("check", "rules.yaml")
    #expect(run.status == 2)
    #expect(run.output.hasPrefix("tripline.yaml:1:1: error: unknown key 'treads'"))
    #expect(run.errors == "the configuration: 1 error\n")
  }

  @Test func `without rules there is nothing to check`() throws {
    let run = try tripline("check")
    #expect(run.status == 2)
    #expect(run.errors.contains("there is nothing to check"))
  }

  @Test func `a rule file that is not there is a mistake in rules`() throws {
    let run = try tripline("check", "missing.yaml")
    #expect(run.status == 3)
    #expect(run.errors.contains("missing.yaml"))
  }

  @Test func `a collection says how many of its queries are accepted, and why not the others`()
    throws
  {
    try tripline.write(
      "queries.jsonl",
      """
      {"id": "good", "query": "error | where status > {{limit}} | timeslice {{width}}"}

      {"id": "two", "query": "error\\n| cuont\\n| limit ten", "team": {"name": "web"}}
      {"id": "nothing"}
      [1, 2]
      {"id": "cut", "query": "error
      {"query": "error"}
      """)
    let run = try tripline("check", "--queries", "queries.jsonl")
    #expect(run.status == 3)
    let heads = run.output.split(separator: "\n").filter { $0.contains("error: ") }
    #expect(run.output.hasPrefix("accepted 1 of 2\n"))
    #expect(
      heads == [
        "queries.jsonl:4:1: error: this line has no text under 'query'",
        "queries.jsonl:5:1: error: this line is no JSON object",
        "queries.jsonl:6:1: error: this line is no JSON object",
        "queries.jsonl:7:1: error: this line has no text under 'id'",
        "two:2:3: error: there is no operator or function 'cuont'",
        "two:3:9: error: expected a whole number after 'limit', found 'ten'",
      ])
    #expect(run.errors == "2 queries: 6 errors\n")
  }

  @Test func `the records of a collection are not mixed with words`() throws {
    try tripline.write("queries.jsonl", #"{"id": "q", "query": "error | cuont"}"#)
    let run = try tripline("check", "--queries", "queries.jsonl", "-o", "ndjson")
    #expect(run.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"file\":\"q\"") })
    #expect(run.errors == "accepted 0 of 1\n1 query: 1 error\n")
  }
}

/// `tripline check --sample`.
@Suite final class CheckSampleTests {
  private let tripline: CheckProgram

  init() throws {
    tripline = try CheckProgram()
    try tripline.write(
      "rules.yaml",
      """
      monitors:
        - name: errors
          query: _sourceCategory=prod/web status=500
          critical: { alert: "> 5" }
      """)
    try tripline.write("app.ndjson", #"{"time":"2026-03-02T09:00:00Z","status":200}"# + "\n")
  }

  deinit { tripline.remove() }

  @Test func `a note is a record like any other, and fails no run`() throws {
    let run = try tripline(
      "check", "-o", "ndjson", "--fail-on", "lint", "--sample", "app.ndjson", "rules.yaml")
    #expect(run.status == 0)
    #expect(
      run.output.hasPrefix(
        #"{"file":"rules.yaml","line":3,"column":12,"severity":"note","code":"dead-end","#))
    #expect(run.errors == "1 file, 1 monitor, 0 actions: 1 note\napp.ndjson: 1 line\n")
  }

  @Test func `it can be said where the sample comes from`() throws {
    try tripline.write("app.ndjson", #"{"time":"2026-03-02T09:00:00Z","status":500}"# + "\n")
    let run = try tripline(
      "check", "--category", "prod/web", "--sample", "app.ndjson", "rules.yaml")
    #expect(run.status == 0 && run.output == "")
  }

  @Test func `only the first lines of a long log are looked at, and that is said`() throws {
    let line = #"{"time":"2026-03-02T09:00:00Z","stauts":500}"# + "\n"
    try tripline.write("app.ndjson", String(repeating: line, count: 100_001))
    let run = try tripline(
      "check", "--fail-on", "lint", "--category", "prod/web", "--sample", "app.ndjson", "rules.yaml"
    )
    #expect(run.status == 1)
    #expect(run.output.contains("'status' occurs in 0 of 100,000 lines"), "\(run.output)")
    #expect(run.output.contains("did you mean 'stauts', which occurs in 100,000?"))
    #expect(run.errors.hasSuffix("app.ndjson: the first 100,000 lines\n"))
  }

  @Test func `a sample that is not there is an input that can't be read`() throws {
    let run = try tripline("check", "--sample", "missing.ndjson", "rules.yaml")
    #expect(run.status == 4)
    #expect(run.errors.contains("missing.ndjson"))
  }
}
