package import Records

/// The fields a stage can see, by name. Before an aggregate the set is open, because any JSON member
/// may be named; behind one it holds just the result columns.
package struct FieldScope: Sendable {
  package struct Field: Sendable {
    /// As first written.
    package var spelling: String
    /// Milliseconds in one unit of the field's plain numbers, when known.
    package var unit: Double?
    package var load: FieldLoad
    /// Set by a stage, not only read from the line.
    package var isProduced: Bool
    /// The aggregate whose untouched result this is.
    package var aggregate: AggregateKind?
    /// A field that the rows are grouped by.
    package var isKey = false
    /// Where it is read first.
    package var firstRead: Span?
    /// Provably no number below zero, whatever the log says.
    package var isNeverNegative = false
    /// The slices of time whose starts it holds: what a `timeslice` made, untouched.
    package var slices: Slices?
  }

  package private(set) var fields: [Field] = []
  private var slots: [String: Slot] = [:]
  package let isOpen: Bool
  /// The members that rows must be projected on, by the spelling in the query.
  package private(set) var members: [String] = []

  package init(isOpen: Bool) { self.isOpen = isOpen }

  package func slot(named name: String) -> Slot? { slots[name.lowercased()] }

  package subscript(slot: Slot) -> Field {
    get { fields[slot.index] }
    set { fields[slot.index] = newValue }
  }

  /// The fields that can still be named.
  package var names: [String] {
    fields.indices.filter { slot(named: fields[$0].spelling) == Slot($0) }.map {
      fields[$0].spelling
    }
  }

  package mutating func add(
    _ name: String, load: FieldLoad, unit: Double?, isProduced: Bool,
    aggregate: AggregateKind? = nil
  ) -> Slot {
    let slot = Slot(fields.count)
    fields.append(
      Field(
        spelling: name, unit: unit, load: load, isProduced: isProduced, aggregate: aggregate))
    slots[name.lowercased()] = slot
    return slot
  }

  /// A slot that no name reaches, for values between two stages.
  package mutating func addHidden() -> Slot {
    let slot = Slot(fields.count)
    fields.append(Field(spelling: "", unit: nil, load: .none, isProduced: false))
    return slot
  }

  package mutating func forget(_ name: String) { slots[name.lowercased()] = nil }

  package mutating func member(_ name: String) -> Int {
    if let index = members.firstIndex(of: name) { return index }
    members.append(name)
    return members.count - 1
  }
}
