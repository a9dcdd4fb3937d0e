/// A checksum of 64 bits that finds damage, but does not protect against forgery. It takes less time than
/// reading the bytes from memory.
///
/// Bytes are taken as little-endian words of 64 bits, the last one filled up with zeros. Word n goes into
/// lane n modulo 4, which is rotated and multiplied, so that the processor works on four at once; at the
/// end, the lanes and the number of bytes go into the value in the same way.
struct Checksum {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x9E37_79B1_85EB_CA87

  @inline(__always)
  private static func mix(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    ((lane << 29 | lane >> 35) ^ word) &* prime
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var lanes = (value, value &+ 1, value &+ 2, value &+ 3)
    func word(_ offset: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    var offset = 0
    while bytes.count - offset >= 32 {
      lanes.0 = Self.mix(lanes.0, word(offset))
      lanes.1 = Self.mix(lanes.1, word(offset + 8))
      lanes.2 = Self.mix(lanes.2, word(offset + 16))
      lanes.3 = Self.mix(lanes.3, word(offset + 24))
      offset += 32
    }
    var lane = 0
    while offset < bytes.count {
      var last: UInt64 = 0
      for index in offset..<min(offset + 8, bytes.count) {
        last |= UInt64(bytes[index]) << UInt64(8 * (index - offset))
      }
      switch lane {
      case 0: lanes.0 = Self.mix(lanes.0, last)
      case 1: lanes.1 = Self.mix(lanes.1, last)
      case 2: lanes.2 = Self.mix(lanes.2, last)
      default: lanes.3 = Self.mix(lanes.3, last)
      }
      lane += 1
      offset += 8
    }
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3, UInt64(bytes.count)] {
      value = Self.mix(value, lane)
    }
  }
}
