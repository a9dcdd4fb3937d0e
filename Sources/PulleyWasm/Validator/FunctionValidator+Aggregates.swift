/// Operators on structures, arrays and small integers as references.
extension FunctionValidator {
  // MARK: Structures

  mutating func checkStructure(_ operation: Operator) throws(WasmError) {
    let fields = try structureFields(operation.index)
    let reference = self.reference(to: operation.index)
    switch operation.code {
    case .structNew:
      for field in fields.reversed() { try pop(field.storage.unpacked) }
      push(reference.nonNull)
    case .structNewDefault:
      for field in fields where !field.storage.unpacked.hasDefault {
        throw invalid("type mismatch: a field has no default value")
      }
      push(reference.nonNull)
    default:
      guard Int(operation.secondIndex) < fields.count else {
        throw invalid("unknown field \(operation.secondIndex)")
      }
      let field = fields[Int(operation.secondIndex)]
      if operation.code == .structSet {
        guard field.isMutable else { throw invalid("immutable field") }
        try pop(field.storage.unpacked)
        try pop(reference)
      } else {
        try checkPacking(field.storage, isExtended: operation.code != .structGet)
        try pop(reference)
        push(field.storage.unpacked)
      }
    }
  }

  private func structureFields(_ index: UInt32) throws(WasmError) -> [FieldType] {
    guard Int(index) < context.module.types.count else { throw unknownType(index) }
    guard case .structure(let fields) = context.module.types[Int(index)].composite else {
      throw invalid("type mismatch: type \(index) is no structure")
    }
    return fields
  }

  /// A nullable reference to a defined type, which must exist.
  private func reference(to index: UInt32) -> ValueType {
    context.module.canonical(.ref(nullable: true, .defined(index)))
  }

  /// Packed fields are read with sign or zero extension, others without.
  private func checkPacking(_ storage: StorageType, isExtended: Bool) throws(WasmError) {
    guard storage.isPacked == isExtended else {
      throw invalid(
        isExtended
          ? "type mismatch: the field is not packed" : "type mismatch: the field is packed")
    }
  }

  // MARK: Arrays

  mutating func checkArray(_ operation: Operator) throws(WasmError) {
    if operation.code == .arrayLen {
      try pop(.ref(nullable: true, HeapType(.array)))
      push(.i32)
      return
    }
    let element = try arrayElement(operation.index)
    let reference = self.reference(to: operation.index)
    switch operation.code {
    case .arrayNew, .arrayNewDefault, .arrayNewFixed, .arrayNewData, .arrayNewElem:
      try checkNewArray(operation, element)
      push(reference.nonNull)
    case .arrayGet, .arrayGetS, .arrayGetU:
      try checkPacking(element.storage, isExtended: operation.code != .arrayGet)
      try pop(.i32)
      try pop(reference)
      push(element.storage.unpacked)
    default:
      guard element.isMutable else { throw invalid("immutable array") }
      try checkArrayWrite(operation, element, reference)
    }
  }

  private func arrayElement(_ index: UInt32) throws(WasmError) -> FieldType {
    guard Int(index) < context.module.types.count else { throw unknownType(index) }
    guard case .array(let element) = context.module.types[Int(index)].composite else {
      throw invalid("type mismatch: type \(index) is no array")
    }
    return element
  }

  private mutating func checkNewArray(
    _ operation: Operator, _ element: FieldType
  ) throws(WasmError) {
    let type = element.storage.unpacked
    switch operation.code {
    case .arrayNew:
      try pop(.i32)
      try pop(type)
    case .arrayNewDefault:
      guard type.hasDefault else {
        throw invalid("type mismatch: the elements have no default value")
      }
      try pop(.i32)
    case .arrayNewFixed:
      let limit = ImplementationLimits.fixedArrayElements
      guard operation.secondIndex <= limit else {
        throw WasmError(
          .limit, "too many elements: \(operation.secondIndex), at most \(limit)", at: offset)
      }
      for _ in 0..<operation.secondIndex { try pop(type) }
    default:
      try checkSegment(operation, element)
      try pop(.i32)
      try pop(.i32)
    }
  }

