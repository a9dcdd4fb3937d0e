import PulleyDeclarations

/// How the System V ABI of x86-64 passes a structure in registers.
///
/// Source: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", section
/// 3.2.3.
struct SystemVClasses {
  enum Class {
    case none, integer, sse

    /// Adds a scalar: an integer beside a float has the integer's class.
    mutating func merge(_ isFloating: Bool) {
      if self != .integer { self = isFloating ? .sse : .integer }
    }
  }

  /// The classes of the two halves.
  private(set) var low = Class.none
  private(set) var high = Class.none

  /// Nil for structures that are passed in memory: those of more than 16 bytes, and those with a member
  /// that is not aligned.
  init?(_ record: Record) throws(LayoutError) {
    guard try record.layout(.host).extent.size <= 16, try add(.record(record), at: 0) else {
      return nil
    }
  }

  /// False if a member is passed in memory. The structure has at most 16 bytes, which bounds the work on
  /// arrays.
  private mutating func add(_ type: CType, at offset: Int) throws(LayoutError) -> Bool {
    switch type {
    case .record(let record):
      let offsets = try record.layout(.host).offsets
      for (member, start) in zip(record.definition?.members ?? [], offsets) {
        guard try add(member.type, at: offset + start) else { return false }
      }
      return true
    case .array(_, count: nil): return true
    case .floating(.longDouble): return false
    case .array(let element, let count?):
      let size = try element.extent(.host).size
      for index in 0..<(size == 0 ? 0 : count) {
        guard try add(element, at: offset + index * size) else { return false }
      }
      return true
    default:
      let extent = try type.extent(.host)
      guard offset.isMultiple(of: extent.alignment) else { return false }
      let isFloating = if case .floating = type { true } else { false }
      if offset < 8 { low.merge(isFloating) }
      if offset + extent.size > 8 { high.merge(isFloating) }
      return true
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
