import PulleyDeclarations

extension HostEnvironment {
  /// The function pointers for the instance, made when the first is needed.
  var callbackTable: CallbackTable {
    if let callbacks { return unsafeDowncast(callbacks, to: CallbackTable.self) }
    let table = CallbackTable(self)
    callbacks = table
    return table
  }

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
      return entry.address
    } catch {
      throw MarshallingFailure("is no function that C can call: \(error.message)")
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

extension CallbackPlan {
  /// The number that C receives in place of a function; nil if the word is not a sentinel.
  fileprivate func sentinel(_ word: UInt64) -> Int? {
    type.sentinels.first {
      let number = UInt64(bitPattern: Int64($0))
      return word == (model == .guest64 ? number : number & 0xFFFF_FFFF)
    }
  }
}
