/// The version that `tripline version` prints and that records carry.
package enum Version {
  package static let current = "0.1.0"
}
