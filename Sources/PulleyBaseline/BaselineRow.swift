import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// What the baseline compiler does for an operator. Derived from the operator's `TranslationRule`, so
/// that a new operator of a known kind needs nothing here.
struct BaselineRow: Sendable {
  enum Kind: UInt8, Sendable {
    /// Left to the optimising compiler.
    case unsupported
    case special
    case constant
    /// `opcode` with one operand.
    case unary
    /// `opcode` with two operands, or a form of it with a constant.
    case binary
    case compare, compareFloats, testZero
    /// The operand counts as a value of another type, and no code is needed.
    case retype
    case load, store
  }

  /// Which constants the forms of a binary operation take as their second operand.
  enum Immediate: UInt8, Sendable {
    case none
    /// `small`: 8 bits, `large`: 32 bits, both signed.
    case signed
    /// An addition or subtraction: 8 or 32 bits without a sign, added (`small`, `large`) or subtracted
    /// (`smallOpposite`, `largeOpposite`).
    case sum
    /// `small`: the low 6 bits.
    case shift
  }

  var kind = Kind.unsupported
  var opcode = Opcode.nop
  var immediate = Immediate.none
  var small = Opcode.nop
  var large = Opcode.nop
  var smallOpposite = Opcode.nop
  var largeOpposite = Opcode.nop
  /// The type of the operands, or of what is loaded or stored.
  var type = Type.invalid
  var result = Type.invalid
  var commutes = false
  var mayTrap = false
  /// The raw value of an `IntCondition` or a `FloatCondition`.
  var condition: UInt8 = 0
  /// For loads of an i64 from fewer bits: what extends the 32 bits that the load gives.
  var extension64 = Opcode.nop

  /// In the order of `Operators.rows`.
  nonisolated(unsafe) static let all: UnsafePointer<BaselineRow> = {
    let rows = UnsafeMutablePointer<BaselineRow>.allocate(capacity: Operators.count)
    for index in 0..<Operators.count {
      let row = Operators.rows[index]
      (rows + index).initialize(to: row.isAssigned ? BaselineRow(row) : BaselineRow())
    }
    return UnsafePointer(rows)
  }()

  private init() {}

  private init(_ row: OperatorRow) {
    switch row.translation {
    case .special: kind = .special
    case .constant(let type): (kind, result) = (.constant, type)
    case .unary(let operation, let type): setUnary(operation, Type(row.signature.last), type)
    case .binary(let operation, let type): setBinary(operation, type)
    case .compare(let condition, let type):
      (kind, self.type, result, self.condition) = (.compare, type, .i32, condition.rawValue)
    case .compareFloats(let condition, let type):
      (kind, self.type, result, self.condition) = (.compareFloats, type, .i32, condition.rawValue)
    case .testZero: (kind, type, result) = (.testZero, Type(row.signature.last), .i32)
    case .signExtend(let narrow, let type):
      setUnary(narrow == .i8 ? .sext8 : narrow == .i16 ? .sext16 : .sext32, type, type)
    case .widen(let operation): setUnary(operation == .sextend ? .sext32 : .zext32, .i32, .i64)
    case .wrap: (kind, type, result) = (.retype, .i64, .i32)
    case .load(let operation, let type): setAccess(operation, type, isStore: false)
    case .store(let operation, let type): setAccess(operation, type, isStore: true)
    case .atomic, .vector, .lane: break
    }
  }

  private mutating func setUnary(_ opcode: Opcode, _ from: Type, _ to: Type) {
    (kind, self.opcode, type, result) = (.unary, opcode, from, to)
    mayTrap = opcode.traits.contains(.mayTrap)
  }

  private mutating func setUnary(_ operation: Operation, _ from: Type, _ to: Type) {
    let isWide = to == .i64
    let opcode: Opcode? =
      switch operation {
      case .clz: isWide ? .xclz64 : .xclz32
      case .ctz: isWide ? .xctz64 : .xctz32
      case .popcnt: isWide ? .xpopcnt64 : .xpopcnt32
      case .bitcast: FloatOpcodes.bitcast(from, to)
      default:
        FloatOpcodes.unary(operation, from: from, to: to)
          ?? FloatOpcodes.conversion(operation, from: from, to: to)
      }
    if let opcode { setUnary(opcode, from, to) }
  }

