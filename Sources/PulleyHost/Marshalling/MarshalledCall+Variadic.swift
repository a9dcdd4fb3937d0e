import CFFI
import PulleyDeclarations
import PulleyVM

/// Calls of functions with variable arguments.
extension MarshalledCall {
  private typealias Variables = UnsafeMutableBufferPointer<VariableArgument>

  /// Converts the variable arguments and calls the function.
  ///
  /// Formats, strings to print and the string that scanf reads are copied: the function could otherwise
  /// overwrite one of them while it reads it, and so read other types or beyond the memory.
  ///
  /// - Parameter fixed: the pointers to the other arguments.
  func runVariadic(
    _ variadic: VariadicPlan, _ fixed: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
  ) -> Int32 {
    let prepared: PreparedArguments
    var reader = VariableReader(
      memory: context.memory, model: plan.model, next: address(variadic.buffer))
    switch variadic.source {
    case .fixed(let arguments): prepared = arguments
    case .format(let style, let index):
      do throws(MarshallingFailure) {
        guard let format = string(fixed[index]) else { throw MarshallingFailure("is NULL") }
        prepared = try variadic.arguments(format.pointer, length: format.length, style)
      } catch {
        return give(up: error, argument: index)
      }
      reader.input = variadic.input.flatMap { string(fixed[$0]) }
    }
    let count = prepared.types.count
    return withUnsafeTemporaryAllocation(of: VariableArgument.self, capacity: max(count, 1)) {
      variables in
      variables.initialize(repeating: VariableArgument())
      // The copies' bytes. The sum cannot overflow: there are few strings, each shorter than the memory.
      var bytes = reader.input.map { $0.length + 1 } ?? 0
      for index in 0..<count {
        do throws(MarshallingFailure) {
          variables[index] = try reader.read(prepared.types[index], after: variables[..<index])
          bytes += variables[index].length.map { $0 + 1 } ?? 0
          guard bytes <= 1 << 16 || bytes <= Int(Int32.max) && Headroom.isLeft(bytes) else {
            throw MarshallingFailure("is a string for whose copy the host has no memory")
          }
        } catch {
          return give(up: explain(error, prepared, index), argument: plan.steps.count + index)
        }
      }
      return withUnsafeTemporaryAllocation(byteCount: max(bytes, 1), alignment: 1) { room in
        call(variadic, prepared, fixed, variables, reader, room)
      }
    }
  }

  private func call(
    _ variadic: VariadicPlan, _ prepared: PreparedArguments,
    _ fixed: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>, _ variables: Variables,
    _ reader: VariableReader, _ room: UnsafeMutableRawBufferPointer
  ) -> Int32 {
    let count = prepared.types.count
    var room = room[...]
    // Pointers to all arguments, then the values that replace those of fixed arguments.
    let words = fixed.count + count + 4
    return withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: words) {
      pointers in
      guard let base = pointers.baseAddress else { return 0 }
      _ = pointers.initialize(from: fixed)
      let values = base + (words - 3)
      values.initialize(repeating: nil, count: 3)
      if let text = prepared.text, case .format(_, let index) = variadic.source {
        values[0] = UnsafeMutableRawPointer(text)
        pointers[index] = UnsafeMutableRawPointer(values)
      }
      if let input = reader.input, let index = variadic.input {
        values[1] = copy(input.pointer, input.length, to: &room)
        pointers[index] = UnsafeMutableRawPointer(values + 1)
      }
      var (position, limit) = (fixed.count, UInt64.max)
      var callee = record.pointee.callee
      if variadic.isSprintf {
        limit = remaining(fixed[0])
        values[2] = UnsafeMutableRawPointer(bitPattern: UInt(limit))
        for index in (1..<fixed.count).reversed() { pointers[index + 1] = pointers[index] }
        pointers[1] = UnsafeMutableRawPointer(values + 2)
        callee = UnsafeRawPointer(pulley_address_of_snprintf())
        position += 1
      }
      for index in 0..<count {
        pointers[position + index] = pointer(to: variables, index, &room)
      }
      ffi_call(
        prepared.interface.cif, unsafeBitCast(callee, to: (@convention(c) () -> Void).self),
        frame + plan.resultOffset, base)
      if !plan.callbacks.isEmpty { endCallbacks() }
      if !record.pointee.environment.pointee.trapIsPending {
        for index in 0..<count { reader.write(prepared.types[index], variables[index]) }
        let length = (frame + plan.resultOffset).load(as: Int32.self)
        if variadic.isSprintf, UInt64(clamping: length) >= limit {
          release()
          return fail(
            MarshallingFailure("has \(limit) bytes up to the memory's end, too few for the text"),
            argument: 0)
        }
      }
      return finish()
    }
  }

  /// The pointer to a variable argument, whose string is copied.
  private func pointer(
    to variables: Variables, _ index: Int, _ room: inout Slice<UnsafeMutableRawBufferPointer>
  ) -> UnsafeMutableRawPointer? {
    guard let base = variables.baseAddress else { return nil }
    let place = UnsafeMutableRawPointer(base + index)
    if let length = variables[index].length {
      let source = try? context.memory.pointer(variables[index].address, count: UInt64(length))
      let text = source.flatMap { copy(UnsafeRawPointer($0), length, to: &room) }
      variables[index].value.low = UInt64(UInt(bitPattern: text))
    } else if variables[index].isConverted {
      let output = place + (MemoryLayout<VariableArgument>.offset(of: \.output) ?? 0)
      variables[index].value.low = UInt64(UInt(bitPattern: output))
    }
    return place
  }

  /// Copies a string and ends it with NUL.
  private func copy(
    _ source: UnsafeRawPointer, _ length: Int, to room: inout Slice<UnsafeMutableRawBufferPointer>
  ) -> UnsafeMutableRawPointer? {
    let part = UnsafeMutableRawBufferPointer(rebasing: room.prefix(length + 1))
    room = room.dropFirst(length + 1)
    guard let target = part.baseAddress, part.count == length + 1 else { return nil }
    target.copyMemory(from: source, byteCount: length)
    target.storeBytes(of: 0, toByteOffset: length, as: UInt8.self)
    return target
  }

  // MARK: - Fixed arguments

  /// The string to which an argument leads, in the guest's memory, where a NUL ends it.
  private func string(
    _ argument: UnsafeMutableRawPointer?
  ) -> (pointer: UnsafeRawPointer, length: Int)? {
    guard let pointer = argument?.load(as: UnsafeRawPointer?.self),
      let address = context.memory.address(of: pointer),
      let found = try? context.memory.string(address)
    else { return nil }
    return (UnsafeRawPointer(found.pointer), found.length)
  }

  /// How many bytes the memory has from an argument's address on.
  private func remaining(_ argument: UnsafeMutableRawPointer?) -> UInt64 {
    guard let pointer = argument?.load(as: UnsafeRawPointer?.self),
      let address = context.memory.address(of: pointer)
    else { return 0 }
    return context.memory.size - address
  }

  // MARK: - Failures

  /// Names the conversion that asks for an argument.
  private func explain(
    _ failure: MarshallingFailure, _ prepared: PreparedArguments, _ index: Int
  ) -> MarshallingFailure {
    guard let format = prepared.format else { return failure }
    return MarshallingFailure(
      "(for \(format.conversion(ofArgument: index)) of the format "
        + "\(FormatString.excerpt(format.bytes))) \(failure.text)")
  }

  private func give(up failure: MarshallingFailure, argument index: Int) -> Int32 {
    if !plan.callbacks.isEmpty { endCallbacks() }
    release()
    return fail(failure, argument: index)
  }
}
