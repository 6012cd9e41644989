/// Whether a log has habits: if not, reading it member by member is faster than a vain guess first.
struct Habits {
  enum Advice {
    case none
    /// A good moment to put steps in order.
    case settle
    /// Guessing is of no use, or has been since the log changed its ways: forget and rest.
    case rest
    /// Things may have changed.
    case tryAgain
  }

  private(set) var areTrusted = true
  private var rows = 0
  private var surprises = 0
  private var strikes = 0
  private var periodsOfRest = 0

  /// Rows that are judged together.
  private static let period = 4096
  private static let strikesUntilRest = 4
  private static let longestRest = 64

  mutating func observe(rows moreRows: Int, surprises moreSurprises: Int) -> Advice {
    rows += moreRows
    surprises += moreSurprises
    guard rows >= Habits.period else { return .none }
    let wasStrike = surprises * 3 > rows
    (rows, surprises) = (0, 0)
    guard areTrusted else {
      periodsOfRest += 1
      guard periodsOfRest >= Habits.longestRest else { return .none }
      (areTrusted, periodsOfRest) = (true, 0)
      return .tryAgain
    }
    strikes = wasStrike ? strikes + 1 : 0
    guard strikes >= Habits.strikesUntilRest else { return .settle }
    (areTrusted, strikes) = (false, 0)
    return .rest
  }
}
