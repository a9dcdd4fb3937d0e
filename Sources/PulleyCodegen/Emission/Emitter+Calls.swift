import PulleyIR
import PulleyISA

/// Calls, entries and returns: values move between their allocated locations and the locations of the
/// calling convention.
extension Emitter {
  /// Registers that the moves of one site read or write.
  struct Touched {
    var x: UInt64 = 0
    var f: UInt64 = 0
    var v: UInt64 = 0

    mutating func insert(_ allocation: Allocation) {
      guard let number = allocation.register else { return }
      switch allocation.registerClass {
      case .x: x |= 1 << UInt64(number)
      case .f: f |= 1 << UInt64(number)
      case .v: v |= 1 << UInt64(number)
      default: break
      }
    }
  }

  func registerAllocation(_ location: ABILocation) -> Allocation? {
    switch location {
    case .x(let number): .register(.x, number)
    case .f(let number): .register(.f, number)
    case .v(let number): .register(.v, number)
    case .stack: nil
    }
  }

  /// Moves parameters, or results of a call, from the locations of the convention.
  private mutating func take(
    _ values: Range<Int>, stackBase: UInt32, operand first: Int, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    guard !values.isEmpty else { return }
    var touched = Touched()
    resolver.begin()
    var operand = first
    for index in values {
      let target = allocation.operandAllocations[operand]
      operand += 1
      guard let source = registerAllocation(lowering.callOperands[index].location),
        target != .rematerialise
      else { continue }
      touched.insert(source)
      touched.insert(target)
      resolver.add(lowering.registerClass(of: index), from: source, to: target)
    }
    resolveMoves(touched, lowering, builder)
    operand = first
    for index in values {
      let target = allocation.operandAllocations[operand]
      operand += 1
      guard case .stack(let offset) = lowering.callOperands[index].location else { continue }
      let address = Int32(bitPattern: stackBase + offset)
      if let slot = target.slot {
        copy(lowering.registerClass(of: index), from: address, to: slotOffset(slot))
      } else {
        emitLoad(target, offset: address)
      }
    }
  }

  mutating func resolveMoves(
    _ touched: Touched, _ lowering: borrowing Lowering, _ builder: borrowing ProblemBuilder
  ) {
    moveEdits.removeAll(keepingCapacity: true)
    if resolver.resolveChains(position: 0, into: &moveEdits) {
      // Neither arguments nor results and parameters leave all 32 f or v registers in use, and
      // cycles of x registers go through x31, so the scratch slot is never used.
      _ = resolver.resolveCycles(
        position: 0,
        free: FreeRegisters(
          x: 0, f: builder.problem.environment.f.encodableMask & ~touched.f,
          v: builder.problem.environment.v.encodableMask & ~touched.v), scratchSlot: 0,
        into: &moveEdits)
    }
    for edit in moveEdits {
      guard let number = edit.to.register, let registerClass = edit.to.registerClass else {
        continue
      }
      scratchRegisters[Int(registerClass.rawValue)] |= 1 << UInt64(number)
    }
    for index in moveEdits.indices { emitEdit(moveEdits[index], lowering, builder) }
  }

  mutating func emitEntry(
    _ instruction: MachineInstruction, _ operands: Range<UInt32>, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    let site = lowering.callSites[Int(instruction.registers[0].bits)]
    if lowering.isWindowed && lowering.hasCalls {
      receive(site.results, operand: Int(operands.lowerBound), lowering, allocation)
      return
    }
    take(
      site.results, stackBase: frame.totalBytes, operand: Int(operands.lowerBound), lowering,
      builder, allocation)
  }

  /// Emits a landing pad, which moves the results of a `try_call`.
  mutating func emitLandingPad(
    _ instruction: MachineInstruction, _ operands: Range<UInt32>, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    let site = lowering.callSites[Int(instruction.registers[0].bits)]
    adjustStack(by: Int64(site.poppedBytes))
    take(
      site.results, stackBase: site.poppedBytes, operand: Int(operands.lowerBound), lowering,
      builder, allocation)
  }

