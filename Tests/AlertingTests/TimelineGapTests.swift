import Testing

/// Lines that windows should hold may be missing, here up to second 12: what more lines could have made
/// otherwise is judged from second 25 on, whose window begins at 15.
@Suite struct TimelineGapTests {
  @Test func `a hit that more lines can't undo fires, and is not taken back too early`() throws {
    let rule = """
      critical: { alert: "> 1", resolution_window: 0s }
      """
    try timeline(
      rule,
      """
      time      |    |    |    |    |    |    |
      lines      xx
      tick                                     x
      critical    F            R
      """)
    try timeline(
      rule,
      """
      time      |    |    |    |    |    |    |
      lines      xx
      tick                                     x
      critical    F                      R
      """, gap: 12)
  }

  @Test func `what is absent may be missing`() throws {
    let rule = """
      critical: { alert: "< 1", resolution_window: 0s }
      missing_data: { window: 10s }
      """
    try timeline(
      rule,
      """
      time      |    |    |    |    |    |    |
      lines      x
      tick                                     x
      critical                 F
      missing                  F
      """)
    try timeline(
      rule,
      """
      time      |    |    |    |    |    |    |
      lines      x
      tick                                     x
      critical                           F
      missing                            F
      """, gap: 12)
  }

  @Test func `a run of hits or of clear instants begins when all lines are there`() throws {
    try timeline(
      """
      critical: { alert: "< 1", for: 5s }
      warning: { alert: "> 1", resolution_window: 5s }
      """,
      """
      time      |    |    |    |    |    |    |
      lines      xx
      tick                                     x
      critical                           P    F
      warning     F                           R
      """, gap: 12)
  }

  @Test func `a gap that no window reaches back to changes nothing`() throws {
    try timeline(
      """
      critical: { alert: "< 1", resolution_window: 0s }
      """,
      """
      time      |    |    |    |    |    |    |
      lines      x
      tick                                     x
      critical                 F
      """, gap: 5)
  }
}
