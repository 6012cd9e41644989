/// An operator as the table knows it.
package struct OperatorEntry: Sendable {
  package var keyword: String
  package var syntax: String
  package var summary: String
  /// Whether people also use the keyword as a field's name at the start of an expression.
  package var mayBeField: Bool
  package var parse:
    @Sendable (_ parser: inout Parser, _ keyword: Span) throws(Diagnostic) -> any Operator

  init<O: Operator>(
    _ keyword: String, _ type: O.Type, _ syntax: String, _ summary: String, mayBeField: Bool = false
  ) {
    self.keyword = keyword
    self.syntax = syntax
    self.summary = summary
    self.mayBeField = mayBeField
    parse = { parser, span throws(Diagnostic) in try O.parse(&parser, span) }
  }
}

/// Every operator, in the order help lists them. Adding one is a file in this folder, a line here and a
/// story in Fixtures/queries.
package enum OperatorTable {
  package static let all: [OperatorEntry] = [
    OperatorEntry("where", Where.self, "where <condition>", "keeps rows that meet a condition"),
    OperatorEntry(
      "parse", Parse.self, "parse [field=f] \"text * text\" as a[, b] [nodrop]",
      "cuts fields out of text between fixed words"),
    OperatorEntry(
      "extract", ParseRegex.self, "parse regex [field=f] \"(?<name>...)\" [nodrop] [multi]",
      "sets the named groups of a pattern; also extract"),
    OperatorEntry(
      "json", JSONOperator.self, "json [field=f] \"path\"[, ...] [as a[, b]] [nodrop]",
      "takes values out of JSON text by path"),
    OperatorEntry(
      "csv", Split.self, "csv f [quote='c'] extract 1 as a[, 3 as b]",
      "takes columns out of text with commas", mayBeField: true),
    OperatorEntry(
      "split", Split.self, "split f [delim='c'] extract 1 as a[, 3 as b]",
      "takes columns out of text with any delimiter", mayBeField: true),
    OperatorEntry(
      "withtime", WithTime.self, "withtime f", "makes f_withtime for most_recent and least_recent"),
    OperatorEntry(
      "fields", Fields.self, "fields [-] a[, b]", "keeps, or with '-' removes, fields",
      mayBeField: true),
    OperatorEntry(
      "timeslice", Timeslice.self, "timeslice [5m | 10 buckets] [as f]",
      "puts rows into buckets of time"),
    OperatorEntry("sort", Sort.self, "sort [by] a [asc|desc][, b]", "orders rows, largest first"),
    OperatorEntry("order", Sort.self, "order [by] a [asc|desc][, b]", "the same as sort"),
    OperatorEntry("limit", Limit.self, "limit 10", "keeps the first rows", mayBeField: true),
    OperatorEntry(
      "dedup", Dedup.self, "dedup [consecutive] [3] [[by] a[, b]]",
      "keeps the first rows of each combination of values"),
    OperatorEntry(
      "top", Top.self, "top 10 a[, b] [by c]", "counts or ranks, and keeps the largest",
      mayBeField: true),
    OperatorEntry(
      "topk", TopK.self, "topk(10, a[, b]) [by c]", "keeps and numbers the largest of each group"),
    OperatorEntry(
      "count_frequent", CountFrequent.self, "count_frequent a[, b]",
      "counts combinations, the commonest first"),
    OperatorEntry(
      "accum", Running.self, "accum a [as f] [by b]", "adds up, row by row", mayBeField: true),
    OperatorEntry(
      "total", Total.self, "total a [as f] [by b]", "sets the sum on every row", mayBeField: true),
    OperatorEntry(
      "diff", Running.self, "diff a [as f] [by b]", "subtracts the row before", mayBeField: true),
    OperatorEntry(
      "smooth", Running.self, "smooth a[, 10] [as f] [by b]", "the mean of the last rows",
      mayBeField: true),
    OperatorEntry(
      "rollingstd", Running.self, "rollingstd a[, 10] [as f] [by b]",
      "the standard deviation of the last rows", mayBeField: true),
    OperatorEntry(
      "backshift", Running.self, "backshift a[, 1] [as f] [by b]", "the value of rows before",
      mayBeField: true),
  ]

  /// What the language has and this program has not yet.
  package static let planned: [String: String] = {
    let words = [
      "keyvalue", "kv", "xml", "transpose", "fillmissing", "lookup", "outlier", "compare",
      "predict", "bin", "filter", "join", "transactionize", "merge", "transaction", "geoip",
      "save", "cat", "logreduce", "logcompare", "sessionize", "trace", "threatip",
      "threatlookup", "details", "compose", "infer", "benchmark",
    ]
    return Dictionary(
      uniqueKeysWithValues: words.map { ($0, "'tripline help query' lists what is there") })
  }()

  private static let index = Dictionary(uniqueKeysWithValues: all.map { ($0.keyword, $0) })

  package static func entry(for keyword: String) -> OperatorEntry? { index[keyword] }

  package static var keywords: [String] { all.map(\.keyword) }
}
