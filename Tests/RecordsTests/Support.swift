import TestKit
import Records

/// A cell as the tests write it: the kind and the place, `text path`, `numeral 200`, `yes`, `null`.
func show(_ cell: Cell) -> String {
  switch cell.kind {
  case .text, .escaped, .numeral, .json: "\(cell.kind) \(cell.place.string)"
  case .null, .yes, .no: "\(cell.kind)"
  case .number, .whole: "\(cell.kind) of a computation"
  }
}

/// Text in memory of its own, exactly as long as the text: the address sanitizer sees every byte read
/// behind it.
func pinned(_ text: String) -> PinnedText { PinnedText(text) }

/// Random numbers that a seed gives back, for tests that print it when they fail.
struct SeededRandom: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A generator with the seed of the run.
  static func fresh() -> SeededRandom { SeededRandom(seed: TestSeed.value) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

  /// Yes with a chance of `percent` in a hundred.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}
