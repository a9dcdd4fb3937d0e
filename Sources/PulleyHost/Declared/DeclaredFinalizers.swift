import PulleyDeclarations

/// A declared function's handle that has a finalizer.
public struct FinalizedHandle: Sendable {
  /// The position of the parameter that leads to the handle; nil for the result.
  public let position: Int?
  public let finalizer: PointerRules.Finalizer
  /// The object's type.
  fileprivate let record: Record
}

extension FunctionDeclaration {
  /// The handles whose objects the declaration names finalizers for. Throws if what has a finalizer is
  /// no handle.
  public func finalizedHandles() throws(BindingRefusal) -> [FinalizedHandle] {
    var handles: [FinalizedHandle] = []
    try add(type.result, resultRules, at: nil, to: &handles)
    for (position, parameter) in type.parameters.enumerated() {
      guard parameter.rules.finalizer != nil, case .pointer(let pointer) = parameter.type else {
        continue
      }
      try add(pointer.pointee, parameter.rules, at: position, to: &handles)
    }
    return handles
  }

  private func add(
    _ type: CType, _ rules: PointerRules, at position: Int?, to handles: inout [FinalizedHandle]
  ) throws(BindingRefusal) {
    guard let finalizer = rules.finalizer else { return }
    if case .pointer(let pointer) = type, case .record(let record) = pointer.pointee,
      record.isOpaque
    {
      handles.append(
        FinalizedHandle(position: position, finalizer: finalizer, record: record))
    } else if finalizer.isRequired {
      let place = position.map { "parameter \($0 + 1)" } ?? "the result"
      throw BindingRefusal(
        "\(place) of '\(name)' has the finalizer '\(finalizer.name)', and '\(type)' is not a handle: "
          + "only pointers to structures without members, or with the attribute pulley_opaque, are")
    }
  }

  /// Why the function cannot end an object; nil if it can.
  public func refusal(toEnd handle: FinalizedHandle) -> BindingRefusal? {
    guard isFinalizer(of: handle.record) else {
      return BindingRefusal(
        "'\(self)' cannot be a finalizer of '\(handle.record.name)': it must take a pointer to it "
          + "alone, and return a number or nothing")
    }
    return nil
  }

  private func isFinalizer(of record: Record) -> Bool {
    guard type.hasPrototype, !type.isVariadic, type.parameters.count == 1,
      case .pointer(let pointer) = type.parameters[0].type
    else { return false }
    switch type.result {
    case .void, .integer, .floating(.float), .floating(.double), .pointer: break
    case .floating(.longDouble), .record, .array, .function, .unsupported: return false
    }
    switch pointer.pointee {
    case .void: return true
    // Handles are of one type if the names are the same.
    case .record(let other): return other.name == record.name
    default: return false
    }
  }
}
