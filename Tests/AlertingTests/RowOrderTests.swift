import Testing

/// Rows stand in the order in which their first lines of the window came, whatever came before it.
@Suite struct RowOrderTests {
  /// (0, 20] begins with 1, a: three lines. (5, 25] and (10, 30] begin with 14, b: one. (15, 35] begins with
  /// 17, a: two. (20, 40] has 21, c, alone.
  @Test func `a row that has lost its first line goes behind the others`() throws {
    let story = try timeline(
      """
      window: 20s
      query: '* | where host != "tick" | count as v by host | limit 1'
      critical: { alert: "v > 1", resolution_window: 0s }
      """,
      """
      time      |    |    |    |    |    |    |    |    |    |
      z         x
      a          x               xx
      b                       x
      c                              x
      tick                                                  x
      critical                      F    R         F    R
      """)
    #expect(story == ["20 firing {} 3", "25 resolved {} 1", "35 firing {} 2", "40 resolved {} 1"])
  }

  /// 6 is one off, 9 is four: both are hits, and b's comes later.
  @Test func `of rows that differ the record has the one that differs most`() throws {
    let story = try timeline(
      """
      query: '* | where host != "tick" | max(rt) as v by host'
      critical: { alert: "v != 5" }
      """,
      """
      time      |    |    |    |
      a         6    6
      b          9     9
      tick                  x
      critical            F
      """)
    #expect(story == ["10 firing {} 9"])
  }
}
