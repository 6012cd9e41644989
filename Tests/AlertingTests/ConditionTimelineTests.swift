import Testing

/// How hits become an alert and how it ends: `for`, `at_least`, `keep_firing_for`. Windows are (T-10, T],
/// instants every five seconds.
@Suite struct ConditionTimelineTests {
  // MARK: no_value

  /// None has a number, which counts as a hit; but the line that brings one may still come, so it is not
  /// judged before 10.
  @Test func `a hit for want of a value waits for a whole window`() throws {
    let story = try timeline(
      """
      query: '* | where host != "tick" | max(rt) as v'
      critical: { alert: "v > 5", no_value: hit }
      """,
      """
      time      |    |    |    |
      lines     x x  x   x
      tick                  x
      critical            F
      """)
    #expect(story == ["10 firing {} null no_data"])
  }

  /// 6 is a number over 5, and more lines can only confirm that.
  @Test func `a value that is a hit does not wait for it`() throws {
    let story = try timeline(
      """
      query: '* | where host != "tick" | max(rt) as v'
      critical: { alert: "v > 5", no_value: hit }
      """,
      """
      time      |    |    |    |
      lines     x x6
      critical     F
      """)
    #expect(story == ["3 firing {} 6"])
  }

  // MARK: for

  /// 5 has 0 2 4, 10 has 2 to 10, 15 has 6 to 14: hits since 5, and 15 - 5 = 10.
  @Test func `hits that last as long as asked for fire`() throws {
    let story = try timeline(
      #"critical: { alert: "> 2", for: 10s }"#,
      """
      time      |    |    |    |
      lines     x x x x x x x x x
      critical       P         F
      """)
    #expect(story == ["5 pending {} 3", "15 firing {} 5"])
  }

  /// 5 has 1 2 3, as has 10; 15 has none: (5, 15].
  @Test func `a pending that ends emits nothing`() throws {
    try timeline(
      #"critical: { alert: "> 2", for: 10s }"#,
      """
      time      |    |    |    |    |
      lines      xxx                x
      critical       P
      """)
  }

  /// Hits 5 and 10, not 15 (9 is the only line of (5, 15]), hits 20 25 30: 30 - 20 = 10. The pending of
  /// 5 ended, so the one of 20 is new.
  @Test func `a run that breaks begins anew`() throws {
    try timeline(
      #"critical: { alert: "> 2", for: 10s }"#,
      """
      time      |    |    |    |    |    |    |
      lines      xxx     x      xxx xx   xxx  x
      critical       P              P         F
      """)
  }

  /// 5 has 1 2 3; 10 has those and 6; nothing else was ever asked of the line at 3.
  @Test func `a condition with for never trips on the line`() throws {
    try timeline(
      #"critical: { alert: "> 2", for: 5s }"#,
      """
      time      |    |    |
      lines      xxx  x   x
      critical       P    F
      """)
  }

  /// 5 is a hit although no whole window has passed since 0: more lines only confirm a count.
  @Test func `for does not make a count wait for a whole window`() throws {
    try timeline(
      #"critical: { alert: "> 0", for: 5s }"#,
      """
      time      |    |    |
      lines     x        x
      critical  P    F
      """)
  }

  /// An average may fall again: 0 and 5 are too early (10 - 0 = 10 is the first that is not).
  @Test func `for begins to count when the condition is judged`() throws {
    let story = try timeline(
      """
      query: "* | avg(rt) as x"
      critical: { alert: "x > 1", for: 10s }
      """,
      """
      time      |    |    |    |    |
      lines     5 5  5 5  5 5  5 5  5
      critical            P         F
      """)
    #expect(story == ["10 pending {} 5", "20 firing {} 5"])
  }

  /// 7 seconds after 0 comes 10: 5 - 0 is too short, 10 - 0 is not.
  @Test func `for need not be a multiple of every`() throws {
    try timeline(
      #"critical: { alert: "> 0", for: 7s }"#,
      """
      time      |    |    |
      lines     x  x  x   x
      critical  P         F
      """)
  }

  /// a: 5 has 1 2, 10 has 1 2 6. b: 10 has 6 7, 15 has 6 7 11: each by its own run.
  @Test func `each group has a run of its own`() throws {
    try timeline(
      """
      group_by: [host]
      critical: { alert: "> 1", for: 5s }
      """,
      """
      time       |    |    |    |
      a           xx   x        x
      b                xx   x
      critical a      P    F
      critical b           P    F
      """)
  }

