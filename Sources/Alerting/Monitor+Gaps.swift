/// Lines that a window should hold and does not: bytes of a log that are gone, or time during which
/// nobody read a log that can't be read twice.
extension Monitor {
  /// Lines up to `time` may be missing. Until no window reaches back to them, what more lines could
  /// have made otherwise is not judged: only a hit that more lines can't undo counts.
  package mutating func noteGap(through time: Int64) {
    guard time > gapThrough else { return }
    gapThrough = time
    if due == nil || isMissingLines(at: due?.end ?? time) { troubles.health = .warming }
  }

  /// Whether the window of the instant `time` may lack lines.
  func isMissingLines(at time: Int64) -> Bool { gapThrough > time - rule.window }

  /// The first time whose window has all its lines again; nil when none are missing.
  package var warmsUntil: Int64? {
    troubles.health == .warming ? gapThrough + rule.reach : nil
  }

  /// The next instant to be decided is `next`: once no window lacks lines, all is as it was.
  mutating func settleGap(before next: Int64) {
    guard troubles.health == .warming, gapThrough <= next - rule.reach else { return }
    troubles.health = rule.series?.learns == true && !book.hasLearned ? .learning : .ok
  }
}
