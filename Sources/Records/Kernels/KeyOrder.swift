import CKernels

/// The order in which a log's members follow each other, learned line by line.
///
/// This is the teacher of the automaton that CKernels runs (`kernels.h` has the drawing). A lesson is
/// one line that the automaton did not know: for each of its values there must be a state for the
/// value before it and a step with the text between the two.
///
/// Why a step may be trusted on other lines: a state stands for a whole stack of containers, each
/// with its kind, and for whether the last value was a string. So the same literal behind the same state always opens and
/// closes the same containers and names the same value, whatever the line.
// SAFETY: the tables are allocated once, indexed with states below `stateLimit` and steps below
// `tripline_successors`, and freed in `deinit`; the owner uses one `KeyOrder` from one thread.
final class KeyOrder {
  private let wanted: WantedMembers
  private let table: NameTable
  private let steps: UnsafeMutablePointer<tripline_step>
  private let counts: UnsafeMutablePointer<UInt16>

  private var states: [Place: Int] = [:]
  private var contexts: [Context] = []
  private var contextIDs: [Place: Int] = [:]

  private static let stateLimit = 512
  private static let contextLimit = 2048
  private static let depthLimit = 8
  private static let mapSize = 32
  private static let successors = tripline_successors

  /// A value, by its key and the containers around it, and by what there is to close behind it or
  /// inside it.
  private struct Place: Hashable {
    enum Kind { case string, unquoted, object, array }

    var context: Int
    var key: [UInt8]
    var kind: Kind
  }

  private struct Context {
    /// Different places met in this very container.
    var places = 0
    /// Too many different keys, it seems to be a map: passed as one value from now on.
    var isMap = false
  }

  /// Whether steps lead into containers that have turned out to be maps.
  private var isStale = false

  init(_ wanted: WantedMembers) {
    self.wanted = wanted
    table = NameTable(wanted)
    steps = .allocate(capacity: KeyOrder.stateLimit * KeyOrder.successors)
    counts = .allocate(capacity: KeyOrder.stateLimit)
    counts.initialize(repeating: 0, count: KeyOrder.stateLimit)
    forget()
  }

  deinit {
    steps.deallocate()
    counts.deallocate()
  }

  /// The tables as the kernel takes them; valid while this object lives.
  var automaton: tripline_automaton {
    tripline_automaton(
      steps: steps, counts: counts, names: table.names, buckets: table.buckets,
      wanted: wanted.all, ranks: wanted.ranks, member_count: UInt32(wanted.memberCount))
  }

  /// Drops all steps; what is known about maps stays as long as there is room.
  func forget() {
    counts.update(repeating: 0, count: KeyOrder.stateLimit)
    states.removeAll(keepingCapacity: true)
    isStale = false
    for index in contexts.indices { contexts[index].places = 0 }
    guard contexts.isEmpty || contexts.count >= KeyOrder.contextLimit else { return }
    contextIDs.removeAll()
    // The line's own object.
    contexts = [Context()]
  }

  /// Puts the likeliest step of each state first.
  func settle() {
    for state in 0...states.count where counts[state] > 1 {
      var own = UnsafeMutableBufferPointer(
        start: steps + state * KeyOrder.successors, count: Int(counts[state]))
      own.sort { $0.hits > $1.hits }
      // Old habits fade, so that a log may change its ways.
      for index in own.indices { own[index].hits /= 2 }
    }
  }

  /// Learns the steps of `line` for the values that begin before `stop`.
  func learn(_ line: Bytes, upTo stop: Int) {
    var lesson = Lesson(order: self, scanner: JSONScanner(line), stop: stop)
    lesson.run()
    if isStale { forget() }
  }

  /// The state behind a value; nil when there is no room.
  private func state(behind place: Place) -> Int? {
    if let known = states[place] { return known }
    guard states.count < KeyOrder.stateLimit - 1 else { return nil }
    contexts[place.context].places += 1
    // State 0 is the start of the line.
    let state = states.count + 1
    states[place] = state
    return state
  }

  /// The context of a container; nil when there is no room.
  private func context(of place: Place) -> Int? {
    if let known = contextIDs[place] { return known }
    guard contexts.count < KeyOrder.contextLimit else { return nil }
    contexts[place.context].places += 1
    contexts.append(Context())
    contextIDs[place] = contexts.count - 1
    return contexts.count - 1
  }

  private func add(_ step: tripline_step, to state: Int) {
    let own = steps + state * KeyOrder.successors
    let count = Int(counts[state])
    for index in 0..<count where KeyOrder.same(own[index], step) { return }
    if count < KeyOrder.successors {
      own[count] = step
      counts[state] += 1
    } else {
      // The last one is the rarest since `settle`.
      own[count - 1] = step
    }
  }

