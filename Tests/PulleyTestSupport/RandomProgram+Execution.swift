import PulleyIR

extension RandomProgram {
  static let fuel: UInt64 = 60
  static let fuelTrap: UInt8 = 99

  /// Executes the program on its variables, without the IR.
  func run(_ arguments: [UInt64]) -> (World.Outcome, World) {
    var world = World()
    var variables = types.map { _ in UInt64(0) }
    variables[0] = Self.fuel
    for (index, argument) in arguments.prefix(parameterCount).enumerated() {
      variables[index + 1] = Arithmetic.truncate(argument, types[index + 1])
    }
    var block = 0
    while true {
      variables[0] -= 1
      if variables[0] == 0 { return (.trapped(Self.fuelTrap), world) }
      for statement in blocks[block].statements {
        if let trap = execute(statement, &variables, &world) { return (.trapped(trap), world) }
      }
      switch blocks[block].terminator {
      case .jump(let target): block = target
      case .branch(let condition, let a, let b): block = variables[condition] != 0 ? a : b
      case .table(let index, let targets):
        block = targets[Int(min(variables[index], UInt64(targets.count - 1)))]
      case .leave(let list): return (.returned(list.map { variables[$0] }), world)
      }
    }
  }

  /// Returns the trap, if there is one.
  private func execute(
    _ statement: Statement, _ variables: inout [UInt64], _ world: inout World
  ) -> UInt8? {
    func set(_ target: Int, _ bits: UInt64) {
      variables[target] = Arithmetic.truncate(bits, types[target])
    }
    switch statement {
    case .constant(let target, let number): set(target, UInt64(bitPattern: number))
    case .copy(let target, let source): set(target, variables[source])
    case .unary(let operation, let target, let source):
      let type = types[target]
      set(target, Arithmetic.unary(operation, type, from: type, variables[source]))
    case .binary(let operation, let target, let a, let b):
      guard
        let result = Arithmetic.binary(operation, types[target], variables[a], variables[b])
      else { return 1 }
      set(target, result)
    case .immediate(let operation, let target, let a, let number):
      let b = Arithmetic.truncate(UInt64(bitPattern: number), types[target])
      guard let result = Arithmetic.binary(operation, types[target], variables[a], b) else {
        return 1
      }
      set(target, result)
    case .convert(let operation, let target, let source):
      set(
        target,
        Arithmetic.unary(operation, types[target], from: types[source], variables[source]))
    case .compare(let condition, let target, let a, let b):
      set(target, Arithmetic.compare(condition, types[a], variables[a], variables[b]) ? 1 : 0)
    case .select(let target, let condition, let a, let b):
      set(target, variables[condition] != 0 ? variables[a] : variables[b])
    case .loadConstant(let target, let offset):
      let address = World.constantsStart + UInt64(offset)
      set(target, world.load(address, bytes: types[target].bytes))
    case .loadGlobal(let target, let offset):
      set(target, world.load(World.context + UInt64(offset), bytes: types[target].bytes))
    case .storeGlobal(let source, let offset):
      world.store(
        variables[source], World.context + UInt64(offset), bytes: types[source].bytes)
    case .loadHeap(let operation, let target, let index, let offset):
      let shape = operation.accessShape!
      let bytes = shape.bits == 0 ? types[target].bytes : Int(shape.bits) / 8
      guard let bits = world.loadHeap(variables[index] + UInt64(offset), bytes: bytes) else {
        return 2
      }
      set(target, shape.isSigned ? Arithmetic.signExtend(bits, from: Int(shape.bits)) : bits)
    case .storeHeap(let operation, let source, let index, let offset):
      let shape = operation.accessShape!
      let bytes = shape.bits == 0 ? types[source].bytes : Int(shape.bits) / 8
      let address = variables[index] + UInt64(offset)
      if !world.storeHeap(variables[source], address, bytes: bytes) { return 2 }
    case .call(let target, let arguments):
      let widened = arguments.map { variables[$0] }
      set(target, world.call(types[target] == .i32 ? 0 : 1, widened))
    case .trapIfZero(let variable, let code):
      if variables[variable] == 0 { return code }
    case .trapUnlessZero(let variable, let code):
      if variables[variable] != 0 { return code }
    }
    return nil
  }

