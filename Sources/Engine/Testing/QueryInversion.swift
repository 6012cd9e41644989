import QueryLanguage
import Records

/// Makes a line that a query counts, by asking each of its simple conditions what they want.
///
/// It inverts search words and comparisons of a field with a value. What it can't invert is named in
/// `obstacles`; whether the line is really counted only a run can tell.
struct QueryInversion {
  private(set) var obstacles: [String] = []
  private let plan: Plan
  /// What the fields must be, in the order in which the query names them.
  private var wishes: [Wish] = []
  /// Texts that the line must contain anywhere.
  private var words: [String] = []

  fileprivate struct Wish {
    var field: String
    var exact: String?
    var parts: [String] = []
    var lower: Double?
    var upper: Double?
    var avoids: [String] = []
  }

  init(_ plan: Plan) {
    self.plan = plan
    invert(plan.query.scope)
    for stage in plan.query.stages {
      switch stage {
      case let stage as Where:
        if !invert(stage.condition, true) { obstacles.append(stage.printed) }
      // A field that is set keeps no line from coming; whether a condition on it holds is another matter.
      case is AggregateStage, is Timeslice, is Fields, is Sort, is ExpressionStage: break
      default: obstacles.append(stage.printed)
      }
      // What stands behind the aggregate is about results.
      if stage is AggregateStage || stage is Top { break }
    }
  }

  /// The members of the line, values as JSON.
  var members: [SampleLine.Member] {
    var members = wishes.compactMap { wish in
      wish.json.map { SampleLine.Member(name: wish.field, json: $0) }
    }
    let missing = words.filter { word in
      !members.contains { $0.json.lowercased().contains(word.lowercased()) }
    }
    if !missing.isEmpty {
      members.append(
        SampleLine.Member(name: "message", json: SampleLine.json(missing.joined(separator: " "))))
    }
    return members
  }

  // Search words.

  private mutating func invert(_ scope: Scope) {
    switch scope {
    case .everything: break
    case .all(let terms): for term in terms { invert(term) }
    case .any(let terms): if let first = terms.first { invert(first) }
    // A line made for the other conditions will hardly contain what must not be there.
    case .not: break
    case .word(let text): words.append(QueryInversion.example(of: text))
    case .phrase(let text): words.append(text)
    case .field(let name, let value):
      // Every source has a category, a host and a name.
      if value.allSatisfy({ $0 == "*" }), Metadata(rawValue: name.key) != nil { return }
      if !wish(name.text, { $0.wants(exactly: SampleLine.json(QueryInversion.example(of: value))) })
      {
        obstacles.append(scope.printed)
      }
    }
  }

  /// A text that a pattern matches: a star stands for nothing, a question mark for an x.
  private static func example(of pattern: String) -> String {
    let text = pattern.replacing("*", with: "").replacing("?", with: "x")
    return text.isEmpty ? "x" : text
  }

  // Conditions.

  /// Makes the condition true, or false; says whether it could.
  private mutating func invert(_ condition: ExpressionSyntax, _ wanted: Bool) -> Bool {
    switch condition.node {
    case .bool(let flag): return flag == wanted
    case .unary("!", let inner): return invert(inner, !wanted)
    case .binary("and", let left, let right):
      return wanted ? both(left, right, true) : either(left, right, false)
    case .binary("or", let left, let right):
      return wanted ? either(left, right, true) : both(left, right, false)
    case .binary(let symbol, let left, let right): return compare(left, symbol, right, wanted)
    case .membership(let value, let list):
      guard wanted, let first = list.first else { return !wanted }
      return compare(value, "=", first, true)
    case .field(let name):
      return wish(name.text) { $0.wants(exactly: wanted ? "true" : "false") }
    case .call(let name, let arguments): return call(name.lowercased(), arguments, wanted)
    default: return false
    }
  }

  private mutating func both(
    _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ wanted: Bool
  ) -> Bool {
    let first = invert(left, wanted)
    return invert(right, wanted) && first
  }

  private mutating func either(
    _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ wanted: Bool
  ) -> Bool {
    let before = self
    if invert(left, wanted) { return true }
    self = before
    return invert(right, wanted)
  }

