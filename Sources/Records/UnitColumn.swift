/// The numbers of a column as sums add them: nearly all are whole units of a `FixedSum`, the others are
/// left to be read where they stand.
package struct UnitColumn: Sendable {
  /// The units of each row in `fixed`.
  package let units: [Int64]
  /// The rows whose number is a whole number of units.
  package let fixed: Selection
  /// The rows with another number.
  package let others: Selection

  package init(units: [Int64], fixed: Selection, others: Selection) {
    self.units = units
    self.fixed = fixed
    self.others = others
  }
}