  private mutating func setBinary(_ operation: Operation, _ type: Type) {
    (self.type, result) = (type, type)
    commutes = operation.traits.contains(.commutes)
    if type.isFloat {
      if let opcode = FloatOpcodes.binary(operation, type) {
        (kind, self.opcode) = (.binary, opcode)
      }
      return
    }
    let isWide = type == .i64
    kind = .binary
    switch operation {
    case .iadd, .isub:
      let isSum = operation == .iadd
      let sum: [Opcode] =
        isWide ? [.xadd64, .xadd64_u8, .xadd64_u32] : [.xadd32, .xadd32_u8, .xadd32_u32]
      let difference: [Opcode] =
        isWide ? [.xsub64, .xsub64_u8, .xsub64_u32] : [.xsub32, .xsub32_u8, .xsub32_u32]
      let (own, opposite) = isSum ? (sum, difference) : (difference, sum)
      immediate = .sum
      (opcode, small, large) = (own[0], own[1], own[2])
      (smallOpposite, largeOpposite) = (opposite[1], opposite[2])
    case .imul:
      setSigned(
        isWide ? (.xmul64, .xmul64_s8, .xmul64_s32) : (.xmul32, .xmul32_s8, .xmul32_s32))
    case .band:
      setSigned(
        isWide ? (.xband64, .xband64_s8, .xband64_s32) : (.xband32, .xband32_s8, .xband32_s32))
    case .bor:
      setSigned(isWide ? (.xbor64, .xbor64_s8, .xbor64_s32) : (.xbor32, .xbor32_s8, .xbor32_s32))
    case .bxor:
      setSigned(
        isWide ? (.xbxor64, .xbxor64_s8, .xbxor64_s32) : (.xbxor32, .xbxor32_s8, .xbxor32_s32))
    case .ishl: setShift(isWide ? (.xshl64, .xshl64_u6) : (.xshl32, .xshl32_u6))
    case .ushr: setShift(isWide ? (.xshr64_u, .xshr64_u_u6) : (.xshr32_u, .xshr32_u_u6))
    case .sshr: setShift(isWide ? (.xshr64_s, .xshr64_s_u6) : (.xshr32_s, .xshr32_s_u6))
    case .rotl: opcode = isWide ? .xrotl64 : .xrotl32
    case .rotr: opcode = isWide ? .xrotr64 : .xrotr32
    case .sdiv: opcode = isWide ? .xdiv64_s : .xdiv32_s
    case .udiv: opcode = isWide ? .xdiv64_u : .xdiv32_u
    case .srem: opcode = isWide ? .xrem64_s : .xrem32_s
    case .urem: opcode = isWide ? .xrem64_u : .xrem32_u
    default: kind = .unsupported
    }
    mayTrap = opcode.traits.contains(.mayTrap)
  }

  private mutating func setSigned(_ forms: (Opcode, Opcode, Opcode)) {
    immediate = .signed
    (opcode, small, large) = forms
  }

  private mutating func setShift(_ forms: (Opcode, Opcode)) {
    immediate = .shift
    (opcode, small) = forms
  }

  private mutating func setAccess(_ operation: Operation, _ type: Type, isStore: Bool) {
    guard !type.isVector else { return }
    let access = Access(InstructionData(operation, type))
    guard let bounded = isStore ? access.store(.bounded) : access.load(.bounded) else { return }
    (kind, opcode, self.type, result) = (isStore ? .store : .load, bounded, type, type)
    mayTrap = true
    // Loads of less than 64 bits fill 32 bits of a register.
    if !isStore, type == .i64, access.bits < 64 {
      extension64 = operation.accessShape?.isSigned == true ? .sext32 : .zext32
    }
  }
}

extension Type {
  fileprivate init(_ number: FixedSignature.Number) {
    switch number {
    case .i64: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .v128: self = .i8x16
    default: self = .i32
    }
  }

  /// The registers that values of the type are in.
  var registerClass: RegisterClass { isFloat ? .f : .x }
}
