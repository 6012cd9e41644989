import Foundation
import TestKit
import Testing

/// `tripline.yaml` as `query` and `replay` use it.
@Suite struct InputConfigurationTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(
      """
      {"at":"2026-03-02T10:00:00","took":2,"env":"prod"}
      {"at":"2026-03-02T10:00:01","took":4,"env":"prod"}
      {"at":"2026-03-02T10:00:02","took":5,"env":"dev"}

      """, to: "app.log")
    try scratch.write(
      """
      monitors:
        - name: slow
          query: env={{env}} | where took > 3s
          critical: { alert: ">= 1", resolve: "< 1" }
      """, to: "slow.yaml")
  }

  private func configure(_ text: String) throws { try scratch.write(text, to: "tripline.yaml") }

  private func rows(_ arguments: String...) throws -> String {
    let run = try BinaryRun.tripline(
      ["query", "-q", "-o", "ndjson"] + arguments, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors == "")
    return run.output
  }

  @Test func `sources, metadata, times, units and parameters`() throws {
    try configure(
      """
      sources:
        - path: "*.log"
          category: prod/web
          host: box
          name: app
          time_field: at
          timezone: Europe/Berlin
          units: { took: s }
      params: { env: prod }
      timezone: America/New_York
      threads: 2
      """)
    #expect(
      try rows("* | where took > 3s | count by _sourceCategory, _sourceHost, _sourceName")
        == """
        {"_sourceCategory":"prod/web","_sourceHost":"box","_sourceName":"app","_count":2}

        """)
    #expect(try rows("env={{env}} | count") == "{\"_count\":2}\n")
    // The source's zone reads, the configuration's zone writes: 10:00 in Berlin is 04:00 there.
    #expect(
      try rows(#"* | limit 1 | formatDate(_messagetime, "HH:mm") as t | fields t"#)
        == "{\"t\":\"04:00\"}\n")
  }

  @Test func `flags win over the configuration`() throws {
    try configure(
      """
      sources:
        - { path: app.log, category: configured, time_field: at }
      params: { env: prod }
      timezone: Europe/Berlin
      """)
    #expect(
      try rows("--category", "flag", "_sourceCategory=flag | count") == "{\"_count\":3}\n")
    #expect(try rows("--param", "env=dev", "env={{env}} | count") == "{\"_count\":1}\n")
    #expect(
      try rows(
        "--timezone", "UTC", #"* | limit 1 | formatDate(_messagetime, "HH:mm") as t | fields t"#)
        == "{\"t\":\"10:00\"}\n")
  }

  @Test func `files on the command line stand for the configured sources`() throws {
    try configure("sources: [{ path: missing.log, category: configured }]")
    #expect(try rows("_sourceCategory=local | count", "app.log") == "{\"_count\":3}\n")
  }

  @Test func `a configured source can be the standard input`() throws {
    try configure("sources: [{ stdin: true, category: piped }]")
    let run = try scratch.tripline(
      "query", "-q", "-o", "csv", "_sourceCategory=piped | count", input: .text("a\nb\n"))
    #expect(run.output == "_count\r\n2\r\n", "\(run.errors)")
  }

  @Test func `replay takes rules, sources, units, parameters and defaults from it`() throws {
    try configure(
      """
      sources: [{ path: app.log, time_field: at }]
      rules: [slow.yaml]
      units: { took: s }
      params: { env: prod }
      defaults: { window: 1m, evidence: 1 }
      """)
    let run = try scratch.tripline("replay", "-q", "-o", "ndjson")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(run.output.contains(#""time":"2026-03-02T10:00:01.000Z""#), "\(run.output)")
    #expect(run.output.contains(#""window":{"start":"2026-03-02T09:59:01.000Z""#), "\(run.output)")
  }

  @Test func `rules are found from where the configuration is`() throws {
    _ = try scratch.shell("mkdir etc; mv slow.yaml etc")
    try scratch.write("rules: [slow.yaml]\nunits: { took: s }\n", to: "etc/tripline.yaml")
    let run = try scratch.tripline(
      "replay", "-q", "--config", "etc/tripline.yaml", "--time-field", "at", "-o", "ndjson",
      "app.log")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains(#""to":"firing""#))
  }

  @Test func `a configured source that is missing is an input error`() throws {
    try configure("sources: [{ path: missing.log }, { path: app.log }]")
    let run = try scratch.tripline("query", "-q", "-o", "csv", "* | count")
    #expect(run.status == 4)
    #expect(run.output == "_count\r\n3\r\n")
    #expect(run.errors == "tripline: can't read 'missing.log': No such file or directory\n")
  }

  @Test func `rules that match nothing are a mistake`() throws {
    let run = try scratch.tripline("replay", "-r", "no*.yaml", "-r", "slow.yaml", "app.log")
    #expect(run.status == 3)
    #expect(run.errors == "tripline: can't read 'no*.yaml': No such file or directory\n")
  }

  @Test func `mistakes are pointed at, all of them`() throws {
    try configure(
      """
      sources:
        - path: app.log
          catgory: prod/web
          timezone: Mars/Phobos
          time_format: yyyy-MM-ddTHH
      unts: { m: s }
      threads: many
      timezone: Erehwon

      """)
    let run = try scratch.tripline("query", "*")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(
      run.errors == """
        tripline.yaml:3:5: error: unknown key 'catgory' in this source
           3 |     catgory: prod/web
             |     ^^^^^^^
             = help: did you mean 'category'?
        tripline.yaml:4:15: error: there is no time zone 'Mars/Phobos'
           4 |     timezone: Mars/Phobos
             |               ^^^^^^^^^^^
             = help: write UTC, an offset such as +02:00, or an IANA name such as Europe/Berlin
        tripline.yaml:5:18: error: `time_format` can't be read: date pattern letter 'T' means \
        nothing; text stands in quotes, as in 'T'
           5 |     time_format: yyyy-MM-ddTHH
             |                  ^^^^^^^^^^^^^
        tripline.yaml:6:1: error: unknown key 'unts' in this configuration
           6 | unts: { m: s }
             | ^^^^
             = help: did you mean 'units'?
        tripline.yaml:7:10: error: `threads` needs a whole number from 1 to 1024, found 'many'
           7 | threads: many
             |          ^^^^
        tripline.yaml:8:11: error: there is no time zone 'Erehwon'
           8 | timezone: Erehwon
             |           ^^^^^^^
             = help: write UTC, an offset such as +02:00, or an IANA name such as Europe/Berlin

        """, "\(run.errors)")
  }

  @Test func `a configuration that was named has to be there`() throws {
    let run = try scratch.tripline("query", "--config", "other.yaml", "*", "app.log")
    #expect(run.status == 2)
    #expect(run.errors == "tripline: can't read 'other.yaml': No such file or directory\n")
  }
}
