import PulleyDeclarations

extension Transfer {
  /// What a transfer needs besides the two objects.
  struct Context {
    let memory: GuestMemory
    /// Whether a number that is not valid becomes NULL, as in a variable that the callee will set.
    var isLenient = false
    /// Whether the library keeps the object. Then its own functions in it read as NULL, and stay.
    var isKept = false
    /// What makes copies and handles that end with a call of the guest; nil if they stay. The caller of
    /// the conversion keeps it.
    var temporary: Unmanaged<TemporaryObjects>?

    init(_ environment: UnsafeMutablePointer<HostEnvironment.Block>) {
      memory = GuestMemory(environment: environment)
    }

    var owner: HostEnvironment { memory.environment.pointee.owner.takeUnretainedValue() }
  }

  /// Converts `count` objects of the guest to objects of the host.
  func read(
    _ count: Int, from guest: UnsafeRawPointer, to host: UnsafeMutableRawPointer,
    _ context: Context
  ) throws(MarshallingFailure) {
    guard !isIdentical else {
      return host.copyMemory(from: guest, byteCount: count * self.host.size)
    }
    for index in 0..<count {
      try read(
        from: guest + index * self.guest.size, to: host + index * self.host.size, context)
    }
  }

  /// Converts `count` objects of the host to objects of the guest, in an image outside its memory.
  func write(
    _ count: Int, from host: UnsafeRawPointer, to guest: UnsafeMutableRawPointer,
    _ context: Context
  ) throws(MarshallingFailure) {
    guard !isIdentical else {
      return guest.copyMemory(from: host, byteCount: count * self.guest.size)
    }
    for index in 0..<count {
      try write(
        from: host + index * self.host.size, to: guest + index * self.guest.size, context)
    }
  }

  /// - Parameter shadow: the object of the guest as the last call left it, if the host's object has
  ///   been kept since. Where the guest has changed nothing, pointers of the host's own stay.
  func read(
    from guest: UnsafeRawPointer, to host: UnsafeMutableRawPointer, _ context: Context,
    shadow: UnsafeRawPointer? = nil
  ) throws(MarshallingFailure) {
    for step in steps {
      let source = guest + step.guestOffset
      let target = host + step.hostOffset
      switch step.kind {
      case .copy: target.copyMemory(from: source, byteCount: step.count)
      case .signedWord:
        target.storeBytes(of: Int64(source.loadUnaligned(as: Int32.self)), as: Int64.self)
      case .unsignedWord:
        target.storeBytes(of: UInt64(source.loadUnaligned(as: UInt32.self)), as: UInt64.self)
      case .array:
        try nested[step.detail].read(step.count, from: source, to: target, context)
      case .address, .handle, .callback:
        let word = self.word(source)
        if let shadow, word == self.word(shadow + step.guestOffset), isHosts(step, target, context)
        {
          continue
        }
        let pointer = try pointer(word, step, in: guest, context)
        target.storeBytes(of: pointer, as: UnsafeMutableRawPointer?.self)
      }
    }
  }

  func write(
    from host: UnsafeRawPointer, to guest: UnsafeMutableRawPointer, _ context: Context
  ) throws(MarshallingFailure) {
    for step in steps {
      let source = host + step.hostOffset
      let target = guest + step.guestOffset
      switch step.kind {
      case .copy: target.copyMemory(from: source, byteCount: step.count)
      case .signedWord, .unsignedWord:
        target.storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
      case .array:
        try nested[step.detail].write(step.count, from: source, to: target, context)
      case .address, .handle, .callback:
        let pointer = source.loadUnaligned(as: UnsafeMutableRawPointer?.self)
        setWord(target, try number(pointer, step, context))
      }
    }
  }

  /// An address of the guest's memory, a handle or an index: 4 or 8 bytes.
  private func word(_ place: UnsafeRawPointer) -> UInt64 {
    model == .guest32
      ? UInt64(place.loadUnaligned(as: UInt32.self)) : place.loadUnaligned(as: UInt64.self)
  }

  private func setWord(_ place: UnsafeMutableRawPointer, _ value: UInt64) {
    if model == .guest32 {
      place.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
    } else {
      place.storeBytes(of: value, as: UInt64.self)
    }
  }

  /// Whether a kept object has a pointer of the host's own at a step.
  private func isHosts(
    _ step: Step, _ place: UnsafeRawPointer, _ context: Context
  ) -> Bool {
    guard step.kind == .address else { return true }
    guard let pointer = place.loadUnaligned(as: UnsafeRawPointer?.self) else { return false }
    return context.memory.address(of: pointer) == nil
  }

  private func pointer(
    _ word: UInt64, _ step: Step, in guest: UnsafeRawPointer, _ context: Context
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer? {
    do throws(MarshallingFailure) {
      switch step.kind {
      case .handle: return try context.owner.object(ofHandle: word, handles[step.detail])
      case .callback: return try context.owner.function(at: word, callbacks[step.detail], model)
      default: return try data(word, addresses[step.detail], in: guest, context)
      }
    } catch {
      guard context.isLenient else { throw error }
      return nil
    }
  }

  private func data(
    _ word: UInt64, _ rule: Address, in guest: UnsafeRawPointer, _ context: Context
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer? {
    var size = UInt64(rule.size)
    if let counter = rule.counter {
      let (product, overflow) = size.multipliedReportingOverflow(
        by: counter.type.load(guest + counter.offset, model))
      size = overflow ? .max : product
    }
    if word == 0 && (rule.counter == nil || size == 0) && !rule.isNonNull { return nil }
    if rule.isTerminated { return try context.memory.string(word).pointer }
    return try context.memory.pointer(word, count: size)
  }

  private func number(
    _ pointer: UnsafeMutableRawPointer?, _ step: Step, _ context: Context
  ) throws(MarshallingFailure) -> UInt64 {
    guard let pointer else { return 0 }
    switch step.kind {
    case .handle:
      let type = handles[step.detail]
      if let temporary = context.temporary {
        return try temporary.takeUnretainedValue().handle(for: pointer, type)
      }
      return try context.owner.handle(for: pointer, type)
    case .callback:
      do throws(MarshallingFailure) {
        return try context.owner.index(ofFunction: pointer)
      } catch {
        guard context.isKept else { throw error }
        return 0
      }
    default:
      if let address = context.memory.address(of: pointer) { return address }
      guard addresses[step.detail].isText else {
        throw MarshallingFailure("is a pointer to memory of the host, which a guest cannot have")
      }
      if let temporary = context.temporary {
        return try temporary.takeUnretainedValue().copy(ofString: pointer)
      }
      return try context.owner.copy(ofString: pointer)
    }
  }
}

extension IntegerType {
  /// The integer of a guest's object, extended to 64 bits. A negative number is huge.
  func load(_ place: UnsafeRawPointer, _ model: DataModel) -> UInt64 {
    let isSigned = isSigned(model)
    switch size(model) {
    case 1:
      let byte = place.load(as: UInt8.self)
      return isSigned ? UInt64(bitPattern: Int64(Int8(bitPattern: byte))) : UInt64(byte)
    case 2:
      let half = place.loadUnaligned(as: UInt16.self)
      return isSigned ? UInt64(bitPattern: Int64(Int16(bitPattern: half))) : UInt64(half)
    case 4:
      let word = place.loadUnaligned(as: UInt32.self)
      return isSigned ? UInt64(bitPattern: Int64(Int32(bitPattern: word))) : UInt64(word)
    default: return place.loadUnaligned(as: UInt64.self)
    }
  }
}
