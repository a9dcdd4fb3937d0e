import PulleyIR

/// Structures, arrays and i31 references. `ObjectLayout` says where fields are, `PulleyHeap` what references
/// are.
extension FunctionTranslator {
  // Structures

  mutating func translateStructure(_ rule: StructureRule, _ op: Operator) {
    let fields = structureFields(op.index)
    let layout = ObjectLayout(fields: fields)
    switch rule {
    case .make:
      gatherTop(fields.count)
      passedCount += fields.count
      let contents = values
      operands.removeLast(fields.count)
      let object = newObject(shape(op.index), layout.size)
      for (index, field) in fields.enumerated() where !isZero(contents[index]) {
        storeNew(contents[index], field.storage, object, layout.offsets[index])
      }
      push(object, .i64)
    case .makeDefault:
      push(newObject(shape(op.index), layout.size), .i64)
    case .get(let fieldExtension):
      let storage = fields[Int(op.secondIndex)].storage
      let (operation, type) = storage.fieldLoad(fieldExtension)
      var data = InstructionData(operation, type, popValue())
      data.flags = .aligned
      data.trapCode = WasmTrap.nullStructure
      data.immediate = Int64(layout.offsets[Int(op.secondIndex)])
      push(builder.value(data), type)
    case .set:
      let storage = fields[Int(op.secondIndex)].storage
      let value = popValue()
      let (operation, type) = storage.fieldStore
      var data = InstructionData(operation, type, value, popValue())
      data.flags = .aligned
      data.trapCode = WasmTrap.nullStructure
      data.immediate = Int64(layout.offsets[Int(op.secondIndex)])
      builder.append(data)
    }
  }

  private func structureFields(_ type: UInt32) -> [FieldType] {
    guard case .structure(let fields) = module.types[Int(type)].composite else { return [] }
    return fields
  }

  private mutating func shape(_ type: UInt32) -> Value {
    loadConstant(ContextPath(layout.shape(Int(type))))
  }

  mutating func newObject(_ shape: Value, _ size: Int) -> Value {
    var data = InstructionData(.object_new, .i64, shape)
    data.immediate = Int64(size)
    data.trapCode = WasmTrap.heapExhausted
    return builder.value(data)
  }

  /// Stores in an object that nothing has a reference to yet, so that it needs neither check nor barrier.
  private mutating func storeNew(
    _ value: Value, _ storage: StorageType, _ object: Value, _ offset: Int
  ) {
    let (operation, type) = storage.plainStore
    var data = InstructionData(operation, type, value, object)
    data.flags = .trusted
    data.immediate = Int64(offset)
    builder.append(data)
  }

  /// Whether storing the value in a new object would change nothing.
  private func isZero(_ value: Value) -> Bool {
    guard case .result(let inst, _) = builder.function.definition(of: value) else { return false }
    let data = builder.function.instructions[inst]
    switch data.operation {
    case .iconst, .f32const, .f64const: return data.immediate == 0
    default: return false
    }
  }

  // Arrays

  mutating func translateArray(_ rule: ArrayRule, _ op: Operator) {
    switch rule {
    case .make(let initializer): translateNewArray(initializer, op)
    case .get(let fieldExtension):
      let storage = elementType(op.index)
      let (operation, type) = storage.elementLoad(fieldExtension)
      let index = popValue()
      var data = InstructionData(operation, type, popValue(), index)
      data.trapCode = WasmTrap.nullArray
      push(builder.value(data), type)
    case .length:
      var data = InstructionData(.load, .i32, popValue())
      data.flags = .aligned
      data.trapCode = WasmTrap.nullArray
      data.immediate = Int64(ObjectLayout.arrayLength)
      push(builder.value(data), .i32)
    case .write(let source): translateArrayWrite(source, op)
    }
  }

  private func elementType(_ type: UInt32) -> StorageType {
    guard case .array(let field) = module.types[Int(type)].composite else { return .i8 }
    return field.storage
  }

  private mutating func newArray(_ type: UInt32, _ length: Value) -> Value {
    var data = InstructionData(.array_new, .i64, shape(type), length)
    data.trapCode = WasmTrap.heapExhausted
    return builder.value(data)
  }

