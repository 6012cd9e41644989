/// What came back of an effect.
package struct Reply: Sendable, Hashable {
  /// In a few words; secrets already taken out.
  package var summary: String
  /// Of a request: its status. Otherwise 0.
  package var status: Int
  /// The beginning of what was said, as it came. It may hold a secret of the action's: nobody but
  /// the action itself may read it.
  package var body: [UInt8]
  /// Of a request that failed as it may: the error's code.
  package var code: String?

  package init(_ summary: String, status: Int = 0, body: [UInt8] = [], code: String? = nil) {
    self.summary = summary
    self.status = status
    self.body = body
    self.code = code
  }
}
