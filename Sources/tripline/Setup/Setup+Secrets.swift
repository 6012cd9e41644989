import Actions
import Alerting
import QueryLanguage

extension Setup {
  /// Where the actions of a run find their secrets.
  func secrets(_ environment: [String: String]) -> ActionEnvironment {
    .secrets(
      SecretReader(
        variables: RunEnvironment.variables(environment),
        runsCommands: options.allowSecretCommands || configuration.allowsSecretCommands))
  }

  /// The sign of life that the configuration asks for.
  func heartbeat(_ environment: ActionEnvironment) throws -> Heartbeat? {
    guard let node = configuration.heartbeat else { return nil }
    let sink = DiagnosticSink()
    let heartbeat = Heartbeat(binding: node, environment: environment, sink: sink)
    guard !sink.hasErrors else { throw ConfigurationMistakes(list: sink.list) }
    return heartbeat
  }
}
