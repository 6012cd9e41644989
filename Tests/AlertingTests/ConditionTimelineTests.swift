import Testing

/// How a condition has to last before it fires, and how it ends: `for`.
@Suite struct ConditionTimelineTests {
  /// Windows (T-10, T]: 5 has 0 2 4, 10 has 2 to 10, 15 has 6 to 14; hits since 5, and 15 - 5 = 10.
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
}
