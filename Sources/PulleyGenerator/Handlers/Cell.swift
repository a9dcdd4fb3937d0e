import PulleySpec

/// How a handler sees a register operand.
enum RegisterView: Sendable {
  /// The low half or the whole of an x register.
  case w32, w64
  /// A float register as bits, for operations that must not change a NaN.
  case b32, b64
  /// A float register as a number.
  case f32, f64
  /// A float register as a number in the low half; a result sets the high half to zero.
  case zeroExtendedF32
  /// A vector register as lanes: signed integers, unsigned integers or numbers.
  case i8x16, u8x16, i16x8, u16x8, i32x4, u32x4, i64x2, u64x2, f32x4, f64x2

  var swiftType: String {
    switch self {
    case .w32, .b32: "UInt32"
    case .w64, .b64: "UInt64"
    case .f32, .zeroExtendedF32: "Float"
    case .f64: "Double"
    case .i8x16: "SIMD16<Int8>"
    case .u8x16: "SIMD16<UInt8>"
    case .i16x8: "SIMD8<Int16>"
    case .u16x8: "SIMD8<UInt16>"
    case .i32x4: "SIMD4<Int32>"
    case .u32x4: "SIMD4<UInt32>"
    case .i64x2: "SIMD2<Int64>"
    case .u64x2: "SIMD2<UInt64>"
    case .f32x4: "SIMD4<Float>"
    case .f64x2: "SIMD2<Double>"
    }
  }

  /// The function in Access.swift that writes it.
  var put: String { self == .zeroExtendedF32 ? "putZeroExtendedF32" : "put\(access)" }

  /// Whether it is a result of which a NaN may be either operand's.
  var isNumber: Bool {
    switch self {
    case .f32, .f64, .f32x4, .f64x2: true
    default: false
    }
  }

  /// The suffix of the functions in Access.swift that read and write it.
  var access: String {
    switch self {
    case .w32, .b32: "32"
    case .w64, .b64: "64"
    case .f32, .zeroExtendedF32: "F32"
    case .f64: "F64"
    default: "V"
    }
  }

  /// The expression that reads it from the register at `place`.
  func read(_ place: String) -> String {
    access == "V" ? "getV(r, \(place), as: \(swiftType).self)" : "get\(access)(r, \(place))"
  }

  /// Whether it goes through the float accumulator: all but x registers do.
  var isFloat: Bool {
    switch self {
    case .w32, .w64: false
    default: true
    }
  }

  /// How many bits of an accumulator it is.
  var accumulatorWidth: Int {
    switch self {
    case .w32, .b32, .f32, .zeroExtendedF32: 32
    case .w64, .b64, .f64: 64
    default: 128
    }
  }

  /// The expression that reads it from the float accumulator.
  func readKept(_ accumulator: String) -> String {
    access == "V"
      ? "recast(\(accumulator).bits, to: \(swiftType).self)" : "kept\(access)(\(accumulator))"
  }
}

/// One operand of a cell.
///
/// A cell is the address of its handler and then its operands in order, each aligned to its size,
/// but to 8 bytes at most. Nothing else says where an operand is: handlers, predecoding and the C
/// handlers take the places from here.
struct CellOperand: Sendable {
  enum Content: Sendable {
    /// A register that the handler reads before it does anything else.
    case source(RegisterView)
    /// The register that takes the result.
    case result(RegisterView)
    /// A register that the template's texts read or write.
    case register
    case immediate
    /// Where a branch goes, relative to the cell.
    case target
    /// 16 bytes whose bits are set where the lane that the instruction names is.
    case laneMask
    /// 16 bytes, each the number of one of 32 bytes.
    case byteIndices
    case unused
  }

  /// `$name` in the template's texts is a source's value, `@name` the operand's place.
  let name: String
  let content: Content
  /// In bytes. A register is the offset of its value in the state block.
  let size: Int
  /// The instruction's field that the operand holds. Operands without a field hold the fields that
  /// no operand names, in order.
  let field: String?

  static func source(_ name: String, _ view: RegisterView, field: String? = nil) -> CellOperand {
    CellOperand(name: name, content: .source(view), size: 2, field: field)
  }

  static func result(_ view: RegisterView, field: String? = nil) -> CellOperand {
    CellOperand(name: "result", content: .result(view), size: 2, field: field)
  }

  static func register(_ name: String) -> CellOperand {
    CellOperand(name: name, content: .register, size: 2, field: nil)
  }

  static func immediate(_ name: String, bytes: Int, field: String? = nil) -> CellOperand {
    CellOperand(name: name, content: .immediate, size: bytes, field: field)
  }

  static let target = CellOperand(name: "target", content: .target, size: 4, field: nil)

  static func laneMask(_ name: String) -> CellOperand {
    CellOperand(name: name, content: .laneMask, size: 16, field: nil)
  }

  static func byteIndices(_ name: String) -> CellOperand {
    CellOperand(name: name, content: .byteIndices, size: 16, field: nil)
  }

  /// What predecoding computes by itself: from a field of the instruction, which is not copied then, or from
  /// none.
  static func derived(_ name: String, bytes: Int, field: String? = nil) -> CellOperand {
    CellOperand(name: name, content: .unused, size: bytes, field: field)
  }

  static func unused(bytes: Int) -> CellOperand {
    CellOperand(name: "unused", content: .unused, size: bytes, field: nil)
  }

  /// The kind of register, if the operand is a source.
  var sourceView: RegisterView? {
    if case .source(let view) = content { view } else { nil }
  }

  var resultView: RegisterView? {
    if case .result(let view) = content { view } else { nil }
  }

  var isTarget: Bool {
    if case .target = content { true } else { false }
  }

  var isUnused: Bool {
    if case .unused = content { true } else { false }
  }
}

/// A cell's operands and their places.
struct Cell: Sendable {
  let operands: [CellOperand]
  /// Per operand its first byte in the cell.
  let places: [Int]
  /// Operand words after the handler's address.
  let words: Int

  /// The first byte after the handler's address.
  static let firstPlace = 8

  init(_ operands: [CellOperand]) {
    self.operands = operands
    var places: [Int] = []
    var end = Self.firstPlace
    for operand in operands {
      let alignment = max(1, min(operand.size, 8))
      end = (end + alignment - 1) / alignment * alignment
      places.append(end)
      end += operand.size
    }
    self.places = places
    words = (end - Self.firstPlace + 7) / 8
  }

  /// In bytes, with the handler's address.
  var size: Int { Self.firstPlace + 8 * words }

  /// The place of the operand with this name.
  func place(_ name: String) -> Int {
    guard let index = operands.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no operand \(name)")
    }
    return places[index]
  }
}
