import CKernels

/// The keys that matter to some wanted members, as the kernel looks them up.
// SAFETY: allocated in `init`, never written afterwards, freed in `deinit`; the texts live in `texts`.
final class NameTable {
  let names: UnsafeMutablePointer<tripline_name>
  let buckets: UnsafeMutablePointer<UInt16>
  private let texts: [PinnedText]

  init(_ wanted: WantedMembers) {
    let spellings = wanted.spellings
    precondition(spellings.count < UInt16.max, "wanted names with tens of thousands of joints")
    texts = spellings.map { PinnedText($0.text) }
    names = .allocate(capacity: max(spellings.count, 1))
    buckets = .allocate(capacity: tripline_buckets)
    buckets.initialize(repeating: 0, count: tripline_buckets)
    for (index, spelling) in spellings.enumerated() {
      guard let text = texts[index].bytes.start else { continue }
      let bucket = tripline_bucket(text, spelling.text.count)
      (names + index).initialize(
        to: tripline_name(
          text: text, length: UInt32(spelling.text.count), next: buckets[bucket],
          is_watched: spelling.isWatched, exact: spelling.exact, near: spelling.near))
      buckets[bucket] = UInt16(index + 1)
    }
  }

  deinit {
    names.deallocate()
    buckets.deallocate()
  }
}