  private mutating func translateNewArray(_ initializer: ArrayInitializer, _ op: Operator) {
    let storage = elementType(op.index)
    switch initializer {
    case .defaultValue:
      push(newArray(op.index, popValue()), .i64)
    case .value:
      let length = popValue()
      let value = popValue()
      let array = newArray(op.index, length)
      if !isZero(value) {
        let (low, high) = words(value, storage)
        callBuiltin(
          .arrayFill,
          [array, constant(0, .i64), low, high, append(.uextend, .i64, length)])
      }
      push(array, .i64)
    case .operands:
      let count = Int(op.secondIndex)
      gatherTop(count)
      passedCount += count
      let contents = values
      operands.removeLast(count)
      let array = newArray(op.index, constant(Int64(count), .i32))
      for (index, value) in contents.enumerated() where !isZero(value) {
        storeNew(value, storage, array, ObjectLayout.arrayElements + index * storage.size)
      }
      push(array, .i64)
    case .segment(let kind):
      let count = popWide()
      let start = popWide()
      let type = constant(Int64(op.index), .i32)
      let segment = constant(Int64(op.secondIndex), .i32)
      callBuiltin(
        kind == .data ? .arrayNewData : .arrayNewElements, [type, segment, start, count])
    }
  }

  private mutating func translateArrayWrite(_ source: ArraySource, _ op: Operator) {
    switch source {
    case .value:
      let value = popValue()
      let index = popValue()
      let (operation, type) = elementType(op.index).elementStore
      var data = InstructionData(operation, type, popValue(), index, value)
      data.trapCode = WasmTrap.nullArray
      builder.append(data)
    case .fill:
      let count = popWide()
      let value = popValue()
      let start = popWide()
      let (low, high) = words(value, elementType(op.index))
      callBuiltin(.arrayFill, [popArray(), start, low, high, count])
    case .array:
      let count = popWide()
      let from = popWide()
      let source = popArray()
      let to = popWide()
      callBuiltin(.arrayCopy, [popArray(), to, source, from, count])
    case .segment(let kind):
      let count = popWide()
      let from = popWide()
      let to = popWide()
      let array = popArray()
      let segment = constant(Int64(op.secondIndex), .i32)
      callBuiltin(
        kind == .data ? .arrayInitData : .arrayInitElements, [segment, array, to, from, count])
    }
  }

  /// Pops an array, and traps if it is null.
  private mutating func popArray() -> Value {
    let array = popValue()
    trapIfNull(array, WasmTrap.nullArray)
    return array
  }

  /// The bits of an element, in two words.
  private mutating func words(_ value: Value, _ storage: StorageType) -> (low: Value, high: Value) {
    let type = storage.unpacked
    switch type.kind {
    case .i32: return (append(.uextend, .i64, value), constant(0, .i64))
    case .f32:
      return (append(.uextend, .i64, cast(value, to: .i32)), constant(0, .i64))
    case .f64: return (cast(value, to: .i64), constant(0, .i64))
    case .i64, .reference: return (value, constant(0, .i64))
    case .v128:
      let lanes = cast(value, to: .i64x2)
      return (lane(0, of: lanes), lane(1, of: lanes))
    }
  }

  private mutating func lane(_ number: UInt8, of vector: Value) -> Value {
    var data = InstructionData(.extractlane, .i64x2, vector)
    data.detail = number
    return builder.value(data)
  }

  // Conversions

  mutating func translateConversion(_ rule: ConversionRule) {
    switch rule {
    case .i31FromNumber:
      let shifted = append(.ishl, .i32, popValue(), constant(1, .i32))
      let tagged = append(.bor, .i32, shifted, constant(1, .i32))
      push(append(.uextend, .i64, tagged), .i64)
    case .numberFromI31Signed, .numberFromI31Unsigned:
      let reference = popValue()
      trapIfNull(reference, WasmTrap.nullI31)
      let tagged = append(.ireduce, .i32, reference)
      let shift: Operation = rule == .numberFromI31Signed ? .sshr : .ushr
      push(append(shift, .i32, tagged, constant(1, .i32)), .i32)
    case .anyFromExtern: callBuiltin(.anyFromExtern, [popValue()])
    case .externFromAny: callBuiltin(.externFromAny, [popValue()])
    }
  }

  // Casts

  mutating func translateCast(_ rule: CastRule, _ op: Operator) {
    switch rule {
    case .test(let isNullable):
      let reference = popValue()
      push(matches(reference, op.heapType, isNullable))
    case .cast(let isNullable):
      let reference = popValue()
      if let shape = shape(of: op.heapType) {
        var data = InstructionData(
          isNullable ? .reference_cast_null : .reference_cast, .i64, reference, shape)
        data.trapCode = WasmTrap.castFailure
        builder.append(data)
      } else {
        let condition = matches(reference, op.heapType, isNullable)
        trap(.trapz, value(of: condition), WasmTrap.castFailure)
      }
      push(reference, .i64)
    case .branch(let onSuccess):
      let target = op.targetType
      let reference = popValue()
      push(reference, .i64)
      let condition = matches(reference, target.heapType, target.isNullable)
      branch(toDepth: Int(op.index), if: onSuccess ? condition : inverted(condition))
    }
  }

