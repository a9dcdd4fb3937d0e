import PulleyIR
import PulleyISA

/// Builds the register allocation problem of lowered code.
struct ProblemBuilder: Sendable {
  var problem = AllocationProblem(environment: .pulley())
  /// By the number of an instruction in the problem: its index in `Lowering.code`.
  private(set) var places: [UInt32] = []
  /// By machine block: its number in the problem, where blocks are in the order of the code.
  private(set) var blockNumbers: [UInt32] = []

  private var operands: [AllocationOperand] = []
  /// By virtual register: whether it can be rematerialised.
  private var isConstant: [Bool] = []
  private var registers: [VirtualRegister] = []

  mutating func build(_ lowering: inout Lowering) throws(CodegenError) {
    problem.reset()
    problem.environment =
      lowering.isWindowed
      ? .window
      : .pulley(
        memoryRegisters: !lowering.clobbersMemoryRegisters, calls: lowering.effectOfCalls)
    places.removeAll(keepingCapacity: true)
    blockNumbers.removeAll(keepingCapacity: true)
    blockNumbers.append(contentsOf: repeatElement(.max, count: lowering.graph.nodes.count))
    for registerClass in lowering.registerClasses { _ = problem.makeRegister(registerClass) }
    if lowering.isWindowed { findConstants(lowering) }
    for block in lowering.graph.emissionOrder { addBlock(block, lowering) }
    for block in lowering.graph.emissionOrder { try addEdges(of: block, &lowering) }
    // Edge arguments only need registers of their own if the IR is invalid.
    guard problem.registerClasses.count == lowering.registerClasses.count else {
      throw .malformed("a value is used where it is not defined")
    }
  }

  private mutating func addBlock(_ block: UInt32, _ lowering: borrowing Lowering) {
    registers.removeAll(keepingCapacity: true)
    let isEntry =
      block == lowering.function.entry.number && lowering.graph.preEntry == .max
    if block < lowering.graph.blockCount && !isEntry {
      for value in lowering.function.parameters(of: Block(number: block)) {
        let register = lowering.expected(value)
        if !register.isNone { registers.append(register.virtualRegister) }
      }
    }
    blockNumbers[Int(block)] = problem.appendBlock(
      parameters: registers, loopDepth: Int(lowering.graph.nodes[Int(block)].loopDepth))
    for place in lowering.blockRanges[Int(block)].reversed() {
      if !lowering.constantPlaces.isEmpty {
        var constant = lowering.constantPlaces[place + 1]
        while constant >= 0 {
          places.append(UInt32(constant))
          addInstruction(Int(constant), lowering)
          constant = Int32(bitPattern: lowering.code[Int(constant)].registers[3].bits)
        }
      }
      places.append(UInt32(place))
      addInstruction(place, lowering)
    }
  }

  private mutating func addInstruction(_ place: Int, _ lowering: borrowing Lowering) {
    let instruction = lowering.code[place]
    operands.removeAll(keepingCapacity: true)
    var kind = InstructionKind.normal
    switch instruction.operation {
    case .entry, .call, .leave, .tryCall, .landingPad:
      let site = lowering.callSites[Int(instruction.registers[0].bits)]
      switch instruction.operation {
      // Registers are lost before a landing pad.
      case .call, .tryCall, .landingPad: kind = .call
      default: break
      }
      addOperands(
        of: site, lowering,
        receives: instruction.operation == .entry && lowering.isWindowed && lowering.hasCalls)
    case .reloadMemory:
      addOperand(instruction.registers[0], .use, lowering)
    case .landingPadAddress:
      addOperand(instruction.registers[0], .def, lowering)
    case _ where instruction.flags.contains(.rematerialisable):
      // No location, if all users rematerialise the value.
      operands.append(
        AllocationOperand(instruction.registers[0].virtualRegister, .def, policy: .any))
    default:
      let info = instruction.operation.opcode.info
      var next = 0
      for slot in 0..<info.fieldCount {
        let field = info.rawKind(slot)
        guard field <= OperandField.Kind.vRead.rawValue, field != 0 else { continue }
        addOperand(instruction.registers[next], field & 1 == 1 ? .def : .use, lowering)
        next += 1
      }
    }
    problem.appendInstruction(kind, operands: operands)
    if instruction.flags.contains(.rematerialisable) {
      problem.markRematerialisable(
        instruction.registers[0].virtualRegister, cookie: UInt32(place))
    }
  }

