import PulleyISA
import Testing

@testable import PulleyVM

/// The operations of compiled loops, which handlers are fused from.
private let operations: [Opcode] = [
  .xadd32, .xadd32, .xadd32_u8, .xadd32_u8, .xadd32_u8, .xadd32_u32, .xsub32, .xsub32_u8,
  .xmul32, .xmul32_s8, .xband32, .xband32_s8, .xbor32, .xbxor32, .xbxor32, .xshl32_u6,
  .xshr32_u_u6, .xshl32, .xrotl32, .xneg32, .xbnot32, .xmov, .xmov, .xmov, .xzero, .xconst8,
  .xconst8, .xult32, .xulteq32, .xeq32, .zext8, .zext32, .sext16, .xadd64, .xadd64_u8, .xband64,
  .xbor64, .xbxor64, .xbxor64, .xbnot64, .xshl64_u6, .xshr64_u_u6, .xrotl64, .xmul64, .xmadd32,
  .xselect32, .xselect64, .fadd64, .fsub64, .fmul64, .fadd32, .fmul32, .fmov, .fconst64,
  .fconst32, .flt64, .flteq64, .feq32, .f64_from_x32_s, .xload8_u32_g32, .xload8_u32_g32,
  .xload32le_g32, .xload32le_g32, .xload64le_g32, .fload64le_g32, .fload32le_g32, .xstore8_g32,
  .xstore32le_g32, .xstore64le_g32, .fstore64le_g32, .fstore32le_g32, .xload64le_o32,
  .xstore64le_o32, .br_if32, .br_if_not32, .br_if_xeq32, .br_if_xneq32, .br_if_xult32,
  .br_if_xslt32, .br_if_xneq32_i8, .br_if_xugt32_u8, .br_if_xult32_u32, .br_if_xneq64, .jump,
  .vload128le_g32, .vload128le_g32, .vstore128le_g32, .vload128le_o32, .vstore128le_o32, .vmov,
  .vconst128, .vsplatx32, .vsplatf32, .xextractv32x4, .fextractv32x4, .xextractv64x2, .vinsertx32,
  .vaddi32x4, .vaddi32x4, .vmuli32x4, .vsubi16x8, .vband128, .vbxor128, .vbor128, .veq8x16,
  .vaddf32x4, .vmulf32x4, .vsubf32x4, .vaddf64x2, .vmulf64x2, .vshli32x4, .vshri32x4_u,
  .vshuffle, .vanytrue8x16, .vbitmask8x16, .vbitselect128, .vselect,
]

/// A program with loops that end and branches forwards. Most operands are recent results.
private struct Generator {
  var random: Random
  var encoder = Encoder()
  private var pending: [(instruction: Int, opcode: Opcode, distance: Int)] = []
  private var recentX = 1
  private var recentF = 1
  private var recentV = 1

  init(seed: UInt64) { random = Random(state: seed) }

  /// The register that counts what is left of a loop's rounds. No other instruction writes it, and a branch
  /// into a loop finds at most 63 rounds left.
  private static let counter: Int64 = 21
  private var loopStart: Int?

  mutating func write(_ count: Int) {
    for _ in 0..<count {
      land()
      if random.below(6) == 0 { loop() }
      // Sometimes makes the address of a later load small.
      if random.below(8) == 0 {
        encoder.encode(.xband32_s8, [Int64(recentX), Int64(recentX), 127])
      }
      append(random.pick(operations))
    }
    if loopStart != nil { loop() }
    while !pending.isEmpty { land() }
    encoder.ret()
  }

  /// Begins a loop, or ends the one that has begun.
  private mutating func loop() {
    let here = encoder.offset
    if let start = loopStart {
      encoder.encode(
        .br_if_xsgt32_i8, [Self.counter, 0, Int64(start - here)])
      loopStart = nil
    } else {
      encoder.encode(.xconst8, [Self.counter, Int64(1 + random.below(4))])
      loopStart = encoder.offset
      encoder.encode(.xsub32_u8, [Self.counter, Self.counter, 1])
    }
  }

  /// Sets the targets of the branches that end here.
  private mutating func land() {
    for index in pending.indices { pending[index].distance -= 1 }
    for (instruction, opcode, _) in pending.filter({ $0.distance <= 0 }) {
      encoder.patch32(
        at: instruction + (opcode.pcRelByteOffset ?? 0), Int32(encoder.offset - instruction))
    }
    pending.removeAll { $0.distance <= 0 }
  }

