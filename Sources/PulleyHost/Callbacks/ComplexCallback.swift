import PulleyDeclarations
import PulleyVM

/// A call from C whose arguments need memory of the guest: strings, structures, handles, copied data.
///
/// Everything is made in the guest by its own allocator and freed after the call, so C code must not
/// expect the guest to keep it.
struct ComplexCallback {
  let target: CallbackCall.Target
  let plan: CallbackPlan
  /// A pointer to each argument of C's.
  let values: UnsafeMutablePointer<UnsafeRawPointer>
  let slots: UnsafeMutablePointer<UInt64>
  private let environment: HostEnvironment
  private let objects: TemporaryObjects
  private var context: Transfer.Context
  private var outputs: [Output] = []

  /// A copy of C's data that the guest may change.
  private struct Output {
    let transfer: Transfer
    let count: Int
    let host: UnsafeMutableRawPointer
    let address: UInt64
    /// The copy as the guest received it.
    let shadow: [UInt8]
  }

  /// Calls the guest. `result` is filled with zeros, and has room for C's result and for two words.
  static func call(
    _ target: CallbackCall.Target, _ values: UnsafeMutablePointer<UnsafeRawPointer>,
    result: UnsafeMutableRawPointer
  ) {
    guard let plan = target.pointee.plan,
      let environment = target.pointee.environment?.pointee.owner.takeUnretainedValue()
    else { return }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: plan.slotCount) { slots in
      var call = ComplexCallback(
        target, plan, values, slots.baseAddress.unsafelyUnwrapped, environment)
      call.run(result)
    }
  }

  private init(
    _ target: CallbackCall.Target, _ plan: CallbackPlan,
    _ values: UnsafeMutablePointer<UnsafeRawPointer>, _ slots: UnsafeMutablePointer<UInt64>,
    _ environment: HostEnvironment
  ) {
    self.target = target
    self.plan = plan
    self.values = values
    self.slots = slots
    self.environment = environment
    objects = TemporaryObjects(environment)
    context = Transfer.Context(environment.block)
    context.temporary = .passUnretained(objects)
  }

  private mutating func run(_ result: UnsafeMutableRawPointer) {
    // Without a host call that does, this must keep the memory in its place while copies are made in it.
    context.memory.pin()
    defer {
      objects.end()
      context.memory.unpin()
    }
    var slot = 0
    var index = 0
    let resultAddress: UInt64?
    do throws(MarshallingFailure) {
      resultAddress = try makeResult(&slot)
      while index < plan.conversions.count {
        try load(index, &slot)
        index += 1
      }
    } catch {
      return fail("its argument \(index + 1)", error)
    }
    // Making the copies may have failed inside the guest.
    guard !environment.hasPendingTrap else { return }
    if let trap = target.pointee.function?.run(slots) { return target.fail(trap) }
    do throws(MarshallingFailure) {
      for output in outputs { try copyBack(output) }
    } catch {
      return fail("its data", error)
    }
    do throws(MarshallingFailure) {
      try giveResult(resultAddress, to: result)
    } catch {
      fail("its result", error)
    }
  }

  private func fail(_ what: String, _ failure: MarshallingFailure) {
    target.fail(
      HostTrap(message: "the callback in \(plan.place): \(what) \(failure.text)"))
  }

  // MARK: Arguments

  /// Makes room for a structure that the guest returns in memory.
  private func makeResult(_ slot: inout Int) throws(MarshallingFailure) -> UInt64? {
    guard case .structure(let transfer) = plan.resultConversion else { return nil }
    let address = try objects.allocate(transfer.guest.size).address
    slots[slot] = address
    slot += 1
    return address
  }

  private mutating func load(_ index: Int, _ slot: inout Int) throws(MarshallingFailure) {
    let value = values[index]
    let kind = plan.body.pointee.arguments[index]
    switch plan.conversions[index] {
    case .nothing: return
    case .word where kind == .wide:
      slots[slot] = value.loadUnaligned(as: UInt64.self)
      slot += 1
      slots[slot] = value.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    case .word: slots[slot] = try word(kind, value)
    case .structure(let transfer):
      let (address, pointer) = try objects.allocate(transfer.guest.size)
      try transfer.write(from: value, to: pointer, context)
      slots[slot] = address
    case .scalar(let transfer, let scalar):
      var image = SIMD2<UInt64>()
      try withUnsafeMutableBytes(of: &image) { (image) throws(MarshallingFailure) in
        try transfer.write(from: value, to: image.baseAddress.unsafelyUnwrapped, context)
      }
      slots[slot] = withUnsafeBytes(of: image) { scalar.word($0.baseAddress.unsafelyUnwrapped) }
    case .data(let transfer, let type): slots[slot] = try data(value, transfer, type)
    case .handle(let type):
      let object = value.load(as: UnsafeMutableRawPointer?.self)
      slots[slot] =
        try object.map { (object) throws(MarshallingFailure) in
          try objects.handle(for: object, type)
        } ?? 0
    case .function:
      let function = value.load(as: UnsafeMutableRawPointer?.self)
      slots[slot] =
        try function.map { (function) throws(MarshallingFailure) in
          try environment.index(ofFunction: function)
        } ?? 0
    }
    slot += 1
  }

  private func word(
    _ kind: CallbackArgument, _ value: UnsafeRawPointer
  ) throws(MarshallingFailure) -> UInt64 {
    guard kind == .address || kind == .string else { return kind.word(value) }
    guard let pointer = value.load(as: UnsafeRawPointer?.self) else { return 0 }
    if let address = context.memory.address(of: pointer) { return address }
    if kind == .string { return try objects.copy(ofString: pointer) }
    throw MarshallingFailure("points outside of the guest's memory")
  }

  private mutating func data(
    _ value: UnsafeRawPointer, _ transfer: Transfer, _ type: PointedData
  ) throws(MarshallingFailure) -> UInt64 {
    guard let pointer = value.load(as: UnsafeMutableRawPointer?.self) else { return 0 }
    if transfer.isIdentical, let address = context.memory.address(of: pointer) { return address }
    let count = try count(type.extent, transfer.host.size)
    let (size, overflow) = transfer.guest.size.multipliedReportingOverflow(by: count)
    guard !overflow, size <= Int(Int32.max) else {
      throw MarshallingFailure("leads to \(count) elements, more than a guest can have")
    }
    let (address, copy) = try objects.allocate(size)
    if type.access == .write {
      copy.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    } else {
      try transfer.write(count, from: pointer, to: copy, context)
    }
    if type.access == .write || type.access == .readWrite {
      outputs.append(
        Output(
          transfer: transfer, count: count, host: pointer, address: address,
          shadow: Array(UnsafeRawBufferPointer(start: copy, count: size))))
    }
    return address
  }

  private func count(
    _ extent: PointerRules.Extent, _ size: Int
  ) throws(MarshallingFailure) -> Int {
    switch extent {
    case .one: 1
    case .elements(let count): try number(count)
    case .bytes(let count): try number(count) / max(size, 1)
    }
  }

  private func number(_ count: PointerRules.Count) throws(MarshallingFailure) -> Int {
    switch count {
    case .constant(let number): return number
    case .parameter(let position): return try integer(position)
    case .product(let first, let second):
      let (product, overflow) = try integer(first).multipliedReportingOverflow(
        by: try integer(second))
      guard !overflow else { throw MarshallingFailure("has more elements than there are numbers") }
      return product
    case .strings(let positions):
      return positions.reduce(1) { sum, position in
        guard plan.conversions.indices.contains(position),
          let text = values[position].load(as: UnsafePointer<CChar>?.self)
        else { return sum }
        return sum + strlen(text)
      }
    }
  }

  /// The number in C's argument, or that it leads to.
  private func integer(_ position: Int) throws(MarshallingFailure) -> Int {
    guard plan.conversions.indices.contains(position) else {
      throw MarshallingFailure("has no count")
    }
    let value = values[position]
    let number: Int?
    switch plan.type.signature.parameters[position] {
    case .i8: number = Int(value.load(as: Int8.self))
    case .u8, .bool: number = Int(value.load(as: UInt8.self))
    case .i16: number = Int(value.load(as: Int16.self))
    case .u16: number = Int(value.load(as: UInt16.self))
    case .i32: number = Int(value.load(as: Int32.self))
    case .u32: number = Int(value.load(as: UInt32.self))
    case .i64, .ssize: number = value.load(as: Int.self)
    case .u64, .size: number = Int(exactly: value.load(as: UInt.self))
    case .data(let data):
      guard case .integer(let type) = data.element,
        let pointer = value.load(as: UnsafeRawPointer?.self)
      else { throw MarshallingFailure("has no count") }
      number = Int(exactly: type.load(pointer, .host))
    default: number = nil
    }
    guard let number, number >= 0 else {
      throw MarshallingFailure("has a count that is negative or no integer")
    }
    return number
  }

  // MARK: After the call

  /// Gives C the data that the guest has changed. Pointers of the host's own that it has not changed stay.
  private func copyBack(_ output: Output) throws(MarshallingFailure) {
    let transfer = output.transfer
    let copy = try context.memory.pointer(output.address, count: UInt64(output.shadow.count))
    let failure: MarshallingFailure? = output.shadow.withUnsafeBytes { shadow in
      do throws(MarshallingFailure) {
        for index in 0..<output.count {
          let offset = index * transfer.guest.size
          try transfer.read(
            from: copy + offset, to: output.host + index * transfer.host.size, context,
            shadow: shadow.baseAddress.map { $0 + offset })
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func giveResult(
    _ address: UInt64?, to result: UnsafeMutableRawPointer
  ) throws(MarshallingFailure) {
    let word = plan.model == .guest32 ? slots[0] & 0xFFFF_FFFF : slots[0]
    switch plan.resultConversion {
    case .nothing: break
    case .word:
      let value = CallbackCall.convert(target, plan.body, slots)
      result.storeBytes(of: value, as: SIMD2<UInt64>.self)
    case .structure(let transfer):
      let source = try context.memory.pointer(address ?? 0, count: UInt64(transfer.guest.size))
      try transfer.read(from: source, to: result, context)
    case .scalar(let transfer, _):
      try withUnsafeBytes(of: slots[0]) { (image) throws(MarshallingFailure) in
        try transfer.read(from: image.baseAddress.unsafelyUnwrapped, to: result, context)
      }
    case .data(let transfer):
      guard word != 0 else { break }
      let pointer = try context.memory.pointer(
        word, count: UInt64(transfer.guest.size), alignment: UInt64(transfer.host.alignment))
      result.storeBytes(of: pointer, as: UnsafeMutableRawPointer.self)
    case .handle(let type):
      let object = try environment.object(ofHandle: word, type)
      result.storeBytes(of: object, as: UnsafeMutableRawPointer?.self)
    case .function(let type):
      let function = try environment.function(at: word, type, plan.model)
      result.storeBytes(of: function, as: UnsafeMutableRawPointer?.self)
    }
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
