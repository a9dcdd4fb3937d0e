/// Operators on structures, arrays and i31 references.
extension FunctionValidator {
  // MARK: Structures

  mutating func checkStructure(_ rule: StructureRule) throws(WasmError) {
    let fields = try structureFields(op.index)
    let reference = self.reference(to: op.index)
    switch rule {
    case .make:
      for field in fields.reversed() { try pop(field.storage.unpacked) }
      push(reference.nonNull)
    case .makeDefault:
      for field in fields where !field.storage.unpacked.hasDefault {
        throw invalid("type mismatch: a field has no default value")
      }
      push(reference.nonNull)
    case .get(let fieldExtension):
      let field = try field(op.secondIndex, of: fields)
      try checkPacking(field.storage, fieldExtension)
      try pop(reference)
      push(field.storage.unpacked)
    case .set:
      let field = try field(op.secondIndex, of: fields)
      guard field.isMutable else { throw invalid("immutable field") }
      try pop(field.storage.unpacked)
      try pop(reference)
    }
  }

  private func field(_ index: UInt32, of fields: [FieldType]) throws(WasmError) -> FieldType {
    guard Int(index) < fields.count else { throw invalid("unknown field \(index)") }
    return fields[Int(index)]
  }

  private func structureFields(_ index: UInt32) throws(WasmError) -> [FieldType] {
    guard Int(index) < context.module.types.count else { throw unknownType(index) }
    guard case .structure(let fields) = context.module.types[Int(index)].composite else {
      throw invalid("type mismatch: type \(index) is not a structure type")
    }
    return fields
  }

  /// A nullable reference to a defined type. The index must be in range.
  private func reference(to index: UInt32) -> ValueType {
    context.module.canonical(.ref(nullable: true, .defined(index)))
  }

  /// Checks that packed fields, and only these, are read with sign or zero extension.
  private func checkPacking(
    _ storage: StorageType, _ fieldExtension: FieldExtension
  ) throws(WasmError) {
    guard storage.isPacked == (fieldExtension != .none) else {
      throw invalid("type mismatch: the field is \(storage.isPacked ? "" : "not ")packed")
    }
  }

  // MARK: Arrays

  mutating func checkArray(_ rule: ArrayRule) throws(WasmError) {
    if rule == .length {
      try pop(.ref(nullable: true, HeapType(.array)))
      push(.i32)
      return
    }
    let element = try arrayElement(op.index)
    let reference = self.reference(to: op.index)
    switch rule {
    case .make(let initializer):
      try checkInitializer(initializer, element)
      push(reference.nonNull)
    case .get(let fieldExtension):
      try checkPacking(element.storage, fieldExtension)
      try pop(.i32)
      try pop(reference)
      push(element.storage.unpacked)
    case .write(let source):
      guard element.isMutable else { throw invalid("immutable array") }
      try checkSource(source, element)
      try pop(reference)
    case .length: break
    }
  }

  private func arrayElement(_ index: UInt32) throws(WasmError) -> FieldType {
    guard Int(index) < context.module.types.count else { throw unknownType(index) }
    guard case .array(let element) = context.module.types[Int(index)].composite else {
      throw invalid("type mismatch: type \(index) is not an array type")
    }
    return element
  }

  private mutating func checkInitializer(
    _ initializer: ArrayInitializer, _ element: FieldType
  ) throws(WasmError) {
    let type = element.storage.unpacked
    switch initializer {
    case .value:
      try pop(.i32)
      try pop(type)
    case .defaultValue:
      guard type.hasDefault else {
        throw invalid("type mismatch: the elements have no default value")
      }
      try pop(.i32)
    case .operands:
      let limit = ImplementationLimits.fixedArrayElements
      guard op.secondIndex <= limit else {
        throw WasmError(
          .limit, "too many elements: \(op.secondIndex), at most \(limit)", at: offset)
      }
      for _ in 0..<op.secondIndex { try pop(type) }
    case .segment(let kind):
      try checkSegment(kind, op.secondIndex, element)
      try pop(.i32)
      try pop(.i32)
    }
  }

