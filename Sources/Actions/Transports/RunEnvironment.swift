extension ActionEnvironment {
  /// What a run finds in the environment, and the region of its AWS profile where no variable names
  /// one. Rules are bound before anything is performed, so that a missing region is a mistake that is
  /// told at the start, and at its place.
  package static func run(_ variables: [String: String]) -> ActionEnvironment {
    let environment = AWSEnvironment(variables)
    guard environment["AWS_REGION"] == nil, environment["AWS_DEFAULT_REGION"] == nil,
      let region = AWSProfile(
        environment.profile, config: ProfileFile(at: environment.configFile),
        credentials: ProfileFile(at: environment.credentialsFile))?.region
    else { return .variables(variables) }
    return .variables(variables.merging(["AWS_DEFAULT_REGION": region]) { $1 })
  }
}
