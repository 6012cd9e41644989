import TestKit
import Testing

/// What a query says that meets its limits: of a regex, and of memory.
@Suite struct QueryLimitTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    let x = String(repeating: "x", count: 40)
    try scratch.write(
      ["{\"m\":\"\(x)\"}", "{\"m\":\"xxz\"}", "{\"m\":\"\(x)x\"}"].joined(separator: "\n") + "\n",
      to: "a.log")
  }

  /// The pattern tries every way to cut a text of `x` in two and finds none.
  @Test(arguments: [
    #"* | parse regex field=m "(?<a>(x+x+)+[yz])""#,
    #"* | limit 5 | parse regex field=m "(?<a>(x+x+)+[yz])" nodrop"#,
    #"* | parse regex field=m "(?<a>(x+x+)+[yz])" multi"#,
    #"* | parse regex field=m "(?<a>(x+x+)+[yz])" nodrop multi"#,
  ])
  func `lines that a regex can't decide are left out and counted`(_ query: String) throws {
    let run = try BinaryRun.tripline(
      ["query", "-o", "csv", query + " | count", "a.log"], in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "_count\r\n1\r\n")
    #expect(run.errors.contains("2 undecided (regex limit)"), "\(run.errors)")
  }

  @Test func `rows that outgrow the memory give no answer`() throws {
    try scratch.write("memory: 90\n", to: "tripline.yaml")
    let run = try BinaryRun.tripline(
      ["query", "-o", "csv", "* | sort by m", "a.log"], in: scratch.folder)
    #expect(run.status == 4)
    #expect(
      run.errors.contains(
        """
        tripline: this query needs all its rows at once, and they take more than 90 B; look at fewer \
        with --from and --to or a condition, or raise `memory` in tripline.yaml
        """), "\(run.errors)")
    try scratch.write("memory: 1MiB\n", to: "tripline.yaml")
    let roomy = try BinaryRun.tripline(["query", "* | sort by m", "a.log"], in: scratch.folder)
    #expect(roomy.status == 0, "\(roomy.errors)")
  }
}
