import PulleyDeclarations

extension HostSignature {
  /// The signature of a declared function. Its parameters have the positions of the declaration's.
  ///
  /// Throws if the function has a type that calls cannot pass. A signature that is made may still need
  /// conversions that do not exist; binding it to an import reports that.
  public init(_ declaration: FunctionDeclaration) throws(BindingRefusal) {
    if Self.leavesFrames.contains(declaration.name) {
      throw BindingRefusal(
        "'\(declaration.name)' saves or leaves frames of C, which no call from a guest may do")
    }
    let reader = DeclaredTypes(function: "'\(declaration.name)'")
    self = try reader.signature(
      declaration.type, resultRules: declaration.resultRules, format: declaration.format)
  }

  /// The signature of a function that C calls and a guest defines.
  init(callback type: FunctionType) throws(LayoutError) {
    do throws(BindingRefusal) {
      self = try DeclaredTypes(function: "the function")
        .signature(type, resultRules: PointerRules(), format: nil)
    } catch {
      throw LayoutError("a pointer to a function", "cannot be passed: \(error)")
    }
  }

  private static let leavesFrames: Set = [
    "setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "longjmp", "_longjmp", "siglongjmp", "vfork",
    "alloca", "getcontext", "setcontext", "makecontext", "swapcontext",
  ]
}

/// Finds the types of a signature for the types of a declaration.
private struct DeclaredTypes {
  /// For messages: "'div'", "the callback of 'qsort'".
  let function: String

  func signature(
    _ type: FunctionType, resultRules: PointerRules, format: FormatRule?
  ) throws(BindingRefusal) -> HostSignature {
    guard type.hasPrototype else {
      throw BindingRefusal(
        "\(function) has no prototype: declare its parameters, or (void) if it has none")
    }
    guard type.parameters.count <= HostSignature.maximumParameterCount else {
      throw BindingRefusal(
        "\(function) has \(type.parameters.count) parameters, and calls pass "
          + "\(HostSignature.maximumParameterCount) at most")
    }
    let variadic = try variadic(type, format)
    var parameters: [HostType] = []
    for index in type.parameters.indices {
      parameters.append(try parameter(index, of: type))
    }
    var signature = HostSignature(
      result: try result(type.result, resultRules, of: type), context: [], parameters: parameters,
      variadic: variadic)
    signature.nonNull = Set(type.parameters.indices.filter { type.parameters[$0].rules.isNonNull })
    return signature
  }

  private func variadic(
    _ type: FunctionType, _ format: FormatRule?
  ) throws(BindingRefusal) -> HostSignature.Variadic? {
    guard type.isVariadic else { return nil }
    guard let format, format.hasArguments else {
      throw BindingRefusal(
        "\(function) takes variable arguments, and no attribute 'format' tells their types: "
          + "register it with fixed ones, as in \"i32(cstr, ..., i32)\"")
    }
    guard type.parameters.indices.contains(format.position),
      case .pointer(let pointer) = type.parameters[format.position].type,
      pointer.pointee.isByte
    else {
      throw BindingRefusal(
        "the attribute 'format' of \(function) names parameter \(format.position + 1), which is "
          + "not a string")
    }
    return .format(format)
  }

  // MARK: Parameters

  private func parameter(
    _ index: Int, of type: FunctionType
  ) throws(BindingRefusal) -> HostType {
    let parameter = type.parameters[index]
    let place = Place(
      name: "parameter \(index + 1) of \(function)", type: parameter.type, function: type)
    guard case .pointer(let pointer) = parameter.type else {
      if let position = parameter.rules.sizeOf, case .integer(let integer) = parameter.type {
        return .objectSize(ObjectSize(of: try pointee(position, place), as: integer))
      }
      return try value(parameter.type, place)
    }
    return try self.pointer(pointer, parameter.rules, at: index, place)
  }

  /// A parameter or a result, for messages, and the function that has it.
  private struct Place {
    let name: String
    let type: CType
    let function: FunctionType

    func refusal(_ reason: String) -> BindingRefusal {
      BindingRefusal("\(name), '\(type)', \(reason)")
    }

