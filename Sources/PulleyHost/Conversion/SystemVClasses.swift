import PulleyDeclarations

/// How the System V ABI of x86-64 passes a small structure.
///
/// Source: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", section
/// 3.2.3.
struct SystemVClasses {
  enum Class {
    case none, integer, sse
  }

  /// The classes of the two halves.
  private(set) var low = Class.none
  private(set) var high = Class.none

  /// Nil for structures of more than 16 bytes, which are passed in memory.
  init?(_ record: Record) throws(LayoutError) {
    guard try record.layout(.host).extent.size <= 16 else { return nil }
    try add(.record(record), at: 0)
  }

  private mutating func add(_ type: CType, at offset: Int) throws(LayoutError) {
    switch type {
    case .record(let record):
      let offsets = try record.layout(.host).offsets
      for (member, start) in zip(record.definition?.members ?? [], offsets) {
        try add(member.type, at: offset + start)
      }
    case .array(let element, let count?):
      let size = try element.extent(.host).size
      for index in 0..<(size == 0 ? 0 : count) { try add(element, at: offset + index * size) }
    case .floating: add(.sse, at: offset)
    default: add(.integer, at: offset)
    }
  }

  private mutating func add(_ found: Class, at offset: Int) {
    if offset < 8 {
      if low != .integer { low = found }
    } else {
      if high != .integer { high = found }
    }
  }
}

/// The registers that x86-64 has left for arguments.
struct SystemVRegisters {
  private var integers = 6
  private var floats = 8

  mutating func takeScalar(isFloat: Bool) {
    if isFloat { floats = max(0, floats - 1) } else { integers = max(0, integers - 1) }
  }

  /// Takes the registers of 16 bytes of integers, which are passed together.
  mutating func takePair() {
    if integers >= 2 { integers -= 2 }
  }

  /// Takes the registers of a structure, if it is passed in registers. Returns whether it must be
  /// described to libffi as two arguments, which the ABI passes alike: libffi 3.4 and older copy both
  /// halves of a structure to the last integer register, and so to the first float register, too.
  mutating func take(_ classes: SystemVClasses?) -> Bool {
    guard let classes else { return false }
    let halves = [classes.low, classes.high]
    let wanted = (
      integers: halves.count { $0 == .integer }, floats: halves.count { $0 == .sse }
    )
    guard wanted.integers <= integers, wanted.floats <= floats else { return false }
    defer {
      integers -= wanted.integers
      floats -= wanted.floats
    }
    return integers == 1 && classes.low == .integer && classes.high == .sse
  }
}
