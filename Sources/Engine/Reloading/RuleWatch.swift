import Glibc
import QueryLanguage

/// Notices that rule files have changed, and loads them once their writer has come to rest.
///
/// The system tells of changes where it can; elsewhere the files are looked at every other second. A
/// file that was written and says what it said before is no change.
final class RuleWatch {
  /// What became of the rules.
  enum Finding {
    case unchanged
    case loaded(RuleSupply.Rules)
    case fault(RuleFault)
  }

  private let supply: RuleSupply
  private let clock: any EngineClock
  private let watcher = FileWatcher()
  /// What was last loaded, or was found to be wrong.
  private var files: [SourceText]?
  /// What was read last, which somebody may still be writing.
  private var draft: [SourceText]?
  private var isTold = true
  /// When the first of the changes came that were not looked at yet, and when to look.
  private var stirred: Duration?
  private var looksAgain: Duration?
  /// Somebody asks for the rules to be loaded, whether they have changed or not.
  private var isAsked = false

  /// Editors write in several steps; a deployment writes several files.
  private static let calm = Duration.milliseconds(200)
  /// Whoever writes without end is not waited for.
  private static let patience = Duration.seconds(2)
  private static let pace = Duration.seconds(2)

  init(_ supply: RuleSupply, clock: any EngineClock) {
    self.supply = supply
    self.clock = clock
    files = supply.loaded
    watch()
    // They may have changed since they were loaded, before anybody watched.
    looksAgain = clock.elapsed
  }

  /// To be polled: readable when something has happened to a rule file.
  var descriptor: Int32 { watcher.descriptor }

  /// When to look though nobody tells.
  var wakes: Duration? { looksAgain }

  /// Something may have happened.
  func stir() {
    guard !watcher.take().isEmpty else { return }
    let now = clock.elapsed
    let first = stirred ?? now
    stirred = first
    looksAgain = min(now + RuleWatch.calm, first + RuleWatch.patience)
  }

  /// A person or a program asks for the rules to be loaded.
  func ask() {
    isAsked = true
    looksAgain = clock.elapsed
  }

  /// Looks if that is due.
  func look() -> Finding {
    guard let time = looksAgain, time <= clock.elapsed else { return .unchanged }
    stirred = nil
    looksAgain = nil
    defer {
      isAsked = false
      watch()
    }
    do throws(RuleFault) {
      let found = try supply.files()
      defer { draft = found }
      guard isAsked || found != files else { return .unchanged }
      // Half a file may be rules too: what has changed counts once it is read twice.
      guard isAsked || found == draft else {
        looksAgain = clock.elapsed + RuleWatch.calm
        return .unchanged
      }
      files = found
      return .loaded(try supply.rules(found))
    } catch {
      // A file that can't be read is said once, not every other second.
      if error.diagnostics.isEmpty {
        guard isAsked || files != nil else { return .unchanged }
        files = nil
      }
      return .fault(error)
    }
  }

  /// Files may have come, or others may have taken their names.
  private func watch() {
    isTold = true
    for path in supply.places + (files ?? []).map(\.name) {
      let isWatched =
        SourceKind.isDirectory(path)
        ? watcher.watch(directory: path, for: 0)
        : watcher.watch(way: path, for: 0) && watchContent(of: path)
      if !isWatched { isTold = false }
    }
    if !isTold { looksAgain = looksAgain ?? clock.elapsed + RuleWatch.pace }
  }

  /// Also when it is written in place.
  private func watchContent(of path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    // Not there: its directory tells when it comes.
    guard file >= 0 else { return true }
    defer { close(file) }
    return watcher.watch(open: file, for: 0)
  }
}

extension SourceKind {
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
