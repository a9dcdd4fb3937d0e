import PulleyISA

/// The format of artifacts: an ELF file with the relocated bytecode in `.text`, a symbol for each
/// function, and the library's own sections, whose integers are little-endian. The entries of a
/// section are sorted by their offsets. Loading reads nothing else of the file.
///
/// * `.pulley.info`: the magic text, the version of the format, the fingerprint of upstream's
///   instruction set, the extensions that the code needs (32 bits, `Extensions`), the fingerprint
///   of the extensions (0 without extensions), and the checksum of these fields and of all other
///   sections in this list, in the order of the list.
/// * `.pulley.functions`: the offset and the size of each function of the image in `.text`.
/// * `.pulley.calls`: the offset in `.text` of each instruction that names a function, and the
///   function's number.
/// * `.pulley.traps`: an offset in `.text`, and a trap code.
/// * `.pulley.source`: an offset in `.text`, and the byte of the module that the code from this
///   offset on comes from.
/// * `.pulley.module`: the module, with the bodies of its functions left out; or
/// * `.pulley.clif`: the properties of functions in CLIF apart from their code; see `ClifArtifact`.
enum ArtifactFormat {
  static let magic = Array("libpulley artifact\n".utf8)
  static let version: UInt32 = 6

  static let info = ".pulley.info"
  static let functions = ".pulley.functions"
  static let calls = ".pulley.calls"
  static let traps = ".pulley.traps"
  static let source = ".pulley.source"
  static let module = ".pulley.module"
  static let clif = ".pulley.clif"
  static let codeSections = [".text", functions, calls, traps, source]

  /// Differs between versions of the library whose instructions differ. Our own instructions do not
  /// count.
  static let fingerprint = fingerprint(of: Opcode.allCases.filter { !$0.isOwn })

  /// The instructions that code may need beyond upstream's.
  struct Extensions: OptionSet {
    let rawValue: UInt32

    /// The instructions of our own.
    static let own = Extensions(rawValue: 1)
    static let known: Extensions = own

    /// Differs between versions of the library whose instructions of these extensions differ.
    var fingerprint: UInt64 {
      isEmpty ? 0 : ArtifactFormat.fingerprint(of: Opcode.allCases.filter(\.isOwn))
    }
  }

  private static func fingerprint(of opcodes: [Opcode]) -> UInt64 {
    var hash = Checksum()
    for opcode in opcodes {
      hash.add(opcode.mnemonic.utf8)
      hash.add([UInt8(truncatingIfNeeded: opcode.length)])
    }
    return hash.value
  }
}

/// FNV-1a over 64 bits. It finds damage, but does not protect against forgery.
struct Checksum {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}

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

  /// The rest as pairs; nil if the last pair is incomplete.
  mutating func readPairs() -> [(UInt32, UInt32)]? {
    var pairs: [(UInt32, UInt32)] = []
    pairs.reserveCapacity((bytes.endIndex - position) / 8)
    while !isAtEnd {
      guard let a = read(UInt32.self), let b = read(UInt32.self) else { return nil }
      pairs.append((a, b))
    }
    return pairs
  }
}
