import PulleyISA

@testable import PulleyVM

/// A function with the convention `window` under construction.
struct WindowFunction {
  var encoder = Encoder()
  private(set) var calls: [CallTarget] = []
  private let record: WindowRecord
  private let hasFrame: Bool

  /// `entry` writes the moves of parameters.
  init(
    _ record: WindowRecord, frame: Int64 = 0, entry: (inout WindowFunction) -> Void = { _ in }
  ) {
    self.record = record
    hasFrame = frame > 0
    encoder.encode(.xconst64, [31, Int64(bitPattern: record.bits)])
    if frame > 0 { encoder.encode(.stack_alloc32, [frame]) }
    entry(&self)
    if !record.isLeaf { encoder.nop() }
  }

  var body: FunctionBody { FunctionBody(bytes: encoder.bytes, calls: calls) }

  mutating func add(_ opcode: Opcode, _ operands: Int64...) { encoder.encode(opcode, operands) }

  /// Appends an instruction whose last operand names a function.
  mutating func add(_ opcode: Opcode, _ operands: [Int64], function: Int) {
    calls.append(CallTarget(instruction: UInt32(encoder.offset), function: UInt32(function)))
    encoder.encode(opcode, operands + [0])
  }

  /// From here to the return, the registers that are written are those of the caller.
  mutating func exit() { if !record.isLeaf { encoder.nop() } }

  /// Sets `hash` to a value that depends on these registers. `scratch` is overwritten.
  mutating func hash(
    _ hash: Int64, scratch: Int64, x: [Int64], f: [Int64] = [], v: [Int64] = []
  ) {
    add(.xzero, hash)
    func combine(_ register: Int64, _ function: inout Self) {
      function.add(.xmul64_s8, hash, hash, 31)
      function.add(.xadd64, hash, hash, register)
    }
    for register in x { combine(register, &self) }
    for register in f {
      add(.bitcast_int_from_float_64, scratch, register)
      combine(scratch, &self)
    }
    for register in v {
      for lane: Int64 in [0, 1] {
        add(.xextractv64x2, scratch, register, lane)
        combine(scratch, &self)
      }
    }
  }

  /// Returns the value of a register in x0.
  mutating func returnValue(_ register: Int64) {
    exit()
    add(.xmov, 0, register)
    encoder.ret()
  }
}

extension WindowRecord {
  init(
    x: UInt8 = 14, f: UInt8 = 0, v: UInt8 = 0, passes: UInt8 = 7, passesRest: UInt8 = 1,
    results: UInt8 = 1, isLeaf: Bool = false
  ) {
    self.init()
    keptX = x
    keptF = f
    keptV = v
    passedX = passes
    passedF = passesRest
    passedV = passesRest
    resultX = results
    self.isLeaf = isLeaf
  }
}

/// The context block of an instance: the address of its memory's record, numbers that programs load, and
/// the memory.
final class WindowInstance {
  /// Where a context has the address of the memory's record.
  static let recordOffset = 8
  /// Where the numbers begin.
  static let numbers: Int64 = 64
  static let numberCount = 32
  private static let memory = 512
  static let memorySize = 256

  private let block: UnsafeMutableRawBufferPointer

  init() { block = .allocate(byteCount: Self.memory + 2 * Self.memorySize, alignment: 64) }

  deinit { block.deallocate() }

  var context: UInt64 { UInt64(UInt(bitPattern: block.baseAddress)) }
  var bytes: [UInt8] { Array(block) }

  /// The offset in the context of a number.
  static func offset(_ number: Int) -> Int64 { numbers + 8 * Int64(number) }

  /// Writes the context again. `seed` decides the bytes of the memory.
  func reset(_ numbers: [UInt64], seed: UInt8) {
    block.initializeMemory(as: UInt8.self, repeating: 0)
    for index in Self.memory..<block.count {
      block[index] = UInt8(truncatingIfNeeded: index &* 37) &+ seed
    }
    let record = context + 16
    block.storeBytes(of: record, toByteOffset: Self.recordOffset, as: UInt64.self)
    block.storeBytes(of: context + UInt64(Self.memory), toByteOffset: 16, as: UInt64.self)
    block.storeBytes(of: UInt64(Self.memorySize), toByteOffset: 24, as: UInt64.self)
    for (index, number) in numbers.prefix(Self.numberCount).enumerated() {
      block.storeBytes(of: number, toByteOffset: Int(Self.offset(index)), as: UInt64.self)
    }
  }
}

/// A source with the given bodies.
final class WindowBodies: FunctionSource {
  private let bodies: [FunctionBody]

  init(_ bodies: [FunctionBody]) { self.bodies = bodies }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody { bodies[function] }
}
