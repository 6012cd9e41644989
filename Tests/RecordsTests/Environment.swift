import Foundation

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
