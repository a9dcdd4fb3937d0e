import PulleyCodegen
import PulleyIR
import PulleyISA

/// The code of one function in a cache: seven numbers of 32 bits, most of them counts, and the lists that they count, as
/// little-endian integers.
enum CachedFunction {
  /// How many bytes a function takes.
  static func size(of function: CompiledFunction) -> Int {
    28 + function.code.count + 24 * function.relocations.count
      + 8 * (function.traps.count + function.sourceLocations.count) + 16 * function.handlers.count
  }

  /// Nil for a function of CLIF, which caches do not have.
  static func write(_ function: CompiledFunction) -> [UInt8]? {
    guard function.symbolNames.isEmpty, function.indirectCalls.isEmpty else { return nil }
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(size(of: function))
    for count in [
      function.code.count, function.relocations.count, function.traps.count,
      function.sourceLocations.count, function.handlers.count, Int(function.frameBytes),
      function.hasFrame ? 1 : 0,
    ] {
      writer.write(UInt32(truncatingIfNeeded: count))
    }
    writer.bytes += function.code
    for relocation in function.relocations {
      writer.write(relocation.offset)
      writer.write(UInt16(relocation.kind.rawValue))
      writer.write(UInt16(relocation.patchDistance))
      writer.write(relocation.namespace)
      writer.write(relocation.target)
      writer.write(relocation.addend)
    }
    for trap in function.traps {
      writer.write(trap.offset)
      writer.write(UInt32(trap.code.rawValue))
    }
    for entry in function.sourceLocations {
      writer.write(entry.offset)
      writer.write(entry.location)
    }
    for handler in function.handlers {
      writer.write(handler.call)
      writer.write(handler.target)
      writer.write(handler.tag.map { UInt64($0) } ?? .max)
    }
    return writer.bytes
  }

  /// Nil if the bytes are not what `write` has made.
  static func read(_ bytes: UnsafeRawBufferPointer) -> CompiledFunction? {
    var reader = RawReader(bytes)
    var function = CompiledFunction()
    guard let code = reader.count(), let relocations = reader.count(), let traps = reader.count(),
      let sources = reader.count(), let handlers = reader.count(), let frame = reader.count(),
      let hasFrame = reader.count(), hasFrame <= 1,
      reader.rest == code + 24 * relocations + 8 * (traps + sources) + 16 * handlers
    else { return nil }
    function.frameBytes = UInt32(frame)
    function.hasFrame = hasFrame == 1
    function.code = reader.bytes(code)
    function.relocations.reserveCapacity(relocations)
    for _ in 0..<relocations {
      let offset: UInt32 = reader.next()
      let (code, distance): (UInt16, UInt16) = (reader.next(), reader.next())
      let (namespace, target): (UInt32, UInt32) = (reader.next(), reader.next())
      guard let kind = Relocation.Kind(rawValue: UInt8(truncatingIfNeeded: code)) else {
        return nil
      }
      function.relocations.append(
        Relocation(
          offset: offset, kind: kind, patchDistance: UInt8(truncatingIfNeeded: distance),
          namespace: namespace, target: target, addend: reader.next()))
    }
    function.traps.reserveCapacity(traps)
    for _ in 0..<traps {
      let (offset, code): (UInt32, UInt32) = (reader.next(), reader.next())
      function.traps.append(
        TrapEntry(offset: offset, code: TrapCode(rawValue: UInt8(truncatingIfNeeded: code))))
    }
    function.sourceLocations.reserveCapacity(sources)
    for _ in 0..<sources {
      function.sourceLocations.append(
        SourceEntry(offset: reader.next(), location: reader.next()))
    }
    for _ in 0..<handlers {
      let (call, target): (UInt32, UInt32) = (reader.next(), reader.next())
      let tag: UInt64 = reader.next()
      function.handlers.append(
        ExceptionHandler(
          call: call, tag: tag == .max ? nil : UInt32(truncatingIfNeeded: tag), target: target))
    }
    return function
  }
}

/// Reads little-endian integers.
struct RawReader {
  private let all: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { all = bytes }

  /// How many bytes are left.
  var rest: Int { all.count - position }

  /// The next number of 32 bits; nil at the end.
  mutating func count() -> Int? {
    guard rest >= 4 else { return nil }
    return Int(next() as UInt32)
  }

  /// The next number, which must be there.
  mutating func next<T: FixedWidthInteger & BitwiseCopyable>() -> T {
    defer { position += MemoryLayout<T>.size }
    return T(littleEndian: all.loadUnaligned(fromByteOffset: position, as: T.self))
  }

  /// The next bytes, which must be there.
  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { position += count }
    return Array(all[position..<position + count])
  }
}
