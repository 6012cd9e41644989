import Testing

/// Missing data, drawn. Instants are five seconds apart, windows are (T-W, T].
@Suite struct TimelineSilenceTests {
  /// The last line is 2: (0, 10] has it, (5, 15] has none.
  @Test func `a window without a line fires`() throws {
    let story = try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      lines     x x
      tick                          x
      missing                  F
      """)
    #expect(story == ["15 missing_data firing {} null no_data"])
  }

  /// (5, 15] does not hold the line at 5, (0, 10] does.
  @Test func `a line at the edge of the window is outside`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      lines     x    x
      tick                          x
      missing                  F
      """)
  }

  /// The first line of the source is the tick at 2. 10 - 2 < 10, 15 - 2 is not.
  @Test func `silence is not judged before a whole window has passed`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      tick        x                 x
      missing                  F
      """)
  }

  /// Silent at 15 and 20. 22 is in (15, 25]: resolved at 25, not on the line.
  @Test func `it resolves at the first instant that has a line`() throws {
    let story = try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |    |    |
      lines     x x                   x
      tick                                    x
      missing                  F         R
      """)
    #expect(
      story == ["15 missing_data firing {} null no_data", "25 missing_data resolved {} null"])
  }

  /// 2 is missed from 15 on ((5, 15]), 17 ends that at 20, and is missed from 30 on ((20, 30]).
  @Test func `silence that returns fires again`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |    |    |    |
      lines       x              x
      tick                                         x
      missing                  F    R         F
      """)
  }

  /// The monitor's window is 10 s, silence is asked of 20: (5, 25] has none.
  @Test func `its window is its own`() throws {
    try timeline(
      #"missing_data: { window: 20s }"#,
      """
      time      |    |    |    |    |    |    |
      lines     x    x
      tick                                    x
      missing                            F
      """)
  }

  /// 2 + 7 = 9: the first instant is 10, (3, 10].
  @Test func `its window need not be a multiple of every`() throws {
    try timeline(
      #"missing_data: { window: 7s }"#,
      """
      time      |    |    |    |
      lines     x x
      tick                     x
      missing             F
      """)
  }

  /// The ticks are lines of the log, not of the query.
  @Test func `lines of other queries are no data`() throws {
    try timeline(
      #"missing_data: { window: 10s }"#,
      """
      time      |    |    |    |    |
      lines     x x
      tick         x   x    x  x    x
      missing                  F
      """)
  }

  /// The aggregate has rows at every instant until (5, 15]; that the last stage takes them away is not
  /// silence.
  @Test func `what a later stage removes is data all the same`() throws {
    try timeline(
      """
      query: '* | where host != "tick" | count as n | where n > 100'
      missing_data: { window: 10s }
      """,
      """
      time      |    |    |    |    |
      lines     x x
      tick                          x
      missing                  F
      """)
  }

  /// a: last line 2, (5, 15] has none. b: last line 8, (10, 20] has none. a returns at 17: resolved at 20.
  @Test func `each known group is missed by itself`() throws {
    try timeline(
      """
      group_by: [host]
      missing_data: { window: 10s, per_group: true }
      """,
      """
      time        |    |    |    |    |    |
      a           x x              x
      b            x      x
      tick                                 x
      missing a                  F    R
      missing b                       F
      """)
  }

  /// c comes first at 16, a whole window before 26: (20, 30] is the first without it. Before, nobody knew c.
  @Test func `a group is not missed before it came`() throws {
    try timeline(
      """
      group_by: [host]
      missing_data: { window: 10s, per_group: true }
      """,
      """
      time        |    |    |    |    |    |    |    |
      a           x   x   x   x   x   x   x   x   x
      c                           x
      tick                                           x
      missing c                                 F
      """)
  }

  /// a is silent from 12 on, b from 8: (12, 22] has no line of either, so 25, with the group {}.
  @Test func `the whole of a grouped monitor is missed as one`() throws {
    let story = try timeline(
      """
      group_by: [host]
      missing_data: { window: 10s }
      """,
      """
      time        |    |    |    |    |    |    |
      a           x           x
      b            x      x
      tick                                      x
      missing                              F
      """)
    #expect(story == ["25 missing_data firing {} null no_data"])
  }

  /// critical: fires on the line at 3, hits 5 and 10 ((0, 10] has 1 2 3); clear since 15, 15 + 10 = 25.
  /// Silence: (5, 15] has none.
  @Test func `silence and levels are told apart`() throws {
    try timeline(
      """
      critical: { alert: "> 2" }
      missing_data: { window: 10s }
      """,
      """
      time      |    |    |    |    |    |    |
      lines      xxx
      tick                                    x
      critical     F                     R
      missing                  F
      """)
  }

  /// Silent at 15 and 20: two of (10 15 20).
  @Test func `at_least counts silent instants`() throws {
    try timeline(
      """
      at_least: 2 of 3
      missing_data: { window: 10s }
      """,
      """
      time      |    |    |    |    |    |
      lines     x x
      tick                               x
      missing                       F
      """)
  }

  /// Silent at 15 and 20, a line at 22: it would resolve at 25, but 20 + 12 = 32, so 35.
  @Test func `keep_firing_for holds silence too`() throws {
    try timeline(
      """
      keep_firing_for: 12s
      missing_data: { window: 10s }
      """,
      """
      time      |    |    |    |    |    |    |    |    |
      lines     x x                   x    x    x
      tick                                              x
      missing                  F                   R
      """)
  }

  /// Two lines and then the end: 3 + 2 x 10 + 15 = 38. Missed at 20 ((5, 20]).
  @Test func `draining waits for silence`() throws {
    try timeline(
      #"missing_data: { window: 15s }"#,
      """
      time      |    |    |    |    |    |    |    |    |
      lines     x  x
      missing                       F
      """, drain: true)
  }

  /// (2, 12] is silent, but instants: 0 lines from 15 on, and 15 + 30 = 45 <= 3 + 2 x 10 + 30 = 53.
  @Test func `draining waits for what has to hold`() throws {
    try timeline(
      #"critical: { alert: "< 1", for: 30s }"#,
      """
      time      |    |    |    |    |    |    |    |    |    |    |
      lines     x  x
      critical                 P                             F
      """, drain: true)
  }

  /// A column is an hour. Last line 2, missed at 4 ((2, 4]). 2 + 24 = 26: expired; at 28, the next instant,
  /// it fires again. That alert has its own day: 28 + 24 = 52, and 54.
  @Test func `a day of silence expires, and it fires again while still silent`() throws {
    let story = try timeline(
      """
      every: 2h
      window: 20h
      missing_data: { window: 2h }
      """,
      """
      time      | | | | | | | | | | | | | | | | | | | | | | | | | | | | |
      lines     x x
      tick                                                              x
      missing       F                     E F                       E F
      """, column: 3_600_000)
    #expect(story[1] == "93600 missing_data expired {} null expired")
  }

  /// A column is an hour. a: last line 2, missed at 4, expired at 26, and no longer known. It returns at 31
  /// and is missed anew: (32, 34].
  @Test func `a group that was silent for a day is forgotten`() throws {
    try timeline(
      """
      every: 2h
      window: 20h
      group_by: [host]
      missing_data: { window: 2h, per_group: true }
      """,
      """
      time        | | | | | | | | | | | | | | | | | | | |
      a           x x                            x
      b            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      missing a       F                     E       F
      """, column: 3_600_000)
  }

  /// A column is an hour. Last line 2, missed at 28 ((2, 28]): the day without data has passed already,
  /// so that it counts from the firing: 28 + 24 = 52.
  @Test func `a window longer than a day can be missed`() throws {
    try timeline(
      """
      every: 2h
      window: 20h
      missing_data: { window: 26h }
      """,
      """
      time      | | | | | | | | | | | | | | | | | | | | | | | | | | | | |
      lines     x x
      tick                                                              x
      missing                               F                       E F
      """, column: 3_600_000)
  }

  /// b and c come when a is remembered already: their silence is not noticed. a: (5, 15] is silent.
  @Test func `only so many groups are remembered`() throws {
    try timeline(
      """
      group_by: [host]
      max_groups: 1
      missing_data: { window: 10s, per_group: true }
      """,
      """
      time        |    |    |    |    |    |
      a           x x
      b              x
      c               x
      tick                                 x
      missing a                  F
      """)
  }

  /// Columns are hours, windows (T-2, T]. The alert of 2 expires a day after the line of 0, that of 25 a day
  /// after it fired. The line of 20 comes too late to have been missed less.
  @Test func `a line that comes too late does not hasten the end of an alert`() throws {
    try timeline(
      """
      query: '* | where host != "tick"'
      window: 2h
      every: 1h
      missing_data: { window: 2h }
      """,
      """
      time      |    |    |    |    |    |    |    |    |    |    |    |    |
      lines     x                                    d  d=20
      tick                                          x                       x
      missing     F                     EF                       EF
      """, column: 3_600_000, maxAhead: 400_000_000)
  }
}
