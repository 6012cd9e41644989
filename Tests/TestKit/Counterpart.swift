package import Foundation

/// Somebody else's program that tests run against; `make counterparts` installs it in the repository.
///
///     @Test(.enabled(if: Counterpart.alertmanager.isThere, "\(Counterpart.alertmanager.remedy)"))
package struct Counterpart: Sendable {
  /// What to run.
  package let program: String
  private let name: String
  private let proof: String

  /// Debian's Alertmanager.
  package static let alertmanager = Counterpart(
    name: "prometheus-alertmanager", program: "usr/bin/prometheus-alertmanager")
  /// A Python that can import aiosmtpd.
  package static let mailServer = python("aiosmtpd")

  /// A Python that can import what `Tests/counterparts.txt` asks for.
  package static func python(_ module: String) -> Counterpart {
    Counterpart(
      name: module, program: "python/bin/python3",
      proof: "python/lib/\(version)/site-packages/\(module)")
  }

  private init(name: String, program: String, proof: String? = nil) {
    self.name = name
    self.program = Counterpart.folder.appending(path: program).path
    self.proof = Counterpart.folder.appending(path: proof ?? program).path
  }

  /// Where they are; what looks for its own files by relative names is started here.
  package static let folder = Repository.root.appending(path: ".build/counterparts")

  /// `python3.11`.
  private static let version =
    Repository.folders(in: ".build/counterparts/python/lib").first?.lastPathComponent ?? "python3"

  /// Whether it was installed.
  package var isThere: Bool { FileManager.default.fileExists(atPath: proof) }

  /// Why a test against it is skipped.
  package var remedy: String { "\(name) is not there; `make counterparts` installs it" }
}
