/// The sizes of C's types on one side of a call.
public enum DataModel: Hashable, Sendable, CaseIterable {
  /// This process: pointers of 64 bits.
  case host
  /// clang's wasm32: `long` and pointers of 32 bits.
  case guest32
  /// clang's wasm64: `long` and pointers of 64 bits.
  case guest64

  var pointerSize: Int { self == .guest32 ? 4 : 8 }

  var longSize: Int {
    #if os(Windows)
      self == .guest64 ? 8 : 4
    #else
      pointerSize
    #endif
  }
}

/// The size and the alignment of a type, in bytes.
public struct Extent: Hashable, Sendable {
  public var size: Int
  public var alignment: Int

  public init(size: Int, alignment: Int) {
    self.size = size
    self.alignment = alignment
  }
}

/// Why a type has no layout: the type that has none, and the reason, a continuation of a sentence.
public struct LayoutError: Error, Hashable, Sendable, CustomStringConvertible {
  public let type: String
  public let reason: String

  public init(_ type: String, _ reason: String) {
    self.type = type
    self.reason = reason
  }

  public var description: String { "\(type) \(reason)" }
}

/// The layout of a record: its extent and the offset of each member, in bytes.
public struct Layout: Hashable, Sendable {
  public let extent: Extent
  public let offsets: [Int]

  /// The largest type, in bytes. Offsets and products of two counts fit an Int with room to spare.
  public static let largest = 1 << 30

  init(_ record: Record, _ model: DataModel) throws(LayoutError) {
    guard let definition = record.definition else {
      throw LayoutError(record.name, "is declared without its members")
    }
    var offsets: [Int] = []
    var end = 0
    var alignment = max(1, definition.alignment ?? 1)
    for member in definition.members {
      guard member.bits == nil else {
        throw LayoutError(record.name, "has the bit-field '\(member.name)'")
      }
      let extent: Extent
      if case .array(let element, count: nil) = member.type {
        extent = Extent(size: 0, alignment: try element.extent(model).alignment)
      } else {
        extent = try member.type.extent(model)
      }
      let isPacked = definition.isPacked || member.isPacked
      let own = min(
        max(isPacked ? 1 : extent.alignment, member.alignment ?? 1),
        definition.largestMemberAlignment ?? .max)
      alignment = max(alignment, own)
      let offset = record.kind == .union ? 0 : end.rounded(up: own)
      offsets.append(offset)
      end = max(end, offset + extent.size)
      guard end <= Self.largest else {
        throw LayoutError(record.name, "is larger than \(Self.largest) bytes")
      }
    }
    self.offsets = offsets
    extent = Extent(size: end.rounded(up: alignment), alignment: alignment)
  }
}

extension Int {
  /// The next multiple of a power of two.
  fileprivate func rounded(up alignment: Int) -> Int { (self + alignment - 1) & -alignment }
}

extension IntegerType {
  public func size(_ model: DataModel) -> Int {
    switch self {
    case .bool, .char, .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32: 4
    case .int64, .uint64: 8
    case .long, .unsignedLong: model.longSize
    case .pointerSized, .unsignedPointerSized: model.pointerSize
    case .int128, .uint128: 16
    }
  }

  public func isSigned(_ model: DataModel) -> Bool {
    switch self {
    case .char: model == .host ? CChar.min != 0 : true
    case .int8, .int16, .int32, .int64, .long, .pointerSized, .int128: true
    case .bool, .uint8, .uint16, .uint32, .uint64, .unsignedLong, .unsignedPointerSized, .uint128:
      false
    }
  }
}

extension CType {
  /// The size and alignment of an object of the type.
  public func extent(_ model: DataModel) throws(LayoutError) -> Extent {
    switch self {
    case .integer(let type):
      let size = type.size(model)
      return Extent(size: size, alignment: size)
    case .floating(let type):
      let size =
        switch type {
        case .float: 4
        case .double: 8
        case .longDouble: 16
        }
      return Extent(size: size, alignment: size)
    case .pointer:
      return Extent(size: model.pointerSize, alignment: model.pointerSize)
    case .array(let element, let count):
      guard let count else { throw LayoutError("an array", "has no known size") }
      let one = try element.extent(model)
      let (size, overflow) = one.size.multipliedReportingOverflow(by: count)
      guard !overflow, size <= Layout.largest else {
        throw LayoutError("an array", "is larger than \(Layout.largest) bytes")
      }
      return Extent(size: size, alignment: one.alignment)
    case .record(let record):
      return try record.layout(model).extent
    case .void: throw LayoutError("void", "has no size")
    case .function: throw LayoutError("a function", "has no size")
    case .unsupported(let type): throw LayoutError(type.name, type.reason)
    }
  }
}