  /// a: hits 5 and 10 (1 2), but (5, 15] has no line of a: no rows compare as 0. Hits 20 25 (16 17) and
  /// 30 (26 27 30) are a new run, and 30 - 20 < 15. b has one line in each window.
  @Test func `a group that loses its lines is no longer pending`() throws {
    try timeline(
      """
      group_by: [host]
      critical: { alert: "> 1", for: 15s }
      """,
      """
      time       |    |    |    |    |    |    |
      a           xx             xx        xx  xx
      b          x         x         x         x
      critical a      P              P
      """)
  }

  /// A maximum without rows has no value, which breaks no run: hits at 5 and 10 (2), none at 15 and 20,
  /// hit at 25 (23): 25 - 5 >= 20, although 15 and 20 were no hits.
  @Test func `keep carries a run of hits over instants without value`() throws {
    let rule = """
      query: "* | where rt > 0 | max(rt) as x"
      critical: { alert: "x > 5", for: 20s, no_value: NOVALUE }
      """
    try timeline(
      rule.replacing("NOVALUE", with: "keep"),
      """
      time      |    |    |    |    |    |
      lines     0 9       0    0    0  9 0
      critical       P                   F
      """)
    try timeline(
      rule.replacing("NOVALUE", with: "clear"),
      """
      time      |    |    |    |    |    |
      lines     0 9       0    0    0  9 0
      critical       P                   P
      """)
  }

  /// The zero at 0 is no row, but at 0 no whole window has passed. 5 and 10 have the nine of 2, (5, 15] and
  /// (10, 20] have nothing, a hit: 20 - 5 = 15.
  @Test func `hit makes a run of instants without value`() throws {
    let story = try timeline(
      """
      query: "* | where rt > 0 | max(rt) as x"
      critical: { alert: "x > 5", for: 15s, no_value: hit }
      """,
      """
      time      |    |    |    |    |
      lines     0 9       0    0    0
      critical       P              F
      """)
    #expect(story == ["5 pending {} 9", "20 firing {} null no_data"])
  }

  /// warning is a hit on the line at 2, critical pends at 5 and fires at 10: (0, 10] has 1 2 6.
  @Test func `levels have runs of their own`() throws {
    try timeline(
      """
      critical: { alert: "> 1", for: 5s }
      warning: { alert: "> 1" }
      """,
      """
      time      |    |    |
      lines      xx   x   x
      critical       P    F
      warning     F
      """)
  }

  /// Fires at 10 (since 5); clear from 15 on, 25 - 15 = 10: resolved. Then (25, 30] hits: a new pending,
  /// the second alert.
  @Test func `what has resolved pends again`() throws {
    try timeline(
      #"critical: { alert: "> 1", for: 5s }"#,
      """
      time      |    |    |    |    |    |    |    |
      lines      xx   x           x          xx   xx
      critical       P    F              R    P    F
      """)
  }

  /// Fewer than two: judged from 10 on, (0, 10] has 10. (5, 15] has 10 11, so the pending ends. (10, 20]
  /// has 11, (15, 25] and (20, 30] have 21: 30 - 20 = 10.
  @Test func `for holds what absence trips`() throws {
    try timeline(
      #"critical: { alert: "< 2", for: 10s }"#,
      """
      time      |    |    |    |    |    |    |
      lines     x         xx         x
      tick                                    x
      critical            P         P         F
      """)
  }

  // MARK: at_least

  /// The line at 3 is in the windows of 5 and 10: two of (0 5 10).
  @Test func `enough hits among the last instants fire`() throws {
    let story = try timeline(
      """
      at_least: 2 of 3
      critical: { alert: "> 0" }
      """,
      """
      time      |    |    |    |
      lines        x
      tick                     x
      critical            F
      """)
    #expect(story == ["10 firing {} 1"])
  }

  /// The line at 0 is in the windows of 0 and 5: one of (-10 -5 0), two of (-5 0 5).
  @Test func `instants before the first are misses`() throws {
    try timeline(
      """
      at_least: 2 of 3
      critical: { alert: "> 0" }
      """,
      """
      time      |    |    |
      lines     x
      tick                x
      critical       F
      """)
  }

  /// Three lines of one host make single hits at 5, 20, 35 (each line is in one window of 5 s): any three
  /// instants hold one of them, so 2 of 3 never is, and 2 of 4 is at 20 (5 10 15 20).
  @Test func `hits farther apart than the instants do not count together`() throws {
    let drawing = { (mark: String) in
      """
      time      |    |    |    |    |    |    |    |
      lines        x              x              x
      critical            \(mark)
      """
    }
    let rule = """
      window: 5s
      at_least: 2 of 3
      critical: { alert: "> 0", resolution_window: 60s }
      """
    try timeline(rule, drawing(""))
    try timeline(rule.replacing("of 3", with: "of 4"), drawing("          F"))
  }

