import Foundation

/// The seed that somebody wants to see again.
func seedFromEnvironment() -> UInt64? {
  ProcessInfo.processInfo.environment["TRIPLINE_SEED"].flatMap { UInt64($0) }
}

/// A file or folder below `Fixtures`.
func fixture(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures").appendingPathComponent(name)
}

/// The files of a folder below `Fixtures`, by name.
func fixtureFiles(in folder: String) -> [URL] {
  let found = try? FileManager.default.contentsOfDirectory(
    at: fixture(folder), includingPropertiesForKeys: nil)
  return (found ?? []).sorted { $0.lastPathComponent < $1.lastPathComponent }
}
