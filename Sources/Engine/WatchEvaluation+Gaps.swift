import Alerting

/// Lines that are missing, and what that means for windows.
extension WatchEvaluation {
  /// Notes what was lost; answers up to what time lines are missing, or nil when no window may hold
  /// one. Lines that nobody has read came after the last that was, and not later than now.
  mutating func note(_ loss: SourceLoss, of source: Int, now: Int64) -> Int64? {
    noteGap(source, now: now, isUnread: loss.isCertain)
  }

  /// Nobody read this log since its last line, and what came meanwhile is nowhere.
  mutating func noteAbsence(_ source: Int, now: Int64) -> Int64? {
    noteGap(source, now: now, isUnread: true)
  }

  private mutating func noteGap(_ source: Int, now: Int64, isUnread: Bool) -> Int64? {
    guard let largest = standings[source].largest else { return nil }
    // By the clock of the log, which may be a recorded one.
    let silence = isUnread ? max(0, now - (standings[source].arrived ?? now)) : 0
    let time = largest + silence
    deciding.noteGap(through: time)
    return time
  }

  /// Monitors that have restored logs begin, whether any line is read again or not.
  mutating func beginRestored() {
    guard let newest = standings.compactMap(\.largest).max() else { return }
    deciding.begin(noLaterThan: min(newest, began))
  }
}

extension Deciding {
  mutating func noteGap(through time: Int64) {
    for index in monitors.indices { monitors[index].noteGap(through: time) }
  }
}
