/// A value that owns its text: group keys, results, what leaves the hot path.
package enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case whole(Int64)
  case number(Double)
  case text(String)
}
