import CFFI
import PulleyVM

/// Calls through libffi, for any signature. Tests compare direct calls with these.
///
/// libffi takes a pointer to each argument. Most pointers lead to the guest's register or stack slot, of
/// which libffi reads as many low bytes as the C type has. Converted and extended arguments are in a
/// scratch array.
enum GeneralCall {
  static let invoke: HostFunction.Invoke = { registers, function in
    let record = function.record
    // With a constant capacity, the compiler puts the scratch on the stack.
    if record.pointee.argumentCount <= 16 {
      return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 48) {
        call(record, registers, scratch: $0.baseAddress.unsafelyUnwrapped, capacity: 16)
      }
    }
    return callWithMany(record, registers)
  }

  @inline(never)
  private static func callWithMany(
    _ record: UnsafeMutablePointer<CallRecord>, _ registers: UnsafeMutableRawPointer
  ) -> Int32 {
    let count = record.pointee.argumentCount
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count * 3) {
      call(record, registers, scratch: $0.baseAddress.unsafelyUnwrapped, capacity: count)
    }
  }

  /// `scratch` has `3 * capacity` words: a pointer to each argument, then the converted values of one
  /// or two words.
  @inline(__always)
  private static func call(
    _ record: UnsafeMutablePointer<CallRecord>, _ registers: UnsafeMutableRawPointer,
    scratch: UnsafeMutablePointer<UInt64>, capacity: Int
  ) -> Int32 {
    var converted = scratch + capacity
    let pointers = UnsafeMutableRawPointer(scratch).assumingMemoryBound(
      to: UnsafeMutableRawPointer?.self)
    var failure = ConversionFailure.outOfBounds
    for index in 0..<record.pointee.argumentCount {
      let conversion = record.pointee.arguments.unsafelyUnwrapped[index]
      if conversion.isReadInPlace {
        pointers[index] = conversion.slot(registers: registers)
        continue
      }
      pointers[index] = UnsafeMutableRawPointer(converted)
      if conversion.kind == .pair {
        converted[0] = conversion.slot(registers: registers).load(as: UInt64.self)
        converted[1] = conversion.highSlot(registers: registers).load(as: UInt64.self)
        converted += 2
        continue
      }
      guard let value = record.argument(index, registers: registers, failure: &failure) else {
        return record.trap(failure, argument: index, registers)
      }
      converted[0] = value
      converted += 1
    }
    // libffi widens narrower integers to `ffi_arg`, which fits.
    var result = SIMD2<UInt64>()
    ffi_call(
      record.pointee.interface.unsafelyUnwrapped.assumingMemoryBound(to: ffi_cif.self),
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