  private static func same(_ left: tripline_step, _ right: tripline_step) -> Bool {
    guard left.length == right.length, left.value == right.value else { return false }
    return withUnsafeBytes(of: left.literal) { left in
      withUnsafeBytes(of: right.literal) { right in left.elementsEqual(right) }
    }
  }
}

extension KeyOrder {
  /// One walk along one line, with an eye on the text between values.
  private struct Lesson {
    let order: KeyOrder
    var scanner: JSONScanner
    let stop: Int
    /// Where the next literal begins: behind the last value, at the closing quote if it is a string.
    private var anchor = 0
    private var state = 0
    private var path: [UInt8] = []

    init(order: KeyOrder, scanner: JSONScanner, stop: Int) {
      self.order = order
      self.scanner = scanner
      self.stop = stop
    }

    mutating func run() {
      scanner.skipBlanks()
      guard scanner.next == Mark.openObject, container(context: 0, depth: 0) else { return }
      add(tripline_value_end, literalEnd: scanner.at, match: .init(), next: 0)
    }

    /// Walks the container that begins here; false when the lesson is over.
    private mutating func container(context: Int, depth: Int) -> Bool {
      let isObject = scanner.take(Mark.openObject)
      if !isObject { _ = scanner.take(Mark.openArray) }
      let close = isObject ? Mark.closeObject : Mark.closeArray
      let outer = path.count
      // Elements are alike unless somebody asks for one by its index.
      let isCounted = !isObject && order.wanted.watches(path)
      var index = 0
      scanner.skipBlanks()
      if scanner.take(close) { return true }
      while true {
        path.removeLast(path.count - outer)
        var name: [UInt8] = []
        if isObject {
          guard let key = scanner.key() else { return false }
          name = key.place.array
          if depth > 0 { path.append(UInt8(ascii: ".")) }
          JSONText.unescape(key.place) { path.append($0) }
        } else {
          path.append(contentsOf: "[\(index)]".utf8)
          if isCounted { name = Array("\(index)".utf8) }
          index += 1
        }
        guard item(Place(context: context, key: name, kind: kindOfNext), depth: depth + 1) else {
          return false
        }
        scanner.skipBlanks()
        if scanner.take(close) {
          path.removeLast(path.count - outer)
          return true
        }
        guard scanner.take(Mark.comma) else { return false }
        scanner.skipBlanks()
      }
    }

    /// The kind of the value that begins here.
    private var kindOfNext: Place.Kind {
      switch scanner.next {
      case Mark.quote: .string
      case Mark.openObject: .object
      case Mark.openArray: .array
      default: .unquoted
      }
    }

    private mutating func item(_ place: Place, depth: Int) -> Bool {
      guard scanner.at < stop else { return false }
      let match = order.wanted.match(path)
      var value = tripline_value_scalar
      if scanner.isAtContainer {
        let watched = order.wanted.watches(path)
        // A cell of the whole and cells of its parts: no step can do both.
        guard match.isEmpty || !watched else { return false }
        guard let inner = order.context(of: place) else { return false }
        if match.isEmpty, watched || !order.isMap(inner), depth < KeyOrder.depthLimit {
          return container(context: inner, depth: depth)
        }
        guard !watched else { return false }
        value = tripline_value_container
      } else if place.kind == .string {
        value = tripline_value_string
      }
      let isString = place.kind == .string
      let begin = scanner.at + (isString ? 1 : 0)
      guard scanner.value(depth: depth) != nil else { return false }
      guard let next = order.state(behind: place),
        add(value, literalEnd: begin, match: match, next: next)
      else { return false }
      state = next
      anchor = scanner.at - (isString ? 1 : 0)
      return true
    }

    /// Adds the step whose literal stands between the last value and `literalEnd`, if it is not too
    /// long.
    @discardableResult
    private func add(
      _ value: Int, literalEnd: Int, match: WantedMembers.Match, next: Int
    ) -> Bool {
      let literal = scanner.slice(anchor, literalEnd)
      guard literal.count <= tripline_literal_capacity else { return false }
      var step = tripline_step()
      step.length = UInt8(literal.count)
      step.value = UInt8(value)
      step.next = UInt16(next)
      step.exact = match.exact
      step.loose = match.loose
      step.hits = 1
      let covered: UInt64 = literal.count == 64 ? ~0 : 1 << UInt64(literal.count) - 1
      step.mask = (UInt32(truncatingIfNeeded: covered), UInt32(covered >> 32))
      withUnsafeMutableBytes(of: &step.literal) { room in
        for index in 0..<literal.count { room[index] = literal[index] }
      }
      order.add(step, to: state)
      return true
    }
  }

  /// Whether a container has too many different keys to be worth learning.
  private func isMap(_ context: Int) -> Bool {
    if !contexts[context].isMap, contexts[context].places > KeyOrder.mapSize {
      contexts[context].isMap = true
      isStale = true
    }
    return contexts[context].isMap
  }
}
