import Actions
import Glibc

/// Kills a run over and over while its log grows, and holds what it decided and did against a run that
/// nobody killed.
package struct Torture {
  package struct Settings: Sendable {
    /// The program to torture, and the arguments of its `run` but for log and state.
    package var program: String
    package var arguments: [String]
    package var environment: [String: String]
    /// A directory to work in; both runs have one of their own in it.
    package var folder: String
    /// What the log is called.
    package var name: String
    /// When the log begins; for the tortured runs it is always then.
    package var start: Int64
    package var kills: Int
    package var rotations: Int
    package var seed: UInt64

    package init(
      program: String, arguments: [String], environment: [String: String], folder: String,
      name: String, start: Int64, kills: Int, rotations: Int, seed: UInt64
    ) {
      self.program = program
      self.arguments = arguments
      self.environment = environment
      self.folder = folder
      self.name = name
      self.start = start
      self.kills = kills
      self.rotations = rotations
      self.seed = seed
    }
  }

  /// What went wrong with the torture itself.
  package struct Trouble: Error, CustomStringConvertible {
    package var description: String
  }

  private let settings: Settings
  private let log: TorturedLog
  private let plan: TorturePlan
  private let clock = SystemClock()

  /// How long a run may take to read what is there, and to end.
  private static let patience = Duration.seconds(120)
  /// How long deliveries may take once everything is read.
  private static let grace = Duration.milliseconds(150)

  package init(_ settings: Settings, _ log: TorturedLog) {
    self.settings = settings
    self.log = log
    plan = TorturePlan(
      log, kills: settings.kills, rotations: settings.rotations, seed: settings.seed)
  }

  /// `progress` is told how many lives are over, and where the state is that the last one left.
  package func run(progress: (Int, String) throws -> Void) throws -> TortureReport {
    var calm = try tortured(named: "calm")
    try live(plan.lives.flatMap(\.steps), in: &calm)
    let expected = try TorturedOutcome(of: calm)

    var killed = try tortured(named: "killed")
    let first = try killed.begin(dyingAt: 0)
    try wait(for: first, in: killed) { killed.hasReadAll }
    try kill(first, in: killed)
    var report = TortureReport(
      lines: log.lineEnds.count, bytes: log.bytes.count, rotations: settings.rotations,
      seed: settings.seed)
    var point = 1
    for (number, life) in plan.lives.enumerated() {
      try suffer(life, in: &killed, point: &point, report: &report)
      try inspect(killed, life: number, &report)
      try progress(number + 1, killed.state)
    }
    try live([], in: &killed)
    report.compare(try TorturedOutcome(of: killed), with: expected)
    return report
  }

  private func tortured(named name: String) throws -> TorturedRun {
    var environment = settings.environment
    let folder = "\(settings.folder)/\(name)"
    environment[RehearsalKey.actions] = "attempts.ndjson"
    environment[RehearsalKey.time] = String(settings.start)
    return try TorturedRun(
      TorturedRun.Start(
        path: settings.program, arguments: settings.arguments, environment: environment),
      in: folder, name: settings.name)
  }

  /// A life that ends in order, with everything read and delivered.
  private func live(_ steps: [TorturePlan.Step], in run: inout TorturedRun) throws {
    let program = try run.begin(dyingAt: 0)
    // From then on every byte is its own, under whatever name.
    try wait(for: program, in: run) { run.isWatching && run.hasReadAll }
    for step in steps { try run.take(step, of: log.bytes) }
    try wait(for: program, in: run) { run.hasReadAll }
    program.signalGroup(SIGTERM)
    var ending: SpawnedProgram.Ending?
    try wait(for: nil, in: run) {
      ending = program.reapIfEnded()
      return ending != nil
    }
    // 5: a remediation of unknown end, which only a killed run can have.
    guard ending == .exited(128 + SIGTERM) || ending == .exited(5) else {
      throw Trouble(description: "the run did not end as asked: \(run.lastWords)")
    }
  }

  /// A life that is cut short.
  private func suffer(
    _ life: TorturePlan.Life, in run: inout TorturedRun, point: inout Int,
    report: inout TortureReport
  ) throws {
    switch life.death {
    case .after(let milliseconds):
      let program = try run.begin(dyingAt: .max)
      for step in life.steps {
        try run.take(step, of: log.bytes)
        usleep(2_000)
      }
      usleep(UInt32(milliseconds) * 1_000)
      try kill(program, in: run)
      report.kills.atMoment += 1
    case .atPoint:
      let program = try run.begin(dyingAt: point)
      for step in life.steps { try run.take(step, of: log.bytes) }
      var restSince: Duration?
      var ending: SpawnedProgram.Ending?
      try wait(for: nil, in: run) {
        ending = program.reapIfEnded()
        if ending != nil { return true }
        guard run.hasReadAll else { return false }
        restSince = restSince ?? clock.elapsed
        return restSince.map { clock.elapsed - $0 > Torture.grace } ?? false
      }
      if let ending {
        guard ending == .killed(SIGKILL) else {
          throw Trouble(description: "the run ended by itself: \(run.lastWords)")
        }
        report.kills.atPoint += 1
        report.kills.lastPoint = max(report.kills.lastPoint, point)
        point += 1
      } else {
        // It has no more points than that; begin again with the first.
        try kill(program, in: run)
        report.kills.atMoment += 1
        point = 1
      }
    }
  }

  private func kill(_ program: SpawnedProgram, in run: TorturedRun) throws {
    program.signalGroup(SIGKILL)
    guard program.reap() == .killed(SIGKILL) else {
      throw Trouble(description: "the run ended by itself: \(run.lastWords)")
    }
  }

  /// Waits until something holds; a program that should live must not have ended.
  private func wait(
    for program: SpawnedProgram?, in run: TorturedRun, until isSo: () -> Bool
  ) throws {
    let deadline = clock.elapsed + Torture.patience
    while !isSo() {
      if let ending = program?.reapIfEnded() {
        throw Trouble(description: "the run ended by itself (\(ending)): \(run.lastWords)")
      }
      guard clock.elapsed < deadline else {
        program?.signalGroup(SIGKILL)
        throw Trouble(
          description: "the run did not come on within \(Torture.patience): \(run.lastWords)")
      }
      usleep(3_000)
    }
  }

  /// What a kill left behind must be whole.
  private func inspect(
    _ run: TorturedRun, life: Int, _ report: inout TortureReport
  ) throws {
    do throws(StateFailure) {
      let store = try StateStore(readingIn: run.state)
      if let broken = try store.firstBrokenEntry() {
        report.find("after kill \(life + 1) the seal of journal entry \(broken.number) is broken")
      }
    } catch {
      report.find("after kill \(life + 1) the state \(error.reason)")
    }
  }
}
