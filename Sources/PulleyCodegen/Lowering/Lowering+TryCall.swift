import PulleyIR
import PulleyISA

/// Calls with exception handlers, which end their blocks: they continue in one block if the callee
/// returns and in another if an exception leaves it.
///
/// Each edge of such a call is split by a landing pad, which receives the results of the call or the
/// payloads of an exception. No value is in a register between the call and a landing pad, so the
/// machine can continue there with the payloads in x0 and x1 and all other registers lost.
extension Lowering {
  /// The registers that the calls of a function clobber.
  var effectOfCalls: RegisterEnvironment.Calls {
    if hasHandlers { return .destroyAll }
    return function.signature.convention == .preserveAll && !hasCalls ? .none : .usual
  }

  var hasHandlers: Bool { !handlers.isEmpty }

  private func isTry(_ data: InstructionData) -> Bool {
    data.operation == .try_call || data.operation == .try_call_indirect
  }

  /// Lowers the landing pads of the call that `inst` is, if it ends a block and has handlers.
  mutating func lowerLandingPads(of inst: Inst) throws(CodegenError) {
    let data = function.instructions[inst]
    let node = graph.nodes[block.index]
    guard isTry(data), graph.edges[Int(node.firstEdge)].isLandingPad else { return }
    let (site, signature) = try callSite(data)
    let abi = try abi(signature, ofHost: site.kind == .host)
    for number in node.firstEdge..<node.firstEdge + node.edgeCount {
      let isReturn = number == node.firstEdge
      let start = code.count
      source = function.sourceLocations[inst.index]
      emitJump(edge: number)
      var landingPad = CallSite(kind: .boundary, arguments: 0..<0, results: 0..<0)
      landingPad.poppedBytes = isReturn ? abi.poppedBytes : 0
      let first = callOperands.count
      try takeResults(of: inst, on: number) { result in
        guard !isReturn else { return abi.results[result] }
        return .x(UInt8(truncatingIfNeeded: result - abi.results.count))
      }
      landingPad.results = first..<callOperands.count
      emitSite(.landingPad, landingPad)
      blockRanges[Int(graph.edges[Int(number)].split)] = start..<code.count
    }
  }

  /// Assigns registers to the results of `inst` that an edge passes.
  private mutating func takeResults(
    of inst: Inst, on number: UInt32, location: (Int) -> ABILocation
  ) throws(CodegenError) {
    let edge = graph.edges[Int(number)]
    let parameters = function.blockParameters[Int(edge.to)]
    guard parameters.count == edge.arguments.count else {
      throw .malformed("\(block) passes a wrong number of arguments")
    }
    var taken: [Value: Reg] = [:]
    for index in 0..<parameters.count
    where uses[function.pool[Int(parameters.start + index)]] > 0 {
      let value = function.pool[Int(edge.arguments.start + index)]
      guard case .result(inst, let result) = function.definition(of: value) else {
        _ = try use(value)
        continue
      }
      if taken[value] != nil { continue }
      let register = makeRegister(try registerClass(function.type(of: value)))
      taken[value] = register
      callOperands.append(CallOperand(register: register, location: location(Int(result))))
    }
    landingPadResults[number] = taken
  }

  /// The register of a value that an edge passes.
  mutating func register(ofArgument value: Value, on edge: UInt32) throws(CodegenError) -> Reg {
    if graph.edges[Int(edge)].isLandingPad, let taken = landingPadResults[edge]?[value] {
      return taken
    }
    return try use(value)
  }

  mutating func lowerTryCall(_ inst: Inst, _ data: InstructionData) throws(CodegenError) {
    try flushHeapLoads()
    try flushMemoryNeed()
    var (site, signature) = try callSite(data)
    if site.kind == .indirect { site.callee = try useCallee(data.argument0) }
    let node = graph.nodes[block.index]
    guard graph.edges[Int(node.firstEdge)].isLandingPad else {
      try lowerJump()
      let count = function.signatures[signature].results.count
      let results = function.values(function.results(of: inst)).prefix(count)
      return try emitCall(
        site, signature, arguments: data.list, results: results.map { expected($0) })
    }
    site.endsBlock = true
    site.returnEdge = node.firstEdge
    let first = handlers.count
    var edge = node.firstEdge
    for item in function.exceptionTables[data.exceptionTable].items {
      let tag: UInt32?
      switch item {
      case .tag(let number, _): tag = number
      case .default: tag = nil
      case .context: continue
      }
      edge += 1
      handlers.append(LandingPadHandler(tag: tag, edge: edge))
    }
    site.handlers = first..<handlers.count
    try emitCall(site, signature, arguments: data.list, results: [])
  }

  mutating func lowerHandlerAddress(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let target = data.destination.block
    guard target.index < graph.blockCount, graph.nodes[target.index].isReachable else {
      throw .unsupportedFeature("the address of a handler in a block that is never reached is")
    }
    let node = graph.nodes[target.index]
    guard node.edgeCount > 1, graph.edges[Int(node.firstEdge)].isLandingPad, data.immediate >= 0,
      data.immediate < Int64(node.edgeCount - 1)
    else { throw .malformed("there is no such exception handler") }
    var instruction = MachineInstruction(.landingPadAddress)
    instruction.registers[0] = result
    instruction.registers[1] = Reg(bits: node.firstEdge + 1 + UInt32(data.immediate))
    code.append(instruction)
  }
}
