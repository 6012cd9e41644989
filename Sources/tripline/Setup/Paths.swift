import Engine
import Glibc

/// Paths as people give them, turned into files.
enum Paths {
  /// The files that a glob names, sorted. A path without wildcards is itself, and so is a glob that
  /// names nothing, like in a shell: whoever opens it can say so and go on with the rest.
  static func expanded(_ path: String) -> [String] {
    guard path != "-", path.contains(where: { "*?[".contains($0) }), access(path, F_OK) != 0 else {
      return [path]
    }
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(path, GLOB_NOSORT, nil, &result) == 0 else { return [path] }
    return (0..<Int(result.gl_pathc)).compactMap { index in
      result.gl_pathv[index].map { String(cString: $0) }
    }.sorted()
  }

  /// A path that was written in a file, as seen from here.
  static func relative(_ path: String, to file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
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

  /// The rule files at a path: the file itself, or every YAML and JSON file of a directory, sorted.
  static func ruleFiles(at path: String) throws(InputFailure) -> [String] {
    guard isDirectory(path) else { return [path] }
    guard let directory = opendir(path) else { throw InputFailure(path: path, errno: errno) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix), !name.hasPrefix(".") {
        names.append(name)
      }
    }
    let base = path.hasSuffix("/") ? path : path + "/"
    return names.sorted().map { base + $0 }
  }
}
