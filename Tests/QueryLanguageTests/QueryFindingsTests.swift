import QueryLanguage
import Records
import TestKit
import Testing

/// What real queries taught: each of these went wrong once.
@Suite struct QueryFindingsTests {
  private let lines = [
    #"{"host":"a","ok":true,"n":1}"#, #"{"host":"b","ok":false,"n":2}"#, #"{"host":"b","n":4}"#,
  ]

  @Test func `a finding about text points at the text`() {
    #expect(
      QueryRunner.report(#"| hash(host, "crc") as h"#) == """
        query:1:14: error: "crc" is no hash algorithm
           1 | | hash(host, "crc") as h
             |              ^^^^^
             = help: the algorithms are "md5", "sha1", "sha2_256" and "murmur3_128"

        """)
  }

  @Test func `a column with the name of an aggregate may begin an expression`() throws {
    let result = try QueryRunner.run(
      "| count as count by host | count * 10 as tens | fields host, tens", lines: lines)
    #expect(result.rows == [["a", 10], ["b", 20]])
  }

  @Test(arguments: ["count", "count desc", "%\"count\"", "_count"])
  func `top ranks by a column that has the name of an aggregate`(_ column: String) throws {
    let name = column.hasPrefix("_") ? "_count" : "count"
    let result = try QueryRunner.run(
      "| count as \(name) by host | top 1 host by \(column)", lines: lines)
    #expect(result.rows == [["b", 2]])
  }

  @Test func `a misused aggregate is not taken for an unknown function`() {
    let report = QueryRunner.report("| count_distinct(host, user)")
    #expect(report.contains("'count_distinct' takes one field and nothing else"), "\(report)")
  }

  @Test func `removing a column that is not there is only worth a warning`() throws {
    let query = "| count by host | fields - hots"
    #expect(QueryRunner.report(query).contains("warning: there is no column 'hots'"))
    #expect(try QueryRunner.run(query, lines: lines).columns == ["host", "_count"])
  }

  @Test func `removing a built-in field behind an aggregate is a habit that does no harm`() throws {
    let query = "| count by host | fields -_messageTime"
    #expect(QueryRunner.report(query) == "")
    #expect(try QueryRunner.run(query, lines: lines).columns == ["host", "_count"])
  }

  @Test func `a removed column is not suggested`() {
    let report = QueryRunner.report("| count by host | fields - host | where host = \"a\"")
    #expect(report.contains("the columns here are _count"), "\(report)")
  }

  @Test(arguments: [
    ("not host = \"a\"", 2), ("not (host = \"a\")", 2), ("not ok", 2), ("!ok", 2),
    ("not host matches \"a*\"", 2), ("host = \"b\" and not n > 3", 1), ("not not ok", 1),
    ("not in (1, 2)", 0), ("!(n = 1) and !ok", 2),
  ])
  func `not covers a whole comparison`(_ condition: String, _ count: Int64) throws {
    let result = try QueryRunner.run("| where \(condition) | count", lines: lines)
    #expect(result.rows == [[.whole(count)]], "\(condition)")
  }

  @Test func `a subquery is one finding, whatever stands in it`() {
    let report = QueryRunner.report("| where ![subquery: x | compose y] | count")
    #expect(report.contains("subqueries are not built yet"))
    #expect(!report.contains("compose'"), "\(report)")
  }

  @Test func `a hyphen behind a class of characters is a hyphen, as in Java`() throws {
    let result = try QueryRunner.run(
      #"| replace(host, /[\w-_.]+/, "<$0>")"#, lines: [#"{"host":"web-1.x y"}"#])
    #expect(result.rows == [["<web-1.x> <y>"]])
  }
}
