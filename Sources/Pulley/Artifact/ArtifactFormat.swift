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
/// * `.pulley.handlers`: for each handler of exceptions two entries with the offset in `.text` of the call that
///   it is for: its tag; and the offset in `.text` of its first instruction, plus 2^31 if it handles all
///   exceptions. The tag of a function of WebAssembly is the offset in the context of the number of the tag.
/// * `.pulley.module`: the module, with the bodies of its functions left out; or
/// * `.pulley.clif`: the properties of functions in CLIF apart from their code; see `ClifArtifact`.
enum ArtifactFormat {
  static let magic = Array("libpulley artifact\n".utf8)
  static let version: UInt32 = 9

  static let info = ".pulley.info"
  static let functions = ".pulley.functions"
  static let calls = ".pulley.calls"
  static let traps = ".pulley.traps"
  static let source = ".pulley.source"
  static let handlers = ".pulley.handlers"
  static let module = ".pulley.module"
  static let clif = ".pulley.clif"
  static let codeSections = [".text", functions, calls, traps, source, handlers]

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
    var bytes: [UInt8] = []
    for opcode in opcodes {
      bytes += opcode.mnemonic.utf8
      bytes.append(UInt8(truncatingIfNeeded: opcode.length))
    }
    bytes.withUnsafeBytes { hash.add($0) }
    return hash.value
  }
}
