import Actions
import Alerting
import Engine
import Glibc
import QueryLanguage
import Records
import TerminalUI

/// What the flags and `tripline.yaml` together ask for.
struct Setup {
  let options: Options
  let configuration: Configuration
  let zone: Zone

  init(_ invocation: Invocation) throws {
    options = invocation.options
    configuration = try Setup.configuration(options)
    let name = options.timezone ?? configuration.timezone
    guard let zone = ZoneFiles.zone(named: name) else {
      throw Failure(
        "there is no time zone '\(name)'; write UTC, an offset such as +02:00, or an IANA name "
          + "such as Europe/Berlin", code: .usage)
    }
    self.zone = zone
    for unit in options.units where Durations.factor(ofUnit: unit.value) == nil {
      throw invocation.mistake(
        "'\(unit.value)' is not a unit of time", help: "write ns, us, ms, s, m or h")
    }
  }

  private static func configuration(_ options: Options) throws -> Configuration {
    let path = options.config ?? "tripline.yaml"
    if options.config == nil, access(path, F_OK) != 0 { return Configuration() }
    let content: [UInt8]
    do throws(InputFailure) { content = try FileBytes.read(path) } catch {
      throw Failure(error.description, code: .usage)
    }
    let sink = DiagnosticSink()
    let result = Configuration.read(SourceText(name: path, bytes: content), sink: sink) {
      ZoneFiles.zone(named: $0) != nil
    }
    if let node = result?.heartbeat {
      _ = Heartbeat(binding: node, environment: .placeholders, sink: sink)
    }
    guard !sink.hasErrors, let result else { throw ConfigurationMistakes(list: sink.list) }
    return result
  }

  // Reading.

  /// The message times to look at, from and up to, as `--from` and `--to` say.
  func times(now: Int64) throws -> (from: Int64?, to: Int64?) {
    let from = options.from?.resolved(now: now, zone: zone)
    let to = options.to?.resolved(now: now, zone: zone)
    if let from, let to, from >= to {
      throw Failure("'--from' has to be before '--to': no time is between them", code: .usage)
    }
    return (from, to)
  }

  /// Threads and sizes; each thread beyond the cores there are would only wait.
  var feed: FeedOptions {
    FeedOptions(
      threads: options.threads ?? configuration.threads ?? cores,
      batchBytes: options.batchBytes?.bytes ?? FeedOptions.usualBatch, strict: options.strict)
  }

  private var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// The sources named on the command line, else those of the configuration, else the standard input.
  func sources(_ words: [String]) throws -> [SourcePlan] {
    if words.isEmpty, !configuration.sources.isEmpty {
      return try configuration.sources.flatMap(sources(of:))
    }
    let paths = (words.isEmpty ? ["-"] : words).flatMap(Paths.expanded)
    return SourcePlan.grouped(paths).map { plan(of: $0, nil) }
  }

  private func sources(of settings: SourceSettings) throws -> [SourcePlan] {
    switch settings.input {
    case .stdin:
      return [plan(of: ["-"], settings)]
    case .path(let path):
      return SourcePlan.grouped(Paths.expanded(path)).map { plan(of: $0, settings) }
    case .command(let arguments, let every):
      let command = CommandInput(arguments: arguments, every: every)
      var plan = plan(of: [command.text], settings)
      plan.input = .command(command)
      return [plan]
    case .journal(let path):
      let journal = JournalInput(path: path)
      var plan = plan(of: [journal.text], settings)
      plan.input = .journal(journal)
      return [plan]
    }
  }

  /// The patterns among them, whose files may also come later.
  func patterns(_ words: [String]) -> [SourcePattern] {
    let settings = words.isEmpty ? configuration.sources : []
    return words.filter(SourcePattern.isPattern).map { pattern in
      SourcePattern(pattern) { plan(of: [$0], nil) }
    }
      + settings.compactMap { settings in
        guard case .path(let path) = settings.input, SourcePattern.isPattern(path) else {
          return nil
        }
        return SourcePattern(path) { plan(of: [$0], settings) }
      }
  }

  private func plan(of generations: [String], _ settings: SourceSettings?) -> SourcePlan {
    let newest = generations.last ?? "-"
    let facts = SourceFacts(
      category: options.category ?? settings?.category ?? "local",
      host: options.host ?? settings?.host ?? "localhost",
      name: options.name ?? settings?.name ?? (newest == "-" ? "stdin" : newest))
    let maxLine = options.maxLine?.bytes ?? settings?.maxLine ?? 1 << 20
    let idleAfter = settings?.idleAfter ?? 5_000
    let format = RecordFormat(
      wrapper: options.decode ?? settings?.decode,
      joining: (options.multiline ?? settings?.multiline ?? .off).joining, maxLine: maxLine,
      idleAfter: idleAfter)
    return SourcePlan(
      generations: generations, facts: facts, timeField: options.timeField ?? settings?.timeField,
      timeFormat: settings?.timeFormat.flatMap { try? DatePattern($0) },
      zone: settings?.timezone.flatMap { ZoneFiles.zone(named: $0) } ?? zone,
      maxLine: maxLine,
      maxAhead: options.maxAhead?.count ?? settings?.maxAhead ?? 300_000,
      idleAfter: idleAfter, lateness: settings?.lateness ?? 0, format: format)
  }