  /// Blocks are sealed as soon as all branches to them are made, or all of them at the end.
  func build(sealsEarly: Bool, reversesBlocks: Bool) -> Function {
    var building = Building(self, sealsEarly: sealsEarly)
    var order = Array(blocks.indices.dropFirst())
    if reversesBlocks { order.reverse() }
    building.begin()
    building.translate(0)
    for block in order { building.translate(block) }
    return building.builder.finish()
  }

  private struct Building {
    let program: RandomProgram
    let sealsEarly: Bool
    var builder: FunctionBuilder
    var variables: [Variable] = []
    var targets: [PulleyIR.Block] = []
    var missingBranches: [Int]
    var context = Value.none
    var heap = Heap.none

    init(_ program: RandomProgram, sealsEarly: Bool) {
      self.program = program
      self.sealsEarly = sealsEarly
      let parameters = (0..<program.parameterCount).map { ABIParameter(program.types[$0 + 1]) }
      builder = FunctionBuilder(
        name: .named("random"),
        signature: Signature(
          parameters: [ABIParameter(.i64, purpose: .vmctx)] + parameters,
          results: program.types.dropFirst().map { ABIParameter($0) }))
      missingBranches = program.blocks.map { _ in 0 }
      for block in program.blocks {
        for target in block.terminator.targets { missingBranches[target] += 1 }
      }
    }

    mutating func begin() {
      let entry = builder.makeEntry()
      targets = [entry] + program.blocks.dropFirst().map { _ in builder.makeBlock() }
      heap = builder.function.heaps.append(HeapData(recordOffset: 64, indexType: .i32))
      for type in [IRType.i32, .i64] {
        let signature = builder.function.signatures.append(
          Signature(
            parameters: [ABIParameter(.i64), ABIParameter(.i64)],
            results: [ABIParameter(type)]))
        builder.function.externals.append(
          ExternalFunction(name: .named("f\(type)"), signature: signature, isColocated: false))
      }
      variables = program.types.map { builder.declareVariable($0) }
      let parameters = Array(builder.function.parameters(of: entry))
      context = parameters[0]
      for (variable, value) in zip(variables.dropFirst(), parameters.dropFirst()) {
        builder.define(variable, as: value)
      }
      builder.define(variables[0], as: builder.constant(Int64(RandomProgram.fuel), .i32))
    }

    mutating func translate(_ index: Int) {
      builder.position(atEndOf: targets[index])
      let minusOne = builder.constant(-1, .i32)
      let fuel = builder.binary(.iadd, builder.use(variables[0]), minusOne)
      builder.define(variables[0], as: fuel)
      var check = InstructionData(.trapz, .i32, fuel)
      check.trapCode = TrapCode(rawValue: RandomProgram.fuelTrap)
      builder.append(check)
      for statement in program.blocks[index].statements { translate(statement) }
      let terminator = program.blocks[index].terminator
      switch terminator {
      case .jump(let target): builder.jump(targets[target])
      case .branch(let condition, let a, let b):
        builder.branch(builder.use(variables[condition]), targets[a], targets[b])
      case .table(let variable, let list):
        let calls = list.map { BlockCall(targets[$0]) }
        builder.branchTable(
          builder.use(variables[variable]), Array(calls.dropLast()), default: calls.last!)
      case .leave(let list): builder.return(list.map { builder.use(variables[$0]) })
      }
      for target in terminator.targets { missingBranches[target] -= 1 }
      guard sealsEarly else { return }
      for target in missingBranches.indices where target > 0 && missingBranches[target] == 0 {
        builder.seal(targets[target])
      }
    }

