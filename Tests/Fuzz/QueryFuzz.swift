import QueryLanguage

// Queries come from files that others write. Whatever the bytes, reading must end, must say
// something or yield a query, and a query must print to text that is the same query.
//
// A libFuzzer entry, outside of the package: seeds are the stories in Fixtures/diagnostics/queries.

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzQuery(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let source = SourceText(
    name: "fuzz", bytes: Array(UnsafeBufferPointer(start: start, count: count)))
  let (query, mistakes) = Parser.read(source)
  for mistake in mistakes { check(mistake) }
  do throws(Diagnostics) {
    let plan = try Binder.plan(of: source, Binder.Settings())
    for warning in plan.warnings { check(warning) }
    _ = Explanation(plan)
  } catch {
    for mistake in error.list { check(mistake) }
  }
  if mistakes.isEmpty {
    let printed = query.printed
    let (again, refused) = Parser.read(SourceText(name: "printed", text: printed))
    precondition(refused.isEmpty, "'\(printed)' does not parse")
    precondition(again.printed == printed, "'\(printed)' prints as '\(again.printed)'")
  }
  return 0
}

private func check(_ diagnostic: Diagnostic) {
  let span = diagnostic.span
  precondition(0 <= span.lower && span.lower <= span.upper, "a span is a range")
  precondition(span.upper <= diagnostic.source.bytes.count, "a span lies in the text")
  _ = diagnostic.rendered()
}
