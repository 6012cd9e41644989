import Alerting

/// What somebody orders about actions.
package struct RemedyOrder: Sendable, Hashable {
  package enum What: Sendable, Hashable {
    /// To leave an action alone, or all that heal; for ever without `until`.
    case hold(action: String?, until: Int64?)
    /// To let it act again.
    case release(action: String?)
    /// To do what waits for a yes.
    case approve(key: String)
    /// To deliver what could not be delivered.
    case retry(key: String)
  }

  package var what: What
  /// Who.
  package var by: String
  package var reason: String

  package init(_ what: What, by: String, reason: String = "") {
    self.what = what
    self.by = by
    self.reason = reason
  }
}

extension RemedyOrder {
  package var json: String {
    var writer = JSONWriter()
    writer.object {
      switch what {
      case .hold(let action, let until):
        $0.member("order", "hold")
        if let action { $0.member("action", action) }
        if let until {
          $0.key("until")
          $0.whole(until)
        }
      case .release(let action):
        $0.member("order", "release")
        if let action { $0.member("action", action) }
      case .approve(let key):
        $0.member("order", "approve")
        $0.member("key", key)
      case .retry(let key):
        $0.member("order", "retry")
        $0.member("key", key)
      }
      $0.member("by", by)
      $0.member("reason", reason)
    }
    return writer.text
  }

  /// Nil when the text is no order.
  package init?(json: [UInt8]) {
    guard let tree = JSONTree(json), let by = tree["by"]?.text, let reason = tree["reason"]?.text
    else { return nil }
    let (action, key) = (tree["action"]?.text, tree["key"]?.text)
    switch (tree["order"]?.text, key) {
    case ("hold", _): what = .hold(action: action, until: tree["until"]?.whole)
    case ("release", _): what = .release(action: action)
    case ("approve", let key?): what = .approve(key: key)
    case ("retry", let key?): what = .retry(key: key)
    default: return nil
    }
    self.by = by
    self.reason = reason
  }
}
