import PulleyIR

/// Executes functions of the IR, to tell whether a pass has changed their meaning.
struct Interpreter {
  let function: Function
  var world = World()
  private var values: [UInt64]

  init(_ function: Function) {
    self.function = function
    values = Array(repeating: 0, count: function.valueCount)
  }

  mutating func run(_ arguments: [UInt64], limit: Int = 100_000) -> World.Outcome {
    var block = function.entry
    for (value, argument) in zip(function.parameters(of: block), arguments) {
      values[value.index] = argument
    }
    var steps = 0
    while true {
      var inst = function.firstInstruction(of: block)
      var next = BlockCall.none
      while !inst.isNone {
        steps += 1
        if steps > limit { return .tooLong }
        switch execute(inst) {
        case .goesOn: break
        case .branches(let call): next = call
        case .ends(let outcome): return outcome
        }
        inst = function.instruction(after: inst)
      }
      let passed = function.values(next.arguments).map { values[$0.index] }
      for (value, argument) in zip(function.parameters(of: next.block), passed) {
        values[value.index] = argument
      }
      block = next.block
    }
  }

  private enum Step {
    case goesOn
    case branches(BlockCall)
    case ends(World.Outcome)
  }

  private func read(_ value: Value) -> UInt64 { values[function.resolve(value).index] }

  private mutating func write(_ inst: Inst, _ bits: UInt64) {
    let value = function.result(of: inst)
    values[value.index] = Arithmetic.truncate(bits, function.type(of: value))
  }

  private mutating func execute(_ inst: Inst) -> Step {
    let data = function.instructions[inst]
    let a = data.argument0.isNone ? 0 : read(data.argument0)
    let b = data.argument1.isNone ? 0 : read(data.argument1)
    switch data.operation.format {
    case .nullary: break
    case .constant: write(inst, UInt64(bitPattern: data.immediate))
    case .unary:
      let from = function.type(of: data.argument0)
      write(inst, Arithmetic.unary(data.operation, data.type, from: from, a))
    case .binary:
      guard let result = Arithmetic.binary(data.operation, data.type, a, b) else {
        return .ends(.trapped(1))
      }
      write(inst, result)
    case .intCompare:
      write(inst, Arithmetic.compare(data.intCondition, data.type, a, b) ? 1 : 0)
    case .ternary:
      write(inst, a != 0 ? b : read(data.argument2))
    case .load, .store, .heapLoad, .heapStore:
      if !access(inst, data, a, b) { return .ends(.trapped(2)) }
    case .jump: return .branches(data.destination)
    case .branch: return .branches(a != 0 ? data.destination : data.otherwise)
    case .branchTable:
      let table = function.jumpTables[data.jumpTable]
      return .branches(a < table.entries.count ? table.entries[Int(a)] : table.default)
    case .call:
      let result = world.call(data.function.number, function.values(data.list).map(read))
      if function.results(of: inst).count > 0 { write(inst, result) }
    case .multiary: return .ends(.returned(function.values(data.list).map(read)))
    case .trap: return .ends(.trapped(data.trapCode.rawValue))
    case .conditionalTrap:
      if (a != 0) == (data.operation == .trapnz) { return .ends(.trapped(data.trapCode.rawValue)) }
    default: preconditionFailure("no meaning given to \(data.operation)")
    }
    return .goesOn
  }

  /// Whether the access is in bounds.
  private mutating func access(
    _ inst: Inst, _ data: InstructionData, _ a: UInt64, _ b: UInt64
  ) -> Bool {
    guard let shape = data.operation.accessShape else { return false }
    let bytes = shape.bits == 0 ? data.type.bytes : Int(shape.bits) / 8
    let offset = UInt64(bitPattern: data.immediate)
    switch data.operation.format {
    case .store:
      world.store(a, b &+ offset, bytes: bytes)
      return true
    case .heapStore:
      return world.storeHeap(a, b &+ offset, bytes: bytes)
    case .load:
      write(inst, extend(world.load(a &+ offset, bytes: bytes), shape))
      return true
    default:
      guard let loaded = world.loadHeap(a &+ offset, bytes: bytes) else { return false }
      write(inst, extend(loaded, shape))
      return true
    }
  }

  private func extend(_ bits: UInt64, _ shape: AccessShape) -> UInt64 {
    shape.isSigned ? Arithmetic.signExtend(bits, from: Int(shape.bits)) : bits
  }
}
