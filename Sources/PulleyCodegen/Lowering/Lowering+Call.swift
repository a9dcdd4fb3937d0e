import PulleyIR
import PulleyISA

extension Lowering {
  mutating func lowerCall(_ inst: Inst, _ data: InstructionData) throws(CodegenError) {
    try flushHeapLoads()
    try flushMemoryNeed()
    var (site, signature) = try callSite(data)
    if site.kind == .indirect { site.callee = try useCallee(data.argument0) }
    let results = function.values(function.results(of: inst))
    try emitCall(
      site, signature, arguments: data.list, results: results.map { expected($0) })
  }

  /// The callee of a call of any kind, and its signature.
  func callSite(
    _ data: InstructionData
  ) throws(CodegenError) -> (site: CallSite, signature: SigRef) {
    var site = CallSite(kind: .indirect, arguments: 0..<0, results: 0..<0)
    switch data.operation.format {
    case .call, .tryCall: break
    case .tryCallIndirect:
      return (site, function.exceptionTables[data.exceptionTable].signature)
    default: return (site, data.signature)
    }
    guard data.function.index < function.externals.count else {
      throw .malformed("there is no \(data.function)")
    }
    let external = function.externals[data.function]
    site.kind = external.isColocated ? .near : .host
    site.function = data.function
    site.isPatchable = external.isPatchable
    return (site, external.signature)
  }

  /// Emits a call that returns. Results without uses get no register.
  mutating func emitCall(
    _ site: CallSite, _ signature: SigRef, arguments list: ValueList, results: [Reg]
  ) throws(CodegenError) {
    var site = site
    site.signature = signature
    let abi = try abi(signature, ofHost: site.kind == .host)
    outgoingBytes = max(outgoingBytes, abi.stackBytes)
    if site.kind != .host { clobbersLink = true }
    let convention = function.signatures[signature].convention
    if convention == .wasm && function.signature.convention != .wasm {
      clobbersMemoryRegisters = true
    }
    site.poppedBytes = abi.poppedBytes
    let first = callOperands.count
    for (register, location) in zip(results, abi.results) where !register.isNone {
      callOperands.append(CallOperand(register: register, location: location))
    }
    site.results = first..<callOperands.count
    let hidden = site.kind == .host && passesHostRecord ? 1 : 0
    var arguments = try callArguments(list, abi, hidden: hidden)
    var parameters = function.signatures[signature].parameters[...]
    var locations = abi.parameters.dropFirst(hidden)
    // A function of the instance has the same context.
    if isWindowed && site.kind == .near {
      try requireContext(signature)
      arguments = arguments.dropFirst()
      parameters = parameters.dropFirst()
      locations = locations.dropFirst()
    }
    site.arguments = try passValues(arguments, locations, parameters)
    var record = Reg.none
    if hidden > 0 {
      record = makeX()
      site.arguments = site.arguments.lowerBound..<site.arguments.upperBound + 1
      callOperands.append(CallOperand(register: record, location: abi.parameters[0]))
    }
    var pointer = Reg.none
    if let location = abi.resultPointer {
      pointer = makeX()
      site.arguments = site.arguments.lowerBound..<site.arguments.upperBound + 1
      callOperands.append(CallOperand(register: pointer, location: location))
    }
    emitSite(site.endsBlock ? .tryCall : .call, site)
    extendPassedValues(site.arguments, arguments, parameters)
    if !record.isNone { emitHostRecord(of: site.function, into: record) }
    if !pointer.isNone { emitResultAddress(pointer, site.poppedBytes) }
  }

  private func requireContext(_ signature: SigRef) throws(CodegenError) {
    guard function.signatures[signature].parameters.first?.purpose == .vmctx else {
      throw .malformed("a function of the convention wasm has no context")
    }
  }

  private func callArguments(
    _ list: ValueList, _ abi: CallABI, hidden: Int = 0
  ) throws(CodegenError) -> ArraySlice<Value> {
    let arguments = function.values(list)
    guard arguments.count + hidden == abi.parameters.count else {
      throw .malformed("a call passes a wrong number of arguments")
    }
    return arguments
  }

