/// Whole numbers from 0 to whole numbers from 0, flat.
///
/// While the keys are dense, as those of groups that are all there, it is an array; else a hash table
/// of which the same holds.
package struct IntegerIndex: Sendable {
  /// The values by key, negative where there is none; not used while `sparse` is.
  private var dense: [Int32] = []
  private var sparse: SparseIndex?
  private var count = 0

  package init() {}

  /// Whether an array up to `key` would hold enough values to be worth it.
  private func isDense(_ key: Int32) -> Bool { Int(key) < 8 * count + 64 }

  package subscript(key: Int32) -> Int32? {
    @inline(__always) get {
      let place = Int(key)
      if place < dense.count {
        let value = dense[place]
        return value < 0 ? nil : value
      }
      return sparse?[key]
    }
    set {
      guard let newValue else { return remove(key) }
      count += self[key] == nil ? 1 : 0
      if sparse == nil {
        if isDense(key) { return setDense(key, newValue) }
        scatter()
      }
      sparse?.set(key, newValue)
      // Asked now and then, whenever the number of keys has doubled.
      if count & (count - 1) == 0, let largest = sparse?.largest, isDense(largest) {
        gather(largest)
      }
    }
  }

  private mutating func setDense(_ key: Int32, _ value: Int32) {
    if Int(key) >= dense.count {
      let room = max(Int(key) + 1, dense.count + dense.count / 2)
      dense += [Int32](repeating: -1, count: room - dense.count)
    }
    dense[Int(key)] = value
  }

  private mutating func remove(_ key: Int32) {
    guard self[key] != nil else { return }
    count -= 1
    if Int(key) < dense.count { dense[Int(key)] = -1 } else { sparse?.remove(key) }
  }

  private mutating func scatter() {
    var table = SparseIndex()
    for (key, value) in dense.enumerated() where value >= 0 { table.set(Int32(key), value) }
    dense = []
    sparse = table
  }

  private mutating func gather(_ largest: Int32) {
    guard let table = sparse else { return }
    sparse = nil
    dense = [Int32](repeating: -1, count: Int(largest) + 1)
    table.forEach { dense[Int($0)] = $1 }
  }
}

/// A hash table with open addressing.
private struct SparseIndex {
  private var keys: [Int32] = []
  private var values: [Int32] = []
  private var used = 0

  private static let vacant = Int32.min
  private static let removed = Int32.min + 1

  var largest: Int32 { keys.max() ?? 0 }

  func forEach(_ body: (_ key: Int32, _ value: Int32) -> Void) {
    for (key, value) in zip(keys, values) where key > SparseIndex.removed { body(key, value) }
  }

  /// The place of a key, or the vacant one where the search for it ends.
  private func place(of key: Int32) -> Int {
    let mask = keys.count - 1
    var place = Int(UInt32(bitPattern: key) &* 0x9E37_79B1 >> 7) & mask
    while keys[place] != SparseIndex.vacant, keys[place] != key { place = (place + 1) & mask }
    return place
  }

  subscript(key: Int32) -> Int32? {
    guard !keys.isEmpty else { return nil }
    let place = place(of: key)
    return keys[place] == key ? values[place] : nil
  }

  mutating func set(_ key: Int32, _ value: Int32) {
    if (used + 1) * 2 > keys.count { grow() }
    let place = place(of: key)
    if keys[place] == SparseIndex.vacant { used += 1 }
    keys[place] = key
    values[place] = value
  }

  mutating func remove(_ key: Int32) {
    guard !keys.isEmpty else { return }
    let place = place(of: key)
    if keys[place] == key { keys[place] = SparseIndex.removed }
  }

  private mutating func grow() {
    let old = self
    let present = keys.count { $0 > SparseIndex.removed }
    var capacity = 8
    while capacity < (present + 1) * 3 { capacity *= 2 }
    keys = [Int32](repeating: SparseIndex.vacant, count: capacity)
    values = [Int32](repeating: 0, count: capacity)
    used = 0
    old.forEach { set($0, $1) }
  }
}
