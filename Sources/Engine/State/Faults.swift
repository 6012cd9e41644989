import Glibc
import Synchronization

/// A death at a chosen point, for tests of what survives it. Points are passed on the way of a
/// decision: before and after each commit, once its transitions are said, and around each attempt at a
/// delivery.
package final class Faults: Sendable {
  private let fatal: Int
  private let passed = Atomic(0)

  /// Counts points from 1; dies at this one, as by `kill -9`.
  package init(dieAt fatal: Int) { self.fatal = fatal }

  func pass() {
    if passed.add(1, ordering: .relaxed).newValue == fatal { kill(getpid(), SIGKILL) }
  }
}
