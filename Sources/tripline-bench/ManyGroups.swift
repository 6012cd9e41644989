import Alerting
import CAllocationCount
import Engine
import Glibc
import QueryLanguage
import Records

/// What groups at scale cost: the same log through a monitor that counts all lines and one that counts
/// and averages them host by host. The log is made as it is read, so that the memory is the monitor's.
struct ManyGroups {
  var hosts = 100_000
  var events = 3_000_000
  /// Message time; a window of ten minutes sees this many events.
  var eventsPerMinute = 140_000

  static let baseline = Scenario.rule("* | count", by: "[]", alert: "> 1e12", every: "1m")
  static let grouped = Scenario.rule(
    "* | count, avg(response_time) as mean by host", by: "[host]", alert: "_count > 1e6",
    warning: "mean > 1e9", every: "1m")

  /// The most allocations for 1,000 events that the grouped monitor may make.
  static let allocationLimit = 12.0

  struct Result {
    /// Processor time of the monitor and of what it needs of the lines, without making the log.
    var nanoseconds: Double
    /// Of the whole process so far, in MB.
    var peak: Double
    /// In the second half, when all hosts have come, for every 1,000 events.
    var allocations: Double
  }

  func run(_ rule: BoundRule) -> Result {
    let (members, heads) = Head.sharing([rule.plan])
    let source = SourcePlan(generations: ["hosts"], facts: SourceFacts(name: "hosts"))
    let maker = BatchMaker(source, Wanted(members: members, times: true))
    var random = SplitMix(state: 42)
    var monitor = Monitor(rule)
    var spent = Duration.zero
    var allocations: UInt64 = 0
    var counted = 0
    var line = 0
    var offset = 0
    while line < events {
      var content: [UInt8] = []
      let first = line
      while line < events, content.count < Corpus.chunkSize {
        write(line, &random, to: &content)
        line += 1
      }
      let chunk = Chunk(copying: content, offset: offset)
      offset += content.count
      let before = allocation_count()
      let start = ManyGroups.processorTime
      do {
        let made = maker.make(ReadChunk(chunk: chunk, source: 0, generation: 0))
        var frame = rule.plan.runHead(
          on: made.batch, live: made.messages, memberMap: heads[0].memberMap)
        let run = LineRun(
          batch: made.batch, rows: 0..<made.batch.count, timed: made.messages,
          firstLine: UInt64(first))
        precondition(monitor.absorb(&frame, run).isEmpty, "the threshold is out of reach")
      }
      spent += ManyGroups.processorTime - start
      if first > events / 2 {
        allocations += allocation_count() - before
        counted += line - first
      }
    }
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Result(
      nanoseconds: spent / .nanoseconds(1) / Double(events), peak: Double(usage.ru_maxrss) / 1_000,
      allocations: Double(allocations) / Double(max(counted, 1)) * 1e3)
  }

  /// Of this process, which other processes disturb less than the time of day.
  private static var processorTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// A line of a random host, with a number of up to three decimals.
  private func write(_ line: Int, _ random: inout SplitMix, to content: inout [UInt8]) {
    let time = 1_772_352_000_000 + line * 60_000 / eventsPerMinute
    let host = String(random.below(hosts) + 1_000_000).dropFirst()
    let thousandths = String(random.below(3_000) + 10_000).dropFirst()
    content.append(
      contentsOf: #"{"timestamp":\#(time),"host":"host-\#(host).example","response_time":"#.utf8)
    content.append(contentsOf: "\(thousandths.prefix(1)).\(thousandths.suffix(3))}\n".utf8)
  }
}