  private mutating func checkSource(_ source: ArraySource, _ element: FieldType) throws(WasmError) {
    switch source {
    case .value:
      try pop(element.storage.unpacked)
      try pop(.i32)
    case .fill:
      try pop(.i32)
      try pop(element.storage.unpacked)
      try pop(.i32)
    case .array:
      let source = try arrayElement(op.secondIndex)
      guard context.module.matches(source.storage, element.storage) else {
        throw invalid("array types do not match")
      }
      try pop(.i32)
      try pop(.i32)
      try pop(self.reference(to: op.secondIndex))
      try pop(.i32)
    case .segment(let kind):
      try checkSegment(kind, op.secondIndex, element)
      try pop(.i32)
      try pop(.i32)
      try pop(.i32)
    }
  }

  /// Checks that an array can have elements from a segment.
  private func checkSegment(
    _ kind: SegmentKind, _ index: UInt32, _ element: FieldType
  ) throws(WasmError) {
    switch kind {
    case .data:
      try checkDataSegment(index)
      guard !element.storage.unpacked.isReference else {
        throw invalid("array type is not numeric or vector")
      }
    case .elements:
      let type = try elementSegmentType(index)
      guard context.module.matches(type, element.storage.unpacked), !element.storage.isPacked
      else { throw invalid("type mismatch: the array cannot take elements of \(type)") }
    }
  }

  // MARK: Casts and conversions

  mutating func checkCast(_ rule: CastRule) throws(WasmError) {
    switch rule {
    case .test(let isNullable):
      _ = try popCastOperand(op.heapType, isNullable)
      push(.i32)
    case .cast(let isNullable):
      push(try popCastOperand(op.heapType, isNullable))
    case .branch(let onSuccess):
      try checkCastBranch(onSuccess: onSuccess)
    }
  }

  /// Pops a reference that may have the type it is tested for. Returns that type.
  private mutating func popCastOperand(
    _ heapType: HeapType, _ isNullable: Bool
  ) throws(WasmError) -> ValueType {
    let type = try checked(.ref(nullable: isNullable, heapType), at: offset)
    try pop(.ref(nullable: true, context.module.top(of: type.heapType)))
    return type
  }

  private mutating func checkCastBranch(onSuccess: Bool) throws(WasmError) {
    let source = try checked(op.sourceType, at: offset)
    let target = try checked(op.targetType, at: offset)
    guard context.module.matches(target, source) else {
      throw invalid("type mismatch: \(target) is not a subtype of \(source)")
    }
    // The type of references that do not have the target type.
    let rest = target.isNullable ? source.nonNull : source
    let (taken, remaining) = onSuccess ? (target, rest) : (rest, target)
    try pop(source)
    var label = try labelTypes(op.index)
    guard label.count > 0,
      context.module.matches(taken, typePool[label.indices.upperBound - 1])
    else { throw invalid("type mismatch: the label does not take a \(taken)") }
    label.count -= 1
    try pop(label)
    push(label)
    push(remaining)
  }

  mutating func checkConversion(_ rule: ConversionRule) throws(WasmError) {
    switch rule {
    case .i31FromNumber:
      try pop(.i32)
      push(.ref(nullable: false, HeapType(.i31)))
    case .numberFromI31Signed, .numberFromI31Unsigned:
      try pop(.ref(nullable: true, HeapType(.i31)))
      push(.i32)
    case .anyFromExtern: try checkConversion(from: .extern, to: .any)
    case .externFromAny: try checkConversion(from: .any, to: .extern)
    }
  }

  private mutating func checkConversion(
    from source: HeapType.Abstract, to target: HeapType.Abstract
  ) throws(WasmError) {
    let type = try popReference()
    let from = ValueType.ref(nullable: true, HeapType(source))
    guard context.module.matches(type, from) else {
      throw invalid("type mismatch: expected \(from), found \(type)")
    }
    push(.ref(nullable: type.isNullable, HeapType(target)))
  }
}
