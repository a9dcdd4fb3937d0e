import PulleyWasm

/// Evaluates the constant expressions of a validated module in an instance.
struct ConstantEvaluator {
  let instance: WasmInstanceState

  /// The bits of a value other than a vector.
  func evaluate(_ expression: ConstantExpression) throws(PulleyError) -> UInt64 {
    try cell(expression).low
  }

  /// The bits of the value in the form of a cell.
  func cell(_ expression: ConstantExpression) throws(PulleyError) -> CellBits {
    if expression.count == 1, let only = simple(expression[0]) { return only }
    defer { instance.constantStack.removeAll() }
    for operation in expression {
      if let value = simple(operation) {
        push(value)
      } else {
        try evaluate(operation)
      }
    }
    return try pop()
  }

  /// The operands are in the instance, where the collector finds them, each in two words.
  private func push(_ value: CellBits) {
    instance.constantStack.append(value.low)
    instance.constantStack.append(value.high)
  }

  private func push(_ low: UInt64) { push(CellBits(low: low)) }

  private func pop() throws(PulleyError) -> CellBits {
    guard let high = instance.constantStack.popLast(), let low = instance.constantStack.popLast()
    else { throw malformed() }
    return CellBits(low: low, high: high)
  }

  /// The value of an operator without operands.
  private func simple(_ operation: Operator) -> CellBits? {
    switch operation.code {
    case .i32Const, .i64Const, .f32Const, .f64Const: CellBits(low: operation.bits)
    case .v128Const: CellBits(low: operation.bits, high: operation.highBits)
    case .globalGet where instance.globals.indices.contains(Int(operation.index)):
      instance.globals[Int(operation.index)].cell.cellBits
    case .refNull: CellBits(low: 0)
    case .refFunc: CellBits(low: UInt64(instance.reference(toFunction: Int(operation.index))))
    default: nil
    }
  }

  private func evaluate(_ operation: Operator) throws(PulleyError) {
    switch operation.code {
    case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul:
      let b = try pop().low
      push(Self.compute(operation.code, try pop().low, b))
    case .refI31:
      push(try pop().low << 1 & 0xFFFF_FFFF | 1)
    case .structNew, .structNewDefault: try makeStructure(operation)
    case .arrayNew, .arrayNewDefault, .arrayNewFixed: try makeArray(operation)
    case .anyConvertExtern:
      let word = UInt(try pop().low)
      guard let reference = try instance.group.current.internalize(word) else {
        throw PulleyError(trap: .heapExhausted)
      }
      push(UInt64(reference))
    case .externConvertAny:
      push(UInt64(instance.group.current.externalize(UInt(try pop().low))))
    default:
      throw malformed()
    }
  }

  private func makeStructure(_ operation: Operator) throws(PulleyError) {
    let type = instance.wasm.module.types[Int(operation.index)]
    guard case .structure(let fields) = type.composite,
      let shape = instance.shape(ofType: Int(operation.index))
    else { throw malformed() }
    let heap = try instance.group.objectHeap()
    guard let object = heap.allocate(shape, size: shape.size) else {
      throw PulleyError(trap: .heapExhausted)
    }
    if operation.code == .structNew {
      let offsets = ObjectLayout(fields: fields).offsets
      for (field, offset) in zip(fields, offsets).reversed() {
        (object + offset).store(try pop(), field.storage)
      }
    }
    push(UInt64(UInt(bitPattern: object)))
  }

  private func makeArray(_ operation: Operator) throws(PulleyError) {
    let type = instance.wasm.module.types[Int(operation.index)]
    guard case .array(let field) = type.composite,
      let shape = instance.shape(ofType: Int(operation.index))
    else { throw malformed() }
    let isFixed = operation.code == .arrayNewFixed
    let length = isFixed ? operation.secondIndex : UInt32(truncatingIfNeeded: try pop().low)
    let heap = try instance.group.objectHeap()
    guard let array = heap.allocateArray(shape, length: length) else {
      throw PulleyError(trap: .heapExhausted)
    }
    let elements = array + ObjectLayout.arrayElements
    switch operation.code {
    case .arrayNew:
      let value = try pop()
      for index in 0..<Int(length) {
        (elements + index * field.storage.size).store(value, field.storage)
      }
    case .arrayNewFixed:
      for index in (0..<Int(length)).reversed() {
        (elements + index * field.storage.size).store(try pop(), field.storage)
      }
    default: break
    }
    push(UInt64(UInt(bitPattern: array)))
  }

  private static func compute(_ code: OperatorCode, _ a: UInt64, _ b: UInt64) -> UInt64 {
    let (a32, b32) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
    return switch code {
    case .i32Add: UInt64(a32 &+ b32)
    case .i32Sub: UInt64(a32 &- b32)
    case .i32Mul: UInt64(a32 &* b32)
    case .i64Add: a &+ b
    case .i64Sub: a &- b
    default: a &* b
    }
  }

  private func malformed() -> PulleyError {
    PulleyError(.internal, "a constant expression passed validation but has no value")
  }
}

extension UnsafeMutableRawPointer {
  /// Stores a value in a field or element.
  fileprivate func store(_ value: CellBits, _ storage: StorageType) {
    switch storage.size {
    case 1: storeBytes(of: UInt8(truncatingIfNeeded: value.low), as: UInt8.self)
    case 2: storeBytes(of: UInt16(truncatingIfNeeded: value.low), as: UInt16.self)
    case 4: storeBytes(of: UInt32(truncatingIfNeeded: value.low), as: UInt32.self)
    case 8: storeBytes(of: value.low, as: UInt64.self)
    default:
      storeBytes(of: value.low, as: UInt64.self)
      storeBytes(of: value.high, toByteOffset: 8, as: UInt64.self)
    }
  }
}