  // Queries and rules.

  /// Units that the command line and the configuration declare.
  var units: [String: String] {
    var units = configuration.units
    for source in configuration.sources { units.merge(source.units) { mine, _ in mine } }
    for unit in options.units { units[unit.name] = unit.value }
    return units
  }

  var params: [String: String] {
    var params = configuration.params
    for param in options.params { params[param.name] = param.value }
    return params
  }

  /// Parses and binds an ad hoc query; `now` is the start of the run, `times` what it looks at.
  func plan(
    _ text: String, now: Int64, times: (from: Int64?, to: Int64?) = (nil, nil)
  ) throws(Diagnostics) -> Plan {
    var range = Binder.TimeRange.unknown
    if let from = times.from, let to = times.to { range = .between(from, to) }
    return try plan(SourceText(name: "query", text: text), now: now, range: range)
  }

  /// The same for a query of some other source.
  func plan(
    _ source: SourceText, now: Int64, range: Binder.TimeRange = .unknown,
    missing: ParameterExpansion.Missing = .mistake
  ) throws(Diagnostics) -> Plan {
    let expanded = try ParameterExpansion.expand(source, params, missing: missing)
    var factors: [String: Double] = [:]
    for (field, unit) in units { factors[field.lowercased()] = Durations.factor(ofUnit: unit) }
    do throws(Diagnostics) {
      var plan = try Binder.plan(
        of: expanded.source,
        Binder.Settings(
          units: factors, now: now, range: range, zone: zone,
          zones: { ZoneFiles.zone(named: $0) }))
      plan.warnings = expanded.restored(Diagnostics(plan.warnings)).list
      return plan
    } catch {
      throw expanded.restored(error)
    }
  }

  /// What rules are bound under.
  var context: BoundRule.Context {
    BoundRule.Context(
      units: units, params: params, zone: zone, zones: { ZoneFiles.zone(named: $0) })
  }

  /// The files, directories and patterns of rules that were named.
  var ruleNames: [String] { ruleNames([]) }

  private func ruleNames(_ words: [String]) -> [String] {
    let named = words + options.rules
    let configured = configuration.rules.map { Paths.writtenIn(options.config ?? "", $0) }
    return named.isEmpty ? configured : named
  }

  /// The rule files that the flags or the configuration name.
  func ruleFiles(_ words: [String] = []) throws -> [SourceText] {
    var paths: [String] = []
    for path in ruleNames(words) {
      for expanded in Paths.expanded(path) { paths += try Paths.ruleFiles(at: expanded) }
    }
    var files: [SourceText] = []
    for path in paths where !files.contains(where: { $0.name == path }) {
      do throws(InputFailure) {
        files.append(SourceText(name: path, bytes: try FileBytes.read(path)))
      } catch {
        throw Failure(error.description, code: .rules)
      }
    }
    return files
  }

  /// The zones that rule files may name.
  var zoneBook: ZoneBook { ZoneBook(usual: zone) { ZoneFiles.zone(named: $0) } }

  /// Everything that runs, or everything that is wrong with it.
  func rules(_ files: [SourceText], environment: ActionEnvironment) throws -> LoadedRules {
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: files, under: configuration, sink: sink)
    let actions = ActionSet(
      binding: set.actions, environment: environment, zones: zoneBook, sink: sink)
    for mistake in actions.mistakes(in: set.rules) { sink.report(mistake) }
    var bound: [BoundRule] = []
    for rule in set.rules where rule.enabled {
      do throws(Diagnostics) {
        bound.append(try BoundRule.bind(rule, context))
      } catch {
        for diagnostic in error.list { sink.report(diagnostic) }
      }
    }
    return LoadedRules(
      rules: bound.sharing(configuration.memory), actions: actions, findings: sink.list)
  }
}

/// The monitors and actions of all rule files.
struct LoadedRules {
  var rules: [BoundRule]
  var actions: ActionSet
  var findings: [Diagnostic]

  /// Nothing runs while anything is wrong.
  func checked() throws -> LoadedRules {
    let errors = findings.filter { $0.severity == .error }
    guard errors.isEmpty else { throw Diagnostics(errors) }
    return self
  }
}

/// Mistakes in `tripline.yaml`, which end the run like mistakes in flags.
struct ConfigurationMistakes: Error {
  var list: [Diagnostic]
}
