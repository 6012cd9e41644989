package import Alerting
package import Records

/// Somebody who looks on while a replay goes. Nothing that it does changes what is decided.
package protocol ReplayObserver: AnyObject {
  /// Is called once for each monitor, before the first line; may put a lens on it.
  func prepare(_ monitor: inout Monitor)

  /// Is called for lines in merged order, before the monitors take them.
  func sees(_ run: LineRun)

  /// Is called, ahead of the merged lines, for a line that can't be read.
  func sees(malformed row: Int, of batch: Batch)

  /// The same for a line whose time lies too far ahead.
  func sees(refused row: Int, of batch: Batch)

  /// Is called when the monitors have taken a run; may put others that know the same in their places.
  func took(_ run: LineRun, _ frames: [Frame], _ monitors: inout [Monitor])

  /// Whether the replay should go on; the monitors have taken all lines seen so far.
  func wantsMore(_ monitors: [Monitor]) -> Bool

  /// How far time should run on behind the last line, at least.
  var end: Int64? { get }

  /// Is called at the end.
  func finish(_ monitors: [Monitor])
}

extension ReplayObserver {
  package func prepare(_ monitor: inout Monitor) {}
  package func sees(malformed row: Int, of batch: Batch) {}
  package func sees(refused row: Int, of batch: Batch) {}
  package func took(_ run: LineRun, _ frames: [Frame], _ monitors: inout [Monitor]) {}
  package func wantsMore(_ monitors: [Monitor]) -> Bool { true }
  package var end: Int64? { nil }
  package func finish(_ monitors: [Monitor]) {}
}