  private mutating func findConstants(_ lowering: borrowing Lowering) {
    isConstant.removeAll(keepingCapacity: true)
    isConstant.append(contentsOf: repeatElement(false, count: lowering.registerClasses.count))
    for instruction in lowering.code where instruction.flags.contains(.rematerialisable) {
      isConstant[Int(instruction.registers[0].bits)] = true
    }
  }

  private mutating func addOperand(
    _ register: Reg, _ role: OperandRole, _ lowering: borrowing Lowering,
    hint: UInt8 = AllocationOperand.noHint
  ) {
    if register.isFixed { return }
    // Instructions of windowed functions can name slots, but not values without a place.
    let isAnywhere = lowering.isWindowed && !isConstant[Int(register.bits)]
    operands.append(
      AllocationOperand(
        register.virtualRegister, role, policy: isAnywhere ? .any : .register, hint: hint))
  }

  /// - Parameter receives: whether the registers of the results mean others after the instruction:
  ///   the machine then gives the place of a parameter to the hinted register.
  private mutating func addOperands(
    of site: CallSite, _ lowering: borrowing Lowering, receives: Bool
  ) {
    for index in site.arguments {
      let operand = lowering.callOperands[index]
      let hint = Self.hint(operand.location)
      if site.kind == .near && hint < 4, case .x = operand.location {
        // `call1` to `call4` take the first arguments from any register.
        addOperand(
          operand.register, .use, lowering,
          hint: lowering.isWindowed ? hint : AllocationOperand.noHint)
      } else {
        operands.append(
          AllocationOperand(operand.register.virtualRegister, .use, policy: .any, hint: hint))
      }
    }
    if !site.callee.isNone {
      operands.append(
        AllocationOperand(
          site.callee.virtualRegister, .use, policy: .any,
          hint: lowering.isWindowed ? WindowRecord.callee : 15))
    }
    for index in site.results {
      let operand = lowering.callOperands[index]
      operands.append(
        AllocationOperand(
          operand.register.virtualRegister, .def, policy: .any,
          hint: Self.hint(operand.location, receives: receives)))
    }
  }

  private static func hint(_ location: ABILocation, receives: Bool = false) -> UInt8 {
    switch location {
    case .x(let number), .f(let number), .v(let number):
      receives ? number + WindowRecord.firstKept : number
    case .stack: AllocationOperand.noHint
    }
  }

  private mutating func addEdges(
    of block: UInt32, _ lowering: inout Lowering
  ) throws(CodegenError) {
    let node = lowering.graph.nodes[Int(block)]
    let from = blockNumbers[Int(block)]
    for number in node.firstEdge..<node.firstEdge + node.edgeCount {
      let edge = lowering.graph.edges[Int(number)]
      registers.removeAll(keepingCapacity: true)
      if edge.split != .max && block == edge.from {
        problem.appendEdge(from: from, to: blockNumbers[Int(edge.split)])
        continue
      }
      let parameters = lowering.function.blockParameters[Int(edge.to)]
      // Constants have a register for each block.
      if block != lowering.graph.preEntry { lowering.block = Block(number: edge.from) }
      for index in 0..<parameters.count {
        let parameter = lowering.function.pool[Int(parameters.start + index)]
        guard !lowering.expected(parameter).isNone else { continue }
        let register =
          block == lowering.graph.preEntry
          ? lowering.preEntryRegisters[Int(index)]
          : try lowering.register(
            ofArgument: lowering.function.pool[Int(edge.arguments.start + index)], on: number)
        registers.append(register.virtualRegister)
      }
      problem.appendEdge(
        from: from, to: blockNumbers[Int(edge.to)], arguments: registers)
    }
  }
}
