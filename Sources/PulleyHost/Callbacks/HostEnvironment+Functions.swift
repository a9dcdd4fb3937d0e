import PulleyDeclarations

extension HostEnvironment {
  /// The function pointers for the instance, made when the first is needed.
  var callbackTable: CallbackTable {
    if let callbacks { return unsafeDowncast(callbacks, to: CallbackTable.self) }
    let table = CallbackTable(self)
    callbacks = table
    return table
  }

  /// Takes the meaning of all function pointers for the instance away. Calls return zero from now on.
  public func endFunctionPointers() { callbacks = nil }

  /// The C function for a function of the guest; nil for 0. It has a meaning until `use` is ended.
  func beginCallback(
    at index: UInt64, _ plan: CallbackPlan, use: UnsafeMutablePointer<CallbackTable.Use>
  ) throws(MarshallingFailure) -> UnsafeRawPointer? {
    if index == 0 {
      guard plan.type.isNullable else {
        throw MarshallingFailure("must be a function, but it is NULL")
      }
      return nil
    }
    if !plan.type.sentinels.isEmpty, let number = plan.sentinel(index) {
      return UnsafeRawPointer(bitPattern: number)
    }
    guard let guest else {
      throw MarshallingFailure("is a function, but the instance has none to call")
    }
    do throws(HostTrap) {
      let function = try guest.function(atTableIndex: index, type: plan.guestType)
      let entry = try callbackTable.begin(plan, function, index: index)
      use.pointee = CallbackTable.Use(entry)
      // C code may have addresses in the memory at each later call, in which the guest can grow it.
      if plan.type.isKept { GuestMemory(environment: block).pin() }
      return entry.address
    } catch {
      throw MarshallingFailure("is not a function that C can call: \(error.message)")
    }
  }

  /// The C function for a function of the guest that a structure refers to; nil for 0. It has a meaning
  /// as long as the instance lives.
  func function(
    at index: UInt64, _ type: CallbackType, _ model: DataModel
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer? {
    if index == 0 && type.isNullable { return nil }
    let plan: CallbackPlan
    do throws(LayoutError) {
      plan = try callbackTable.plan(type, model)
    } catch {
      throw MarshallingFailure("is a function that C cannot call: \(error)")
    }
    var use = CallbackTable.Use()
    let address = try withUnsafeMutablePointer(to: &use) { (use) throws(MarshallingFailure) in
      try beginCallback(at: index, plan, use: use)
    }
    use.end(self)
    return UnsafeMutableRawPointer(mutating: address)
  }

  /// The guest's pointer to its function for a C function that `function(at:)` or `beginCallback` has
  /// made. Throws for any other function: a guest cannot call it.
  func index(ofFunction pointer: UnsafeMutableRawPointer) throws(MarshallingFailure) -> UInt64 {
    if callbacks != nil, let index = callbackTable.index(of: pointer) { return index }
    throw MarshallingFailure("is a function of the host, which a guest cannot call")
  }
}

extension HostEnvironment {
  /// A C function that calls a function of the instance, for the embedder. It has a meaning as long as the
  /// instance lives. The same function and signature give the same C function.
  ///
  /// - Parameters:
  ///   - identity: a number that differs between the instance's functions.
  ///   - function: makes the function, which must not keep the instance alive.
  public func functionPointer(
    _ signature: HostSignature, type: GuestFunctionType, identity: UInt, name: String,
    _ function: @autoclosure () -> any GuestFunction
  ) throws(HostTypeMismatch) -> UnsafeRawPointer {
    let plan = try pointerPlan(signature, type, name)
    GuestMemory(environment: block).pin()
    do throws(HostTrap) {
      return try callbackTable.keep(signature, identity: identity, plan, function()).address
    } catch {
      throw HostTypeMismatch(message: error.message)
    }
  }

  private func pointerPlan(
    _ signature: HostSignature, _ type: GuestFunctionType, _ name: String
  ) throws(HostTypeMismatch) -> CallbackPlan {
    var wanted: GuestFunctionType?
    for model in [DataModel.guest32, .guest64] {
      let plan: CallbackPlan
      do throws(LayoutError) {
        plan = try CallbackPlan(CallbackType(signature, isKept: true), model, place: name)
      } catch {
        throw HostTypeMismatch(message: "\(error)")
      }
      if plan.guestType == type { return plan }
      wanted = wanted ?? plan.guestType
    }
    throw HostTypeMismatch(
      message: "a C function \(signature) needs a function of type "
        + "\(wanted?.description ?? ""), and \(name) has the type \(type)")
  }

  /// Takes the reason why a call from C has failed that no host call of the instance has led to.
  public func takeCallbackFailure() -> HostTrap? {
    defer { callbackFailure = nil }
    return callbackFailure
  }
}

extension CallbackPlan {
  /// The number that C receives in place of a function; nil if the word is not a sentinel.
  fileprivate func sentinel(_ word: UInt64) -> Int? {
    type.sentinels.first {
      let number = UInt64(bitPattern: Int64($0))
      return word == (model == .guest64 ? number : number & 0xFFFF_FFFF)
    }
  }
}
