/// Writes little-endian integers.
struct ByteWriter {
  var bytes: [UInt8] = []

  /// A length of 32 bits, then the bytes.
  mutating func write(text: String) {
    write(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Reads little-endian integers; returns nil at the end.
struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }

  mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T? {
    guard bytes.endIndex - position >= MemoryLayout<T>.size else { return nil }
    var value: T = 0
    for offset in (0..<MemoryLayout<T>.size).reversed() {
      value = value << 8 | T(truncatingIfNeeded: bytes[position + offset])
    }
    position += MemoryLayout<T>.size
    return value
  }

  /// Reads the output of `ByteWriter.write(text:)`.
  mutating func readText() -> String? {
    guard let count = read(UInt32.self), Int(count) <= bytes.endIndex - position else { return nil }
    defer { position += Int(count) }
    return String(decoding: bytes[position..<position + Int(count)], as: UTF8.self)
  }

  /// A count of elements that take at least one byte each.
  mutating func readCount() -> Int? {
    guard let count = read(UInt32.self), Int(count) <= bytes.endIndex - position else { return nil }
    return Int(count)
  }
}
