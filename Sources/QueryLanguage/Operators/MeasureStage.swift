import Records

/// Gives the numbers of a field whose unit is known to an aggregate: text that carries a unit of its own,
/// such as `"850ms"`, becomes a number in the field's.
struct MeasureStage: Stage {
  static var reach: StageReach { .row }
  let input: Slot
  let target: Slot
  /// Milliseconds in one unit of the field.
  let unit: Double

  func apply(to frame: inout Frame) {
    let column = frame.column(input)
    var carriesUnits = false
    frame.live.forEach { row in
      if column[row].kind == .text { carriesUnits = true }
    }
    guard carriesUnits else {
      frame.set(target, to: column)
      return
    }
    let measured = frame.computed { row in
      let cell = column[row]
      guard cell.kind == .text, cell.number == nil,
        let milliseconds = Durations.milliseconds(measured: cell.place)
      else { return cell }
      return Cell(milliseconds / unit)
    }
    frame.set(target, to: measured)
  }
}
