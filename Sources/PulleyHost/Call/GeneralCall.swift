import CFFI
import PulleyVM

/// Calls through libffi: any signature, and the reference for direct calls.
///
/// libffi takes a pointer to each argument. Most point straight at the guest's register or stack
/// slot, of which it reads as many low bytes as the C type has; only what had to be converted
/// or extended stands in a scratch array.
enum GeneralCall {
  static let invoke: HostFunction.Invoke = { registers, function in
    let record = function.record
    // A capacity known to the compiler keeps the scratch on the stack.
    if record.pointee.stepCount <= 16 {
      return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 48) {
        call(record, registers, scratch: $0.baseAddress.unsafelyUnwrapped, capacity: 16)
      }
    }
    return callWithMany(record, registers)
  }

  @inline(never)
  private static func callWithMany(
    _ record: UnsafeMutablePointer<HostFunctionRecord.Body>, _ registers: UnsafeMutableRawPointer
  ) -> Int32 {
    let count = record.pointee.stepCount
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count * 3) {
      call(record, registers, scratch: $0.baseAddress.unsafelyUnwrapped, capacity: count)
    }
  }

  /// `scratch` has three times the capacity in words: pointers to the arguments, then converted
  /// values, of at most two words each.
  @inline(__always)
  private static func call(
    _ record: UnsafeMutablePointer<HostFunctionRecord.Body>, _ registers: UnsafeMutableRawPointer,
    scratch: UnsafeMutablePointer<UInt64>, capacity: Int
  ) -> Int32 {
    var converted = scratch + capacity
    let pointers = UnsafeMutableRawPointer(scratch).assumingMemoryBound(
      to: UnsafeMutableRawPointer?.self)
    var failure = ConversionFailure.outOfBounds
    for index in 0..<record.pointee.stepCount {
      let step = record.pointee.steps.unsafelyUnwrapped[index]
      if step.isReadInPlace {
        pointers[index] = step.slot(registers: registers)
        continue
      }
      pointers[index] = UnsafeMutableRawPointer(converted)
      if step.kind == .pair {
        converted[0] = step.slot(registers: registers).load(as: UInt64.self)
        converted[1] = step.highSlot(registers: registers).load(as: UInt64.self)
        converted += 2
        continue
      }
      guard let value = record.argument(index, registers: registers, failure: &failure) else {
        return record.trap(failure, argument: index, registers)
      }
      converted[0] = value
      converted += 1
    }
    // At least as large as libffi's ffi_arg, to which it widens narrower integers.
    var result = SIMD2<UInt64>()
    ffi_call(
      record.pointee.interface.assumingMemoryBound(to: ffi_cif.self),
      unsafeBitCast(record.pointee.callee, to: (@convention(c) () -> Void).self),
      &result, pointers)
    switch record.pointee.result {
    case .vector: registers.setV0(result)
    case .pair: registers.setX0X1(result)
    default: break
    }
    return record.finish(result[0], registers: registers)
  }
}