  /// Stores stack arguments, before registers are moved.
  mutating func storeToStack(
    _ values: Range<Int>, stackBase: UInt32, operand first: Int, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    var operand = first
    // The constant in the temporary register.
    var known = UInt32.max
    for index in values {
      let source = allocation.operandAllocations[operand]
      operand += 1
      let value = lowering.callOperands[index]
      guard case .stack(let offset) = value.location else { continue }
      let address = Int32(bitPattern: stackBase + offset)
      if source == .rematerialise {
        let cookie = builder.problem.cookies[Int(value.register.bits)]
        if cookie == known && !lowering.isWindowed && lowering.registerClass(of: index) != .v {
          emitStore(.temporary, offset: address)
        } else {
          emitConstantToStack(lowering.code[Int(cookie)], offset: address, lowering)
        }
        known = cookie
        continue
      }
      known = .max
      if let slot = source.slot {
        copy(lowering.registerClass(of: index), from: slotOffset(slot), to: address)
      } else {
        emitStore(source, offset: address)
      }
    }
  }

  mutating func addMove(
    _ index: Int, from source: Allocation, to target: Allocation, _ touched: inout Touched,
    _ lowering: borrowing Lowering
  ) {
    touched.insert(target)
    let register = lowering.callOperands[index].register.virtualRegister
    if source == .rematerialise {
      resolver.addRematerialisation(of: register, lowering.registerClass(of: index), to: target)
    } else {
      touched.insert(source)
      resolver.add(lowering.registerClass(of: index), from: source, to: target)
    }
  }

  mutating func emitLeave(
    _ instruction: MachineInstruction, _ operands: Range<UInt32>, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    let site = lowering.callSites[Int(instruction.registers[0].bits)]
    let first = Int(operands.lowerBound)
    if lowering.isWindowed {
      return emitWindowLeave(site, instruction, first, lowering, builder, allocation)
    }
    let area = TailArea(site, lowering.ownABI, frame)
    storeToStack(
      site.arguments, stackBase: area.storeBase, operand: first, lowering, builder, allocation)
    resolver.begin()
    var touched = Touched()
    for (position, index) in site.arguments.enumerated() {
      guard let target = registerAllocation(lowering.callOperands[index].location) else {
        continue
      }
      addMove(
        index, from: allocation.operandAllocations[first + position], to: target, &touched,
        lowering)
    }
    if site.kind == .tailIndirect {
      // The epilogue has restored all higher registers by then.
      moveCallee(site, first + site.arguments.count, &touched, lowering, allocation)
    }
    resolveMoves(touched, lowering, builder)
    if site.kind.isTail { noteSource(instruction.source) }
    instructionCount += frame.emitEpilogue(&encoder)
    adjustStack(by: area.growth)
    if area.growth > 0 { copyArguments(site.arguments, from: area.stagedBase, lowering) }
    switch site.kind {
    case .tailNear:
      addRelocation(.nearCall, to: site.function, patchDistance: 1, lowering)
      encoder.jump(0)
    case .tailIndirect:
      noteIndirectCall(site, lowering)
      encoder.xjump(XReg(calleeRegister(lowering)))
    default: encoder.ret()
    }
    instructionCount += 1
  }

  /// The locations of the stack arguments of a tail call, which end where the old ones end.
  private struct TailArea {
    /// The growth of the area; negative or 0 for a return, which leaves no arguments.
    let growth: Int64
    /// The offset in the frame at which the arguments are stored: their final location or, if that
    /// overlaps the frame, the outgoing area of calls.
    let storeBase: UInt32
    /// The offset of the outgoing area from the final `sp`.
    let stagedBase: Int32

    init(_ site: CallSite, _ own: CallABI, _ frame: Frame) {
      guard site.kind.isTail || own.poppedBytes > 0 else {
        (growth, storeBase, stagedBase) = (0, frame.totalBytes, 0)
        return
      }
      let wanted = site.kind.isTail ? Int64(site.poppedBytes) : 0
      growth = wanted - Int64(own.poppedBytes)
      let distance = growth - Int64(frame.totalBytes)
      storeBase = growth > 0 ? 0 : UInt32(truncatingIfNeeded: -distance)
      stagedBase = Int32(truncatingIfNeeded: distance)
    }
  }

  /// Grows the stack by `bytes`, or shrinks it if that is negative.
  private mutating func adjustStack(by bytes: Int64) {
    guard bytes != 0 else { return }
    if bytes > 0 {
      encoder.stack_alloc32(UInt32(truncatingIfNeeded: bytes))
    } else {
      encoder.stack_free32(UInt32(truncatingIfNeeded: -bytes))
    }
    instructionCount += 1
  }

