/// The name under which a file of a log was put aside: `app.log.1`, `app.log.2.gz`,
/// `app.log-20261120`, `app.2026-11-20.log`, `app.log.old`.
///
/// Names of one scheme say themselves which file is older. Between schemes only the files can tell.
package struct RotatedName: Sendable, Hashable {
  /// How a program that rotates logs tells its files apart.
  package enum Scheme: Sendable, Hashable, CaseIterable {
    /// The higher the older.
    case number
    /// Dates and seconds since the epoch: the higher the newer.
    case date
    /// There is only one.
    case old
  }

  package let scheme: Scheme
  /// The numbers in the name, from the left.
  package let numbers: [Int]
  /// Whether the name ends like that of a compressed file.
  package let isPacked: Bool

  /// What the file `name` is to the log `log`, both without their directories; nil when it is none of
  /// its files.
  package init?(_ name: String, of log: String) {
    var rest = Substring(name)
    let packing = RotatedName.packings.first { rest.hasSuffix($0) }
    if let packing { rest = rest.dropLast(packing.count) }
    guard let tag = RotatedName.tag(in: rest, of: log), let first = tag.first,
      let (scheme, numbers) = RotatedName.reading(tag.dropFirst(), behind: first)
    else { return nil }
    self.scheme = scheme
    self.numbers = numbers
    isPacked = packing != nil
  }

  private static let packings = [".gz", ".zst", ".bz2", ".xz", ".lz4", ".Z"]
  private static let separators: Set<Character> = [".", "-", "_"]

  /// Whether a file of this name is older than one of another, of the same scheme.
  package func isOlder(than other: RotatedName) -> Bool {
    scheme == .number
      ? other.numbers.lexicographicallyPrecedes(numbers)
      : numbers.lexicographicallyPrecedes(other.numbers)
  }

  /// What stands behind the name of the log, or in it before its last ending, with its separator.
  private static func tag(in name: Substring, of log: String) -> Substring? {
    if name.hasPrefix(log) { return name.dropFirst(log.count) }
    guard let dot = log.lastIndex(of: "."), dot != log.startIndex else { return nil }
    let (stem, ending) = (log[..<dot], log[dot...])
    guard name.hasPrefix(stem), name.hasSuffix(ending), name.count > log.count else { return nil }
    return name.dropFirst(stem.count).dropLast(ending.count)
  }

  private static func reading(
    _ tag: Substring, behind separator: Character
  ) -> (Scheme, [Int])? {
    guard separators.contains(separator) else { return nil }
    if tag == "old" { return (.old, []) }
    let parts = tag.split(omittingEmptySubsequences: false) { ".-_:T".contains($0) }
    let numbers = parts.compactMap { part in
      !part.isEmpty && part.count <= 18 && part.utf8.allSatisfy { (48...57).contains($0) }
        ? Int(part) : nil
    }
    guard numbers.count == parts.count, let first = parts.first else { return nil }
    // `app-1.log` is more likely the log of a first instance than an older one of `app.log`.
    if parts.count == 1, first.count <= 4 { return separator == "." ? (.number, numbers) : nil }
    return isDate(parts) ? (.date, numbers) : nil
  }

  /// `20261120`, `2026112014`, `2026-11-20`, `2026-11` or seconds since the epoch, and what follows.
  private static func isDate(_ parts: [Substring]) -> Bool {
    let first = parts[0]
    switch first.count {
    case 4:
      return parts.count > 1 && parts[1].count == 2 && isCivil(first, parts[1])
        && (parts.count < 3 || (1...31).contains(Int(parts[2]) ?? 0))
    case 8, 10, 12, 14:
      let (year, month) = (first.prefix(4), first.dropFirst(4).prefix(2))
      return isCivil(year, month) || first.count == 10
    default: return false
    }
  }

  private static func isCivil(_ year: Substring, _ month: Substring) -> Bool {
    (1970...2999).contains(Int(year) ?? 0) && (1...12).contains(Int(month) ?? 0)
  }
}
