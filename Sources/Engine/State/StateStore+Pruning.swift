import Synchronization

/// Old history goes, so that the state of a run that goes on for years stays small.
extension StateStore {
  /// Removes what was written before `time`: journal entries from the oldest on, the deliveries of
  /// their transitions, and how these are found. Nothing goes that a delivery still needs. The last
  /// entry that goes leaves its seal, on which the next one is built.
  package func prune(before time: Int64) throws(StateFailure) {
    try lock.withLock { _ throws(StateFailure) in
      let last = try database.rows(
        """
        SELECT min(
          coalesce((SELECT min(seq) FROM journal WHERE time >= ?) - 1, (SELECT max(seq) FROM journal)),
          coalesce((SELECT min(transition) FROM outbox
            WHERE status IN ('waiting', 'attempting')) - 1, 9223372036854775807))
        """, [.whole(time)]
      ).first?.optionalWhole(0)
      let oldest = try database.rows("SELECT min(seq) FROM journal").first?.optionalWhole(0)
      // The entry that has only its seal left may be the oldest.
      guard let last, let oldest, last > oldest else { return }
      try database.transaction { () throws(StateFailure) in
        try journal.prune(through: last)
        try database.run("DELETE FROM outbox WHERE transition <= ?", [.whole(last)])
        try deeds.prune(before: time)
        // What is firing keeps its name.
        try database.run(
          """
          DELETE FROM transitions WHERE seq <= ? AND seq NOT IN (
            SELECT max(seq) FROM transitions JOIN alerts USING (monitor, level, "group")
            WHERE firing AND step = 'firing' GROUP BY monitor, level, "group")
          """, [.whole(last)])
      }
    }
  }
}
