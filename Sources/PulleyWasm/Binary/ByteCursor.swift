/// Reads elements of the binary format from a part of a module.
///
/// Every read is checked against `end`, which is never outside the bytes of `owner`. No other code
/// reads through raw addresses. Copying a cursor is cheap, and allows looking ahead.
package struct ByteCursor {
  /// Keeps the addresses below valid.
  let owner: ModuleBytes
  private let base: UnsafePointer<UInt8>
  private var position: UnsafePointer<UInt8>
  private var end: UnsafePointer<UInt8>

  /// A cursor over a range of the module. The range is clamped to the bytes of the module.
  package init(_ owner: ModuleBytes, _ range: Range<Int>) {
    self.owner = owner
    let part = range.clamped(to: 0..<owner.count)
    base = owner.base
    position = base + part.lowerBound
    end = base + part.upperBound
  }

  /// The position in the module.
  package var offset: Int {
    @inline(__always) get { position - base }
  }

  /// The position in the module where the part ends.
  package var endOffset: Int {
    @inline(__always) get { end - base }
  }

  package var remaining: Int {
    @inline(__always) get { end - position }
  }

  package var isAtEnd: Bool {
    @inline(__always) get { position == end }
  }

  // MARK: Bytes

  /// The next byte, without advancing.
  @inline(__always)
  package func peek() -> UInt8? {
    position < end ? position.pointee : nil
  }

  /// The next two bytes, without advancing.
  @inline(__always)
  func peekTwo() -> (UInt8, UInt8)? {
    end - position >= 2 ? (position[0], position[1]) : nil
  }

  /// Skips the bytes that `peekTwo` has returned.
  @inline(__always)
  mutating func skipTwo() { position += 2 }

  @inline(__always)
  package mutating func readByte() throws(WasmError) -> UInt8 {
    guard position < end else { throw unexpectedEnd() }
    let byte = position.pointee
    position += 1
    return byte
  }

  /// Skips `count` bytes and returns their range in the module.
  package mutating func skip(_ count: UInt32) throws(WasmError) -> Range<Int> {
    let start = offset
    guard Int(count) <= remaining else { throw lengthOutOfBounds(at: start) }
    position += Int(count)
    return start..<start + Int(count)
  }

  /// Skips the remaining bytes and returns their range in the module.
  package mutating func skipRest() -> Range<Int> {
    let start = offset
    position = end
    return start..<endOffset
  }

  /// Skips the next `count` bytes and returns a cursor over them.
  package mutating func part(_ count: UInt32) throws(WasmError) -> ByteCursor {
    ByteCursor(owner, try skip(count))
  }

  // MARK: Integers (LEB128)

  @inline(__always)
  package mutating func readU32() throws(WasmError) -> UInt32 {
    if position < end {
      let byte = position.pointee
      if byte < 0x80 {
        position += 1
        return UInt32(byte)
      }
    }
    return try readLongU32()
  }

  private mutating func readLongU32() throws(WasmError) -> UInt32 {
    UInt32(truncatingIfNeeded: try readUnsigned(bits: 32))
  }

  @inline(__always)
  mutating func readS32() throws(WasmError) -> Int32 {
    if position < end {
      let byte = position.pointee
      if byte < 0x80 {
        position += 1
        return Int32(truncatingIfNeeded: Int8(bitPattern: byte << 1) >> 1)
      }
    }
    return Int32(truncatingIfNeeded: try readSigned(bits: 32))
  }

  /// The encoding of block types and heap types: a negative code of one byte, or a type index.
  mutating func readS33() throws(WasmError) -> Int64 {
    try readSigned(bits: 33)
  }

  mutating func readS64() throws(WasmError) -> Int64 {
    try readSigned(bits: 64)
  }

  @inline(__always)
  package mutating func readU64() throws(WasmError) -> UInt64 {
    if position < end {
      let byte = position.pointee
      if byte < 0x80 {
        position += 1
        return UInt64(byte)
      }
    }
    return try readUnsigned(bits: 64)
  }

  private mutating func readUnsigned(bits: Int) throws(WasmError) -> UInt64 {
    var result: UInt64 = 0
    var shift = 0
    while true {
      let byte = try readByte()
      let left = bits - shift
      if left < 7 && byte < 0x80 && byte >> UInt8(left) != 0 {
        throw malformed("integer too large", at: offset - 1)
      }
      result |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return result }
      shift += 7
      if shift >= bits { throw malformed("integer representation too long", at: offset - 1) }
    }
  }

  private mutating func readSigned(bits: Int) throws(WasmError) -> Int64 {
    var result: Int64 = 0
    var shift = 0
    while true {
      let byte = try readByte()
      let left = bits - shift
      if left < 7 && byte < 0x80 {
        // The sign bit and the bits above it must be equal.
        let signAndUnused = Int8(bitPattern: byte << 1) >> Int8(left)
        if signAndUnused != 0 && signAndUnused != -1 {
          throw malformed("integer too large", at: offset - 1)
        }
      }
      result |= Int64(byte & 0x7F) << Int64(shift)
      shift += 7
      if byte < 0x80 {
        if shift < 64 && byte & 0x40 != 0 { result |= -1 << Int64(shift) }
        return result
      }
      if shift >= bits { throw malformed("integer representation too long", at: offset - 1) }
    }
  }

  // MARK: Fixed size

  mutating func readFixed32() throws(WasmError) -> UInt32 {
    guard remaining >= 4 else { throw unexpectedEnd() }
    let value = UnsafeRawPointer(position).loadUnaligned(as: UInt32.self)
    position += 4
    return UInt32(littleEndian: value)
  }

  mutating func readFixed64() throws(WasmError) -> UInt64 {
    guard remaining >= 8 else { throw unexpectedEnd() }
    let value = UnsafeRawPointer(position).loadUnaligned(as: UInt64.self)
    position += 8
    return UInt64(littleEndian: value)
  }

  // MARK: Vectors and names

  /// The length of a vector whose elements take at least `elementSize` bytes each. A length that
  /// exceeds the remaining bytes is refused before memory is reserved for it.
  package mutating func readCount(elementSize: Int = 1, limit: Int, _ what: String)
    throws(WasmError) -> Int
  {
    let start = offset
    let count = Int(try readU32())
    // A vector that does not fit is malformed, even if its length also exceeds a limit.
    guard count <= remaining / elementSize else { throw lengthOutOfBounds(at: start) }
    guard count <= limit else {
      throw WasmError(.limit, "too many \(what): \(count), at most \(limit)", at: start)
    }
    return count
  }

  /// Reads a name: its length and that many bytes of UTF-8.
  package mutating func readName() throws(WasmError) -> String {
    let start = offset
    let count = try readU32()
    let limit = ImplementationLimits.nameLength
    let range = try skip(count)
    guard count <= limit else {
      throw WasmError(.limit, "name too long: \(count) bytes, at most \(limit)", at: start)
    }
    let bytes = UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw malformed("malformed UTF-8 encoding", at: range.lowerBound)
    }
    return name
  }

  // MARK: Errors

  @inline(never)
  package func malformed(_ message: String, at offset: Int) -> WasmError {
    WasmError(.malformed, message, at: offset)
  }

  @inline(never)
  func unexpectedEnd() -> WasmError {
    let isModuleEnd = endOffset == owner.count
    return malformed(
      isModuleEnd ? "unexpected end" : "unexpected end of section or function", at: endOffset)
  }

  @inline(never)
  private func lengthOutOfBounds(at offset: Int) -> WasmError {
    malformed("length out of bounds", at: offset)
  }
}