  private mutating func inverted(_ condition: Operand) -> Operand {
    if let known = knownInteger(condition) { return Operand(constant: known == 0 ? 1 : 0, .i32) }
    return Operand(.equal, .i32, value(of: condition), constant: 0)
  }

  /// The shape of a structure or array type; nil for other types.
  private mutating func shape(of heapType: HeapType) -> Value? {
    guard let index = heapType.typeIndex else { return nil }
    if case .function = module.types[Int(index)].composite { return nil }
    return shape(index)
  }

  /// Whether a reference is of a type, as an i32.
  private mutating func matches(
    _ reference: Value, _ heapType: HeapType, _ isNullable: Bool
  ) -> Operand {
    if let shape = shape(of: heapType) {
      let test = append(.reference_test, .i64, reference, shape)
      return orNull(Operand(.notEqual, .i64, test, constant: 0), reference, isNullable)
    }
    if let index = heapType.typeIndex {
      callBuiltin(.functionMatches, [reference, constant(Int64(index), .i32)])
      return orNull(pop(), reference, isNullable)
    }
    switch heapType.abstract {
    case .any, .func, .extern, .exn:
      return isNullable
        ? Operand(constant: 1, .i32) : Operand(.notEqual, .i64, reference, constant: 0)
    case .i31:
      let tag = append(.band, .i64, reference, constant(1, .i64))
      return orNull(Operand(.notEqual, .i64, tag, constant: 0), reference, isNullable)
    case .eq, .struct, .array:
      return matchesKind(reference, heapType, isNullable)
    case .none?, .nofunc, .noextern, .noexn, nil:
      return isNullable
        ? Operand(.equal, .i64, reference, constant: 0) : Operand(constant: 0, .i32)
    }
  }

  /// `reference_kind` numbers null, i31, structures and arrays in this order, and then other objects.
  private mutating func matchesKind(
    _ reference: Value, _ heapType: HeapType, _ isNullable: Bool
  ) -> Operand {
    let kind = append(.reference_kind, .i64, reference)
    switch heapType.abstract {
    case .struct: return orNull(Operand(.equal, .i64, kind, constant: 2), reference, isNullable)
    case .array: return orNull(Operand(.equal, .i64, kind, constant: 3), reference, isNullable)
    default:
      if isNullable { return Operand(.unsignedLess, .i64, kind, constant: 4) }
      let fromI31 = append(.isub, .i64, kind, constant(1, .i64))
      return Operand(.unsignedLess, .i64, fromI31, constant: 3)
    }
  }

  private mutating func orNull(
    _ condition: Operand, _ reference: Value, _ isNullable: Bool
  ) -> Operand {
    guard isNullable else { return condition }
    let isNull = value(of: Operand(.equal, .i64, reference, constant: 0))
    return Operand(append(.bor, .i32, value(of: condition), isNull), .i32)
  }
}

extension StorageType {
  private var memoryType: Type { unpacked.irType }

  /// How a field is read, and the type of the value.
  fileprivate func fieldLoad(_ fieldExtension: FieldExtension) -> (Operation, Type) {
    let isSigned = fieldExtension == .signed
    return switch self {
    case .i8: (isSigned ? .sload8 : .uload8, .i32)
    case .i16: (isSigned ? .sload16 : .uload16, .i32)
    case .value: (.load, memoryType)
    }
  }

  /// How a field of a new object is written.
  fileprivate var plainStore: (Operation, Type) {
    switch self {
    case .i8: (.istore8, .i32)
    case .i16: (.istore16, .i32)
    case .value: (.store, memoryType)
    }
  }

  fileprivate var fieldStore: (Operation, Type) {
    isCollected ? (.store_reference, .i64) : plainStore
  }

  fileprivate func elementLoad(_ fieldExtension: FieldExtension) -> (Operation, Type) {
    let isSigned = fieldExtension == .signed
    return switch self {
    case .i8: (isSigned ? .array_sload8 : .array_uload8, .i32)
    case .i16: (isSigned ? .array_sload16 : .array_uload16, .i32)
    case .value: (.array_load, memoryType)
    }
  }

  fileprivate var elementStore: (Operation, Type) {
    switch self {
    case .i8: (.array_istore8, .i32)
    case .i16: (.array_istore16, .i32)
    case .value: isCollected ? (.array_store_reference, .i64) : (.array_store, memoryType)
    }
  }
}