  /// Copies the stack arguments of a tail call up, the highest first, because the areas may overlap.
  private mutating func copyArguments(
    _ values: Range<Int>, from base: Int32, _ lowering: borrowing Lowering
  ) {
    for index in values.reversed() {
      guard case .stack(let start) = lowering.callOperands[index].location else { continue }
      let offset = Int32(bitPattern: start)
      if lowering.registerClass(of: index) == .v {
        emitLoad(.temporary, offset: base + offset + 8)
        emitStore(.temporary, offset: offset + 8)
      }
      emitLoad(.temporary, offset: base + offset)
      emitStore(.temporary, offset: offset)
    }
  }

  mutating func emitCall(
    _ instruction: MachineInstruction, _ operands: Range<UInt32>, _ lowering: borrowing Lowering,
    _ builder: borrowing ProblemBuilder, _ allocation: borrowing AllocationResult
  ) {
    let site = lowering.callSites[Int(instruction.registers[0].bits)]
    let first = Int(operands.lowerBound)
    storeToStack(
      site.arguments, stackBase: 0, operand: first, lowering, builder, allocation)
    resolver.begin()
    var touched = Touched()
    // The first arguments of a near call need no moves if the moves of the others do not overwrite
    // them.
    let takesAny = site.kind == .near && !site.isPatchable
    let direct = takesAny ? planDirectArguments(site, first, lowering, allocation) : 0
    for (position, index) in site.arguments.enumerated() {
      guard let target = registerAllocation(lowering.callOperands[index].location) else {
        continue
      }
      if case .x(let number) = lowering.callOperands[index].location, number < 4,
        direct >> UInt8(number) & 1 == 1
      {
        continue
      }
      addMove(
        index, from: allocation.operandAllocations[first + position], to: target, &touched,
        lowering)
    }
    var callee = Allocation.temporary
    if site.kind == .indirect {
      callee = placeCallee(site, first + site.arguments.count, &touched, lowering, allocation)
    }
    resolveMoves(touched, lowering, builder)
    noteSource(instruction.source)
    switch site.kind {
    case .near: emitNearCall(site, direct, first, lowering, allocation)
    case .host: emitHostCall(site, lowering)
    default:
      emitIndirectCall(site, callee, lowering)
    }
    if site.endsBlock { return }
    adjustStack(by: Int64(site.poppedBytes))
    let results = first + site.arguments.count + (site.callee.isNone ? 0 : 1)
    take(
      site.results, stackBase: site.poppedBytes, operand: results, lowering, builder, allocation)
  }

  mutating func noteIndirectCall(_ site: CallSite, _ lowering: borrowing Lowering) {
    callOffset = UInt32(encoder.offset)
    guard lowering.function.signature.convention != .wasm else { return }
    output.indirectCalls.append(
      IndirectCall(offset: callOffset, signature: site.signature.number))
  }

  /// The set of arguments for x0 to x3 that need no move.
  private func planDirectArguments(
    _ site: CallSite, _ first: Int, _ lowering: borrowing Lowering,
    _ allocation: borrowing AllocationResult
  ) -> UInt8 {
    var sources = InlineArray<4, Allocation>(repeating: .rematerialise)
    var written: UInt64 = 0
    for (position, index) in site.arguments.enumerated() {
      guard case .x(let number) = lowering.callOperands[index].location else { continue }
      let source = allocation.operandAllocations[first + position]
      if number < 4 {
        sources[Int(number)] = source
        if !source.isRegister && !(lowering.isWindowed && source.isSlot) {
          written |= 1 << UInt64(number)
        }
      } else if source != .register(.x, number) {
        written |= 1 << UInt64(number)
      }
    }
    var direct: UInt8 = 0
    if lowering.isWindowed { sources[0] = Self.context }
    let canNameSlots = lowering.isWindowed
    for number in 0..<4
    where sources[number].isRegister || canNameSlots && sources[number].isSlot {
      direct |= 1 << UInt8(number)
    }
    var changed = true
    while changed {
      changed = false
      for number in 0..<4 where direct >> UInt8(number) & 1 == 1 {
        guard let source = sources[number].register, written >> UInt64(source) & 1 == 1 else {
          continue
        }
        direct &= ~(1 << UInt8(number))
        written |= 1 << UInt64(number)
        changed = true
      }
    }
    return direct
  }

