import Engine
import Testing

/// Which files beside a log are its generations, and in what order.
@Suite struct GenerationFinderTests {
  /// A directory that is only thought of: names with the times at which they were last written.
  private struct Drawn: FileListing {
    let files: KeyValuePairs<String, Int64>

    func names(in directory: String) -> [String] { files.map(\.key).reversed() }

    func file(at path: String) -> FoundFile? {
      let name = path.replacing("/logs/", with: "")
      guard let index = files.firstIndex(where: { $0.key == name }) else { return nil }
      let identity = FileIdentity(device: 1, inode: UInt64(index))
      return FoundFile(path: path, identity: identity, size: 1, modified: files[index].value)
    }
  }

  private func found(_ files: KeyValuePairs<String, Int64>, of log: String = "app.log") -> [String]
  {
    GenerationFinder(Drawn(files: files)).generations(of: "/logs/\(log)")
      .map { $0.path.replacing("/logs/", with: "") }
  }

  @Test func `the higher the number the older, whatever the files say`() {
    #expect(
      found(["app.log.1": 1, "app.log.10.gz": 9, "app.log.2.zst": 5, "app.log": 10])
        == ["app.log.10.gz", "app.log.2.zst", "app.log.1"])
  }

  @Test func `dates go forward`() {
    #expect(
      found([
        "app.log-20261120": 0, "app.log-20261119.gz": 0, "app.log-20261120-2": 0,
        "app.log-20260101": 9,
      ]) == ["app.log-20260101", "app.log-20261119.gz", "app.log-20261120", "app.log-20261120-2"])
    #expect(
      found(["app.2026-11-20.log": 0, "app-2026-11-19.log.gz": 0, "app.log.2026-11-18": 0])
        == ["app.log.2026-11-18", "app-2026-11-19.log.gz", "app.2026-11-20.log"])
    #expect(
      found(["app.log-1763600000": 0, "app.log-1763500000": 1])
        == ["app.log-1763500000", "app.log-1763600000"])
  }

  @Test func `between schemes the files decide`() {
    #expect(
      found(["app.log.1": 50, "app.log.2": 40, "app.log-20261120": 45, "app.log.old": 60])
        == ["app.log.2", "app.log-20261120", "app.log.1", "app.log.old"])
  }

  @Test func `a file that is being compressed is there once`() {
    #expect(
      found(["app.log.1": 1, "app.log.1.gz": 2, "app.log.2.gz": 1])
        == ["app.log.2.gz", "app.log.1"])
  }

  @Test(arguments: [
    "app.log.gz", "app.log~", "app.log.bak", "app-1.log", "apps.log", "app.log.1.txt", "app.log.x1",
    "my-app.log.1", "app.log-2026", "app.log.12345", "app.log-20261320", "app.log.",
  ]) func `other files are none of its`(name: String) {
    #expect(found([name: 1]) == [])
  }
}