  /// Results on the stack follow the arguments.
  private mutating func emitResultAddress(_ pointer: Reg, _ offset: UInt32) {
    if offset == 0 {
      emit(.xmov, pointer, .sp)
    } else {
      emit(.xadd64_u32, pointer, .sp, immediate: Int64(offset))
    }
  }

  // Returns and tail calls

  mutating func lowerReturn(_ data: InstructionData) throws(CodegenError) {
    let values = function.values(data.list)
    guard values.count == ownABI.results.count else {
      throw .malformed("a return passes a wrong number of results")
    }
    guard ownABI.resultPointer == nil else {
      var registers: [Reg] = []
      for (value, parameter) in zip(values, function.signature.results) {
        let isExtended = isExtended(parameter, function.type(of: value))
        registers.append(isExtended ? makeX() : try use(value))
      }
      emitReturn(registers)
      for (index, value) in values.enumerated() {
        extend(value, function.signature.results[index], into: registers[index])
      }
      return
    }
    var site = CallSite(kind: .boundary, arguments: 0..<0, results: 0..<0)
    site.poppedBytes = ownABI.poppedBytes
    let results = function.signature.results[...]
    site.arguments = try passValues(values, ownABI.results[...], results)
    emitSite(.leave, site)
    extendPassedValues(site.arguments, values, results)
  }

  /// Returns values, those on the stack at the address in the result pointer.
  private mutating func emitReturn(_ registers: [Reg]) {
    var site = CallSite(kind: .boundary, arguments: 0..<0, results: 0..<0)
    site.poppedBytes = ownABI.poppedBytes
    let first = callOperands.count
    let isStored = ownABI.resultPointer != nil
    for (register, location) in zip(registers, ownABI.results) {
      if case .stack = location, isStored { continue }
      callOperands.append(CallOperand(register: register, location: location))
    }
    site.arguments = first..<callOperands.count
    emitSite(.leave, site)
    guard isStored else { return }
    if resultPointer.isNone { resultPointer = makeX() }
    for (register, location) in zip(registers, ownABI.results) {
      guard case .stack(let offset) = location else { continue }
      let opcode: Opcode =
        switch registerClasses[Int(register.bits)] {
        case .x: .xstore64le_o32
        case .f: .fstore64le_o32
        case .v: .vstore128le_o32
        }
      emit(opcode, resultPointer, register, immediate: Int64(offset))
    }
  }

  mutating func lowerTailCall(_ data: InstructionData) throws(CodegenError) {
    var (site, signature) = try callSite(data)
    if site.kind == .indirect { site.callee = try useCallee(data.argument0) }
    site.signature = signature
    let callee = function.signatures[signature]
    guard callee.convention.supportsTailCalls,
      callee.convention == function.signature.convention,
      callee.results == function.signature.results
    else { throw .malformed("a tail call of a function that returns in another way") }
    if site.kind == .host {
      // A host function returns to its call, so a return follows.
      var results: [Reg] = []
      for result in callee.results {
        results.append(makeRegister(try registerClass(result.type)))
      }
      emitReturn(results)
      return try emitCall(site, signature, arguments: data.list, results: results)
    }
    site.kind = site.kind == .near ? .tailNear : .tailIndirect
    let abi = try abi(signature, ofHost: false)
    site.poppedBytes = abi.poppedBytes
    // If the area is larger than that of the caller, it overlaps the frame and is written below it
    // first.
    if abi.poppedBytes > ownABI.poppedBytes {
      outgoingBytes = max(outgoingBytes, abi.poppedBytes)
    }
    var arguments = try callArguments(data.list, abi)
    var parameters = callee.parameters[...]
    var locations = abi.parameters[...]
    if isWindowed {
      // The machine moves the arguments from the outgoing area.
      outgoingBytes = max(outgoingBytes, abi.stackBytes)
      if site.kind == .tailNear {
        try requireContext(signature)
        arguments = arguments.dropFirst()
        parameters = parameters.dropFirst()
        locations = locations.dropFirst()
      }
    }
    site.arguments = try passValues(arguments, locations, parameters)
    if let location = abi.resultPointer {
      if resultPointer.isNone { resultPointer = makeX() }
      site.arguments = site.arguments.lowerBound..<site.arguments.upperBound + 1
      callOperands.append(CallOperand(register: resultPointer, location: location))
    }
    emitSite(.leave, site)
    extendPassedValues(site.arguments, arguments, parameters)
  }

