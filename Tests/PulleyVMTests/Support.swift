import PulleyISA

@testable import PulleyVM

func x(_ number: Int) -> XReg { XReg(UInt8(number)) }
func f(_ number: Int) -> FReg { FReg(UInt8(number)) }

/// Functions under construction, calling one another by number.
struct Program {
  var encoder = Encoder()
  private(set) var ranges: [Range<Int>] = []
  private var calls: [(instruction: Int, function: Int)] = []
  var hostSignatures: [UInt32] = []
  var options = PredecodingOptions()

  /// Appends a function that `body` writes; returns its number.
  @discardableResult
  mutating func function(_ body: (inout Program) -> Void) -> Int {
    let start = encoder.offset
    body(&self)
    ranges.append(start..<encoder.offset)
    return ranges.count - 1
  }

  /// Appends an instruction whose last operand names a function.
  mutating func call(_ opcode: Opcode, _ arguments: [Int64] = [], _ function: Int) {
    calls.append((encoder.offset, function))
    encoder.encode(opcode, arguments + [0])
  }

  /// Sets the branch at `instruction` to go where the next instruction will be.
  mutating func land(_ instruction: Int, _ opcode: Opcode) {
    encoder.patch32(
      at: instruction + (opcode.pcRelByteOffset ?? 0), Int32(encoder.offset - instruction))
  }

  func linkedText() -> [UInt8] {
    var linked = encoder
    for (instruction, function) in calls {
      let opcode = try? Decoder.decode(linked.bytes, at: instruction).opcode
      linked.patch32(
        at: instruction + (opcode?.pcRelByteOffset ?? 0),
        Int32(ranges[function].lowerBound - instruction))
    }
    return linked.bytes
  }

  func image(registry: CodeRegistry = CodeRegistry()) throws -> CodeImage {
    try CodeImage(
      text: linkedText(), functions: ranges, hostSignatures: hostSignatures, registry: registry,
      options: options)
  }
}

/// All combinations of predecoding options, for tests that compare them.
let allOptions: [PredecodingOptions] = {
  var list: [PredecodingOptions] = []
  for fuses in [false, true] {
    for accumulator in [false, true] {
      for counts in [false, true] {
        var options = PredecodingOptions()
        options.fuses = fuses
        options.usesAccumulator = accumulator
        options.countsDispatches = counts
        list.append(options)
      }
    }
  }
  return list
}()

/// The machine's state after the instructions that `body` writes, from the registers that
/// `prepare` sets.
func run(
  _ options: PredecodingOptions = PredecodingOptions(), stackSize: Int = 1 << 16,
  prepare: (MachineState) -> Void = { _ in }, _ body: (inout Encoder) -> Void
) throws -> (machine: Machine, trap: Trap?) {
  var program = Program()
  program.options = options
  program.function {
    body(&$0.encoder)
    $0.encoder.ret()
  }
  let image = try program.image()
  let machine = try Machine(stackSize: stackSize)
  prepare(machine.state)
  let trap = machine.run(image.entry(0))
  return (machine, trap)
}

/// Runs one instruction on the given registers.
func execute(
  _ opcode: Opcode, _ operands: [Int64], prepare: (MachineState) -> Void = { _ in }
) throws -> (state: MachineState, trap: TrapKind?, machine: Machine) {
  let (machine, trap) = try run(prepare: prepare) { $0.encode(opcode, operands) }
  return (machine.state, trap?.kind, machine)
}

/// Small numbers from a seed, the same on every machine.
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 33
  }

  mutating func below(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
