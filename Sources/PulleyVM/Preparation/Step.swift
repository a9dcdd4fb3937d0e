/// What a cell does, or a part of a cell that serves several instructions: a handler's number.
struct Step: Hashable, Sendable {
  let number: UInt16

  init(_ number: Int) { self.number = UInt16(number) }

  init(number: UInt16) { self.number = number }

  var info: StepInfo { StepInfo(self) }

  var handlerAddress: UnsafeRawPointer {
    unsafeBitCast(handlers[Int(number)], to: UnsafeRawPointer.self)
  }

  var portableHandlerAddress: UnsafeRawPointer {
    unsafeBitCast(portableHandlers[Int(number)], to: UnsafeRawPointer.self)
  }
}

/// Consecutive steps that differ in a number: how many registers they save, or how many arguments
/// they pass.
struct StepFamily {
  private let first: UInt16
  let count: Int

  init(first: Int, count: Int) {
    self.first = UInt16(first)
    self.count = count
  }

  subscript(index: Int) -> Step {
    precondition(index >= 0 && index < count, "not in the family")
    return Step(number: first + UInt16(index))
  }

  /// The number of the step in the family; nil of other steps.
  func index(of step: Step) -> Int? {
    guard step.number >= first, Int(step.number - first) < count else { return nil }
    return Int(step.number - first)
  }
}

/// An operand that a variant of a step takes from the accumulator.
struct StepSource {
  /// Where the operand stands in the cell; 0 if there is no such source.
  let at: UInt8
  /// 32 or 64.
  let width: UInt8
  /// The variant.
  let step: UInt16
}

/// What preparation must know about a step, as the generator packed it.
struct StepInfo {
  private let low: UInt64
  private let high: UInt64

  init(_ step: Step) {
    low = packedStepInfos[2 * Int(step.number)]
    high = packedStepInfos[2 * Int(step.number) + 1]
  }

  /// Operand words behind the handler.
  var words: Int { Int(low & 0xFF) }
  /// Where the operand stands that names the register it leaves in the accumulator too, or 0.
  var result: UInt8 { UInt8(truncatingIfNeeded: low >> 8) }
  /// How many bits of that register it writes.
  var width: UInt8 { UInt8(truncatingIfNeeded: low >> 16) }
  /// Whether its first two sources may change places.
  var commutes: Bool { low >> 24 & 1 == 1 }

  /// Where the branch target is in the cell, of a branch.
  var target: Int { Int(low >> 25 & 0x7F) }

  /// One of up to three operands that may come from the accumulator.
  func source(_ index: UInt64) -> StepSource {
    StepSource(
      at: UInt8(truncatingIfNeeded: low >> (32 + 8 * index)),
      width: low >> (56 + index) & 1 == 1 ? 64 : 32,
      step: UInt16(truncatingIfNeeded: high >> (16 * index)))
  }
}

/// Two to four steps that one handler does.
struct Fusion {
  private let parts: UInt64
  private let rest: UInt64

  init(_ index: Int) {
    parts = packedFusions[2 * index]
    rest = packedFusions[2 * index + 1]
  }

  var count: Int { Int(rest >> 16 & 0xFF) }
  var step: Step { Step(number: UInt16(truncatingIfNeeded: rest)) }

  /// Where the operand stands that must be the result of the part before, or 0.
  func taken(by part: Int) -> UInt8 {
    part == 0 ? 0 : UInt8(truncatingIfNeeded: rest >> UInt64(16 + 8 * part))
  }

  func part(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: parts >> UInt64(truncatingIfNeeded: 16 * index))
  }
}

/// The fusions that begin with a step.
enum FusionIndex {
  private static let starts: [UInt16] = {
    var starts = [UInt16](repeating: 0, count: Step.total + 1)
    for index in 0..<packedFusions.count / 2 { starts[Int(Fusion(index).part(0)) + 1] += 1 }
    for index in 1...Step.total { starts[index] += starts[index - 1] }
    return starts
  }()

  static func candidates(_ step: Step) -> Range<Int> {
    Int(starts[Int(step.number)])..<Int(starts[Int(step.number) + 1])
  }
}
