/// A followed log as it stood at a commit.
package struct SavedSource: Sendable, Hashable {
  /// What it is configured as; the same name after a restart is the same log.
  package var name: String
  /// The largest message time seen.
  package var largest: Int64?
  /// The time of its last line, which the next one without a time has in a replay.
  package var previous: Int64?
  /// When its last line arrived, by the clock of the machine.
  package var arrived: Int64?
  /// Lines taken in so far.
  package var lines: Int64
  /// Those that a window may still need, and the newest; oldest first.
  package var generations: [SavedGeneration]

  package init(
    name: String, largest: Int64? = nil, previous: Int64? = nil, arrived: Int64? = nil,
    lines: Int64 = 0, generations: [SavedGeneration] = []
  ) {
    self.name = name
    self.largest = largest
    self.previous = previous
    self.arrived = arrived
    self.lines = lines
    self.generations = generations
  }
}

/// One file that has, or had, the name of a followed log.
package struct SavedGeneration: Sendable, Hashable {
  package var number: Int32
  /// Where it was when it was last seen.
  package var path: String
  package var device: UInt64
  package var inode: UInt64
  /// Of its first line; nil while that has no end.
  package var fingerprint: String?
  /// Of the last bytes before `read`, at most 1,024; before `size` while no line was read.
  package var tail: String
  /// Where the first line begins that a window may need.
  package var needed: Int64
  /// Up to here its lines are taken in.
  package var read: Int64
  /// The number of the line that begins there.
  package var line: Int64
  /// How long it was when it was last seen, and when it was last written, in nanoseconds since the
  /// epoch.
  package var size: Int64
  package var modified: Int64
  package var marks = ReadMarks()

  package init(
    number: Int32, path: String, device: UInt64, inode: UInt64, fingerprint: String?,
    tail: String = "", needed: Int64, read: Int64, line: Int64, size: Int64 = 0, modified: Int64 = 0
  ) {
    self.number = number
    self.path = path
    self.device = device
    self.inode = inode
    self.fingerprint = fingerprint
    self.tail = tail
    self.needed = needed
    self.read = read
    self.line = line
    self.size = size
    self.modified = modified
  }

  /// How far its bytes are known, be it an unfinished line; it is recognised by what stands before.
  var known: Int64 { read > 0 ? read : size }
}
