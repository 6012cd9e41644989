import Glibc

let usage = """
  usage: tripline-bench generate [--seed 42] [--bytes 1e9] [--shape uniform|mixed] FILE
         tripline-bench run [--scenario NAME] [--rounds 5] FILE...
         tripline-bench groups [--hosts 1e5] [--events 3e6] [--per-minute 1.4e5]
         tripline-bench allocations
         tripline-bench list
  """

/// Words for the person at the terminal.
func complain(_ words: String) {
  let text = Array("tripline-bench: \(words)\n".utf8)
  _ = write(STDERR_FILENO, text, text.count)
}

/// Ends the program with words about a wrong command line.
func refuse(_ words: String) -> Never {
  complain("\(words)\n\(usage)")
  exit(2)
}

/// Options by name, and what is left.
func parse(_ arguments: ArraySlice<String>, known: Set<String>) -> ([String: String], [String]) {
  var options: [String: String] = [:]
  var rest: [String] = []
  var remaining = arguments
  while let argument = remaining.popFirst() {
    guard argument.hasPrefix("--") else {
      rest.append(argument)
      continue
    }
    let name = String(argument.dropFirst(2))
    guard known.contains(name) else { refuse("there is no option '\(argument)'") }
    guard let value = remaining.popFirst() else { refuse("'\(argument)' needs a value") }
    options[name] = value
  }
  return (options, rest)
}

func generate(_ arguments: ArraySlice<String>) throws {
  let (options, files) = parse(arguments, known: ["seed", "bytes", "shape"])
  guard let path = files.first, files.count == 1 else { refuse("'generate' needs one file") }
  guard let seed = UInt64(options["seed"] ?? "42") else { refuse("'--seed' needs a whole number") }
  guard let wanted = Double(options["bytes"] ?? "1e9"), wanted > 0 else {
    refuse("'--bytes' needs a number, like 1e9")
  }
  guard let shape = LogGenerator.Shape(rawValue: options["shape"] ?? "uniform") else {
    refuse("'--shape' is uniform or mixed")
  }
  let output = try OutputFile(path)
  var generator = LogGenerator(seed: seed, shape: shape)
  var buffer: [UInt8] = []
  var written = 0.0
  while written + Double(buffer.count) < wanted {
    generator.line(to: &buffer)
    if buffer.count >= 1 << 20 {
      try output.write(buffer)
      written += Double(buffer.count)
      buffer.removeAll(keepingCapacity: true)
    }
  }
  try output.write(buffer)
}

func run(_ arguments: ArraySlice<String>) throws {
  let (options, files) = parse(arguments, known: ["scenario", "rounds"])
  guard !files.isEmpty else { refuse("'run' needs a file") }
  guard let rounds = Int(options["rounds"] ?? "5"), rounds > 0 else {
    refuse("'--rounds' needs a whole number")
  }
  let scenarios = Scenario.table.filter {
    options["scenario"] == nil || $0.name == options["scenario"]
  }
  guard !scenarios.isEmpty else { refuse("there is no such scenario; see 'tripline-bench list'") }
  for path in files {
    let corpus = Corpus(try contents(of: path))
    print("\(path): \(corpus.byteCount) bytes, \(corpus.lineCount) lines, best of \(rounds)")
    print(Measurement.heading)
    for scenario in scenarios {
      print(Measurement(scenario, over: corpus, rounds: rounds).row(over: corpus))
    }
  }
}

/// Measures a monitor with many groups against one without.
func measureGroups(_ arguments: ArraySlice<String>) {
  let (options, files) = parse(arguments, known: ["hosts", "events", "per-minute"])
  guard files.isEmpty else { refuse("'groups' makes its own log") }
  func number(_ name: String, _ usual: Int) -> Int {
    guard let text = options[name] else { return usual }
    guard let value = Double(text), value >= 1, value < 1e12 else {
      refuse("'--\(name)' needs a number, like 1e5")
    }
    return Int(value)
  }
  var scale = ManyGroups()
  scale.hosts = number("hosts", scale.hosts)
  scale.events = number("events", scale.events)
  scale.eventsPerMinute = number("per-minute", scale.eventsPerMinute)
  print("\(scale.events) events of \(scale.hosts) hosts, \(scale.eventsPerMinute) a minute")
  let baseline = scale.run(ManyGroups.baseline)
  let grouped = scale.run(ManyGroups.grouped)
  for (name, result) in [("count", baseline), ("count, avg by host", grouped)] {
    print(
      "\(name): \(Measurement.fixed(result.nanoseconds)) ns an event,",
      "\(Measurement.fixed(result.peak)) MB at most,",
      "\(Measurement.fixed(result.allocations)) allocations for 1,000 events")
  }
  print("groups add \(Measurement.fixed(grouped.nanoseconds - baseline.nanoseconds)) ns an event")
}

/// Checks, over a log made on the spot, that no scenario allocates more than it may: the one figure that
/// is the same on every machine.
func checkAllocations() {
  var generator = LogGenerator(seed: 42, shape: .uniform)
  var content: [UInt8] = []
  while content.count < 24 << 20 { generator.line(to: &content) }
  let corpus = Corpus(content)
  var failed = false
  print("allocations per 1,000 lines, over \(corpus.lineCount) lines")
  print(Measurement.heading)
  for scenario in Scenario.table {
    guard let limit = scenario.allocations else { continue }
    let measurement = Measurement(scenario, over: corpus, rounds: 2)
    print(measurement.row(over: corpus))
    if !measurement.keepsLimit(over: corpus) {
      complain("'\(scenario.name)' may make \(limit) allocations per 1,000 lines")
      failed = true
    }
  }
  var groups = ManyGroups()
  groups.events = 1_000_000
  let allocations = groups.run(ManyGroups.grouped).allocations
  print("\(groups.hosts) groups: \(Measurement.fixed(allocations)) for 1,000 events")
  if allocations > ManyGroups.allocationLimit {
    complain("many groups may make \(ManyGroups.allocationLimit) allocations for 1,000 events")
    failed = true
  }
  if failed { exit(1) }
}

do {
  let arguments = CommandLine.arguments.dropFirst()
  switch arguments.first {
  case "generate": try generate(arguments.dropFirst())
  case "run": try run(arguments.dropFirst())
  case "groups": measureGroups(arguments.dropFirst())
  case "allocations": checkAllocations()
  case "list":
    for scenario in Scenario.table { print("\(scenario.name): \(scenario.about)") }
  case let other?: refuse("there is no command '\(other)'")
  case nil: refuse("a command is missing")
  }
} catch {
  complain("\(error)")
  exit(1)
}
