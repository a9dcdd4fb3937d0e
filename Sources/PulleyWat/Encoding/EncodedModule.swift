/// A module that has been encoded from the text format.
public struct EncodedModule: Sendable {
  public var bytes: [UInt8]
  /// The module's identifier, without `$`.
  public var name: String?
  /// Whether the text is a `(module definition …)`, which is not instantiated.
  public var isDefinition = false

  /// For each section the offset of its contents after the count, and the positions in the text.
  private(set) var sections: [(start: Int, points: [SourcePoint])] = []

  /// An empty module.
  init() {
    bytes = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]
  }

  /// A module that comes from one position in the text, such as `(module binary …)`.
  init(bytes: [UInt8], isFrom textOffset: Int) {
    self.bytes = bytes
    sections = [(0, [SourcePoint(binary: 0, text: textOffset)])]
  }

  /// The position in the text that an offset of the binary comes from; nil if there is none.
  public func textOffset(ofBinaryOffset offset: Int) -> Int? {
    guard let section = sections.last(where: { $0.start <= offset }) else { return nil }
    let points = section.points
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if section.start + Int(points[middle].binary) <= offset {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low > 0 ? Int(points[low - 1].text) : points.first.map { Int($0.text) }
  }

  mutating func append(_ kind: SectionKind, _ section: Section, hasCount: Bool = true) {
    var count: [UInt8] = []
    if hasCount { count.append(u32: section.count) }
    bytes.append(kind.number)
    bytes.append(u32: count.count + section.bytes.count)
    bytes += count
    sections.append((bytes.count, section.points))
    bytes += section.bytes
  }

  mutating func appendCustom(_ name: [UInt8], _ contents: [UInt8]) {
    var head: [UInt8] = []
    head.append(counted: name)
    bytes.append(0)
    bytes.append(u32: head.count + contents.count)
    bytes += head
    bytes += contents
  }
}
