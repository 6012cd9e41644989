import QueryLanguage
import Records
import TestKit
import Testing

/// An expression over one line and what it is worth.
struct FunctionCase: CustomTestStringConvertible, Sendable {
  var expression: String
  var value: Value
  var line: String

  init(_ expression: String, _ value: Value, _ line: String = "{}") {
    self.expression = expression
    self.value = value
    self.line = line
  }

  var testDescription: String { expression }

  /// Runs the expression as a stage of a query.
  func check(
    settings: Binder.Settings = Binder.Settings(), sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try QueryRunner.run(
      "| \(expression) as result", lines: [line], settings: settings)
    #expect(result.columns == ["result"], sourceLocation: sourceLocation)
    #expect(
      result.rows == [[value]], "\(expression) over \(line)", sourceLocation: sourceLocation)
  }
}
