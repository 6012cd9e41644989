import Records

/// `parse regex ... multi`: a copy of the row for each match, in the order of the text. Since rows are
/// no longer the lines themselves, it runs behind whatever can look at lines alone.
struct ParseRegexMultiStage: Stage {
  static var reach: StageReach { .order }
  /// What one match means.
  let single: ParseRegexStage

  func apply(to frame: inout Frame) {
    let texts = frame.column(single.input)
    let arena = frame.arena
    let matcher = single.regex.matcher()
    var rows: [Int] = []
    var hasMatch: [Bool] = []
    var limited: [Int] = []
    var values = single.targets.map { _ in [Cell]() }
    frame.live.forEach { row in
      let before = rows.count
      let text = texts[row].isNull ? nil : texts[row].text(arena)
      var next = 0
      while let text, next <= text.count, matcher.matches(text, from: next),
        let match = matcher.range(of: 0)
      {
        rows.append(row)
        hasMatch.append(true)
        for index in values.indices {
          values[index].append(single.value(index, of: matcher, in: text))
        }
        next = match.isEmpty ? text.characterEnd(after: match.upperBound) : match.upperBound
      }
      // A line whose matches can't all be found counts for nothing.
      let isLimited = text != nil && matcher.hitLimit
      if isLimited { limited.append(row) }
      let surplus = isLimited ? rows.count - before : 0
      rows.removeLast(surplus)
      hasMatch.removeLast(surplus)
      for index in values.indices { values[index].removeLast(surplus) }
      guard rows.count == before, !isLimited else { return }
      // Whether a row without a match stays is for the run of parses to say.
      rows.append(row)
      hasMatch.append(false)
      for index in values.indices { values[index].append(.null) }
    }
    for row in limited { frame.markLimited(row) }
    frame = frame.multiplied(rows)
    var matched = frame.live
    matched.filter { hasMatch[$0] }
    single.fate.apply(matched: matched, targets: single.targets, values: values, to: &frame)
  }
}

extension Bytes {
  /// Where the character ends that begins at `offset`.
  fileprivate func characterEnd(after offset: Int) -> Int {
    var next = offset + 1
    while next < count, self[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}
