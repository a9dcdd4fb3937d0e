import PulleyWasm

/// Upper bounds of the memory that work takes, in bytes, computed from the size of its input.
///
/// The factors are measured: the sweep in `Tests/Drivers/limits.py` fails where one is too small.
/// They include the garbage of growing arrays and the waste of the allocator.
enum MemoryBounds {
  /// For any work: the library's own tables and the allocator's rounding.
  static let constant = 1 << 20

  /// Loading a module: reading its text if it is one, decoding, validating, building tables.
  static func loading(_ bytes: [UInt8], isText: Bool = false) -> Int {
    if isText {
      let size = TextSize(bytes)
      return constant + 16 * size.bytes + 512 * size.words
    }
    return bytes.withUnsafeBytes { loading($0) }
  }

  /// Loading a module in the binary format.
  static func loading(_ bytes: UnsafeRawBufferPointer) -> Int {
    let sizes = SectionSizes(bytes)
    return constant + 4 * sizes.bulk + 400 * sizes.dense
  }

  /// A loaded module without its code.
  static func module(_ module: WasmModule) -> Int {
    let functions = module.bodies.count + module.types.count
    let items =
      module.imports.count + module.exports.count + module.globals.count + module.tables.count
    let names = module.customSections.reduce(0) { $0 + ($1.name == "name" ? $1.bytes.count : 0) }
    return constant / 8 + module.bytes.count + 32 * names + 256 * functions + 256 * items
  }

  /// Compiling a function of WebAssembly and predecoding its code.
  static func compiling(bodySize: Int, _ facts: FunctionFacts) -> Int {
    // Blocks take locals as parameters; the budget for these limits their memory.
    let arguments = min(8 << 20, 64 * bodySize * Int(facts.localCount))
    let operands = min(Int(clamping: facts.typedOperands), 1 << 40)
    // Only locals that the body names take memory.
    let locals = min(Int(facts.localCount), bodySize)
    return constant + arguments + 2048 * bodySize + 256 * locals + 400 * operands
  }

  /// Relocating code and writing it as an artifact. `described` is the size of the module.
  static func saving(codeSize: Int, functions: Int, described: Int) -> Int {
    constant + 40 * codeSize + 400 * functions + 6 * described
  }

  /// Reading an artifact, before its module is loaded.
  static func loadingArtifact(_ size: Int) -> Int { constant + 24 * size }

  /// Reading and verifying a text in CLIF and resolving its names.
  static func loadingClif(_ size: TextSize) -> Int {
    constant + 16 * size.bytes + 256 * size.words + (8 << 10) * size.braces
  }

  /// A loaded CLIF text without its code.
  static func clif(_ size: TextSize) -> Int {
    constant / 8 + 3 * size.bytes + 100 * size.words + (4 << 10) * size.braces
  }

  /// Compiling a function in CLIF and predecoding its code. `textSize` is its share of the text.
  static func compilingClif(textSize: Int) -> Int { constant + 400 * textSize }
}

/// How many bytes of a module are in sections that take much memory for their size (dense), and how
/// many in others (bulk). A section of unknown kind counts as dense.
struct SectionSizes {
  /// Code and data, and custom sections that the library does not read.
  private(set) var bulk = 0
  private(set) var dense = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    var position = min(8, bytes.count)
    while position < bytes.count {
      let id = bytes[position]
      position += 1
      let size = Self.number(in: bytes, at: &position)
      let content = bytes[position..<position + min(size, bytes.count - position)]
      position = content.endIndex
      if Self.isBulk(id, content) {
        // Each item has a description, whatever its size, and so has the section.
        var start = content.startIndex
        let items = id == 0 ? 1 : 1 + Self.number(in: bytes, at: &start)
        bulk += content.count
        dense += min(2 * items, content.count + 2)
      } else {
        dense += content.count + 2
      }
    }
  }

  /// A number in LEB128; bytes beyond the longest valid encoding are ignored.
  private static func number(in bytes: UnsafeRawBufferPointer, at position: inout Int) -> Int {
    var value = 0
    var shift = 0
    while position < bytes.count, shift < 35 {
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    return value
  }

  private static func isBulk(_ id: UInt8, _ content: Slice<UnsafeRawBufferPointer>) -> Bool {
    switch id {
    case 10, 11: true
    case 0:
      !["name", "metadata.code"].contains { content.dropFirst().starts(with: $0.utf8) }
    default: false
    }
  }
}

/// Counts of what takes memory when a text is read. Each word may become an operator, an operand or
/// a name, each pair of braces a function of CLIF. The words of comments and strings count, too.
struct TextSize {
  let bytes: Int
  private(set) var words = 0
  private(set) var braces = 0

  init(_ text: [UInt8]) {
    bytes = text.count
    var isInWord = false
    for byte in text {
      let isPart = Self.isPartOfWord(byte)
      if isPart && !isInWord { words += 1 }
      if byte == UInt8(ascii: "{") { braces += 1 }
      isInWord = isPart
    }
  }

  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"), 0x80...0xFF:
      true
    default: false
    }
  }
}
