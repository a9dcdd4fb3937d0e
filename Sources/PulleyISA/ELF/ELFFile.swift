/// The reason why bytes are not a readable 64-bit little-endian ELF file.
public struct ELFError: Error, Hashable, Sendable {
  /// The rule that the file breaks.
  public enum Reason: Hashable, Sendable {
    case notELF
    /// The file is 32-bit, big-endian or of another version.
    case unsupportedClass
    /// A structure reaches past the end of the file.
    case outOfBounds(String)
    /// A size or an index is invalid.
    case invalid(String)
    case missingSection(String)
  }

  public let reason: Reason
  /// The offset of the invalid structure in the file.
  public let offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension ELFError: CustomStringConvertible {
  public var description: String {
    let place = "at byte 0x\(String(offset, radix: 16))"
    return switch reason {
    case .notELF: "not an ELF file"
    case .unsupportedClass: "not a 64-bit little-endian ELF file"
    case .outOfBounds(let what): "\(what) \(place) reaches past the end of the file"
    case .invalid(let what): "invalid \(what) \(place)"
    case .missingSection(let name): "the file has no section '\(name)'"
    }
  }
}

/// The file header's fields.
public struct ELFHeader: Hashable, Sendable {
  public var type: UInt16
  public var machine: UInt16
  public var flags: UInt32
  public var osABI: UInt8
  public var abiVersion: UInt8

  public init(
    type: UInt16 = ELF.typeRelocatable, machine: UInt16 = ELF.machineNone, flags: UInt32 = 0,
    osABI: UInt8 = 0, abiVersion: UInt8 = 0
  ) {
    self.type = type
    self.machine = machine
    self.flags = flags
    self.osABI = osABI
    self.abiVersion = abiVersion
  }
}

/// One entry of the section table.
public struct ELFSection: Hashable, Sendable {
  public let name: String
  public let type: UInt32
  public let flags: UInt64
  public let address: UInt64
  public let alignment: UInt64
  /// The number of a related section; its meaning depends on the type.
  public let link: UInt32
  public let info: UInt32
  public let entrySize: UInt64
  /// The range of the content in the file; empty if there is none.
  public let range: Range<Int>
}

/// One entry of the symbol table.
public struct ELFSymbol: Hashable, Sendable {
  public let name: String
  /// The number of the section that `value` belongs to.
  public let section: UInt16
  /// An offset into the section in a relocatable file, an address in any other.
  public let value: UInt64
  public let size: UInt64
  public let type: UInt8
  public let binding: UInt8
}

/// Constants of the ELF format. Source: System V ABI, chapters 4 and 5.
public enum ELF {
  public static let typeRelocatable: UInt16 = 1
  /// "No machine": Pulley has no machine number. (Wasmtime's files say RISC-V.)
  public static let machineNone: UInt16 = 0
  public static let sectionProgramBits: UInt32 = 1
  public static let sectionSymbolTable: UInt32 = 2
  public static let sectionStringTable: UInt32 = 3
  public static let sectionNoBits: UInt32 = 8
  public static let flagAllocate: UInt64 = 2
  public static let flagExecute: UInt64 = 4
  public static let symbolFunction: UInt8 = 2
  public static let bindingLocal: UInt8 = 0
  public static let bindingGlobal: UInt8 = 1

  public static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
  static let headerSize = 64
  static let sectionHeaderSize = 64
  static let symbolSize = 24
}

/// A 64-bit little-endian ELF file: its header, sections and symbols.
///
/// The reader trusts nothing in the file. It takes time and memory in proportion to the file's size.
public struct ELFFile: Sendable {
  public let bytes: [UInt8]
  public let header: ELFHeader
  public let sections: [ELFSection]
  /// The symbols of all symbol tables, without each table's empty first one.
  public let symbols: [ELFSymbol]

  /// The maximum length of a name in bytes; longer ones are truncated.
  public static let longestName = 1024

  /// - Parameter readsSymbols: whether to read the symbols; `symbols` is empty otherwise.
  public init(_ bytes: [UInt8], readsSymbols: Bool = true) throws(ELFError) {
    (header, sections, symbols) = try bytes.withUnsafeBufferPointer { bytes throws(ELFError) in
      var reader = ELFReader(bytes: UnsafeRawBufferPointer(bytes))
      let header = try reader.header()
      let sections = try reader.sections()
      return (header, sections, readsSymbols ? try reader.symbols(sections) : [])
    }
    self.bytes = bytes
  }

  /// The sections of a file, without a copy of its bytes.
  public static func sections(of bytes: UnsafeRawBufferPointer) throws(ELFError) -> [ELFSection] {
    var reader = ELFReader(bytes: bytes)
    _ = try reader.header()
    return try reader.sections()
  }

  /// The first section of this name.
  public func section(named name: String) -> ELFSection? {
    sections.first { $0.name == name }
  }

  /// The content of the first section of this name.
  public func content(of name: String) throws(ELFError) -> ArraySlice<UInt8> {
    guard let section = section(named: name) else {
      throw ELFError(.missingSection(name), offset: 0)
    }
    return bytes[section.range]
  }
}
