package import Alerting

/// The directory, beside the state, in which people say what is to be quiet: one file for each
/// silence, so that nobody waits for anybody, whether a run goes on or not.
package struct SilenceFiles: Sendable {
  private let folder: RequestFolder

  /// Of the state in this directory.
  package init(of state: String) { folder = RequestFolder("\(state)/silences") }

  /// All that were left, those that are over too; the oldest first.
  package func all() -> [Silence] {
    folder.pending().compactMap { Silence(json: $0.text) }
      .sorted { ($0.from, $0.id) < ($1.from, $1.id) }
  }

  /// Leaves a silence, or another one under the same id; as a whole or not at all.
  package func leave(_ silence: Silence) throws(StateFailure) {
    try folder.leave(silence.json, as: silence.id)
  }

  /// Removes those that have been over for a while, so that a list stays one that people can read.
  package func forget(before time: Int64) {
    for silence in all() where silence.until < time { folder.remove(silence.id) }
  }

  /// Has `watcher` tell when one is left.
  func watch(by watcher: FileWatcher) { folder.watch(by: watcher) }
}
