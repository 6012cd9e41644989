extension WatchCase {
  /// A smaller case that still fails: monitors, levels, files and lines are dropped greedily, in
  /// halves first, until nothing more can go.
  package func shrunk(while fails: (WatchCase) -> Bool) -> WatchCase {
    var smallest = self
    var triesLeft = 4_000

    func keep(_ smaller: WatchCase) -> Bool {
      guard triesLeft > 0, smaller.isWellPosed else { return false }
      triesLeft -= 1
      guard fails(smaller) else { return false }
      smallest = smaller
      return true
    }

    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for i in smallest.monitors.indices.reversed() {
        var smaller = smallest
        smaller.monitors.remove(at: i)
        hasShrunk = keep(smaller) || hasShrunk
      }
      for i in smallest.monitors.indices {
        for simpler in smallest.monitors[i].simpler() {
          var smaller = smallest
          smaller.monitors[i] = simpler
          hasShrunk = keep(smaller) || hasShrunk
        }
      }
      for i in smallest.files.indices.reversed() where smallest.files.count > 1 {
        var smaller = smallest
        smaller.files.remove(at: i)
        hasShrunk = keep(smaller) || hasShrunk
      }
      for i in smallest.files.indices where smallest.files[i].lateness != 0 {
        var smaller = smallest
        smaller.files[i].lateness = 0
        hasShrunk = keep(smaller) || hasShrunk
      }
      if smallest.drain {
        var smaller = smallest
        smaller.drain = false
        hasShrunk = keep(smaller) || hasShrunk
      }
      for i in smallest.files.indices {
        var size = max(1, smallest.files[i].lines.count / 2)
        while size > 0 {
          var start = 0
          while start < smallest.files[i].lines.count {
            var smaller = smallest
            let end = min(start + size, smaller.files[i].lines.count)
            smaller.files[i].lines.removeSubrange(start..<end)
            if keep(smaller) { hasShrunk = true } else { start = end }
          }
          size /= 2
        }
      }
    }
    return smallest
  }

  /// Whether there is something to watch and every file begins with a line that has a time: what
  /// a file without any time means is not a question about windows.
  private var isWellPosed: Bool {
    !monitors.isEmpty && !files.isEmpty
      && files.allSatisfy { file in
        guard let first = file.lines.first else { return false }
        return NaiveLine(source: 0, file: "", generation: "", offset: 0, text: first).time != nil
      }
  }

  /// The case as one would write it in a bug report.
  package var report: String {
    var text = "--- rules.yaml\n\(yaml)"
    for file in files {
      let late = file.lateness == 0 ? "" : ", lateness \(file.lateness) ms"
      text += "--- \(file.name)\(late)\n" + file.lines.map { $0 + "\n" }.joined()
    }
    return text + "--- replay\(drain ? " --drain" : "")\n"
  }
}

extension NaiveMonitor {
  /// The monitor with one thing less, in every way; a thing that is not there is not tried.
  fileprivate func simpler() -> [NaiveMonitor] {
    var variants: [NaiveMonitor] = []
    func vary(_ change: (inout NaiveMonitor) -> Void) {
      var variant = self
      change(&variant)
      variants.append(variant)
    }
    if levels.count > 1 || missingData != nil {
      for i in levels.indices { vary { $0.levels.remove(at: i) } }
    }
    if let missingData {
      if !levels.isEmpty { vary { $0.missingData = nil } }
      if missingData.perGroup != nil { vary { $0.missingData!.perGroup = nil } }
    }
    if atLeast != nil { vary { $0.atLeast = nil } }
    if keepFiringFor != nil { vary { $0.keepFiringFor = nil } }
    if rowFilter != nil { vary { $0.rowFilter = nil } }
    if rowLimit != nil { vary { $0.rowLimit = nil } }
    for i in stages.indices {
      vary { variant in
        variant.stages.remove(at: i)
        while case .filter? = variant.stages.first { variant.stages.removeFirst() }
      }
    }
    if case .everything = filter {} else { vary { $0.filter = .everything } }
    for i in levels.indices {
      if levels[i].resolve != nil { vary { $0.levels[i].resolve = nil } }
      if levels[i].resolutionWindow != nil { vary { $0.levels[i].resolutionWindow = nil } }
      if levels[i].holdFor != nil { vary { $0.levels[i].holdFor = nil } }
      if levels[i].noValue != nil { vary { $0.levels[i].noValue = nil } }
    }
    return variants
  }
}
