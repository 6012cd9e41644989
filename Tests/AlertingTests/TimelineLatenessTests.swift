import Testing

/// Instants that are decided late, drawn: the watermark is the newest time minus the lateness.
/// Instants are five seconds apart, windows are (T-10, T].
@Suite struct TimelineLatenessTests {
  /// 8 comes behind 16. The watermark is 16 - 10 = 6, so 15 is not decided, and (5, 15] has a line; (10, 20]
  /// has none.
  @Test func `a late line enters the windows of all undecided instants`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      lines     x x              d  d=8
      tick                      x   x
      missing                       F
      """, lateness: 10_000)
  }

  /// The same lines: 15 was decided before the line of 8 came.
  @Test func `without lateness it comes too late`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      lines     x x              d  d=8
      tick                      x   x
      missing                  F
      """)
  }

  /// No line is late: what lateness 10 decides is what none decides. 2 is missed at 15, returns at 17.
  @Test func `lateness moves decisions but not their times`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |    |
      lines     x x              x
      tick                               x
      missing                  F    R
      """, lateness: 10_000)
  }

  /// At 25 the watermark is 15, so 15 is not decided and the line of 12 still counts: (5, 15]. (10, 20] has
  /// it too, (15, 25] does not.
  @Test func `an instant exactly at the watermark waits`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |    |
      lines     x x                       d  d=12
      tick                               x
      missing                            F
      """, lateness: 10_000)
  }

  /// 21 comes while the alert of 0 still fires, and confirms nothing. 23 lets 20 be decided, which ends that
  /// alert: hits 0 and 5, clear since 10. What 21 did not say, 25 does: (15, 25]. Hits 25 and 30.
  @Test func `what a line found firing is told at its instant when that has ended`() throws {
    try timeline(
      #"critical: { alert: "> 0" }"#,
      """
      time      |    |    |    |    |    |    |    |    |    |    |
      lines     x                    x
      tick                             x                         x
      critical  F                   R    F                   R
      """, lateness: 2_000)
  }

  /// 11 12 13 are in (5, 15] when 13 comes, though 5 is not decided yet. 0, 5 and 10 have one line or none and
  /// resolve nothing: 13 is later. Hits 15 and 20, clear since 25, 25 + 10 = 35.
  @Test func `a line trips in the window of the instant after the newest`() throws {
    try timeline(
      #"critical: { alert: "> 2" }"#,
      """
      time      |    |    |    |    |    |    |    |
      lines     x          xxx
      tick                                         x
      critical               F                     R
      """, lateness: 20_000)
  }

  /// 8 comes when 14 was the newest: (5, 15] has 6 7 8. Hits 10 and 15, clear since 20, 20 + 10 = 30.
  @Test func `a late line in that window trips at the newest time`() throws {
    try timeline(
      #"critical: { alert: "> 2" }"#,
      """
      time      |    |    |    |    |    |    |
      lines           xx        d  d=8
      tick      x             x               x
      critical                F               R
      """, lateness: 10_000)
  }

  /// 3 comes when 14 was the newest: (5, 15] does not have it, but (-5, 5] has 1 2 3. Hits 5 and 10, clear
  /// since 15, 15 + 10 = 25.
  @Test func `a late line outside that window counts at its instants`() throws {
    let story = try timeline(
      #"critical: { alert: "> 2" }"#,
      """
      time      |    |    |    |    |    |
      lines      xx             d  d=3
      tick                    x          x
      critical       F                   R
      """, lateness: 10_000)
    #expect(story.first == "5 firing {} 3")
  }

  /// At 28 it is (10, 30], which has 12 13 14 16 28: five. At 42 it is (25, 45], which has 28 42 43 44; by
  /// then 35 is decided and its oldest lines are gone.
  @Test func `the window that leads leaves old lines behind`() throws {
    try timeline(
      """
      window: 20s
      critical: { alert: "> 5" }
      """,
      """
      time      |    |    |    |    |    |    |    |    |    |
      lines                 xxx x           x             xxx
      """, lateness: 5_000)
  }

  /// Windows (T-5, T]: 5 has 3, 10 has the late 8, 15 has 14: 15 - 5 = 10.
  @Test func `a late line fills the gap in a run`() throws {
    try timeline(
      """
      window: 5s
      critical: { alert: "> 0", for: 10s }
      """,
      """
      time      |    |    |    |    |
      lines        x          x d  d=8
      tick                          x
      critical       P         F
      """, lateness: 10_000)
  }

  /// 5 is decided when 16 has come, and a had no line in (0, 5], nor in (5, 10] or (10, 15].
  @Test func `what comes later is not known at an instant decided late`() throws {
    try timeline(
      """
      group_by: [host]
      missing_data: { window: 5s, per_group: true }
      """,
      """
      time        |    |    |    |    |
      a           x               x
      tick                           xx
      missing a        F              R
      """, lateness: 10_000)
  }

  /// b comes first at 12: fewer than two is judged from 22 on, so at 25: (15, 25] has 18. a is too many.
  @Test func `a group is new until its own window has passed, however late`() throws {
    try timeline(
      """
      group_by: [host]
      critical: { alert: "< 2" }
      """,
      """
      time        |    |    |    |    |    |    |
      a           x x x x x x x x x x x x x x x x
      b                       x     x
      critical b                           F
      """, lateness: 10_000)
  }

  /// The watermark is 20 - 30 < 0: nothing was decided when the log ended.
  @Test func `the end of the log holds nothing back`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      lines     x x
      tick                          x
      missing                  F
      """, lateness: 30_000)
  }

  /// Rows of rt. (0, 10] has two of 1; (5, 15] has one of 2, which is said when 19 has come. The second of
  /// 2 came at 17, while the alert fired; 19 finds that it holds in (10, 20], though 15 was the last late
  /// instant.
  @Test func `a line finds the row that another made true while the alert fired`() throws {
    try timeline(
      """
      query: "* | count by host, rt"
      group_by: [host]
      critical: { alert: "> 1", resolution_window: 0s }
      """,
      """
      time       |    |    |    |    |
      a            11          2  2 3
      critical a    F           R   F
      """, lateness: 3_000)
  }
}