  private mutating func checkArrayWrite(
    _ operation: Operator, _ element: FieldType, _ reference: ValueType
  ) throws(WasmError) {
    switch operation.code {
    case .arraySet:
      try pop(element.storage.unpacked)
      try pop(.i32)
    case .arrayFill:
      try pop(.i32)
      try pop(element.storage.unpacked)
      try pop(.i32)
    case .arrayCopy:
      let source = try arrayElement(operation.secondIndex)
      guard context.module.matches(source.storage, element.storage) else {
        throw invalid("array types do not match")
      }
      try pop(.i32)
      try pop(.i32)
      try pop(self.reference(to: operation.secondIndex))
      try pop(.i32)
    default:
      try checkSegment(operation, element)
      try pop(.i32)
      try pop(.i32)
      try pop(.i32)
    }
    try pop(reference)
  }

  /// Checks that a segment can be the source of an array's elements.
  private func checkSegment(_ operation: Operator, _ element: FieldType) throws(WasmError) {
    switch operation.code {
    case .arrayNewData, .arrayInitData:
      try checkDataSegment(operation.secondIndex)
      guard !element.storage.unpacked.isReference else {
        throw invalid("array type is not numeric or vector")
      }
    default:
      let type = try elementSegmentType(operation.secondIndex)
      guard context.module.matches(type, element.storage.unpacked), !element.storage.isPacked
      else { throw invalid("type mismatch: the array cannot take elements of \(type)") }
    }
  }

  // MARK: Casts and conversions

  mutating func checkCast(_ operation: Operator) throws(WasmError) {
    switch operation.code {
    case .refTest, .refTestNull, .refCast, .refCastNull:
      let isNullable = operation.code == .refTestNull || operation.code == .refCastNull
      let type = try checked(
        .ref(nullable: isNullable, operation.heapType), at: offset)
      try pop(.ref(nullable: true, context.module.top(of: type.heapType)))
      push(operation.code == .refTest || operation.code == .refTestNull ? .i32 : type)
    default:
      try checkCastBranch(operation)
    }
  }

  private mutating func checkCastBranch(_ operation: Operator) throws(WasmError) {
    let source = try checked(operation.sourceType, at: offset)
    let target = try checked(operation.targetType, at: offset)
    guard context.module.matches(target, source) else {
      throw invalid("type mismatch: \(target) is no subtype of \(source)")
    }
    // What is left of the source type where the target type has been ruled out.
    let rest = target.isNullable ? source.nonNull : source
    let (taken, remaining) = operation.code == .brOnCast ? (target, rest) : (rest, target)
    try pop(source)
    var label = try labelTypes(operation.index)
    guard label.count > 0,
      context.module.matches(taken, typePool[label.indices.upperBound - 1])
    else { throw invalid("type mismatch: the label does not take a \(taken)") }
    label.count -= 1
    try pop(label)
    push(label)
    push(remaining)
  }

  mutating func checkConversion(_ operation: Operator) throws(WasmError) {
    switch operation.code {
    case .refI31:
      try pop(.i32)
      push(.ref(nullable: false, HeapType(.i31)))
    case .i31GetS, .i31GetU:
      try pop(.ref(nullable: true, HeapType(.i31)))
      push(.i32)
    default:
      let isToAny = operation.code == .anyConvertExtern
      let type = try popReference()
      let from = ValueType.ref(nullable: true, HeapType(isToAny ? .extern : .any))
      guard context.module.matches(type, from) else {
        throw invalid("type mismatch: expected \(from), found \(type)")
      }
      push(.ref(nullable: type.isNullable, HeapType(isToAny ? .any : .extern)))
    }
  }
}

extension StorageType {
  /// The type of the values that are put in and taken out.
  var unpacked: ValueType {
    switch self {
    case .value(let type): type
    case .i8, .i16: .i32
    }
  }

  var isPacked: Bool {
    switch self {
    case .value: false
    case .i8, .i16: true
    }
  }
}