    private mutating func use(_ variable: Int) -> Value { builder.use(variables[variable]) }

    private mutating func set(_ variable: Int, _ data: InstructionData) {
      let value = builder.value(data)
      builder.define(variables[variable], as: value)
    }

    private mutating func wide(_ variable: Int) -> Value {
      let value = use(variable)
      return program.types[variable] == .i64 ? value : builder.unary(.uextend, .i64, value)
    }

    private mutating func translate(_ statement: Statement) {
      let types = program.types
      switch statement {
      case .constant(let target, let number):
        let value = builder.constant(types[target].signExtend(number), types[target])
        builder.define(variables[target], as: value)
      case .copy(let target, let source):
        let value = use(source)
        builder.define(variables[target], as: value)
      case .unary(let operation, let target, let source),
        .convert(let operation, let target, let source):
        set(target, InstructionData(operation, types[target], use(source)))
      case .binary(let operation, let target, let a, let b):
        set(target, InstructionData(operation, types[target], use(a), use(b)))
      case .immediate(let operation, let target, let a, let number):
        let constant = builder.constant(types[target].signExtend(number), types[target])
        set(target, InstructionData(operation, types[target], use(a), constant))
      case .compare(let condition, let target, let a, let b):
        let truth = builder.compare(condition, use(a), use(b))
        set(target, InstructionData(.uextend, .i32, truth))
      case .select(let target, let condition, let a, let b):
        set(target, InstructionData(.select, types[target], use(condition), use(a), use(b)))
      case .loadConstant(let target, let offset):
        var data = InstructionData(.load, types[target], context)
        data.flags = [.trusted, .readonly, .canMove]
        data.immediate = Int64(World.constantsStart - World.context) + offset
        set(target, data)
      case .loadGlobal(let target, let offset):
        var data = InstructionData(.load, types[target], context)
        data.flags = .trusted
        data.immediate = offset
        set(target, data)
      case .storeGlobal(let source, let offset):
        var data = InstructionData(.store, types[source], use(source), context)
        data.flags = .trusted
        data.immediate = offset
        builder.append(data)
      case .loadHeap(let operation, let target, let index, let offset):
        var data = InstructionData(operation, types[target], use(index))
        data.heap = heap
        data.immediate = offset
        set(target, data)
      case .storeHeap(let operation, let source, let index, let offset):
        var data = InstructionData(operation, types[source], use(source), use(index))
        data.heap = heap
        data.immediate = offset
        builder.append(data)
      case .call(let target, let arguments):
        var data = InstructionData(.call)
        data.function = FuncRef(number: types[target] == .i32 ? 0 : 1)
        let values = arguments.map { wide($0) }
        data.list = builder.function.makeList(values)
        set(target, data)
      case .trapIfZero(let variable, let code), .trapUnlessZero(let variable, let code):
        var operation = PulleyIR.Operation.trapnz
        if case .trapIfZero = statement { operation = .trapz }
        var data = InstructionData(operation, types[variable], use(variable))
        data.trapCode = TrapCode(rawValue: code)
        builder.append(data)
      }
    }
  }
}

extension RandomProgram.Terminator {
  var targets: [Int] {
    switch self {
    case .jump(let target): [target]
    case .branch(_, let a, let b): [a, b]
    case .table(_, let list): list
    case .leave: []
    }
  }
}

/// The result of a function and the state that it left.
func run(_ function: Function, _ arguments: [UInt64]) -> (World.Outcome, World) {
  var interpreter = Interpreter(function)
  let outcome = interpreter.run([World.context] + arguments)
  return (outcome, interpreter.world)
}

let randomArguments: [[UInt64]] = [
  [0, 0, 0], [1, 2, 3], [40, 0xFFFF_FFFF, 7], [0x8000_0000, 300, 0x7FFF_FFFF],
]
