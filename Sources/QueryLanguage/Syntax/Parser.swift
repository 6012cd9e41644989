/// Reads a query: the scope, then one stage after another. A stage that can't be read is reported and
/// skipped up to the next pipe, so one run finds every mistake.
package struct Parser {
  package let source: SourceText
  package private(set) var lexer: Lexer
  /// The token that the next step will take.
  package private(set) var token: Token
  /// End of the token taken last.
  package private(set) var previousEnd = 0
  package var diagnostics: [Diagnostic] = []
  /// How many expressions that are being read stand within one another.
  var nesting = 0

  package init(_ source: SourceText, at position: Int = 0) {
    self.source = source
    lexer = Lexer(source, at: position)
    token = Token(kind: .end, span: Span(position, position))
  }

  // One query.

  /// The whole query, or everything that is wrong with it.
  package static func parse(_ source: SourceText) throws(Diagnostics) -> Query {
    let (query, mistakes) = read(source)
    guard mistakes.isEmpty else { throw Diagnostics(mistakes) }
    return query
  }

  /// The query as far as it can be read, and what is wrong with it.
  package static func read(_ source: SourceText) -> (query: Query, mistakes: [Diagnostic]) {
    var parser = Parser(source)
    let query = parser.query()
    return (query, parser.diagnostics)
  }

  private mutating func query() -> Query {
    if source.bytes.count > Parser.longestQuery {
      diagnostics.append(
        Diagnostic(
          .tooLong(source.bytes.count), at: Span(0, 1), in: source,
          help: "a query has at most \(Parser.longestQuery) characters"))
      return Query(scope: .everything, stages: [], source: source)
    }
    var scope = Scope.everything
    do throws(Diagnostic) {
      var reader = ScopeParser(source)
      scope = try reader.parse()
      lexer.position = reader.position
    } catch {
      diagnostics.append(error)
      lexer.position = ScopeParser.endOfScope(in: source)
    }
    var stages: [any Operator] = []
    var unreadFrom: Int?
    start()
    while token.kind == .pipe {
      do throws(Diagnostic) {
        try advance()
        if token.kind == .end || token.kind == .pipe {
          // A stage list may end with a pipe before a trailing comment; two pipes in a row may not.
          if token.kind == .end { break }
          throw Diagnostic(
            .emptyStage, at: token.span, in: source, help: "remove one '|', or write a stage")
        }
        stages.append(try stage())
        guard isAtStageEnd else { throw unexpected() }
      } catch {
        diagnostics.append(error)
        unreadFrom = unreadFrom ?? stages.count
        skipToPipe()
      }
    }
    var query = Query(scope: scope, stages: stages, source: source)
    query.unreadFrom = unreadFrom
    return query
  }

  package static let longestQuery = 15_000
  /// What is read by recursion ends before the stack does.
  static let deepest = 200

  /// Begins an expression within the one that is being read.
  mutating func enter() throws(Diagnostic) {
    guard nesting < Parser.deepest else {
      throw Diagnostic(
        .deep, at: token.span, in: source, help: "compute the inner parts in stages before")
    }
    nesting += 1
  }

  /// Takes the first token; a broken one is reported and skipped.
  package mutating func start() {
    do throws(Diagnostic) { token = try lexer.next() } catch {
      diagnostics.append(error)
      skipToPipe()
    }
  }

  /// Pipes between brackets belong to what is skipped, provided that the brackets are closed.
  private mutating func skipToPipe() {
    while token.kind != .end, token.kind != .pipe {
      if token.isSymbol("(") || token.isSymbol("["), let end = closingBracket() {
        lexer.position = end
      }
      skipToken()
    }
  }

  /// Where the bracket that has just been opened is closed, if it is.
  private func closingBracket() -> Int? {
    var ahead = self
    var depth = 1
    while depth > 0 {
      ahead.skipToken()
      switch ahead.token.kind {
      case .end: return nil
      case .symbol("("), .symbol("["): depth += 1
      case .symbol(")"), .symbol("]"): depth -= 1
      default: break
      }
    }
    return ahead.token.span.upper
  }

  /// Broken text inside a stage that is being skipped anyway is no further mistake.
  private mutating func skipToken() {
    do throws(Diagnostic) { token = try lexer.next() } catch {
      token = Token(kind: .symbol("?"), span: error.span)
    }
  }

  private mutating func stage() throws(Diagnostic) -> any Operator {
    let start = token.span.lower
    let saved = self
    if case .word(let word) = token.kind, let entry = OperatorTable.entry(for: word.lowercased()) {
      do throws(Diagnostic) {
        try advance()
        return try entry.parse(&self, Span(start, previousEnd))
      } catch {
        // A field may have an operator's name (`count / 10 as x`): then the stage is an expression.
        var other = saved
        if entry.mayBeField, let stage = try? ExpressionStage.parse(&other, Span(start, start)),
          other.isAtStageEnd
        {
          self = other
          return stage
        }
        throw error
      }
    }
    if case .word(let word) = token.kind, AggregateTable.entry(for: word.lowercased()) != nil {
      do throws(Diagnostic) {
        let stage = try AggregateStage.parse(&self, Span(start, start))
        guard isAtStageEnd else { throw unexpected() }
        return stage
      } catch {
        // So may an aggregate's, or a function's (`max(a, b) as c`).
        var other = saved
        if let stage = try? ExpressionStage.read(&other, Span(start, start)), other.isAtStageEnd,
          stage.callsWell
        {
          self = other
          return stage
        }
        throw error
      }
    }
    if case .word(let word) = token.kind, try looksLikeUnknownOperator() {
      throw unknownOperator(word)
    }
    do throws(Diagnostic) { return try ExpressionStage.parse(&self, Span(start, start)) } catch {
      guard case .word(let word) = saved.token.kind,
        OperatorTable.planned[word.lowercased()] != nil
      else { throw error }
      throw saved.unknownOperator(word)
    }
  }

  private var isAtStageEnd: Bool { token.kind == .pipe || token.kind == .end }

  /// A bare word followed by something no expression continues with: a misspelt operator.
  private func looksLikeUnknownOperator() throws(Diagnostic) -> Bool {
    var ahead = self
    do throws(Diagnostic) { try ahead.advance() } catch { return false }
    switch ahead.token.kind {
    case .pipe, .end, .string, .number, .quotedName, .character: return true
    case .word(let word):
      return !["as", "and", "or", "in", "not", "matches", "contains"].contains(word.lowercased())
    case .symbol(let symbol):
      if symbol == "(", case .word(let word) = token.kind {
        return FunctionTable.function(named: word) == nil
          && Suggestion.nearest(to: word, among: FunctionTable.names) == nil
      }
      return symbol == "," || symbol == "["
    }
  }

  private func unknownOperator(_ word: String) -> Diagnostic {
    let known = OperatorTable.keywords + AggregateTable.keywords
    let planned = OperatorTable.planned.keys.sorted()
    if let reason = OperatorTable.planned[word.lowercased()] {
      return Diagnostic(.notBuilt(word), at: token.span, in: source, help: reason)
    }
    return Diagnostic(
      .unknownOperator(word), at: token.span, in: source,
      help: Suggestion.didYouMean(word, among: known)
        ?? Suggestion.nearest(to: word, among: planned).map {
          "did you mean '\($0)'? it is not built yet"
        } ?? "'tripline help query' lists the operators and functions")
  }

  // Steps.

  package mutating func advance() throws(Diagnostic) {
    previousEnd = token.span.upper
    token = try lexer.next()
  }

  /// Takes the bare word `keyword` if it is next.
  package mutating func take(_ keyword: String) throws(Diagnostic) -> Bool {
    guard token.isWord(keyword) else { return false }
    try advance()
    return true
  }

  package mutating func takeSymbol(_ symbol: String) throws(Diagnostic) -> Bool {
    guard token.isSymbol(symbol) else { return false }
    try advance()
    return true
  }

  package mutating func expect(
    _ symbol: String, _ purpose: String, help: String? = nil
  ) throws(Diagnostic) {
    guard try takeSymbol(symbol) else {
      let standard = symbol == ")" ? "close it with ')'" : "write '\(symbol)' here"
      throw Diagnostic(
        .expected("'\(symbol)' \(purpose)", found), at: place, in: source, help: help ?? standard)
    }
  }

  /// The text of a string token; nil when the next token is not one.
  package mutating func takeString() throws(Diagnostic) -> (text: String, span: Span)? {
    guard case .string(let text) = token.kind else { return nil }
    let span = token.span
    try advance()
    return (text, span)
  }

  package mutating func takeRegex() throws(Diagnostic) -> (pattern: String, span: Span)? {
    guard token.isSymbol("/") else { return nil }
    var ahead = lexer
    ahead.position = token.span.lower
    guard let literal = try ahead.regexLiteral() else { return nil }
    lexer = ahead
    token = Token(kind: .string(literal.pattern), span: literal.span)
    try advance()
    return literal
  }

  /// A field name as written, or an error that says for what it is wanted.
  package mutating func field(_ purpose: String) throws(Diagnostic) -> FieldName {
    guard let name = try takeField() else {
      let help =
        if case .string(let text) = token.kind {
          "a field is written without quotes, or as %\"\(text)\""
        } else { #"write the name of a field; one with blanks is written %"any name""# }
      throw Diagnostic(.expected("a field \(purpose)", found), at: place, in: source, help: help)
    }
    return name
  }

  package mutating func takeField() throws(Diagnostic) -> FieldName? {
    switch token.kind {
    case .word(let text), .quotedName(let text):
      let name = FieldName(text: text, span: token.span)
      try advance()
      return name
    case .symbol("%"):
      // `% "any name"`: a blank may stand between.
      var ahead = self
      try ahead.advance()
      guard case .string(let raw) = ahead.token.kind else { return nil }
      let name = FieldName(
        text: raw.replacing("\\\"", with: "\""), span: token.span.union(ahead.token.span))
      self = ahead
      try advance()
      return name
    default:
      return nil
    }
  }

  /// One field, or several with commas between.
  package mutating func fieldList(_ purpose: String) throws(Diagnostic) -> [FieldName] {
    var list = [try field(purpose)]
    while try takeSymbol(",") { list.append(try field(purpose)) }
    return list
  }

  /// `a, b` or `(a, b)`.
  package mutating func aliasList() throws(Diagnostic) -> [FieldName] {
    if try takeSymbol("(") {
      let list = try fieldList("as an alias")
      try expect(")", "after the aliases")
      return list
    }
    return try fieldList("as an alias")
  }

  package mutating func wholeNumber(after keyword: String) throws(Diagnostic) -> Int {
    if case .number(let value, duration: false) = token.kind, value == value.rounded(),
      value >= 0, value < 1e15
    {
      try advance()
      return Int(value)
    }
    throw Diagnostic(
      .expected("a whole number after '\(keyword)'", found), at: place, in: source,
      help: "write for example '\(keyword) 10'")
  }

  /// What a person sees at the present place.
  package var found: String {
    switch token.kind {
    case .end: "the end of the query"
    case .pipe: "'|'"
    default: "'\(source.text(of: token.span))'"
    }
  }

  /// The present token; at the end of the query the last character.
  package var place: Span {
    token.kind == .end ? Span(max(0, previousEnd - 1), previousEnd) : token.span
  }

  package func unexpected() -> Diagnostic {
    Diagnostic(.unexpected(found), at: place, in: source, help: helpWithUnexpected)
  }

  private var helpWithUnexpected: String {
    var ahead = self
    let next = (try? ahead.advance()) == nil ? nil : ahead.token
    switch token.kind {
    case .symbol(")"), .symbol("]"):
      return "remove it: nothing is open that it closes"
    case .symbol(","):
      // `1,000`
      if case .number? = next?.kind, next?.span.lower == token.span.upper,
        token.span.lower == previousEnd, previousEnd > 0,
        Lexer.isDigit(source.bytes[previousEnd - 1])
      {
        return "numbers are written without commas"
      }
    case .word(let word):
      let word = word.lowercased()
      let wanted = word == "not" ? next : token
      if ["like", "rlike", "regexp", "ilike"].contains(where: { wanted?.isWord($0) == true }) {
        return #"write matches "web*" for wildcards, or matches /web.*/ for a pattern"#
      }
      if OperatorTable.entry(for: word) != nil || AggregateTable.entry(for: word) != nil {
        return "write '|' before it"
      }
      let options = ["nodrop", "desc", "matches", "contains"]
      if let near = Suggestion.didYouMean(word, among: options) { return near }
    default: break
    }
    return "a stage ends at '|'"
  }
}

/// A field as written in a query; compared ignoring case.
package struct FieldName: Sendable, Hashable {
  package var text: String
  package var span: Span

  package init(text: String, span: Span = Span(0, 0)) {
    self.text = text
    self.span = span
  }

  package var key: String { text.lowercased() }

  /// The name as it must be written in a query.
  package var printed: String {
    let plain =
      !text.isEmpty && Lexer.isWordStart(text.utf8.first!)
      && text.utf8.allSatisfy { Lexer.isWordPart($0) || $0 == UInt8(ascii: ".") }
      && !text.hasSuffix(".") && !text.contains("..")
    return plain ? text : "%\"" + text.replacing("\"", with: "\\\"") + "\""
  }

  package static func == (left: FieldName, right: FieldName) -> Bool { left.key == right.key }

  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension Diagnostic.Message {
  package static func expected(_ wanted: String, _ found: String) -> Self {
    Self("syntax", "expected \(wanted), found \(found)")
  }
  fileprivate static func unexpected(_ found: String) -> Self {
    Self("syntax", "\(found) does not belong here")
  }
  static let deep = Self("nesting", "this is nested too deeply")
  fileprivate static let emptyStage = Self("empty-stage", "there is no stage between these pipes")
  fileprivate static func unknownOperator(_ word: String) -> Self {
    Self("unknown-operator", "there is no operator or function '\(word)'")
  }
  fileprivate static func notBuilt(_ word: String) -> Self {
    Self("not-built", "the operator '\(word)' is not built yet")
  }
  fileprivate static func tooLong(_ count: Int) -> Self {
    Self("query-too-long", "this query is \(count) characters long")
  }
}
