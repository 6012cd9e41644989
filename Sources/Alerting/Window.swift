import QueryLanguage
import Records

/// The partial results of a monitor, cut into panes of one `every` each.
///
/// The pane that ends at instant E holds the lines of (E - every, E]; the window at T is made of the
/// panes that end in (T - window, T]:
///
///     lines     x   x x      x  x
///     panes   |-----|-----|-----|-----|
///     ends         E1    E2    E3    E4
///     window at E4     (-----------------]   window = 3 * every
package struct Panes: Sendable {
  private(set) var list: [(end: Int64, partial: Partial)] = []
  private let fold: FoldPlan
  /// A pane that no window needs any more, whose memory the next may have.
  private var spare: Partial?

  init(_ fold: FoldPlan) { self.fold = fold }

  /// The pane that ends at `end`, made if need be.
  mutating func update(_ end: Int64, _ body: (inout Partial) -> Void) {
    let index = place(of: end)
    if index == list.count || list[index].end != end {
      var fresh = Partial(fold)
      if index > 0 {
        list[index - 1].partial.tighten()
        fresh = Partial(like: list[index - 1].partial, reusing: &spare)
      }
      list.insert((end, fresh), at: index)
    }
    body(&list[index].partial)
  }

  /// Index of the first pane that ends at or after `end`.
  func place(of end: Int64) -> Int {
    var lower = 0
    var upper = list.count
    // Lines mostly come in order, so the place is mostly the last one.
    if let last = list.last, last.end < end { return list.count }
    while lower < upper {
      let middle = (lower + upper) / 2
      if list[middle].end < end { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }

  /// The panes that end in (start, end].
  func between(_ start: Int64, _ end: Int64) -> ArraySlice<(end: Int64, partial: Partial)> {
    list[place(of: start + 1)..<place(of: end + 1)]
  }

  mutating func renumber(_ number: (Int32) -> Int32) {
    for index in list.indices { list[index].partial.renumber(number) }
  }

  /// Forgets panes that end at or before `end`.
  mutating func drop(through end: Int64) {
    let count = place(of: end + 1)
    guard count > 0 else { return }
    spare = list[count - 1].partial
    list.removeFirst(count)
  }
}

/// The merged content of one window as it slides over the panes.
///
/// What can be subtracted is: a pane that leaves costs one pass over its own groups. The rest keeps two
/// stacks: suffix merges of the older panes and one merge of the newer ones, so that a step merges two
/// partials however many panes the window has.
package struct SlidingTotals: Sendable {
  private(set) var end: Int64
  private(set) var totals: Partial
  private let width: Int64
  private let fold: FoldPlan
  /// Suffix merges: `front[i]` holds the panes from `frontEnds[i]` up to the last front pane.
  private var front: [(end: Int64, merged: Partial)] = []
  private var back: Partial

  init(_ fold: FoldPlan, width: Int64, end: Int64) {
    self.fold = fold
    self.width = width
    self.end = end
    totals = Partial(fold)
    back = Partial(fold)
  }

  /// Whether lines of the pane that ends at `pane` are inside the window.
  func covers(_ pane: Int64) -> Bool { pane > end - width && pane <= end }

  /// Takes in lines of a pane inside the window.
  mutating func absorb(_ input: FoldInput, _ rows: Selection, pane: Int64) {
    totals.absorb(input, rows: rows)
    guard !fold.subtracts else { return }
    guard let last = front.last, pane <= last.end else {
      back.absorb(input, rows: rows)
      return
    }
    // A late line may open a pane that had no lines when the stack was built.
    let place = front.firstIndex { $0.end >= pane } ?? front.count - 1
    if front[place].end != pane { front.insert((pane, front[place].merged), at: place) }
    for index in 0...place { front[index].merged.absorb(input, rows: rows) }
  }

  /// Moves the window so that it ends at `newEnd`.
  mutating func slide(to newEnd: Int64, over panes: Panes) {
    guard newEnd > end else { return }
    let start = end - width
    let newStart = newEnd - width
    if newStart >= end {
      rebuild(from: panes.between(newStart, newEnd))
    } else if fold.subtracts {
      for pane in panes.between(start, newStart) { totals.subtract(pane.partial) }
      for pane in panes.between(end, newEnd) { totals.merge(pane.partial) }
    } else {
      for pane in panes.between(end, newEnd) { back.merge(pane.partial) }
      let leavers = panes.between(start, newStart)
      if !leavers.isEmpty {
        front.removeAll { $0.end <= newStart }
        if front.isEmpty { refill(from: panes.between(newStart, newEnd)) }
        totals = front.first?.merged ?? Partial(fold)
        totals.merge(back)
      } else if !panes.between(end, newEnd).isEmpty {
        for pane in panes.between(end, newEnd) { totals.merge(pane.partial) }
      }
    }
    end = newEnd
  }

  /// Puts the groups in the order in which their first lines of this window came.
  mutating func arrange(over panes: Panes) {
    totals.arrange(as: panes.between(end - width, end).lazy.map(\.partial))
  }

  mutating func renumber(_ number: (Int32) -> Int32) {
    totals.renumber(number)
    back.renumber(number)
    for index in front.indices { front[index].merged.renumber(number) }
  }

  private mutating func rebuild(from panes: ArraySlice<(end: Int64, partial: Partial)>) {
    totals = Partial(fold)
    front = []
    back = Partial(fold)
    for pane in panes {
      totals.merge(pane.partial)
      if !fold.subtracts { back.merge(pane.partial) }
    }
  }

  private mutating func refill(from panes: ArraySlice<(end: Int64, partial: Partial)>) {
    back = Partial(fold)
    var merged = Partial(fold)
    front = []
    for pane in panes.reversed() {
      // Older panes go first, so that groups keep the order in which they came.
      var sum = pane.partial
      sum.merge(merged)
      merged = sum
      front.append((pane.end, merged))
    }
    front.reverse()
  }
}
