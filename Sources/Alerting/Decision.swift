import QueryLanguage

/// A transition as a monitor decides it, before the engine adds the evidence's text and the actions.
package struct Decision: Sendable {
  package var order: DecisionOrder
  package var transition: Transition
  package var evidence: [EvidencePlace]
}

/// Where a decision stands among those of all monitors: instants ascend, lines go by their order, and
/// what one moment decides goes by monitor, level and group.
package struct DecisionOrder: Sendable, Comparable {
  /// Number of the line that brought the decision about, in merged order.
  var line: UInt64
  /// The instant; lines trip behind the instants that they let pass.
  var instant: Int64
  var monitor: String
  var level: Int
  var group: String

  package static func < (left: DecisionOrder, right: DecisionOrder) -> Bool {
    if left.line != right.line { return left.line < right.line }
    if left.instant != right.instant { return left.instant < right.instant }
    if left.monitor != right.monitor {
      return left.monitor.utf8.lexicographicallyPrecedes(right.monitor.utf8)
    }
    if left.level != right.level { return left.level < right.level }
    return left.group.utf8.lexicographicallyPrecedes(right.group.utf8)
  }
}