  // Entry

  /// Receives the parameters that have uses. (Not with `zip`, whose type the runtime would have to make in
  /// each process.)
  mutating func lowerEntry(parameters: ArraySlice<Value>) throws(CodegenError) {
    guard graph.preEntry != .max || parameters.count == ownABI.parameters.count else {
      throw .malformed("the entry's parameters are not those of the signature")
    }
    var site = CallSite(kind: .boundary, arguments: 0..<0, results: 0..<0)
    let first = callOperands.count
    if graph.preEntry == .max {
      for (position, value) in parameters.enumerated() where !expected(value).isNone {
        callOperands.append(
          CallOperand(register: expected(value), location: ownABI.parameters[position]))
      }
    } else {
      preEntryRegisters.removeAll(keepingCapacity: true)
      let parameters = function.parameters(of: function.entry)
      guard parameters.count == ownABI.parameters.count else {
        throw .malformed("the entry's parameters are not those of the signature")
      }
      for (position, value) in parameters.enumerated() {
        let register = makeRegister(try registerClass(function.type(of: value)))
        preEntryRegisters.append(register)
        if expected(value).isNone { continue }
        callOperands.append(
          CallOperand(register: register, location: ownABI.parameters[position]))
      }
    }
    if let location = ownABI.resultPointer, !resultPointer.isNone {
      callOperands.append(CallOperand(register: resultPointer, location: location))
    }
    site.results = first..<callOperands.count
    emitSite(.entry, site)
  }

  mutating func emitSite(_ operation: MachineOperation, _ site: CallSite) {
    var instruction = MachineInstruction(operation)
    instruction.registers[0] = Reg(bits: UInt32(callSites.count))
    instruction.source = source
    callSites.append(site)
    if site.kind != .boundary { hasCalls = true }
    code.append(instruction)
  }

  /// Records the locations of the values. A value that the signature extends gets a new register, which
  /// `extendPassedValues` fills.
  private mutating func passValues(
    _ values: ArraySlice<Value>, _ locations: ArraySlice<ABILocation>,
    _ parameters: ArraySlice<ABIParameter>
  ) throws(CodegenError) -> Range<Int> {
    let first = callOperands.count
    var index = 0
    for value in values {
      let register =
        isExtended(parameters[parameters.startIndex + index], function.type(of: value))
        ? makeX() : try use(value)
      callOperands.append(
        CallOperand(register: register, location: locations[locations.startIndex + index]))
      index += 1
    }
    return first..<callOperands.count
  }

  private mutating func extendPassedValues(
    _ operands: Range<Int>, _ values: ArraySlice<Value>, _ parameters: ArraySlice<ABIParameter>
  ) {
    for (index, value) in values.enumerated() {
      extend(
        value, parameters[parameters.startIndex + index],
        into: callOperands[operands.lowerBound + index].register)
    }
  }

  private mutating func extend(_ value: Value, _ parameter: ABIParameter, into target: Reg) {
    let type = function.type(of: value)
    guard isExtended(parameter, type) else { return }
    let signed = parameter.extension == .signed
    let opcode: Opcode =
      switch type {
      case .i8: signed ? .sext8 : .zext8
      case .i16: signed ? .sext16 : .zext16
      default: signed ? .sext32 : .zext32
      }
    // Integers have a register class, so this cannot fail.
    guard let register = try? use(value) else { return }
    emit(opcode, target, register)
  }

  private func isExtended(_ parameter: ABIParameter, _ type: Type) -> Bool {
    parameter.extension != .none && type.isInteger && type.bits < 64
  }
}
