import TerminalUI

extension Flag {
  private static let reading: Set<Verb.Name> = [.query, .run, .replay, .explain]
  private static let ruled: Set<Verb.Name> = [
    .run, .replay, .check, .explain, .torture, .verify, .actions,
  ]
  private static let working: Set<Verb.Name> = [
    .query, .run, .replay, .test, .check, .explain, .verify,
  ]
  /// Where queries are bound.
  private static let binding = working.union([.torture])
  /// Where the facts about a source are asked for: `check` reads a sample.
  private static let sourced = reading.union([.check, .torture])
  /// Those that look at the durable state.
  private static let looking: Set<Verb.Name> = [
    .status, .alerts, .actions, .journal, .doctor, .verify, .audit,
  ]
  private static let all = Set(Verb.Name.allCases)

  /// Every flag there is. Parsing, `help` and the suggestions in messages come from here alone.
  package static let table: [Flag] = [
    .many(
      "rules", short: "r", "PATH", into: \.rules, .rules, for: ruled.union([.test]),
      "a rule file, or a directory of them; may be repeated"),
    .one(
      "queries", "FILE.jsonl", into: \.queries, .rules, for: [.check],
      "check every query of a file of objects with 'id' and 'query'"),
    .many(
      "param", "NAME=VALUE", into: \.params, .rules, for: binding,
      "the text for {{NAME}} in queries; may be repeated"),
    .many(
      "unit", "FIELD=UNIT", into: \.units, .rules, for: binding,
      "the unit of a field's plain numbers: ns, us, ms, s, m or h; may be repeated"),
    .one(
      "config", "FILE", into: \.config, standard: "tripline.yaml", .rules,
      for: binding.union(looking),
      "the configuration file"),

    .one(
      "filter", "TEXT", into: \.filter, .rules, for: [.test],
      "run only the tests with this text in their name or in that of their file"),
    .one(
      "generate", "RULES", into: \.generate, .rules, for: [.test],
      "write tests of the boundary cases of a rule file's monitors, to FILE or stdout"),
    .one(
      "sample", "FILE", into: \.sample, .rules, for: [.test, .check],
      "check: a log to hold the rules against; test --generate: a line that the monitors count"),

    .one(
      "kills", "N", into: \.kills, standard: "300", .work, for: [.torture],
      "how often the run is killed"),
    .one(
      "rotations", "N", into: \.rotations, standard: "2", .work, for: [.torture],
      "how often its log is rotated"),
    .one(
      "rate", "N", into: \.rate, standard: "5", .work, for: [.demoApp],
      "how many answers each second"),
    .one(
      "lines", "N", into: \.lines, standard: "100000", .work, for: [.torture],
      "how many lines of the log it gets"),
    .one(
      "seed", "N", into: \.seed, standard: "1", .work, for: [.torture, .demoApp],
      "what is random is drawn from this"),

    .one(
      "category", "TEXT", into: \.category, standard: "local", .reading, for: sourced,
      "_sourceCategory of lines that have none"),
    .one(
      "host", "TEXT", into: \.host, standard: "localhost", .reading, for: sourced,
      "_sourceHost of lines that have none"),
    .one(
      "name", "TEXT", into: \.name, standard: "the path", .reading, for: sourced,
      "_sourceName of lines that have none"),
    .one(
      "time-field", "FIELD", into: \.timeField, .reading, for: sourced,
      "the field that holds a line's time, when it is none of the usual ones"),
    .one(
      "timezone", "ZONE", into: \.timezone, standard: "UTC", .reading,
      for: sourced.union([.verify]),
      "the zone of times that name none: UTC, +02:00, Europe/Rome"),
    .one(
      "decode", "WHAT", into: \.decode, .reading, for: sourced,
      "take off what a container's runtime wrote around each line: docker or cri"),
    .one(
      "multiline", "HOW", into: \.multiline, standard: "off", .reading, for: sourced,
      "join the lines of stack traces: auto, or a regex for the first line of each record"),
    .one(
      "max-line", "SIZE", into: \.maxLine, standard: "1MiB", .reading,
      for: reading.union([.torture]),
      "the longest line that is read; longer ones are malformed"),
    .one(
      "quarantine", "FILE", into: \.quarantine, .reading, for: [.query, .run, .replay],
      "write malformed lines to this file"),
    .toggle(
      "strict", sets: { $0.strict = true }, .reading, for: reading,
      "validate every byte of every JSON line"),

    .one(
      "at", "TIME", into: \.at, .time, for: [.explain],
      "say why monitors fired at this time, or why not: 2026-03-02T10:14:00Z, 10:14"),
    .one(
      "alert", "ID", into: \.alert, .time, for: [.explain],
      "the same for a transition of a replay, by its id or the beginning of it"),
    .one(
      "monitor", "NAME", into: \.monitor, .rules, for: [.explain],
      "with --at or --alert: only this monitor"),
    .many(
      "group", "FIELD=VALUE", into: \.groups, .rules, for: [.explain],
      "with --at: only groups with this value; may be repeated"),

    .one(
      "from", "TIME", into: \.from, .time, for: [.query, .replay, .explain, .demoApp],
      "leave out lines before this time: -15m, 2025-06-01, 2025-06-01T09:00:00Z"),
    .one(
      "to", "TIME", into: \.to, .time, for: [.query, .replay, .explain],
      "leave out lines from this time on"),
    .one(
      "max-ahead", "DURATION", into: \.maxAhead, standard: "5m", .time,
      for: [.run, .replay, .explain],
      "refuse lines whose time is further ahead than this"),
    .toggle(
      "drain", sets: { $0.drain = true }, .time, for: [.replay, .explain],
      "let time go on after the last line, until every alert has settled"),
    .toggle(
      "from-start", sets: { $0.fromStart = true }, .time, for: [.run],
      "begin at the start of the files rather than at their end"),
    .one(
      "on-eof", "WHAT", into: \.onEndOfInput, .time, for: [.run],
      "when stdin ends: drain (decide what is still open) or exit"),

    .toggle(
      "live", sets: { $0.live = true }, .effects, for: [.run, .actions],
      "let remediation actions really act; without it they only record what they would do"),
    .toggle(
      "allow-secret-commands", sets: { $0.allowSecretCommands = true }, .effects,
      for: [.run, .actions],
      "let ${cmd:[...]} in rule files run programs that tell secrets"),
    .toggle(
      "durable", sets: { $0.durable = true }, .effects, for: [.run],
      "keep state, so that a restart goes on where this run stopped"),
    .one(
      "state", "DIR", into: \.state, standard: "$XDG_STATE_HOME/tripline", .effects,
      for: looking.union([.run]),
      "the directory of the durable state; for 'run' it implies --durable"),
    .one(
      "audit", "FILE", into: \.audit, .effects, for: [.run],
      "append what becomes of every delivery, as JSON lines"),
    .one(
      "for", "DURATION", into: \.duration, .effects, for: [.actions, .demoApp],
      "for how long: 2h"),
    .one(
      "reason", "TEXT", into: \.reason, .effects, for: [.actions],
      "why, for the audit log"),
    .toggle(
      "repair", sets: { $0.repair = true }, .effects, for: [.doctor],
      "write what can be saved anew, and keep what is damaged aside"),
    .one(
      "journal", "DIR", into: \.journal, .effects, for: [.replay],
      "replay what the durable run in DIR took in, in its order and with its clock"),
    .toggle(
      "update", sets: { $0.update = true }, .effects, for: [.test],
      "rewrite the 'expect' of failing tests with what happened"),
    .set(
      "fail-on", "WHAT", into: \.failOn, .effects, for: [.query, .run, .replay, .check],
      "exit 1 on any of: alert, malformed, late, lint; a comma list, may be repeated"),

    .choice(
      "output", short: "o", "FORMAT", into: \.output, standard: "table", .output,
      for: working.union(looking),
      "table, json, ndjson or csv"),
    .one(
      "junit", "FILE", into: \.junit, .output, for: [.test],
      "write the results as JUnit XML too, for a build server"),
    .choice(
      "color", "WHEN", into: \.colour, standard: "auto", .output, for: all,
      "auto, always or never; auto honours NO_COLOR"),
    .toggle(
      "no-color", sets: { $0.colour = .never }, .output, for: all, "the same as --color never"),
    .choice(
      "progress", "WHEN", into: \.progress, standard: "auto", .output, for: [.query, .replay],
      "auto, always or never: the progress line on stderr"),
    .toggle(
      "quiet", short: "q", sets: { $0.quiet = true }, .output, for: all,
      "only data and errors: no summary, no progress"),

    .one(
      "threads", "N", into: \.threads, standard: "one per core", .work,
      for: reading.union([.test, .torture]),
      "how many threads read and evaluate"),
    .one(
      "batch-bytes", "SIZE", into: \.batchBytes, .work, for: reading.union([.test, .torture]),
      "how much is read at a time: 64KiB, 1MiB"),

    .toggle("help", short: "h", sets: { $0.help = true }, .general, for: all, "show help and exit"),
    .toggle(
      "version", short: "V", sets: { $0.version = true }, .general, for: all,
      "show the version and exit"),
  ]
}
