import Foundation
import TestKit
import Testing

/// The built program, run as a shell would run it.
@Suite struct CommandLineTests {
  func tripline(
    _ arguments: [String], environment: [String: String] = [:], output: FileHandle? = nil
  ) throws -> BinaryRun {
    try BinaryRun.tripline(
      arguments, in: Repository.root, environment: environment, output: output)
  }

  @Test func `without a verb, help is words and the exit code 2`() throws {
    let run = try tripline([])
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors == (try tripline(["help"])).output)
  }

  @Test func `help is data when asked for`() throws {
    let run = try tripline(["help"])
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(
      run.output == """
        tripline 0.1.0: ask logs questions, watch them, act when they cross a line

        usage
          tripline VERB [FLAGS] [ARGUMENT ...]

        verbs
          query     ask logs a question, once
          run       follow logs, evaluate monitors, act
          replay    the same engine over recorded logs, without side effects
          test      unit tests for rules
          check     find mistakes in rules and queries
          explain   show how a monitor is carried out, and why it fired or did not
          status    show how a durable run stands: logs, monitors, alerts
          alerts    list the alerts of a durable run, show one, or resolve one
          actions   list deliveries, retry them, hold or approve remediation
          journal   show what a durable run decided, in order
          verify    prove that the journal says what the logs lead to
          audit     account for every byte of every log that a durable run reads
          doctor    check the durable state, and save what can be of a damaged one
          torture   prove that kill -9 loses nothing and repeats nothing
          demo-app  print the log of a small service that falls ill
          help      show this, or the page of a verb or a lint
          version   show the version

        examples
          # errors per host
          tripline query 'error | count by host' app.log
          # watch a log
          tripline run -r rules/ /var/log/app.log
          # what would have alerted yesterday
          tripline replay -r rules/ yesterday.ndjson.gz
          # all tests of a directory
          tripline test rules/
          # all rules of a directory
          tripline check rules/
          # a query
          tripline explain 'error | timeslice 1m | count by _timeslice'
          # how it stands
          tripline status
          # what is firing
          tripline alerts
          # what did not arrive
          tripline actions
          # what happened
          tripline journal
          # what was decided, is it true
          tripline verify -r rules/
          # is anything missing
          tripline audit
          # is all well?
          tripline doctor
          # with your own rules and log
          tripline torture -r rules/ /var/log/app.log
          # see an alert, two minutes from now and some
          tripline demo-app errors | tripline run -r my-rules/ -
          # everything that check finds
          tripline help lints

        exit codes
          0  done; or whoever read stdout has seen enough
          1  findings that --fail-on asks about, or tests that fail
          2  a mistake in the flags or in tripline.yaml
          3  a mistake in a rule file or a query
          4  an input could not be read (the rest was done)
          5  a delivery failed for good
          6  the stored state is damaged, or does not verify

        'tripline help VERB' shows the flags of a verb

        """)
  }

  @Test func `a verb has a page with its flags`() throws {
    let page = try tripline(["check", "--help"]).output
    #expect(page == (try tripline(["help", "check"])).output)
    #expect(
      page == """
        tripline check: find mistakes in rules and queries

        usage
          tripline check [FLAGS] [RULES ...]

        Parses and binds every monitor and query, and points at each mistake with the
        way out. The arguments are rule files or directories of them, as for --rules.
        Then looks for what is allowed and hardly ever meant: a threshold that nothing
        can cross, an action that nobody uses, a secret in a file. With --sample the
        rules are held against the lines of a log. 'tripline help lints' lists all of
        it; a comment '# lint: allow CODE' in a monitor accepts a finding.

        examples
          # all rules of a directory
          tripline check rules/
          # misspelt fields and wrong units show on real lines
          tripline check --sample app.ndjson --fail-on lint rules/
          # a collection of queries
          tripline check --queries queries.jsonl

        what to evaluate
          -r, --rules PATH              a rule file, or a directory of them; may be
                                        repeated
              --queries FILE.jsonl      check every query of a file of objects with 'id'
                                        and 'query'
              --param NAME=VALUE        the text for {{NAME}} in queries; may be
                                        repeated
              --unit FIELD=UNIT         the unit of a field's plain numbers: ns, us, ms,
                                        s, m or h; may be repeated
              --config FILE             the configuration file (default: tripline.yaml)
              --sample FILE             check: a log to hold the rules against; test
                                        --generate: a line that the monitors count

        how lines are read
              --category TEXT           _sourceCategory of lines that have none
                                        (default: local)
              --host TEXT               _sourceHost of lines that have none (default:
                                        localhost)
              --name TEXT               _sourceName of lines that have none (default:
                                        the path)
              --time-field FIELD        the field that holds a line's time, when it is
                                        none of the usual ones
              --timezone ZONE           the zone of times that name none: UTC, +02:00,
                                        Europe/Rome (default: UTC)
              --decode WHAT             take off what a container's runtime wrote around
                                        each line: docker or cri
              --multiline HOW           join the lines of stack traces: auto, or a regex
                                        for the first line of each record (default: off)

        what happens
              --fail-on WHAT            exit 1 on any of: alert, malformed, late, lint;
                                        a comma list, may be repeated

        what comes out
          -o, --output FORMAT           table, json, ndjson or csv (default: table)
              --color WHEN              auto, always or never; auto honours NO_COLOR
                                        (default: auto)
              --no-color                the same as --color never
          -q, --quiet                   only data and errors: no summary, no progress

        general
          -h, --help                    show help and exit
          -V, --version                 show the version and exit

        """)
  }

  @Test func `a mistake is pointed at, with the way out and the usage`() throws {
    let run = try tripline(["query", "--ouput", "error | count", "--threads=many", "a.log"])
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(
      run.errors == """
        command line:1:16: error: unknown flag '--ouput' for 'query'
           1 | tripline query --ouput 'error | count' --threads=many a.log
             |                ^^^^^^^
             = help: did you mean '--output'?
        command line:1:40: error: '--threads' needs a whole number from 1 to 1024, found 'many'
           1 | tripline query --ouput 'error | count' --threads=many a.log
             |                                        ^^^^^^^^^^^^^^

        usage: tripline query [FLAGS] QUERY [FILE ...]
        'tripline help query' tells more

        """)
  }

  @Test func `a pipe gets no colour unless it is asked for`() throws {
    let environment = ["TERM": "xterm-256color"]
    #expect(!(try tripline(["help"], environment: environment)).output.contains("\u{1B}"))
    let painted = try tripline(["help", "--color", "always"], environment: ["NO_COLOR": "1"])
    #expect(painted.output.hasPrefix("\u{1B}[1mtripline\u{1B}[0m"))
  }

  @Test func `a closed stdout is a quiet success`() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let run = try tripline(["help"], output: pipe.fileHandleForWriting)
    #expect(run.status == 0)
    #expect(run.errors == "")
  }

  @Test func `a full disk is said`() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let run = try tripline(["version"], output: full)
    #expect(run.status == 4)
    #expect(run.errors == "tripline: can't write the output: No space left on device\n")
  }
}
