import Foundation

/// The seed of a random test: the same on every run, so that a red build is red again, unless
/// `TRIPLINE_SEED` names another or, with `random`, asks for a hunt.
package enum TestSeed {
  package static var value: UInt64 {
    switch ProcessInfo.processInfo.environment["TRIPLINE_SEED"] {
    case "random": .random(in: 0 ... .max)
    case let text?: UInt64(text) ?? 20_260_302
    case nil: 20_260_302
    }
  }
}
