import Actions
import Alerting
import Engine
import Foundation
import QueryLanguage
import Records
import TestKit
import Testing

/// What `explain` says of an instant is what the replay decided there.
@Suite struct InquiryTests {
  /// A random case with its files on disk, as replays and inquiries read it.
  private struct Scene {
    let scene: WatchCase
    let scratch: Scratch
    let rules: [BoundRule]
    let sources: [SourcePlan]

    init(seed: UInt64) throws {
      scene = WatchCase.random(seed: seed)
      scratch = try Scratch()
      rules = try ProductReplay.rules(scene.yaml)
      var sources: [SourcePlan] = []
      for file in scene.files {
        try scratch.write(file.bytes, to: file.name)
        sources.append(
          SourcePlan(
            generations: [scratch.folder.appending(path: file.name).path],
            facts: SourceFacts(name: file.name), lateness: file.lateness))
      }
      self.sources = sources
    }

    var inquiry: Inquiry {
      Inquiry(
        rules: rules, sources: sources,
        options: FeedOptions(threads: 1, batchBytes: 4_096), drains: scene.drain)
    }

    var isLate: Bool { scene.files.contains { $0.lateness > 0 } }
  }

  /// A longer hunt: TRIPLINE_WATCH_ROUNDS=200 swift test --filter Inquiry
  private static let seeds: [UInt64] = {
    let rounds = ProcessInfo.processInfo.environment["TRIPLINE_WATCH_ROUNDS"].flatMap { Int($0) }
    return (0..<(rounds ?? 12)).map { TestSeed.value &+ UInt64($0) }
  }()

  @Test(arguments: seeds)
  func `every transition is told as it was recorded`(_ seed: UInt64) throws {
    let scene = try Scene(seed: seed)
    let all = try scene.inquiry.transitions()
    for transition in all.count > 6 ? Array(all.prefix(3) + all.suffix(3)) : all {
      let place = "seed \(seed): \(transition.id) \(transition.monitor) \(transition.to)"
      let answer = try scene.inquiry.answer(
        at: transition.windowEnd, about: .transition(transition))
      let report = try #require(answer.reports.first, "\(place)")
      #expect(answer.reports.count == 1, "\(place)")
      #expect(report.instant == transition.windowEnd, "\(place)")
      let verdict = try #require(report.verdicts.first, "\(place)")
      #expect(verdict.terms.level == transition.level, "\(place)")
      #expect(verdict.sighting.group == transition.group, "\(place)")
      let decisions = [verdict.trip, verdict.sighting].compactMap { $0?.decision?.transition }
      let told = try #require(decisions.first { $0.id == transition.id }, "\(place)")
      #expect(told.to == transition.to, "\(place)")
      #expect(told.value == transition.value, "\(place)")
      // What a line made fire, the instant may have ended; else the last word is that of the record.
      if told.id == verdict.sighting.decision?.transition.id {
        switch transition.to {
        case .firing: #expect([.fired, .firing].contains(verdict.kind), "\(place)")
        case .pending: #expect(verdict.kind == .pending, "\(place)")
        case .resolved: #expect(verdict.kind == .resolved, "\(place)")
        case .expired: #expect(verdict.kind == .expired, "\(place)")
        }
      }
      if transition.to == .firing, let trip = verdict.trip, trip.decision?.transition.id == told.id
      {
        #expect(report.evidence.isEmpty || report.tipping != nil, "\(place)")
      }
    }
  }

  @Test(arguments: seeds)
  func `at any instant it says firing exactly when the replay's records do`(_ seed: UInt64) throws {
    let scene = try Scene(seed: seed)
    // A line may trip a window before older instants are decided, where the watermark lags.
    guard !scene.isLate, let log = try? scene.inquiry.log() else { return }
    let all = try scene.inquiry.transitions()
    var random = SplitMix64(seed: seed)
    for _ in 0..<3 {
      let time = Int64.random(in: log, using: &random)
      for report in try scene.inquiry.answer(at: time).reports where report.logEnd == nil {
        let place = "seed \(seed): \(report.rule.rule.name) at \(report.instant)"
        var firing: Set<String> = []
        for transition in all
        where transition.monitor == report.rule.rule.name && transition.windowEnd <= report.instant
        {
          let key = "\(transition.level) \(transition.group.json)"
          switch transition.to {
          case .firing: firing.insert(key)
          case .resolved, .expired: firing.remove(key)
          case .pending: break
          }
        }
        let told = report.verdicts.filter { [.fired, .firing].contains($0.kind) }
          .map { "\($0.terms.level) \($0.sighting.group.json)" }
        if firing.count <= Inquiry.mostAlerts {
          #expect(Set(told) == firing, "\(place)")
        } else {
          #expect(firing.isSuperset(of: told) && told.count == Inquiry.mostAlerts, "\(place)")
        }
        check(report, place)
      }
    }
  }

  /// Where lines are counted, and all count for one alert, the stages let through what is compared.
  private func check(_ report: InstantReport, _ place: String) {
    let census = report.census
    var before = census.lines
    for stage in census.stages {
      #expect(stage.kept.count + stage.dropped.count == before, "\(place): \(stage.text)")
      before = stage.kept.count
    }
    guard let lead = report.verdicts.first, lead.level != nil, let value = lead.sighting.value,
      report.rule.rule.groupBy.isEmpty, report.rule.fold.columns.count == 1,
      report.rule.fold.columns[0].argument == nil, report.rule.fold.keys.isEmpty
    else { return }
    #expect(value == Double(before), "\(place)")
  }

  /// A lens on every instant, for whoever thinks that looking on must change something.
  private final class Onlooker: ReplayObserver {
    private(set) var sightings = 0

    func prepare(_ monitor: inout Monitor) {
      monitor.lens = MonitorLens(on: Int64.min...Int64.max)
    }

    func sees(_ run: LineRun) {}

    func finish(_ monitors: [Monitor]) {
      sightings = monitors.reduce(0) { $0 + ($1.lens?.sightings.count ?? 0) }
    }
  }

  @Test func `looking on changes nothing`() throws {
    var sightings = 0
    for seed in Self.seeds {
      let scene = try Scene(seed: seed)
      func records(_ observer: Onlooker?) throws -> [[UInt8]] {
        var replay = Replay(
          rules: scene.rules, sources: scene.sources,
          options: FeedOptions(threads: 1, batchBytes: 4_096), actions: ActionSet(),
          drains: scene.scene.drain)
        replay.observer = observer
        var records: [[UInt8]] = []
        _ = try replay.run(Replay.Outlet(transition: { records.append($0.json()) }))
        return records
      }
      let onlooker = Onlooker()
      #expect(try records(onlooker) == records(nil), "seed \(seed)")
      sightings += onlooker.sightings
    }
    #expect(sightings > 0)
  }
}