  private mutating func append(_ opcode: Opcode) {
    var operands: [Int64] = []
    for field in opcode.fields { operands.append(operand(field, opcode)) }
    if opcode.fields.last?.kind == .u128 { operands.append(Int64(random.below(1 << 30))) }
    let instruction = encoder.offset
    if opcode.info.traits.contains(.branch) {
      pending.append((instruction, opcode, 1 + random.below(4)))
    }
    encoder.encode(opcode, operands)
    for (slot, field) in opcode.fields.enumerated() {
      if field.kind == .xWrite { recentX = Int(operands[slot]) }
      if field.kind == .fWrite { recentF = Int(operands[slot]) }
      if field.kind == .vWrite { recentV = Int(operands[slot]) }
    }
  }

  private mutating func operand(_ field: OperandField, _ opcode: Opcode) -> Int64 {
    switch (field.kind, field.name) {
    case (_, "base"): 28
    case (_, "bound"): 29
    case (.i32, "offset"): Int64(8 * random.below(8))
    case (.u16, "offset"): Int64(random.below(64))
    case (.xRead, "addr") where opcode.mnemonic.hasSuffix("o32"): 20
    case (.xRead, _): Int64(random.below(3) > 0 ? recentX : random.below(6))
    case (.fRead, _): Int64(random.below(3) > 0 ? recentF : random.below(6))
    case (.vRead, _): Int64(random.below(3) > 0 ? recentV : random.below(6))
    case (.xWrite, _), (.fWrite, _), (.vWrite, _): Int64(random.below(6))
    case (.u128, _): Int64(random.below(1 << 30))
    case (.pcRel, _): 0
    case (.u6, _): Int64(random.below(64))
    case (.i8, _): Int64(random.below(256) - 128)
    case (.u64, _): Int64(bitPattern: Double(random.below(9) - 4).bitPattern)
    case (.u32, "bits"): Int64(Float(random.below(9) - 4).bitPattern)
    default: Int64(random.below(200))
    }
  }
}

/// The state that a run may change.
private struct Outcome: Equatable {
  var registers: [UInt64]
  var memory: [UInt8]
  var trap: TrapKind?
  var offset: Int?
}

@Suite struct Fusions {
  /// Programs of random instructions leave the same state in every way of preparing them.
  @Test(arguments: 0..<8)
  func fusionAndTheAccumulatorChangeNoResult(_ part: Int) throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 16)
    defer { memory.deallocate() }
    let machine = try Machine(stackSize: 4096)
    var fusedCells = 0
    for seed in 0..<150 {
      var generator = Generator(seed: UInt64(1000 * part + seed + 1))
      generator.write(40)
      var expected: Outcome?
      var dispatches: [UInt64] = []
      for options in allOptions {
        var program = Program()
        program.options = options
        program.function { $0.encoder = generator.encoder }
        let image = try program.image()
        let outcome = outcome(image, machine, memory)
        if let expected {
          #expect(outcome == expected, "seed \(1000 * part + seed + 1) with \(options)")
        }
        expected = expected ?? outcome
        if options.countsDispatches { dispatches.append(image.dispatchCount) }
      }
      if let first = dispatches.first, let last = dispatches.last, last < first { fusedCells += 1 }
    }
    #expect(fusedCells > 50)
  }

  private func outcome(
    _ image: CodeImage, _ machine: Machine, _ memory: UnsafeMutableRawBufferPointer
  ) -> Outcome {
    for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: 7 &* index) }
    let state = machine.state
    for index in 0..<28 {
      state[x: index] = UInt64(index) &* 0x1_0000_0003
      state[fBits: index] = Double(index - 3).bitPattern
      state[vector: index] = Vector((0..<4).map { Float(index - $0) })
    }
    state[x: 20] = UInt64(UInt(bitPattern: memory.baseAddress)) + 256
    state[x: 28] = UInt64(UInt(bitPattern: memory.baseAddress))
    state[x: 29] = 256
    let trap = machine.run(image.entry(0))
    return Outcome(
      registers: (0..<28).flatMap {
        [state[x: $0], state[fBits: $0], state[v: $0].low, state[v: $0].high]
      },
      memory: Array(memory), trap: trap?.kind, offset: trap?.location?.offset)
  }
}
