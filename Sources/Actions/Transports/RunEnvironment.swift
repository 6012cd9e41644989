/// What a run finds in its environment.
package enum RunEnvironment {
  /// The variables, and the region of their AWS profile where none names one. Rules are bound before
  /// anything is performed, so that a missing region is a mistake that is told at the start, and at
  /// its place.
  package static func variables(_ variables: [String: String]) -> [String: String] {
    let environment = AWSEnvironment(variables)
    guard environment["AWS_REGION"] == nil, environment["AWS_DEFAULT_REGION"] == nil,
      let region = AWSProfile(
        environment.profile, config: ProfileFile(at: environment.configFile),
        credentials: ProfileFile(at: environment.credentialsFile))?.region
    else { return variables }
    return variables.merging(["AWS_DEFAULT_REGION": region]) { $1 }
  }
}