  private mutating func emitNearCall(
    _ site: CallSite, _ direct: UInt8, _ first: Int, _ lowering: borrowing Lowering,
    _ allocation: borrowing AllocationResult
  ) {
    var sources = InlineArray<4, XReg>(repeating: .spillTmp0)
    for number in 0..<4 { sources[number] = XReg(UInt8(number)) }
    var count = 0
    var slotReads: UInt8 = 0
    if lowering.isWindowed {
      sources[0] = XReg(RegisterRoles.context)
      count = 1
    }
    for (position, index) in site.arguments.enumerated() {
      guard case .x(let number) = lowering.callOperands[index].location, number < 4,
        direct >> UInt8(number) & 1 == 1,
        case let source = allocation.operandAllocations[first + position],
        source != .rematerialise
      else { continue }
      sources[Int(number)] = XReg(readable(source, .x, &slotReads))
      if source.register != number { count = max(count, Int(number) + 1) }
    }
    callOffset = UInt32(encoder.offset)
    addRelocation(
      .nearCall, to: site.function, patchDistance: UInt8(count + 1), lowering)
    switch count {
    case 0: encoder.call(0)
    case 1: encoder.call1(sources[0], 0)
    case 2: encoder.call2(sources[0], sources[1], 0)
    case 3: encoder.call3(sources[0], sources[1], sources[2], 0)
    default: encoder.call4(sources[0], sources[1], sources[2], sources[3], 0)
    }
    instructionCount += 1
  }

  /// The linker fills in the number of the signature. If that does not fit, the instruction has 255 and
  /// the number is in x15. The number in the name decides the form.
  private mutating func emitHostCall(_ site: CallSite, _ lowering: borrowing Lowering) {
    var id: UInt8 = 0
    if case .user(ExternalNamespace.hostSignature, let number) = lowering.function.externals[
      site.function
    ].name,
      number >= 255
    {
      id = 255
      usesSignatureRegister = true
      var load = MachineInstruction(MachineOperation(.xconst64))
      load.immediate = Int64(number)
      if number <= 0x7FFF {
        load.operation = MachineOperation(.xconst16)
      } else if number <= 0x7FFF_FFFF {
        load.operation = MachineOperation(.xconst32)
      }
      emitConstant(load, into: .register(.x, Self.signatureRegister), lowering)
    }
    callOffset = UInt32(encoder.offset)
    addRelocation(.hostCall, to: site.function, patchDistance: 3, lowering)
    encoder.call_indirect_host(id)
    instructionCount += 1
  }

  /// The location of the callee's address at the call. It is moved if arguments need its register.
  private mutating func placeCallee(
    _ site: CallSite, _ operand: Int, _ touched: inout Touched, _ lowering: borrowing Lowering,
    _ allocation: borrowing AllocationResult
  ) -> Allocation {
    let place = allocation.operandAllocations[operand]
    if lowering.isWindowed && place.isSlot { return place }
    if let number = place.register {
      var written = false
      for index in site.arguments {
        if case .x(number) = lowering.callOperands[index].location { written = true }
      }
      if !written { return place }
    }
    return moveCallee(site, operand, &touched, lowering, allocation)
  }

  /// The register for addresses of callees that are moved. It is not an argument register.
  private func calleeRegister(_ lowering: borrowing Lowering) -> UInt8 {
    lowering.isWindowed ? WindowRecord.callee : 15
  }

  /// The register with the number of a host function's signature that does not fit the instruction.
  static let signatureRegister: UInt8 = 15

  private static let context = Allocation.register(.x, RegisterRoles.context)

  @discardableResult
  mutating func moveCallee(
    _ site: CallSite, _ operand: Int, _ touched: inout Touched, _ lowering: borrowing Lowering,
    _ allocation: borrowing AllocationResult
  ) -> Allocation {
    let place = allocation.operandAllocations[operand]
    let target = Allocation.register(.x, calleeRegister(lowering))
    if place == .rematerialise {
      resolver.addRematerialisation(of: site.callee.virtualRegister, .x, to: target)
    } else {
      touched.insert(place)
      resolver.add(.x, from: place, to: target)
    }
    touched.insert(target)
    return target
  }
}

extension Lowering {
  /// The class of a call operand.
  func registerClass(of operand: Int) -> RegisterClass {
    registerClasses[Int(callOperands[operand].register.bits)]
  }
}
