import Alerting

/// Lines that are missing, and what that means for windows.
extension WatchEvaluation {
  /// Notes that lines are missing; answers up to what time, or nil when no window may hold one. Lines
  /// that nobody has read came after the last that was, and not later than now.
  mutating func note(_ missing: MissingLines, of source: Int, now: Int64) -> Int64? {
    noteGap(source, now: now, isUnread: missing.isUnread)
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

/// Lines of a log that windows may lack.
struct MissingLines {
  let path: String
  /// Whether nobody has ever read them.
  let isUnread: Bool

  /// Nil when nothing is known to be missing.
  init?(_ news: SourceNews) {
    if case .gap(let gap) = news {
      path = gap.path
      isUnread = true
      return
    }
    guard let loss = news.loss, loss.isCertain || loss.needed != nil else { return nil }
    path = loss.path
    isUnread = loss.isCertain
  }
}
