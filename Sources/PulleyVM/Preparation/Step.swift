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

  /// The step that many places further on.
  func advanced(by count: Int) -> Step { Step(Int(number) + count) }
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

/// How an instruction's operands are laid out in its cell.
enum Packing: UInt8 {
  /// Registers, in order, 16 bits each from byte 8 on.
  case registers
  /// Registers the same, then 32 bits at 12.
  case registersAndImmediate
  /// Registers from 8 on, 64 bits at 16.
  case constant64
  /// Registers the same, 128 bits at 16.
  case constant128
  /// A lane of so many bits. If it is read, its own place stands at 10; if it is written, there are
  /// registers as above, and at 16 a mask of 128 bits that covers it.
  case lane8, lane16, lane32, lane64
  /// The value's register at 8, the address's at 10, the offset at 12.
  case store
  /// As `store`, with base and bound at 12 and 14 and the offset at 16.
  case loadG32, storeG32
  /// As these, with the bound's offset at 20.
  case loadG32Bne, storeG32Bne
  /// Registers from 8 on, the target at 12.
  case branch
  /// A register, then the immediate, in 16 bits if it fits.
  case branchImmediate
  /// Lowering.swift knows it by name.
  case special
  /// There is no handler yet.
  case unsupported
}

/// The step that does what an instruction does.
struct OpcodeLowering: Sendable {
  let packing: Packing
  let step: Step

  init(_ packing: Packing, _ step: Step) {
    self.packing = packing
    self.step = step
  }
}

extension Step {
  static let callLinks: [Step] = [.call_link, .call1_link, .call2_link, .call3_link, .call4_link]
  static let calls: [Step] = [.call, .call1, .call2, .call3, .call4]
  static let callsThroughEntry: [Step] = [
    .call_entry, .call1_entry, .call2_entry, .call3_entry, .call4_entry,
  ]
  static let callsAndPushes: [Step] = [
    .call_push_0, .call1_push_0, .call2_push_0, .call3_push_0, .call4_push_0,
  ]

  /// How many registers frame handlers of their own save at most.
  static let frameSaves = 12

  /// For a bounds-checked access: the same with x28 and x29 as base and bound, which the generator
  /// puts right before it.
  var memoryForm: Step { advanced(by: -1) }

  /// For `pop_frame_restore_n`: the same with the return behind it.
  var withReturn: Step { advanced(by: Step.frameSaves + 1) }

  /// Whether this is `first` or one of those behind it that save more registers.
  func isFrame(from first: Step) -> Bool {
    number >= first.number && number <= first.number + UInt16(Step.frameSaves)
  }
}
