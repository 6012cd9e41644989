/// The built-in fields that every message has, whatever its text says.
package enum Metadata: String, Sendable, CaseIterable {
  case raw = "_raw"
  case messageTime = "_messagetime"
  case receiptTime = "_receipttime"
  case size = "_size"
  case sourceCategory = "_sourcecategory"
  case sourceHost = "_sourcehost"
  case sourceName = "_sourcename"
  case source = "_source"
  case collector = "_collector"
  case messageCount = "_messagecount"

  package var spelling: String {
    switch self {
    case .raw: "_raw"
    case .messageTime: "_messageTime"
    case .receiptTime: "_receiptTime"
    case .size: "_size"
    case .sourceCategory: "_sourceCategory"
    case .sourceHost: "_sourceHost"
    case .sourceName: "_sourceName"
    case .source: "_source"
    case .collector: "_collector"
    case .messageCount: "_messageCount"
    }
  }

  /// Whether a member of the line with this name goes before the value of the source.
  package var yieldsToMember: Bool {
    switch self {
    case .sourceCategory, .sourceHost, .sourceName, .source, .collector: true
    case .raw, .messageTime, .receiptTime, .size, .messageCount: false
    }
  }

  package var isNumeric: Bool {
    switch self {
    case .messageTime, .receiptTime, .size, .messageCount: true
    case .raw, .sourceCategory, .sourceHost, .sourceName, .source, .collector: false
    }
  }
}

/// What is known of a source apart from its lines; the fallback of its metadata fields.
package final class SourceFacts: Sendable {
  package let category: PinnedText
  package let host: PinnedText
  package let name: PinnedText

  package init(category: String = "local", host: String = "localhost", name: String) {
    self.category = PinnedText(category)
    self.host = PinnedText(host)
    self.name = PinnedText(name)
  }

  package static let collector = PinnedText("tripline")

  package func text(of field: Metadata) -> Bytes {
    switch field {
    case .sourceCategory: category.bytes
    case .sourceHost: host.bytes
    case .collector: SourceFacts.collector.bytes
    default: name.bytes
    }
  }
}
