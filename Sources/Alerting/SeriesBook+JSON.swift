extension SeriesBook {
  /// A snapshot as the text that a store keeps.
  package static func json(of entries: [Entry]) -> String {
    var writer = JSONWriter()
    writer.array {
      for entry in entries {
        $0.object {
          $0.key("keys")
          $0.array { for key in entry.keys { $0.value(key) } }
          $0.key("numbers")
          $0.array { for number in entry.numbers { $0.number(number) } }
        }
      }
    }
    return writer.text
  }

  /// Reads what `json` writes; nil when it is something else.
  package static func entries(_ json: String) -> [Entry]? {
    JSONTree(json)?.elements.map { entry in
      Entry(
        keys: entry["keys"]?.elements.compactMap(\.scalar) ?? [],
        numbers: entry["numbers"]?.elements.compactMap(\.number) ?? [])
    }
  }
}
