import PulleyVM

// The C types that direct calls cast functions to, and the calls themselves. See `DirectCall`.

private typealias I = UInt64
private typealias D = Double

/// A function with at most six integers and eight floats, in any order.
typealias AllToInteger =
  @convention(c) (
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
    Double, Double, Double, Double, Double, Double, Double, Double
  ) -> UInt64
typealias AllToFloat =
  @convention(c) (
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
    Double, Double, Double, Double, Double, Double, Double, Double
  ) -> Double

extension UnsafeMutablePointer where Pointee == CallRecord {
  @inline(__always)
  fileprivate func callee<Function>(as type: Function.Type) -> Function {
    unsafeBitCast(pointee.callee, to: type)
  }

  /// Stores a result that needs no conversion.
  @inline(__always)
  fileprivate func finishUnchanged(_ result: I, _ registers: UnsafeMutableRawPointer) -> Int32 {
    if pointee.environment.pointee.trapIsPending { return trapAsRequested(registers) }
    registers.setX0(result)
    return 0
  }
}

extension DirectCall {
  /// `integersOnly[n]`: n integers, and a result of 32 or 64 bits or no result.
  static let integersOnly: [HostFunction.Invoke] = [
    { r, f in
      let function = f.record.callee(as: (@convention(c) () -> I).self)
      return f.record.finishUnchanged(function(), r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (I) -> I).self)
      return f.record.finishUnchanged(function(r.x(1)), r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (I, I) -> I).self)
      return f.record.finishUnchanged(function(r.x(1), r.x(2)), r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (I, I, I) -> I).self)
      return f.record.finishUnchanged(function(r.x(1), r.x(2), r.x(3)), r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (I, I, I, I) -> I).self)
      return f.record.finishUnchanged(function(r.x(1), r.x(2), r.x(3), r.x(4)), r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (I, I, I, I, I) -> I).self)
      return f.record.finishUnchanged(function(r.x(1), r.x(2), r.x(3), r.x(4), r.x(5)), r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (I, I, I, I, I, I) -> I).self)
      return f.record.finishUnchanged(function(r.x(1), r.x(2), r.x(3), r.x(4), r.x(5), r.x(6)), r)
    },
  ]

  /// `floatsOnly[n - 1]`: n floats and a float as the result.
  static let floatsOnly: [HostFunction.Invoke] = [
    { r, f in
      let function = f.record.callee(as: (@convention(c) (D) -> D).self)
      return f.record.finish(
        function(r.f(0)).bitPattern, registers: r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (D, D) -> D).self)
      return f.record.finish(
        function(r.f(0), r.f(1)).bitPattern, registers: r)
    },
    { r, f in
      let function = f.record.callee(as: (@convention(c) (D, D, D) -> D).self)
      return f.record.finish(
        function(r.f(0), r.f(1), r.f(2)).bitPattern, registers: r)
    },
  ]

  /// At most two integers and four floats, in any order.
  static let fewToInteger: HostFunction.Invoke = { r, f in
    let function = f.record.callee(as: (@convention(c) (I, I, D, D, D, D) -> I).self)
    let result = function(r.x(1), r.x(2), r.f(0), r.f(1), r.f(2), r.f(3))
    return f.record.finish(result, registers: r)
  }

  static let fewToFloat: HostFunction.Invoke = { r, f in
    let function = f.record.callee(as: (@convention(c) (I, I, D, D, D, D) -> D).self)
    let result = function(r.x(1), r.x(2), r.f(0), r.f(1), r.f(2), r.f(3))
    return f.record.finish(result.bitPattern, registers: r)
  }

  /// At most six integers and eight floats, in any order.
  static let allToInteger: HostFunction.Invoke = { r, f in
    let function = f.record.callee(as: AllToInteger.self)
    let result = function(
      r.x(1), r.x(2), r.x(3), r.x(4), r.x(5), r.x(6),
      r.f(0), r.f(1), r.f(2), r.f(3), r.f(4), r.f(5), r.f(6), r.f(7))
    return f.record.finish(result, registers: r)
  }

  static let allToFloat: HostFunction.Invoke = { r, f in
    let function = f.record.callee(as: AllToFloat.self)
    let result = function(
      r.x(1), r.x(2), r.x(3), r.x(4), r.x(5), r.x(6),
      r.f(0), r.f(1), r.f(2), r.f(3), r.f(4), r.f(5), r.f(6), r.f(7))
    return f.record.finish(result.bitPattern, registers: r)
  }

  /// The same, with integers that have to be made first: context, addresses, narrow integers.
  static let converted: HostFunction.Invoke = { r, f in
    withUnsafeTemporaryAllocation(of: I.self, capacity: 6) { words in
      let i = words.baseAddress.unsafelyUnwrapped
      switch convert(f.record, r, into: i) {
      case .failed(let status): return status
      case .integers(let count) where count <= 3:
        let function = f.record.callee(as: (@convention(c) (I, I, I) -> I).self)
        return f.record.finish(function(i[0], i[1], i[2]), registers: r)
      case .integers:
        let function = f.record.callee(as: (@convention(c) (I, I, I, I, I, I) -> I).self)
        let result = function(i[0], i[1], i[2], i[3], i[4], i[5])
        return f.record.finish(result, registers: r)
      case .withFloats:
        let function = f.record.callee(as: AllToInteger.self)
        let result = function(
          i[0], i[1], i[2], i[3], i[4], i[5],
          r.f(0), r.f(1), r.f(2), r.f(3), r.f(4), r.f(5), r.f(6), r.f(7))
        return f.record.finish(result, registers: r)
      }
    }
  }

  static let convertedToFloat: HostFunction.Invoke = { r, f in
    withUnsafeTemporaryAllocation(of: I.self, capacity: 6) { words in
      let i = words.baseAddress.unsafelyUnwrapped
      if case .failed(let status) = convert(f.record, r, into: i) { return status }
      let function = f.record.callee(as: AllToFloat.self)
      let result = function(
        i[0], i[1], i[2], i[3], i[4], i[5],
        r.f(0), r.f(1), r.f(2), r.f(3), r.f(4), r.f(5), r.f(6), r.f(7))
      return f.record.finish(result.bitPattern, registers: r)
    }
  }

  private enum Converted {
    case failed(Int32)
    case integers(Int)
    case withFloats
  }

  /// Makes the integer arguments. The floats already stand in f0 and up, in order: the guest has
  /// at most 15 there too.
  @inline(__always)
  private static func convert(
    _ record: UnsafeMutablePointer<CallRecord>, _ registers: UnsafeMutableRawPointer,
    into integers: UnsafeMutablePointer<I>
  ) -> Converted {
    integers.initialize(repeating: 0, count: 6)
    var failure = ConversionFailure.outOfBounds
    var count = 0
    let arguments = record.pointee.argumentCount
    for index in 0..<arguments
    where !record.pointee.arguments.unsafelyUnwrapped[index].isFloat {
      guard let value = record.argument(index, registers: registers, failure: &failure) else {
        return .failed(record.trap(failure, argument: index, registers))
      }
      integers[count] = value
      count += 1
    }
    return count == arguments ? .integers(count) : .withFloats
  }
}
