import Alerting
import Engine
import Glibc

extension Setup {
  /// Where durable state is kept when a run is asked to keep any; nil otherwise.
  var stateOfRun: String? {
    get throws {
      if let named = stateNamed { return named }
      return options.durable ? try usualState() : nil
    }
  }

  /// Where to look for state.
  var state: String {
    get throws { try stateNamed ?? usualState() }
  }

  private var stateNamed: String? {
    options.state ?? configuration.state.map { Paths.writtenIn(options.config ?? "", $0) }
  }

  private func usualState() throws -> String {
    guard let usual = StateDirectory.usual(Environment.variables) else {
      throw Failure(
        "there is no place for state: neither XDG_STATE_HOME nor HOME is set; name a directory "
          + "with --state", code: .usage)
    }
    return usual
  }
}

/// The environment of the process.
enum Environment {
  /// What programs inherit and `${env:NAME}` finds.
  static var variables: [String: String] {
    var result: [String: String] = [:]
    // SAFETY: nothing in this program changes the environment.
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
      unsafe entry += 1
    }
    return result
  }
}