  private mutating func compare(
    _ left: ExpressionSyntax, _ symbol: String, _ right: ExpressionSyntax, _ wanted: Bool
  ) -> Bool {
    guard case .field(let name) = left.node else {
      // `3 < x` is `x > 3`.
      guard case .field = right.node, let turned = QueryInversion.turned[symbol] else {
        return false
      }
      return compare(right, turned, left, wanted)
    }
    guard let symbol = wanted ? symbol : QueryInversion.opposite[symbol],
      let constant = Constant(right)
    else {
      // That a made line contains what nobody asked for is unlikely enough to try.
      return !wanted && (symbol == "contains" || symbol == "matches")
    }
    let unit = plan.fields.slot(named: name.text).flatMap { plan.fields[$0].unit }
    if name.key == Metadata.raw.rawValue {
      guard case .text(let text) = constant, symbol == "contains" || symbol == "matches" else {
        return false
      }
      words.append(symbol == "matches" ? QueryInversion.example(of: text) : text)
      return true
    }
    switch (symbol, constant) {
    case ("contains", .text(let text)): return wish(name.text) { $0.wants(part: text) }
    case ("matches", .text(let text)):
      return wish(name.text) {
        $0.wants(exactly: SampleLine.json(QueryInversion.example(of: text)))
      }
    case ("=", _): return wish(name.text) { $0.wants(exactly: constant.json(unit)) }
    case ("!=", _):
      return wish(name.text) {
        $0.avoids.append(constant.json(unit))
        return true
      }
    case (">", _), (">=", _):
      guard let bound = constant.number(unit) else { return false }
      return wish(name.text) { $0.wants(atLeast: bound) }
    case ("<", _), ("<=", _):
      guard let bound = constant.number(unit) else { return false }
      return wish(name.text) { $0.wants(atMost: bound) }
    default: return false
    }
  }

  private static let turned = ["=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="]
  private static let opposite = ["=": "!=", "!=": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"]

  private mutating func call(
    _ name: String, _ arguments: [ExpressionSyntax], _ wanted: Bool
  ) -> Bool {
    guard let first = arguments.first, case .field(let field) = first.node else { return false }
    switch name {
    case "isnull", "isempty", "isblank":
      if wanted { return !wishes.contains { $0.field.lowercased() == field.key } }
      if wishes.contains(where: { $0.field.lowercased() == field.key }) { return true }
      return wish(field.text) { $0.wants(part: "x") }
    case "contains", "startswith", "endswith":
      guard arguments.count == 2 else { return false }
      return compare(first, "contains", arguments[1], wanted)
    default: return false
    }
  }

  private mutating func wish(_ field: String, _ change: (inout Wish) -> Bool) -> Bool {
    // A field that a stage makes can't be put into the line.
    if let slot = plan.fields.slot(named: field), plan.fields[slot].isProduced { return false }
    if let index = wishes.firstIndex(where: { $0.field.lowercased() == field.lowercased() }) {
      return change(&wishes[index])
    }
    var wish = Wish(field: field)
    guard change(&wish) else { return false }
    wishes.append(wish)
    return true
  }
}

/// A value that stands in a condition.
private enum Constant {
  case text(String)
  case number(Double, isDuration: Bool)
  case bool(Bool)

  init?(_ expression: ExpressionSyntax) {
    switch expression.node {
    case .text(let raw): self = .text(Literal.text(raw))
    case .number(let value, let isDuration, _): self = .number(value, isDuration: isDuration)
    case .bool(let flag): self = .bool(flag)
    case .unary("-", let inner):
      guard case .number(let value, let isDuration, _) = inner.node else { return nil }
      self = .number(-value, isDuration: isDuration)
    default: return nil
    }
  }

  /// The number in the unit of the field it is compared with.
  func number(_ unit: Double?) -> Double? {
    switch self {
    case .number(let number, false): number
    // The binder has refused durations for fields whose unit is not known.
    case .number(let number, true): number / (unit ?? 1)
    case .text, .bool: nil
    }
  }

  func json(_ unit: Double?) -> String {
    switch self {
    case .text(let text): SampleLine.json(text)
    case .bool(let flag): flag ? "true" : "false"
    case .number: NumberText.shortest(number(unit) ?? 0)
    }
  }
}

extension QueryInversion.Wish {
  fileprivate mutating func wants(exactly json: String) -> Bool {
    guard exact == nil || exact == json else { return false }
    exact = json
    return true
  }

  fileprivate mutating func wants(part text: String) -> Bool {
    parts.append(text)
    return true
  }

  fileprivate mutating func wants(atLeast bound: Double) -> Bool {
    lower = max(lower ?? bound, bound)
    return (upper ?? .infinity) > lower ?? 0
  }

  fileprivate mutating func wants(atMost bound: Double) -> Bool {
    upper = min(upper ?? bound, bound)
    return (lower ?? -.infinity) < upper ?? 0
  }

  /// A value that meets the wishes, clear of the bounds; nil when the field is better left out.
  fileprivate var json: String? {
    if let exact { return exact }
    if !parts.isEmpty { return SampleLine.json(parts.joined(separator: " ")) }
    let number: Double
    switch (lower, upper) {
    case (let lower?, let upper?): number = lower + (upper - lower) / 2
    case (let lower?, nil): number = lower + max(1, abs(lower) / 2)
    case (nil, let upper?): number = upper - max(1, abs(upper) / 2)
    case (nil, nil): return avoids.isEmpty ? nil : SampleLine.json("other")
    }
    return NumberText.shortest(number)
  }
}
