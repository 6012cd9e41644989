import Alerting
import Foundation
import TestKit
import Testing

@Suite struct OutlierTests {
  private func story(
    _ referee: OutlierReferee, _ options: ProductReplay.Options
  ) throws -> [String] {
    try ProductReplay.records(
      yaml: referee.yaml, files: [("log", referee.log)], options: options
    ).map { record in
      let members = members(of: record)
      let time = (NaiveTime.parse(members["time"] as! String)! - ten) / 1_000
      let host = (members["group"] as! [String: Any])["host"] as! String
      let value = (members["value"] as? NSNumber).map { "\($0.intValue)" } ?? "nothing"
      return "\(time) \(members["to"]!) \(host) \(value)"
    }
  }

  @Test func `outliers are those of the definition, however the log is cut`() throws {
    var random = SplitMix64(seed: TestSeed.value)
    var steps = 0
    for round in 0..<120 {
      let referee = OutlierReferee.random(using: &random)
      let expected = referee.story()
      steps += expected.count
      var options = ProductReplay.Options()
      options.threads = random.pick([1, 1, 2])
      options.batchBytes = random.pick([40, 90, 700, 65_536])
      options.skipsInstants = random.pick([true, false])
      let found = try story(referee, options)
      guard found != expected else { continue }
      Issue.record(
        """
        seed \(TestSeed.value), round \(round)
        \(referee.yaml)
        expected \(expected)
        found    \(found)
        """)
      return
    }
    // A referee with nothing to say agrees with everybody.
    #expect(steps > 120)
  }
}
