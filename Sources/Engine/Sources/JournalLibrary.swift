import Glibc

/// The functions of libsystemd that read a journal. It is looked for when a journal is asked for, so
/// that nobody else needs it.
// SAFETY: the signatures are those of systemd/sd-journal.h, which have not changed since version 187;
// the library is never unloaded.
struct JournalLibrary {
  typealias Journal = OpaquePointer
  typealias Step = @convention(c) (Journal) -> Int32
  typealias Open = @convention(c) (UnsafeMutablePointer<Journal?>, Int32) -> Int32
  typealias OpenDirectory =
    @convention(c) (UnsafeMutablePointer<Journal?>, UnsafePointer<CChar>, Int32) -> Int32
  typealias OpenFiles =
    @convention(c) (
      UnsafeMutablePointer<Journal?>, UnsafeMutablePointer<UnsafePointer<CChar>?>, Int32
    ) -> Int32
  typealias Command = @convention(c) (Journal) -> Void
  typealias AtCursor = @convention(c) (Journal, UnsafePointer<CChar>) -> Int32
  typealias GetCursor =
    @convention(c) (Journal, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  typealias GetTime = @convention(c) (Journal, UnsafeMutablePointer<UInt64>) -> Int32
  typealias GetData =
    @convention(c) (
      Journal, UnsafeMutablePointer<UnsafeRawPointer?>, UnsafeMutablePointer<Int>
    ) -> Int32

  let open: Open
  let openDirectory: OpenDirectory
  let openFiles: OpenFiles
  let close: Command
  let next: Step
  let previous: Step
  let seekHead: Step
  let seekTail: Step
  let seekCursor: AtCursor
  let testCursor: AtCursor
  let cursor: GetCursor
  let realtime: GetTime
  let restartData: Command
  let nextData: GetData
  let descriptor: Step
  let process: Step

  /// Nil where the library is not installed.
  init?() {
    guard let library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL) else { return nil }
    func find<F>(_ name: String, as _: F.Type) -> F? {
      dlsym(library, "sd_journal_\(name)").map { unsafeBitCast($0, to: F.self) }
    }
    guard
      let open = find("open", as: Open.self),
      let openDirectory = find("open_directory", as: OpenDirectory.self),
      let openFiles = find("open_files", as: OpenFiles.self),
      let close = find("close", as: Command.self),
      let next = find("next", as: Step.self),
      let previous = find("previous", as: Step.self),
      let seekHead = find("seek_head", as: Step.self),
      let seekTail = find("seek_tail", as: Step.self),
      let seekCursor = find("seek_cursor", as: AtCursor.self),
      let testCursor = find("test_cursor", as: AtCursor.self),
      let cursor = find("get_cursor", as: GetCursor.self),
      let realtime = find("get_realtime_usec", as: GetTime.self),
      let restartData = find("restart_data", as: Command.self),
      let nextData = find("enumerate_data", as: GetData.self),
      let descriptor = find("get_fd", as: Step.self),
      let process = find("process", as: Step.self)
    else { return nil }
    self.open = open
    self.openDirectory = openDirectory
    self.openFiles = openFiles
    self.close = close
    self.next = next
    self.previous = previous
    self.seekHead = seekHead
    self.seekTail = seekTail
    self.seekCursor = seekCursor
    self.testCursor = testCursor
    self.cursor = cursor
    self.realtime = realtime
    self.restartData = restartData
    self.nextData = nextData
    self.descriptor = descriptor
    self.process = process
  }
}
