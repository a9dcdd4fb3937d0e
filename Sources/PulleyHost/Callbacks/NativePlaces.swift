import CFFI
import PulleyDeclarations

/// Where a thunk finds an argument of C.
struct NativePlace {
  /// The offset in bytes: in the thunk's frame, or among the arguments on the stack.
  var offset: Int32 = 0
  var isOnStack = false
  /// The offset of the second eight bytes of a structure, if they do not follow the first.
  var second: Int32 = -1
}

/// How a thunk returns a result to C.
enum NativeResult: Hashable {
  /// In the first register for integers, in that for floats, or nowhere.
  case register
  /// Sixteen bytes, in the registers with these offsets in the frame.
  case registers(Int32, Int32)
  /// In memory of the caller, whose address is the first argument and the result.
  case memory
}

/// The places of all arguments and of the result of a C function, for thunks.
///
/// Source: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", section
/// 3.2.3.
struct NativePlaces {
  private(set) var arguments: [NativePlace] = []
  private(set) var result = NativeResult.register

  private var integers = 0
  private var floats = 0
  private var stackBytes: Int32 = 0

  static let integersOffset = Int32(0)
  static let floatsOffset = Int32(6 * 8)
  static let stackOffset = 14 * 8

  /// Of eight bytes: the registers in which they are passed.
  enum Bank { case integer, float }

  /// Throws if a structure has no layout.
  init(_ signature: HostSignature) throws(LayoutError) {
    if let banks = try Self.banks(signature.result) {
      if banks.count == 2 { result = Self.resultRegisters(banks) }
    } else {
      result = .memory
      integers = 1
    }
    for type in signature.parameters {
      if let banks = try Self.banks(type) {
        append(banks, alignment: type == .i128 ? 16 : try Self.extent(type).alignment)
      } else {
        appendToStack(try Self.extent(type))
      }
    }
  }

  private static func resultRegisters(_ banks: [Bank]) -> NativeResult {
    var used: (integers: Int32, floats: Int32) = (0, 0)
    let offsets = banks.map { bank in
      switch bank {
      case .integer:
        defer { used.integers += 8 }
        return integersOffset + used.integers
      case .float:
        defer { used.floats += 8 }
        return floatsOffset + used.floats
      }
    }
    return .registers(offsets[0], offsets[1])
  }

  private static func extent(_ type: HostType) throws(LayoutError) -> Extent {
    switch type {
    case .structure(let record), .several(let record): try record.layout(.host).extent
    case .v128, .i128: Extent(size: 16, alignment: type == .i128 ? 16 : 8)
    default: Extent(size: 8, alignment: 8)
    }
  }

  private mutating func append(_ banks: [Bank], alignment: Int) {
    let wanted = (banks.count { $0 == .integer }, banks.count { $0 == .float })
    guard integers + wanted.0 <= 6, floats + wanted.1 <= 8 else {
      return appendToStack(Extent(size: banks.count * 8, alignment: alignment))
    }
    let offsets = banks.map { bank in
      switch bank {
      case .integer:
        defer { integers += 1 }
        return Self.integersOffset + 8 * Int32(integers)
      case .float:
        defer { floats += 1 }
        return Self.floatsOffset + 8 * Int32(floats)
      }
    }
    var place = NativePlace(offset: offsets.first ?? 0)
    if offsets.count == 2, offsets[1] != offsets[0] + 8 { place.second = offsets[1] }
    arguments.append(place)
  }

  private mutating func appendToStack(_ extent: Extent) {
    let alignment = Int32(max(extent.alignment, 8))
    stackBytes = (stackBytes + alignment - 1) & -alignment
    arguments.append(NativePlace(offset: stackBytes, isOnStack: true))
    stackBytes += Int32((extent.size + 7) & -8)
  }

  /// The banks of a value's eight bytes, none for an empty value. Nil if the value is passed in memory.
  private static func banks(_ type: HostType) throws(LayoutError) -> [Bank]? {
    switch type {
    case .void: return []
    case .f32, .f64: return [.float]
    case .v128, .i128: return [.integer, .integer]
    case .structure(let record), .several(let record):
      guard let classes = try SystemVClasses(record) else { return nil }
      let halves = (try record.layout(.host).extent.size + 7) / 8
      return [classes.low, classes.high].prefix(halves).map { $0 == .integer ? .integer : .float }
    default: return [.integer]
    }
  }
}
