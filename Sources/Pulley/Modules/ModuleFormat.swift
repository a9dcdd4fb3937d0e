import PulleyISA
import PulleyWat

/// The formats that modules come in. The raw values are those of the C interface.
public enum ModuleFormat: Int32, Sendable {
  /// WebAssembly's binary format.
  case wasm = 1
  /// WebAssembly's text format.
  case wat
  /// The text form of Cranelift's intermediate representation.
  case clif
  /// Compiled code, of WebAssembly or of CLIF, in an ELF file.
  case artifact

  /// What artifacts begin with, and no other format.
  public static var artifactMagic: [UInt8] { ELF.magic }

  /// The format that the content shows. Nil if the bytes are text in neither of the text formats.
  /// Bytes that are neither text nor an ELF file count as WebAssembly's binary format, whose decoder
  /// then says what is wrong with them.
  public init?(of bytes: [UInt8]) {
    // As most modules do. The tables for texts take longer to make than a small program runs.
    if bytes.first == 0 {
      self = .wasm
    } else if bytes.starts(with: ELF.magic) {
      self = .artifact
    } else if Self.isClif(bytes) {
      self = .clif
    } else if TextModule.isText(bytes) {
      self = .wat
    } else if Self.looksLikeText(bytes) {
      return nil
    } else {
      self = .wasm
    }
  }

  /// Whether a text is CLIF: its first word is one that such texts begin with.
  private static func isClif(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case 0x09...0x0D, 0x20: position += 1
      case UInt8(ascii: ";"):
        // A comment of CLIF, or of WebAssembly's text format, where it begins with two semicolons.
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      default:
        let word = bytes[position...].prefix {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        }
        return firstWordsOfClif.contains { word.elementsEqual($0.utf8) }
      }
    }
    return false
  }

  private static let firstWordsOfClif = ["function", "test", "set", "target", "feature"]

  /// Whether the beginning consists of printable characters and white space.
  private static func looksLikeText(_ bytes: [UInt8]) -> Bool {
    let beginning = bytes.prefix(16)
    return !beginning.isEmpty
      && beginning.allSatisfy { (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
  }
}
