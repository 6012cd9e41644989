import Actions
import Engine
import QueryLanguage

extension Setup {
  /// The rules of a run, to be loaded again when they change. `tripline.yaml` itself was read at the
  /// start and is not read again.
  func supply(_ loaded: [SourceText], environment: ActionEnvironment) -> RuleSupply {
    RuleSupply(
      places: ruleNames, loaded: loaded,
      files: { () throws(RuleFault) in
        let files = try RuleFault.catching { try ruleFiles() }
        // Between two steps of a deployment there may be none.
        guard !files.isEmpty else {
          throw RuleFault(
            "there are no rule files any more in \(ruleNames.joined(separator: ", "))")
        }
        return files
      },
      rules: { files throws(RuleFault) in
        let loaded = try RuleFault.catching {
          try rules(files, environment: environment).checked()
        }
        return RuleSupply.Rules(rules: loaded.rules, actions: loaded.actions, mutes: loaded.mutes)
      })
  }
}

extension RuleFault {
  /// What a body throws, as the reason why rules can't be loaded.
  fileprivate static func catching<R>(_ body: () throws -> R) throws(RuleFault) -> R {
    do { return try body() } catch let mistakes as Diagnostics {
      throw RuleFault(mistakes.list)
    } catch {
      throw RuleFault("\(error)")
    }
  }
}
