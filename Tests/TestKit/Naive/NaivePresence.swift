/// When the lines of a group came, as far as one level remembers the group.
///
/// A line may be absorbed while instants before it are still undecided: those instants know nothing
/// of it yet.
struct NaivePresence {
  /// Time of the first line since the group became known, in the order of absorption.
  private(set) var first: Int64
  /// The largest time of a line that is not after the last decided instant.
  private(set) var last: Int64?
  /// Times after that instant, in the order of absorption.
  private var ahead: [Int64]

  init(first: Int64) {
    self.first = first
    ahead = [first]
  }

  mutating func meet(at time: Int64) { ahead.append(time) }

  /// Lines up to `instant` are there now.
  mutating func reach(_ instant: Int64) {
    guard !ahead.isEmpty else { return }
    last = (ahead.filter { $0 <= instant } + [last].compactMap { $0 }).max()
    ahead.removeAll { $0 <= instant }
  }

  /// What is left when the group is forgotten: only what came after the instant.
  var remembered: NaivePresence? {
    guard var rest = ahead.first.map(NaivePresence.init(first:)) else { return nil }
    rest.ahead = ahead
    return rest
  }
}
