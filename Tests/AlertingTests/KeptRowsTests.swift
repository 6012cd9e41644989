import TestKit
import Testing

/// Laws of monitors that keep the rows of their window.
@Suite struct KeptRowsTests {
  /// Scenes in which every monitor keeps rows.
  private static func scene(_ seed: UInt64) -> WatchCase {
    var scene = WatchCase.random(seed: seed)
    for index in scene.monitors.indices where scene.monitors[index].stages.isEmpty {
      scene.monitors[index].stages = [.dedup(["host", "rt"], count: 1, consecutive: false)]
    }
    return scene
  }

  private func replay(
    _ scene: WatchCase, _ options: ProductReplay.Options
  ) throws -> [String] {
    var options = options
    options.latenesses = scene.files.map(\.lateness)
    options.drain = scene.drain
    return try ProductReplay.records(
      yaml: scene.yaml, files: scene.files.map { ($0.name, $0.bytes) }, options: options)
  }

  @Test(arguments: [1 << 30, 2_000, 400, 60])
  func `batches, threads and passing over instants change nothing, whatever the memory`(
    _ memory: Int
  ) throws {
    var records = 0
    for seed in TestSeed.value..<(TestSeed.value + 25) {
      let scene = KeptRowsTests.scene(seed)
      var options = ProductReplay.Options()
      options.memory = memory
      let plain = try replay(scene, options)
      records += plain.count
      for (threads, size, skips) in [(1, 1, true), (3, 300, true), (2, 4_096, false)] {
        options.threads = threads
        options.batchBytes = size
        options.skipsInstants = skips
        let other = try replay(scene, options)
        #expect(plain == other, "seed \(seed), \(threads) threads, \(size) bytes, skips \(skips)")
      }
    }
    // Where nothing fits nothing is decided; elsewhere there has to be something to compare.
    #expect(records > 0)
  }

  @Test func `a monitor decides the same beside others as alone, while its rows fit`() throws {
    for seed in TestSeed.value..<(TestSeed.value + 25) {
      let scene = KeptRowsTests.scene(seed)
      let together = try replay(scene, .init())
      for monitor in scene.monitors {
        var alone = scene
        alone.monitors = [monitor]
        let name = "\"monitor\":\"\(monitor.name)\""
        #expect(
          try replay(alone, .init()) == together.filter { $0.contains(name) }, "seed \(seed)")
      }
    }
  }

  @Test func `rows that can't be kept decide nothing`() throws {
    let yaml = """
      monitors:
        - name: m
          query: "* | dedup user | count as users"
          window: 1m
          every: 10s
          critical: { alert: ">= 1" }
      """
    let lines = (0..<30).map { #"{"timestamp":\#(1_772_445_600_000 + $0 * 10_000),"user":\#($0)}"# }
    let files = [(name: "log", bytes: lines.flatMap { Array("\($0)\n".utf8) })]
    let roomy = try ProductReplay.records(yaml: yaml, files: files)
    #expect(roomy.count == 1)
    var options = ProductReplay.Options()
    options.memory = 1
    #expect(try ProductReplay.records(yaml: yaml, files: files, options: options) == [])
  }
}
