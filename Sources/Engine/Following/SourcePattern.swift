import Glibc

/// A path with wildcards whose files are followed for as long as a run lasts, those that come later
/// too.
package struct SourcePattern: Sendable {
  package let pattern: String
  /// How the log at a path is read.
  let plan: @Sendable (String) -> SourcePlan

  package init(_ pattern: String, plan: @escaping @Sendable (String) -> SourcePlan) {
    self.pattern = pattern
    self.plan = plan
  }

  /// Whether a path is a pattern rather than the name of something.
  package static func isPattern(_ path: String) -> Bool {
    hasWildcards(path) && access(path, F_OK) != 0
  }

  /// What a pattern names now, sorted.
  package static func paths(of pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, GLOB_NOSORT, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in
      result.gl_pathv[index].map { String(cString: $0) }
    }.sorted()
  }

  private static func hasWildcards(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

  /// The directories in which something may come that it names, and those in which they may come.
  var directories: [String] {
    var result: Set<String> = []
    var parent = FileWatcher.parent(of: pattern)
    while SourcePattern.hasWildcards(parent) {
      result.formUnion(SourcePattern.paths(of: parent))
      parent = FileWatcher.parent(of: parent)
    }
    return result.sorted() + [parent]
  }
}

/// Tells which of the files that a pattern names are logs of their own.
struct PatternLookup {
  let pattern: SourcePattern
  /// Files that turned out to be generations of followed logs, whatever they are called.
  private var aside: [String: FileIdentity] = [:]
  private let files = SystemFiles()

  init(_ pattern: SourcePattern) { self.pattern = pattern }

  /// Paths of logs that nobody follows yet. `logs` are the paths of those that are followed, and
  /// `isKnown` says whether a file is, or was, a generation of one of them.
  mutating func newLogs(besides logs: Set<String>, isKnown: (FoundFile) -> Bool) -> [String] {
    let named = SourcePattern.paths(of: pattern.pattern)
    let all = logs.union(named)
    var still: [String: FileIdentity] = [:]
    defer { aside = still }
    return named.filter { path in
      guard !logs.contains(path), let file = files.file(at: path),
        !PatternLookup.isGeneration(path, ofAnyOf: all)
      else { return false }
      if aside[path] == file.identity || isKnown(file) {
        still[path] = file.identity
        return false
      }
      return true
    }
  }

  private static func isGeneration(_ path: String, ofAnyOf logs: Set<String>) -> Bool {
    let directory = FileWatcher.parent(of: path)
    return logs.contains { log in
      log != path && FileWatcher.parent(of: log) == directory
        && RotatedName(path.lastName, of: log.lastName) != nil
    }
  }
}

extension String {
  /// Behind the last slash.
  var lastName: String { lastIndex(of: "/").map { String(self[index(after: $0)...]) } ?? self }
}