  /// a is a hit at 5 and 15 (window 5 s) and not there at 10: two of the last three at 15. That a has no
  /// line at 10 makes it a miss, not a group that never was.
  @Test func `a group that was gone keeps its hits`() throws {
    try timeline(
      """
      window: 5s
      group_by: [host]
      at_least: 2 of 3
      critical: { alert: "> 0", resolution_window: 60s }
      """,
      """
      time       |    |    |    |
      a             x         x x
      critical a                F
      """)
  }

  /// 3 is in the windows of 5 and 10: fires at 10. (5 10 15) has still two, a hit. (10 15 20) has one: clear
  /// since 20, and 20 + 10 = 30.
  @Test func `hits that still count keep an alert from clearing`() throws {
    try timeline(
      """
      at_least: 2 of 3
      critical: { alert: "> 0" }
      """,
      """
      time      |    |    |    |    |    |    |
      lines        x
      tick                                    x
      critical            F                   R
      """)
  }

  /// The windows are (T-5, T], so only 5 has the line at 3: the last five of 5 to 25 have a hit each.
  /// 25 - 5 = 20, where the value is 0.
  @Test func `for applies to what at_least makes`() throws {
    let story = try timeline(
      """
      window: 5s
      at_least: 1 of 5
      critical: { alert: "> 0", for: 20s }
      """,
      """
      time      |    |    |    |    |    |    |
      lines        x
      tick                                    x
      critical       P                   F
      """)
    #expect(story == ["5 pending {} 1", "25 firing {} 0"])
  }

  /// Windows (T-5, T]: hits at 5 (3), 10 (6) and 25 (23). Fires at 10, (5 10 15) is a hit, clear since 20;
  /// 25 is a hit but one of three: the run of clear instants ends. Clear since 30, 30 + 15 = 45.
  @Test func `a hit that does not count yet is not clear`() throws {
    try timeline(
      """
      window: 5s
      at_least: 2 of 3
      critical: { alert: "> 0", resolution_window: 15s }
      """,
      """
      time      |    |    |    |    |    |    |    |    |    |    |
      lines        x  x                x
      tick                                                        x
      critical            F                                  R
      """)
  }

  // MARK: keep_firing_for

  /// Fires on the line at 1. Hits 5 and 10 (1 is in both windows); with `0s` it would resolve at 15, but
  /// 10 + 20 = 30.
  @Test func `keep_firing_for holds an alert after its last hit`() throws {
    try timeline(
      """
      keep_firing_for: 20s
      critical: { alert: "> 0", resolution_window: 0s }
      """,
      """
      time      |    |    |    |    |    |    |    |
      lines      x                                  x
      critical   F                            R     F
      """)
  }

  /// The last hit is 10, 10 + 17 = 27: the first instant from there on is 30.
  @Test func `keep_firing_for need not be a multiple of every`() throws {
    try timeline(
      """
      keep_firing_for: 17s
      critical: { alert: "> 0", resolution_window: 0s }
      """,
      """
      time      |    |    |    |    |    |    |
      lines      x
      tick                                    x
      critical   F                            R
      """)
  }

  /// Clear from 15 on: 15 + 20 = 35, later than 10 + 5.
  @Test func `a longer resolution window still counts`() throws {
    try timeline(
      """
      keep_firing_for: 5s
      critical: { alert: "> 0", resolution_window: 20s }
      """,
      """
      time      |    |    |    |    |    |    |    |
      lines      x
      tick                                         x
      critical   F                                 R
      """)
  }

  /// 16 makes hits of 20 and 25: 25 + 15 = 40. Without it 10 + 15 = 25 would have done.
  @Test func `another hit holds it longer`() throws {
    try timeline(
      """
      keep_firing_for: 15s
      critical: { alert: "> 0", resolution_window: 0s }
      """,
      """
      time      |    |    |    |    |    |    |    |    |
      lines      x              x
      tick                                              x
      critical   F                                      R
      """)
  }

  /// The last hit is 10 (2 is in its window). Without value it resolves at 10 + 10, or at 10 + 25.
  @Test func `keep_firing_for holds an alert without value`() throws {
    let rule = """
      query: "* | where rt > 0 | max(rt) as x"
      critical: { alert: "x > 5" }
      """
    try timeline(
      rule,
      """
      time      |    |    |    |    |    |    |    |    |
      lines     0 9                                     0
      critical    F                 R
      """)
    try timeline(
      "keep_firing_for: 25s\n" + rule,
      """
      time      |    |    |    |    |    |    |    |    |
      lines     0 9                                     0
      critical    F                                R
      """)
  }
}
