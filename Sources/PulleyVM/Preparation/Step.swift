/// What a cell does, or a part of a cell that serves several instructions: a handler's number.
struct Step: Hashable, Sendable {
  let number: UInt16

  init(_ number: Int) { self.number = UInt16(number) }

  init(number: UInt16) { self.number = number }

  var info: StepInfo { stepInfos[Int(number)] }

  var handlerAddress: UnsafeRawPointer {
    unsafeBitCast(handlers[Int(number)], to: UnsafeRawPointer.self)
  }

  /// The step that many places further on.
  func advanced(by count: Int) -> Step { Step(Int(number) + count) }
}

/// An operand that a variant of a step takes from the accumulator.
struct StepSource: Sendable {
  /// Where the operand stands in the cell; 0 if there is no such source.
  let at: UInt8
  /// 32 or 64.
  let width: UInt8
  /// The variant.
  let step: UInt16

  init(at: Int, width: Int, step: Int) {
    self.at = UInt8(at)
    self.width = UInt8(width)
    self.step = UInt16(step)
  }

  static let none = StepSource(at: 0, width: 0, step: 0)
}

/// What preparation must know about a step.
struct StepInfo: Sendable {
  /// Operand words behind the handler.
  let words: UInt8
  /// Where the operand stands that names the register it leaves in the accumulator too, or 0.
  let result: UInt8
  /// How many bits of that register it writes.
  let width: UInt8
  let commutes: Bool
  let sources: (StepSource, StepSource, StepSource)

  init(
    words: Int, result: Int = 0, width: Int = 0, source0: StepSource = .none,
    source1: StepSource = .none, source2: StepSource = .none, commutes: Bool = false
  ) {
    self.words = UInt8(words)
    self.result = UInt8(result)
    self.width = UInt8(width)
    self.commutes = commutes
    sources = (source0, source1, source2)
  }
}

/// Up to four steps that one handler does.
struct Fusion: Sendable {
  let parts: (UInt16, UInt16, UInt16, UInt16)
  let count: UInt8
  let step: UInt16

  init(_ a: Int, _ b: Int, _ c: Int, _ d: Int, count: Int, step: Int) {
    parts = (UInt16(a), UInt16(b), UInt16(c), UInt16(d))
    self.count = UInt8(count)
    self.step = UInt16(step)
  }
}

/// The fusions that begin with a step.
enum FusionIndex {
  private static let starts: [UInt16] = {
    var starts = [UInt16](repeating: 0, count: Step.total + 1)
    for fusion in fusions { starts[Int(fusion.parts.0) + 1] += 1 }
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
  /// A register at 8, 64 bits at 16.
  case constant64
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