    func refusal(_ error: LayoutError) -> BindingRefusal {
      "\(type)" == error.type
        ? refusal(error.reason) : BindingRefusal("\(name), '\(type)': \(error)")
    }
  }

  /// The type of the object whose size is an argument.
  private func pointee(_ position: Int, _ place: Place) throws(BindingRefusal) -> CType {
    let parameters = place.function.parameters
    guard parameters.indices.contains(position),
      case .pointer(let pointer) = parameters[position].type
    else {
      throw place.refusal("is the size of parameter \(position + 1), which is not a pointer")
    }
    try requireLayouts(pointer.pointee, place)
    return pointer.pointee
  }

  /// The type of what is passed by value and is not a pointer.
  private func value(_ type: CType, _ place: Place) throws(BindingRefusal) -> HostType {
    switch type {
    case .integer(let type): return HostType(type)
    case .floating(.float): return .f32
    case .floating(.double): return .f64
    case .floating(.longDouble):
      throw place.refusal("has another format in the guest")
    case .record(let record):
      guard record.kind == .structure else { throw place.refusal("is a union passed by value") }
      try requireLayouts(type, place)
      return .structure(record)
    case .unsupported(let type): throw place.refusal(type.reason)
    case .void, .array, .function, .pointer: throw place.refusal("cannot be passed by value")
    }
  }

  private func pointer(
    _ pointer: PointerType, _ rules: PointerRules, at index: Int, _ place: Place
  ) throws(BindingRefusal) -> HostType {
    switch pointer.pointee {
    case .function(let type):
      let callee = DeclaredTypes(function: "the callback of parameter \(index + 1) of \(function)")
      return .callback(
        CallbackType(
          try callee.signature(type, resultRules: PointerRules(), format: nil),
          isNullable: !rules.isNonNull, isKept: rules.isKept, sentinels: rules.sentinels))
    case .record(let record) where record.isOpaque:
      return .handle(HandleType(name: record.name, isReleased: rules.isReleased))
    case .void, .integer(.char), .integer(.int8), .integer(.uint8):
      return try bytes(pointer, rules, at: index, place)
    default:
      return .data(try data(pointer, rules, place))
    }
  }

  /// A pointer to bytes or characters.
  private func bytes(
    _ pointer: PointerType, _ rules: PointerRules, at index: Int, _ place: Place
  ) throws(BindingRefusal) -> HostType {
    if rules.isReleased {
      // Memory of the host's, of which the guest was given a copy.
      return .data(
        PointedData(pointer.pointee, isNullable: !rules.isNonNull, isReleased: true))
    }
    switch rules.extent {
    case .one:
      let isString =
        pointer.pointee == .integer(.char)
        && (rules.access == .read || rules.access == nil && pointer.isConst)
      if isString { return rules.isNonNull ? .string : .nullableString }
      return rules.isNonNull ? .pointer : .nullablePointer
    case .elements(.parameter(let position)), .bytes(.parameter(let position)):
      guard position == index + 1, place.function.parameters.indices.contains(position),
        case .integer(let length) = place.function.parameters[position].type,
        HostType(length).isInteger
      else { break }
      if rules.isNonNull { return .buffer }
    case .elements, .bytes: break
    }
    return .data(try data(pointer, rules, place))
  }

  private func data(
    _ pointer: PointerType, _ rules: PointerRules, _ place: Place
  ) throws(BindingRefusal) -> PointedData {
    let element = pointer.pointee
    switch element {
    case .void: break
    case .pointer(let inner): try checkInner(inner, place)
    case .unsupported(let type): throw place.refusal(type.reason)
    case .floating(.longDouble):
      throw place.refusal("leads to numbers that have another format in the guest")
    default: try requireLayouts(element, place)
    }
    return PointedData(
      element, extent: try checked(rules.extent, place),
      access: rules.access ?? (pointer.isConst ? .read : .readWrite),
      isNullable: !rules.isNonNull, isKept: rules.isKept, isReleased: rules.isReleased)
  }

  /// Checks the type of a pointer that a parameter's pointer leads to.
  private func checkInner(_ inner: PointerType, _ place: Place) throws(BindingRefusal) {
    switch inner.pointee {
    case .void, .integer(.char), .function: return
    case .record(let record) where record.isOpaque: return
    case .pointer: throw place.refusal("is a pointer to pointers to pointers")
    case .unsupported(let type): throw place.refusal(type.reason)
    default: try requireLayouts(inner.pointee, place)
    }
  }

