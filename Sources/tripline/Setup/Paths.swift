import Engine
import Glibc

/// Paths as people give them, turned into files.
enum Paths {
  /// The files that a glob names, sorted. A path without wildcards is itself, and so is a glob that
  /// names nothing, like in a shell: whoever opens it can say so and go on with the rest.
  static func expanded(_ path: String) -> [String] {
    guard path != "-", SourcePattern.isPattern(path) else { return [path] }
    let paths = SourcePattern.paths(of: path)
    return paths.isEmpty ? [path] : paths
  }

  /// A path that was written in a file, as seen from here.
  static func writtenIn(_ file: String, _ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }

  /// The path from the root, through all links; a path that names nothing stays as it is.
  static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Removes a directory with everything in it.
  static func removeDirectory(_ path: String) throws(InputFailure) {
    for entry in try files(in: path, { _ in true }) {
      if isDirectory(entry) { try removeDirectory(entry) } else { unlink(entry) }
    }
    guard rmdir(path) == 0 else { throw InputFailure(path: path, errno: errno) }
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func size(of path: String) -> Int? {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  /// The rule files at a path: the file itself, or every YAML and JSON file of a directory, sorted,
  /// but for the tests among them.
  static func ruleFiles(at path: String) throws(InputFailure) -> [String] {
    guard isDirectory(path) else { return [path] }
    return try files(in: path) { name in
      [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) && !isTestFile(name)
    }
  }

  /// The tests of rules at a path: the file itself, or every `NAME.test.yaml` of a directory, sorted.
  static func testFiles(at path: String) throws(InputFailure) -> [String] {
    guard isDirectory(path) else { return [path] }
    return try files(in: path, isTestFile)
  }

  private static func isTestFile(_ name: String) -> Bool {
    [".test.yaml", ".test.yml"].contains(where: name.hasSuffix)
  }

  /// The directory of a file with its slash, for what stands beside it; empty for here.
  static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  private static func files(
    in directory: String, _ isWanted: (String) -> Bool
  ) throws(InputFailure) -> [String] {
    guard let stream = opendir(directory) else {
      throw InputFailure(path: directory, errno: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if isWanted(name), !name.hasPrefix(".") { names.append(name) }
    }
    let base = directory.hasSuffix("/") ? directory : directory + "/"
    return names.sorted().map { base + $0 }
  }
}
