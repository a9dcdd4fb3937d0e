import PulleyIR
import PulleyISA

extension Lowering {
  mutating func lowerCall(_ inst: Inst, _ data: InstructionData) throws(CodegenError) {
    try flushHeapLoads()
    try flushMemoryNeed()
    let signature: SigRef
    var site = CallSite(kind: .indirect, arguments: 0..<0, results: 0..<0)
    if data.opcode == .call {
      guard data.function.index < function.externals.count else {
        throw .malformed("there is no \(data.function)")
      }
      let external = function.externals[data.function]
      signature = external.signature
      site.kind = external.isColocated ? .near : .host
      site.function = data.function
    } else {
      signature = data.signature
      site.callee = try use(data.argument0)
    }
    let abi = try abi(signature)
    outgoingBytes = max(outgoingBytes, abi.stackBytes)
    if site.kind != .host { clobbersLink = true }
    let convention = function.signatures[signature].convention
    if convention == .wasm && function.signature.convention != .wasm {
      clobbersMemoryRegisters = true
    }
    let results = function.values(function.results(of: inst))
    let first = callOperands.count
    for (value, location) in zip(results, abi.results) where !expected(value).isNone {
      callOperands.append(CallOperand(register: expected(value), location: location))
    }
    site.results = first..<callOperands.count
    let arguments = function.values(data.list)
    guard arguments.count == abi.parameters.count else {
      throw .malformed("a call passes a wrong number of arguments")
    }
    site.arguments = try passValues(
      arguments, abi.parameters, function.signatures[signature].parameters)
    emitSite(.call, site)
    extendPassedValues(site.arguments, arguments, function.signatures[signature].parameters)
  }

  mutating func lowerReturn(_ data: InstructionData) throws(CodegenError) {
    let values = function.values(data.list)
    guard values.count == ownABI.results.count else {
      throw .malformed("a return passes a wrong number of results")
    }
    var site = CallSite(kind: .boundary, arguments: 0..<0, results: 0..<0)
    site.arguments = try passValues(values, ownABI.results, function.signature.results)
    emitSite(.leave, site)
    extendPassedValues(site.arguments, values, function.signature.results)
  }

  /// Takes the parameters that anybody needs.
  mutating func lowerEntry(parameters: ArraySlice<Value>) throws(CodegenError) {
    guard graph.preEntry != .max || parameters.count == ownABI.parameters.count else {
      throw .malformed("the entry's parameters are not those of the signature")
    }
    var site = CallSite(kind: .boundary, arguments: 0..<0, results: 0..<0)
    let first = callOperands.count
    if graph.preEntry == .max {
      for (value, location) in zip(parameters, ownABI.parameters) where !expected(value).isNone {
        callOperands.append(CallOperand(register: expected(value), location: location))
      }
    } else {
      preEntryRegisters.removeAll(keepingCapacity: true)
      let parameters = function.parameters(of: function.entry)
      guard parameters.count == ownABI.parameters.count else {
        throw .malformed("the entry's parameters are not those of the signature")
      }
      for (value, location) in zip(parameters, ownABI.parameters) {
        let register = makeRegister(try registerClass(function.type(of: value)))
        preEntryRegisters.append(register)
        if expected(value).isNone { continue }
        callOperands.append(CallOperand(register: register, location: location))
      }
    }
    site.results = first..<callOperands.count
    emitSite(.entry, site)
  }

  private mutating func emitSite(_ operation: MachineOperation, _ site: CallSite) {
    var instruction = MachineInstruction(operation)
    instruction.registers[0] = Reg(bits: UInt32(callSites.count))
    instruction.source = source
    callSites.append(site)
    code.append(instruction)
  }

  /// Notes which register goes where. Those that the signature wants extended get a new one, which
  /// `extendPassedValues` fills.
  private mutating func passValues(
    _ values: ArraySlice<Value>, _ locations: [ABILocation], _ parameters: [ABIParameter]
  ) throws(CodegenError) -> Range<Int> {
    let first = callOperands.count
    var index = 0
    for value in values {
      let register =
        isExtended(parameters[index], function.type(of: value)) ? makeX() : try use(value)
      callOperands.append(CallOperand(register: register, location: locations[index]))
      index += 1
    }
    return first..<callOperands.count
  }

  private mutating func extendPassedValues(
    _ operands: Range<Int>, _ values: ArraySlice<Value>, _ parameters: [ABIParameter]
  ) {
    for (index, value) in values.enumerated() {
      let type = function.type(of: value)
      let parameter = parameters[index]
      guard isExtended(parameter, type) else { continue }
      let signed = parameter.extension == .signed
      let opcode: MachineOpcode =
        switch type {
        case .i8: signed ? .sext8 : .zext8
        case .i16: signed ? .sext16 : .zext16
        default: signed ? .sext32 : .zext32
        }
      // The class of an integer is known, so this cannot fail.
      guard let register = try? use(value) else { continue }
      emit(opcode, callOperands[operands.lowerBound + index].register, register)
    }
  }

  private func isExtended(_ parameter: ABIParameter, _ type: Type) -> Bool {
    parameter.extension != .none && type.isInteger && type.bits < 64
  }
}