  private func requireLayouts(_ type: CType, _ place: Place) throws(BindingRefusal) {
    do throws(LayoutError) {
      for model in DataModel.allCases { _ = try type.extent(model) }
    } catch {
      throw place.refusal(error)
    }
  }

  /// Checks that a count is a parameter that has one.
  private func checked(
    _ extent: PointerRules.Extent, _ place: Place
  ) throws(BindingRefusal) -> PointerRules.Extent {
    switch extent {
    case .one: break
    case .elements(let count), .bytes(let count):
      switch count {
      case .constant(let number):
        guard number >= 0, number <= Layout.largest else {
          throw place.refusal("has the size \(number), which is not one")
        }
      case .parameter(let position): try checkCount(position, place)
      case .product(let first, let second):
        try checkCount(first, place)
        try checkCount(second, place)
      case .strings(let positions):
        for position in positions { try checkString(position, place) }
      }
    }
    return extent
  }

  /// A count is an integer, or a pointer to one: the size of a buffer before the call.
  private func checkCount(_ position: Int, _ place: Place) throws(BindingRefusal) {
    let parameters = place.function.parameters
    guard parameters.indices.contains(position) else {
      throw place.refusal("has its size in parameter \(position + 1), which does not exist")
    }
    switch parameters[position].type {
    case .integer(let type) where HostType(type).isInteger: return
    case .pointer(let pointer):
      if case .integer(let type) = pointer.pointee, HostType(type).isInteger { return }
    default: break
    }
    throw place.refusal("has its size in parameter \(position + 1), which is not an integer")
  }

  private func checkString(_ position: Int, _ place: Place) throws(BindingRefusal) {
    let parameters = place.function.parameters
    guard parameters.indices.contains(position),
      case .pointer(let pointer) = parameters[position].type, pointer.pointee.isByte
    else {
      throw place.refusal("has the size of parameter \(position + 1), which is not a string")
    }
  }

  // MARK: Results

  private func result(
    _ type: CType, _ rules: PointerRules, of function: FunctionType
  ) throws(BindingRefusal) -> HostType {
    if type == .void { return .void }
    let place = Place(name: "the result of \(self.function)", type: type, function: function)
    guard case .pointer(let pointer) = type else { return try value(type, place) }
    switch pointer.pointee {
    case .function(let type):
      let callee = DeclaredTypes(function: "the function that \(self.function) returns")
      return .callback(
        CallbackType(
          try callee.signature(type, resultRules: PointerRules(), format: nil),
          sentinels: rules.sentinels))
    case .record(let record) where record.isOpaque:
      return .handle(HandleType(name: record.name))
    case .pointer:
      throw place.refusal("is a pointer to pointers, which has no length")
    case .void where rules.extent == .one: return .nullablePointer
    case let pointee where pointee.isByte && rules.extent == .one:
      return .nullableString
    default:
      var data = try data(pointer, rules, place)
      // The guest receives a copy of what is not its own.
      data.access = .read
      return .data(data)
    }
  }
}

extension HostType {
  /// The type for an integer of C that is passed by value.
  init(_ type: IntegerType) {
    let isSigned = type.isSigned(.host)
    switch type {
    case .bool: self = .bool
    case .char, .int8, .uint8: self = isSigned ? .i8 : .u8
    case .int16, .uint16: self = isSigned ? .i16 : .u16
    case .int32, .uint32: self = isSigned ? .i32 : .u32
    case .int64, .uint64: self = isSigned ? .i64 : .u64
    case .long, .unsignedLong, .pointerSized, .unsignedPointerSized:
      if type.size(.host) == 8 {
        self = isSigned ? .ssize : .size
      } else {
        self = isSigned ? .i32 : .u32
      }
    case .int128, .uint128: self = .i128
    }
  }
}

extension CType {
  /// Whether strings can consist of the type.
  fileprivate var isByte: Bool {
    switch self {
    case .integer(.char), .integer(.int8), .integer(.uint8): true
    default: false
    }
  }
}
