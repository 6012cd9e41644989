package import Records

/// A member of the line whose values are taken as numbers.
package struct NumericRead: Sendable, Hashable {
  package var slot: Slot
  /// The duration it is compared with, in the unit of the field.
  package var duration: Double?
}

extension Plan {
  /// The members of lines that are compared with numbers or aggregated as such, as they stand in the
  /// line: what a stage has changed is another matter.
  package var numericReads: [NumericRead] {
    var reads: Set<NumericRead> = []
    for stage in head {
      if let filter = stage as? WhereStage { filter.condition.addNumericReads(to: &reads) }
      if let assignment = stage as? AssignStage {
        assignment.expression.addNumericReads(to: &reads)
      }
    }
    for case let stage as AggregateStage in query.stages.prefix(
      phases.firstIndex(of: .tail) ?? .max)
    {
      for call in stage.calls where AggregateTable.entry(for: call.keyword)?.isNumeric == true {
        if let slot = call.field.flatMap({ fields.slot(named: $0.text) }) {
          reads.insert(NumericRead(slot: slot))
        }
      }
    }
    return reads.filter { isMember($0.slot) && !fields[$0.slot].isProduced }
      .sorted { ($0.slot.index, $0.duration ?? 0) < ($1.slot.index, $1.duration ?? 0) }
  }

  /// The member of lines that a column of the fold aggregates as it stands there; nil when it is none.
  package func member(ofColumn index: Int) -> String? {
    let stage = query.stages.lazy.compactMap { $0 as? AggregateStage }.first
    let fields = (stage?.calls ?? []).flatMap { call in
      let made = AggregateTable.entry(for: call.keyword)?.make(call.field?.text, call.numbers)
      return (made ?? []).map { _ in call.field }
    }
    guard fields.indices.contains(index), let name = fields[index]?.text,
      let slot = self.fields.slot(named: name), isMember(slot), !self.fields[slot].isProduced
    else { return nil }
    return self.fields[slot].spelling
  }

  private func isMember(_ slot: Slot) -> Bool {
    if case .member = fields[slot].load { true } else { false }
  }

  /// The members of lines that the query can't do without, of those that do not occur: neither the
  /// other side of an `or` nor a test for null makes up for them. `isSlip` names those that are missed
  /// all the same.
  package func missedMembers(
    occurs: @escaping (String) -> Bool, isSlip: (String) -> Bool
  ) -> [Slot] {
    var reads = FieldDemands(occurs: { name in
      fields.slot(named: name.text).map { !isMember($0) || occurs(fields[$0].spelling) } ?? true
    })
    for stage in query.stages.prefix(phases.firstIndex(of: .tail) ?? .max) {
      if let filter = stage as? Where { reads.note(reads.misses(filter.condition)) }
      if let stage = stage as? ExpressionStage { reads.note(reads.misses(stage.expression)) }
    }
    reads.note(reads.misses(query.scope))
    return fields.fields.indices.map { Slot($0) }.filter { slot in
      let name = fields[slot].spelling
      // A stage with `nodrop` sets what else the line would have.
      return !name.isEmpty && isMember(slot) && !fields[slot].isProduced && !occurs(name)
        && (reads.demanded.contains(name.lowercased())
          || !reads.mentioned.contains(name.lowercased()) || isSlip(name))
    }
  }
}

/// Which of the fields that expressions mention they need.
private struct FieldDemands {
  let occurs: (FieldName) -> Bool
  private(set) var mentioned: Set<String> = []
  private(set) var demanded: Set<String> = []

  init(occurs: @escaping (FieldName) -> Bool) { self.occurs = occurs }

  mutating func note(_ missed: Set<String>) { demanded.formUnion(missed) }

  private mutating func misses(_ field: FieldName) -> Set<String> {
    mentioned.insert(field.key)
    return occurs(field) ? [] : [field.key]
  }

  /// The fields for want of which the condition is idle.
  mutating func misses(_ syntax: ExpressionSyntax) -> Set<String> {
    switch syntax.node {
    case .text, .number, .bool, .null: return []
    case .field(let name): return misses(name)
    case .binary("or", let left, let right):
      let (a, b) = (misses(left), misses(right))
      return a.isEmpty || b.isEmpty ? [] : a.union(b)
    case .call(let name, let arguments):
      let missed = arguments.reduce(into: Set<String>()) { $0.formUnion(misses($1)) }
      let asks = ["isnull", "isempty", "isblank"].contains(name.lowercased())
      return asks ? [] : missed
    case .unary(_, let operand): return misses(operand)
    case .binary(_, let left, let right): return misses(left).union(misses(right))
    case .conditional(let condition, let yes, let no):
      let (a, b) = (misses(yes), misses(no))
      // Which of the two is taken may well depend on what the line has.
      return misses(condition).union(a.isEmpty || b.isEmpty ? [] : a.union(b))
    case .membership(let operand, let list):
      return list.reduce(into: misses(operand)) { $0.formUnion(misses($1)) }
    case .matchesRegex(let operand, _): return misses(operand)
    }
  }

  mutating func misses(_ scope: Scope) -> Set<String> {
    switch scope {
    case .everything, .word, .phrase: return []
    case .all(let terms): return terms.reduce(into: []) { $0.formUnion(misses($1)) }
    case .any(let terms):
      let all = terms.map { misses($0) }
      return all.contains(where: \.isEmpty) ? [] : all.reduce(into: []) { $0.formUnion($1) }
    case .not(let term):
      // To be without a field is what was asked for.
      _ = misses(term)
      return []
    case .field(let name, _): return misses(name)
    }
  }
}

extension Expression {
  fileprivate func addNumericReads(to reads: inout Set<NumericRead>) {
    switch self {
    case .compare(_, .field(let slot), .constant(let constant)),
      .compare(_, .constant(let constant), .field(let slot)):
      if constant.cell.isNumeric { reads.insert(NumericRead(slot: slot)) }
    case .compareDuration(_, .field(let slot), let bound):
      reads.insert(NumericRead(slot: slot, duration: bound.inUnit))
    case .not(let operand): operand.addNumericReads(to: &reads)
    case .and(let left, let right), .or(let left, let right):
      left.addNumericReads(to: &reads)
      right.addNumericReads(to: &reads)
    case .conditional(let condition, let yes, let no):
      for part in [condition, yes, no] { part.addNumericReads(to: &reads) }
    case .constant, .field, .negative, .arithmetic, .compare, .compareDuration, .membership, .glob,
      .globOf, .regex, .contains, .call:
      break
    }
  }
}
