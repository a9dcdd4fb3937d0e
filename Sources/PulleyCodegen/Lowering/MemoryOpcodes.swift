import PulleyIR
import PulleyISA

/// The addressing mode of an access.
package enum AddressMode: UInt8 {
  /// A register and an offset. It does not trap.
  case plain
  /// A register and an offset. It traps if the register is zero.
  case nullChecked
  /// Base, bound, 32-bit index and offset. It traps if the access is not entirely below the bound.
  case bounded
}

/// The opcodes for an access, by the number of bits that it moves.
package struct Access {
  package var bits: Int
  var isSigned: Bool
  package var isFloat: Bool
  var isBig: Bool
  var isVector: Bool

  package init(_ data: InstructionData) {
    let shape = data.operation.accessShape
    let ownBits = Int(shape?.bits ?? 0)
    bits = ownBits == 0 ? data.type.bits : ownBits
    isSigned = shape?.isSigned ?? false
    isFloat = data.type.isFloat
    isVector = data.type.isVector
    isBig = data.flags.contains(.big) && bits > 8
  }

  /// The load, which fills the low half of a register if it has 32 bits or fewer.
  package func load(_ mode: AddressMode) -> Opcode? {
    if isBig { return bigLoad(mode) }
    switch (mode, bits) {
    case (.plain, 8): return isSigned ? .xload8_s32_o32 : .xload8_u32_o32
    case (.plain, 16): return isSigned ? .xload16le_s32_o32 : .xload16le_u32_o32
    case (.plain, 32): return isFloat ? .fload32le_o32 : .xload32le_o32
    case (.plain, 64): return isFloat ? .fload64le_o32 : .xload64le_o32
    case (.plain, 128): return isVector ? .vload128le_o32 : nil
    case (.nullChecked, 8): return isSigned ? .xload8_s32_z : .xload8_u32_z
    case (.nullChecked, 16): return isSigned ? .xload16le_s32_z : .xload16le_u32_z
    case (.nullChecked, 32): return isFloat ? .fload32le_z : .xload32le_z
    case (.nullChecked, 64): return isFloat ? .fload64le_z : .xload64le_z
    case (.nullChecked, 128): return isVector ? .vload128le_z : nil
    case (.bounded, 8): return isSigned ? .xload8_s32_g32 : .xload8_u32_g32
    case (.bounded, 16): return isSigned ? .xload16le_s32_g32 : .xload16le_u32_g32
    case (.bounded, 32): return isFloat ? .fload32le_g32 : .xload32le_g32
    case (.bounded, 64): return isFloat ? .fload64le_g32 : .xload64le_g32
    case (.bounded, 128): return isVector ? .vload128le_g32 : nil
    default: return nil
    }
  }

  private func bigLoad(_ mode: AddressMode) -> Opcode? {
    switch (mode, bits) {
    case (.plain, 16): return isSigned ? .xload16be_s32_o32 : .xload16be_u32_o32
    case (.plain, 32): return isFloat ? .fload32be_o32 : .xload32be_o32
    case (.plain, 64): return isFloat ? .fload64be_o32 : .xload64be_o32
    case (.nullChecked, 16): return isSigned ? .xload16be_s32_z : .xload16be_u32_z
    case (.nullChecked, 32): return isFloat ? .fload32be_z : .xload32be_z
    case (.nullChecked, 64): return isFloat ? .fload64be_z : .xload64be_z
    case (_, 128) where mode != .bounded: return isVector ? .vload128be_z : nil
    default: return nil
    }
  }

  /// The store.
  package func store(_ mode: AddressMode) -> Opcode? {
    if isBig { return bigStore(mode) }
    switch (mode, bits) {
    case (.plain, 8): return .xstore8_o32
    case (.plain, 16): return .xstore16le_o32
    case (.plain, 32): return isFloat ? .fstore32le_o32 : .xstore32le_o32
    case (.plain, 64): return isFloat ? .fstore64le_o32 : .xstore64le_o32
    case (.plain, 128): return isVector ? .vstore128le_o32 : nil
    case (.nullChecked, 8): return .xstore8_z
    case (.nullChecked, 16): return .xstore16le_z
    case (.nullChecked, 32): return isFloat ? .fstore32le_z : .xstore32le_z
    case (.nullChecked, 64): return isFloat ? .fstore64le_z : .xstore64le_z
    case (.nullChecked, 128): return isVector ? .vstore128le_z : nil
    case (.bounded, 8): return .xstore8_g32
    case (.bounded, 16): return .xstore16le_g32
    case (.bounded, 32): return isFloat ? .fstore32le_g32 : .xstore32le_g32
    case (.bounded, 64): return isFloat ? .fstore64le_g32 : .xstore64le_g32
    case (.bounded, 128): return isVector ? .vstore128le_g32 : nil
    default: return nil
    }
  }

  private func bigStore(_ mode: AddressMode) -> Opcode? {
    switch (mode, bits) {
    case (.plain, 16): return .xstore16be_o32
    case (.plain, 32): return isFloat ? .fstore32be_o32 : .xstore32be_o32
    case (.plain, 64): return isFloat ? .fstore64be_o32 : .xstore64be_o32
    case (.nullChecked, 16): return .xstore16be_z
    case (.nullChecked, 32): return isFloat ? .fstore32be_z : .xstore32be_z
    case (.nullChecked, 64): return isFloat ? .fstore64be_z : .xstore64be_z
    case (_, 128) where mode != .bounded: return isVector ? .vstore128be_z : nil
    default: return nil
    }
  }
}
