import CFFI
import PulleyDeclarations
import PulleyISA
import PulleyVM

/// A call of a C function whose signature is not simple.
///
/// All arguments are converted before the call, and all outputs before the first of them is written, so
/// that a failure leaves the guest's memory as it was before, or as the C function itself has left it.
struct MarshalledCall {
  let record: UnsafeMutablePointer<CallRecord>
  let plan: MarshallingPlan
  let registers: UnsafeMutableRawPointer
  /// The integer registers as they were before the call. A guest that C calls changes `registers`.
  let arguments: UnsafeMutableRawPointer
  let frame: UnsafeMutableRawPointer
  let context: Transfer.Context

  static let invoke: HostFunction.Invoke = { registers, function in
    let record = function.record
    guard let plan = record.pointee.marshalling else { return 0 }
    return Unmanaged<MarshallingPlan>.fromOpaque(plan)._withUnsafeGuaranteedRef { plan in
      // With a constant size, the compiler puts the frame on the stack.
      if plan.frameBytes <= 256 {
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) {
          MarshalledCall(record, plan, registers, $0).run()
        }
      }
      if plan.frameBytes <= 1024 {
        return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) {
          MarshalledCall(record, plan, registers, $0).run()
        }
      }
      guard Headroom.isLeft(plan.frameBytes) else {
        return record.trap("the host has no memory for the arguments of a call", registers)
      }
      return withUnsafeTemporaryAllocation(byteCount: plan.frameBytes, alignment: 16) {
        MarshalledCall(record, plan, registers, $0).run()
      }
    }
  }

  @inline(__always)
  private init(
    _ record: UnsafeMutablePointer<CallRecord>, _ plan: MarshallingPlan,
    _ registers: UnsafeMutableRawPointer, _ frame: UnsafeMutableRawBufferPointer
  ) {
    self.record = record
    self.plan = plan
    self.registers = registers
    self.frame = frame.baseAddress.unsafelyUnwrapped
    if let offset = plan.savedOffset {
      arguments = self.frame + offset
      arguments.copyMemory(from: registers, byteCount: MarshallingPlan.savedBytes)
    } else {
      arguments = registers
    }
    context = Transfer.Context(record.pointee.environment)
  }

  private func run() -> Int32 {
    context.memory.pin()
    if !plan.data.isEmpty { clearStates() }
    if !plan.callbacks.isEmpty { prepareCallbacks() }
    if plan.isDirect { return runDirect() }
    let pointers = frame.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    var (index, position) = (0, 0)
    do throws(MarshallingFailure) {
      while index < plan.steps.count {
        let step = plan.steps[index]
        let value = try argument(step)
        pointers[position] = value
        if step.isSplit {
          position += 1
          pointers[position] = value + 8
        }
        index += 1
        position += 1
      }
      if plan.checksOutputs { try checkOutputs() }
    } catch {
      if !plan.callbacks.isEmpty { endCallbacks() }
      release()
      return fail(error, argument: index)
    }
    if let variadic = plan.variadic {
      return runVariadic(variadic, UnsafeMutableBufferPointer(start: pointers, count: position))
    }
    ffi_call(
      plan.interface.cif,
      unsafeBitCast(record.pointee.callee, to: (@convention(c) () -> Void).self),
      frame + plan.resultOffset, pointers)
    if !plan.callbacks.isEmpty { endCallbacks() }
    return finish()
  }

  /// As `run`, without libffi.
  private func runDirect() -> Int32 {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 14) { words in
      let integers = words.baseAddress.unsafelyUnwrapped
      integers.initialize(repeating: 0, count: 14)
      let floats = UnsafeMutableRawPointer(integers + 6).assumingMemoryBound(to: Double.self)
      var (integerCount, floatCount, index) = (0, 0, 0)
      do throws(MarshallingFailure) {
        while index < plan.steps.count {
          let step = plan.steps[index]
          if step.conversion.isFloat {
            floats[floatCount] = step.conversion.slot(registers: registers).load(as: Double.self)
            floatCount += 1
          } else {
            integers[integerCount] = try word(step)
            integerCount += 1
          }
          index += 1
        }
        if plan.checksOutputs { try checkOutputs() }
      } catch {
        if !plan.callbacks.isEmpty { endCallbacks() }
        release()
        return fail(error, argument: index)
      }
      call(integers, integerCount, floats, floatCount)
      if !plan.callbacks.isEmpty { endCallbacks() }
      return finish()
    }
  }

  /// Stores the result in the frame.
  @inline(__always)
  private func call(
    _ i: UnsafePointer<UInt64>, _ integerCount: Int, _ f: UnsafePointer<Double>, _ floatCount: Int
  ) {
    let callee = record.pointee.callee
    let result: UInt64
    if case .simple(.double) = plan.result {
      result = callToFloat(i, f)
    } else if case .simple(.float) = plan.result {
      result = callToFloat(i, f)
    } else if floatCount == 0 && integerCount <= 3 {
      let function = unsafeBitCast(
        callee, to: (@convention(c) (UInt64, UInt64, UInt64) -> UInt64).self)
      result = function(i[0], i[1], i[2])
    } else {
      let function = unsafeBitCast(callee, to: AllToInteger.self)
      result = function(
        i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7])
    }
    (frame + plan.resultOffset).storeBytes(of: result, as: UInt64.self)
  }

  private func callToFloat(_ i: UnsafePointer<UInt64>, _ f: UnsafePointer<Double>) -> UInt64 {
    let function = unsafeBitCast(record.pointee.callee, to: AllToFloat.self)
    return function(
      i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]
    ).bitPattern
  }

  /// An integer or a pointer, extended to a word.
  @inline(__always)
  private func word(_ step: ArgumentStep) throws(MarshallingFailure) -> UInt64 {
    if step.kind == .simple { return try simple(step.conversion) }
    return try argument(step).load(as: UInt64.self)
  }

  /// Converts outputs and the result, and writes them.
  func finish() -> Int32 {
    defer { release() }
    // The C function has returned, so objects have ended and begun even if the guest gets nothing.
    if plan.releasesHandles { endHandles() }
    let failure = plan.hasFinalizers ? keepObjects() : nil
    if record.pointee.environment.pointee.trapIsPending {
      return record.trapAsRequested(registers)
    }
    if let failure { return fail(failure, argument: 0) }
    if plan.hasOutputs {
      for (index, step) in plan.data.enumerated() {
        do throws(MarshallingFailure) {
          try makeImage(step)
        } catch {
          return fail(error, argument: plan.argument(ofData: index))
        }
      }
    }
    if plan.releasesCopies { endCopies() }
    do throws(MarshallingFailure) {
      try giveResult()
    } catch {
      return record.trap("the result of \(name) \(error.text)", registers)
    }
    // Conversions may have called the guest, for memory.
    if record.pointee.environment.pointee.trapIsPending {
      return record.trapAsRequested(registers)
    }
    if plan.hasOutputs { writeImages() }
    endMirrors()
    return 0
  }

  // MARK: Arguments

  @inline(__always)
  private func argument(_ step: ArgumentStep) throws(MarshallingFailure) -> UnsafeMutableRawPointer
  {
    let value = frame + step.valueOffset
    switch step.kind {
    case .simple:
      if step.conversion.isReadInPlace { return step.conversion.slot(registers: registers) }
      let word = try simple(step.conversion)
      value.storeBytes(of: word, as: UInt64.self)
    case .scalarStructure:
      let slot = step.conversion.slot(registers: registers)
      value.storeBytes(of: step.conversion.number(in: slot), as: UInt64.self)
    case .pointerStructure:
      // The guest's structure is the number.
      var number = address(step.conversion).littleEndian
      guard let transfer = step.transfer?._withUnsafeGuaranteedRef({ $0 }) else { break }
      try transfer.read(from: &number, to: value, context)
    case .structure:
      try structure(step, to: value)
    case .data:
      let pointer = try data(plan.data[step.detail], step.conversion)
      value.storeBytes(of: pointer, as: UnsafeMutableRawPointer?.self)
    case .handle:
      if step.conversion.refusesNull, address(step.conversion) == 0 { throw .null }
      let object = try context.owner.object(
        ofHandle: address(step.conversion), plan.handles[step.detail])
      value.storeBytes(of: object, as: UnsafeMutableRawPointer?.self)
    case .callback:
      let function = try context.owner.beginCallback(
        at: address(step.conversion), plan.callbacks[step.detail], use: use(step))
      value.storeBytes(of: function, as: UnsafeRawPointer?.self)
    case .objectSize:
      value.storeBytes(of: try objectSize(step), as: UInt64.self)
    }
    return value
  }

  /// The host's size of an object, for the guest's size of it.
  private func objectSize(_ step: ArgumentStep) throws(MarshallingFailure) -> UInt64 {
    let found = step.conversion.number(in: step.conversion.slot(registers: registers))
    guard let transfer = step.transfer?._withUnsafeGuaranteedRef({ $0 }) else { return found }
    guard found == UInt64(transfer.guest.size) else {
      throw MarshallingFailure(
        "is \(Int64(bitPattern: found)), and not \(transfer.guest.size), the size of "
          + "\(transfer.type)")
    }
    return UInt64(transfer.host.size)
  }

  /// Checks where the results will go, so that the C function is not called in vain.
  private func checkOutputs() throws(MarshallingFailure) {
    if plan.hasOutputs { try checkOverlaps() }
    guard case .structure(let transfer, let slot) = plan.result else { return }
    do throws(MarshallingFailure) {
      _ = try context.memory.pointer(
        address(slot), count: UInt64(transfer.guest.size),
        alignment: UInt64(transfer.guest.alignment))
    } catch {
      throw MarshallingFailure(error.text, argument: Self.result)
    }
  }

  /// The number of the result among arguments.
  static let result = -1

  /// A guest's address, or another number as wide.
  @inline(__always)
  func address(_ conversion: ArgumentConversion) -> UInt64 {
    let slot = conversion.slot(registers: arguments)
    return conversion.isWide ? slot.load(as: UInt64.self) : UInt64(slot.load(as: UInt32.self))
  }

  @inline(__always)
  private func simple(_ conversion: ArgumentConversion) throws(MarshallingFailure) -> UInt64 {
    switch conversion.kind {
    case .instance:
      record.pointee.environment.pointee.caller = registers
      return UInt64(UInt(bitPattern: record.pointee.environment.pointee.instance))
    case .userData: return UInt64(UInt(bitPattern: record.pointee.userData))
    case .pointer, .string:
      let address = address(conversion)
      if address == 0 {
        if conversion.acceptsNull { return 0 }
        guard !conversion.refusesNull else { throw .null }
      }
      let pointer =
        try conversion.kind == .string
        ? context.memory.string(address, maximum: conversion.maximum).pointer
        : context.memory.pointer(address, count: 1)
      return UInt64(UInt(bitPattern: pointer))
    default: return conversion.number(in: conversion.slot(registers: registers))
    }
  }

  private func structure(
    _ step: ArgumentStep, to value: UnsafeMutableRawPointer
  ) throws(MarshallingFailure) {
    guard let transfer = step.transfer?._withUnsafeGuaranteedRef({ $0 }) else { return }
    let size = transfer.guest.size
    let source = try context.memory.pointer(address(step.conversion), count: UInt64(size))
    if transfer.isIdentical {
      value.copyMemory(from: source, byteCount: size)
    } else {
      value.initializeMemory(as: UInt8.self, repeating: 0, count: transfer.host.size)
      try transfer.read(from: source, to: value, context)
    }
  }

  // MARK: Ends

  var name: String { record.pointee.definition._withUnsafeGuaranteedRef { $0.name } }

  func fail(_ failure: MarshallingFailure, argument index: Int) -> Int32 {
    let index = failure.argument ?? index
    guard index != Self.result else {
      return record.trap("the result of \(name) \(failure.text)", registers)
    }
    let number = index - plan.signature.context.count + 1
    return record.trap("argument \(number) of \(name) \(failure.text)", registers)
  }
}
