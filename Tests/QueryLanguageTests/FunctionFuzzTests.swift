import QueryLanguage
import Records
import TestKit
import Testing

@Suite struct FunctionFuzzTests {
  private static let values = [
    "null", #""""#, #"" ""#, #""abc""#, #""grün🙂""#, #""\ud800 \u00e9""#,
    #""a\\b\"$1${x}%d%5.2f%""#,
    "0", "-1", "1", "32", "64", "3.7", "-0.5", "1e308", "-1e308", "1e-320", "9223372036854775807",
    "-9223372036854775808", "9007199254740993", #""12""#, #""0x1f""#, #""Infinity""#, "true",
    "false",
    "[]", #"[1,"a",{"b":[null]}]"#, #"{"a": 1}"#, #""[1,2""#, #""10.0.0.1""#, #""::1""#,
    #""+02:00""#,
    #""yyyy-MM-dd'T'HH:mm:ss.SSSZ""#, #""2024-01-31T12:00:00.000+0100""#, #""YWJj""#, #""%e2%82""#,
  ]

  static var functions: [String] {
    FunctionTable.families.flatMap { $0.functions.map { $0.names[0] } }
  }

  @Test(arguments: functions)
  func `no function fails on any value, and batches make no difference`(_ name: String) throws {
    let definition = try #require(FunctionTable.function(named: name))
    let seed = TestSeed.value
    var random = SplitMix64(seed: seed)
    let lines = (0..<200).map { _ in
      let members = ["a", "b", "c", "d"].map { name in
        "\"\(name)\":\(random.pick(FunctionFuzzTests.values))"
      }
      return "{\(members.joined(separator: ","))}"
    }
    for count in definition.arity.clamped(to: 0...4) {
      let arguments = ["a", "b", "c", "d"].prefix(count).joined(separator: ", ")
      do {
        let result = try QueryRunner.run(
          "| \(name)(\(arguments)) as result", lines: lines, seed: seed)
        #expect(result.rows.count == lines.count, "\(name), seed \(seed)")
      } catch let refusal as Diagnostics {
        // Some arguments must be literals, and say so.
        #expect(refusal.list.allSatisfy { $0.message.code == "arguments" }, "\(refusal)")
      }
    }
  }

  @Test func `a regex that gives up on a row takes the row out`() throws {
    let hard = String(repeating: "a", count: 40)
    let lines = [#"{"t":"\#(hard)b"}"#, #"{"t":"aaa"}"#]
    let result = try QueryRunner.run(#"| replace(t, /^(a|aa)+$/, "x")"#, lines: lines)
    #expect(result.rows == [["x"]])
  }
}
