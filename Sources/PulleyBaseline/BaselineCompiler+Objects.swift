import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// Structures, arrays and i31 references. `ObjectLayout` says where fields are.
///
/// A new object is in x5 while its fields are stored. The collector looks there, too, but nothing is
/// allocated meanwhile.
extension BaselineCompiler {
  private static let newObject = XReg(5)

  // MARK: Structures

  mutating func translateStructure(_ rule: StructureRule, _ op: Operator) throws(Refusal) {
    guard case .structure(let fields) = module.types[Int(op.index)].composite else {
      throw Refusal()
    }
    let layout = structureLayout(op.index, fields)
    let shape = self.layout.shape(Int(op.index))
    switch rule {
    case .make:
      passedCount += fields.count
      try makeObject(shape, layout.size, in: Self.newObject)
      let first = entries.count - fields.count
      for (index, field) in fields.enumerated() {
        guard !entries[first + index].type.isVector else { throw Refusal() }
        storeNew(
          entries[first + index], bytes: field.storage.size, Self.newObject, layout.offsets[index])
      }
      pop(to: first)
      pushNew()
    case .makeDefault:
      let target = target(.i64)
      try makeObject(shape, layout.size, in: XReg(target.number))
      complete(target)
    case .get(let fieldExtension):
      let storage = fields[Int(op.secondIndex)].storage
      let reference = pop()
      try load(
        storage, fieldExtension, from: reference, layout.offsets[Int(op.secondIndex)],
        WasmTrap.nullStructure)
    case .set:
      let storage = fields[Int(op.secondIndex)].storage
      guard !storage.unpacked.irType.isVector,
        let offset = Int32(exactly: layout.offsets[Int(op.secondIndex)])
      else { throw Refusal() }
      let value = pop()
      let (base, source) = (XReg(read(pop())), read(value))
      noteTrap(WasmTrap.nullStructure)
      if storage.isCollected { return encoder.xstore_reference(base, offset, XReg(source)) }
      switch storage {
      case .i8: encoder.xstore8_z(base, offset, XReg(source))
      case .i16: encoder.xstore16le_z(base, offset, XReg(source))
      case .value(let type):
        switch type.irType {
        case .i32: encoder.xstore32le_z(base, offset, XReg(source))
        case .f32: encoder.fstore32le_z(base, offset, FReg(source))
        case .f64: encoder.fstore64le_z(base, offset, FReg(source))
        default: encoder.xstore64le_z(base, offset, XReg(source))
        }
      }
    }
  }

  /// The layout of a structure type, which is made once.
  private mutating func structureLayout(_ type: UInt32, _ fields: [FieldType]) -> ObjectLayout {
    if let known = structures[type] { return known }
    let layout = ObjectLayout(fields: fields)
    structures[type] = layout
    return layout
  }

  /// Allocates an object whose shape is at this offset in the context.
  mutating func makeObject(
    _ shape: Int, _ size: Int, in register: XReg
  ) throws(Refusal) {
    guard let size = UInt32(exactly: size) else { throw Refusal() }
    let shape = try loadShape(shape)
    noteTrap(WasmTrap.heapExhausted)
    encoder.xobject_new(register, shape, size)
  }

  /// Stores in an object that nothing has a reference to yet, so that it needs neither check nor barrier.
  /// Its memory has been set to zero.
  mutating func storeNew(_ entry: Entry, bytes: Int, _ object: XReg, _ offset: Int) {
    if entry.kind == .constant && entry.bits == 0 { return }
    (slotReads, constantReads) = ([0, 0], [0, 0])
    let source = read(entry)
    let offset = Int32(truncatingIfNeeded: offset)
    switch (entry.type.isFloat, bytes) {
    case (true, 4): encoder.fstore32le_o32(object, offset, FReg(source))
    case (true, _): encoder.fstore64le_o32(object, offset, FReg(source))
    case (false, 1): encoder.xstore8_o32(object, offset, XReg(source))
    case (false, 2): encoder.xstore16le_o32(object, offset, XReg(source))
    case (false, 4): encoder.xstore32le_o32(object, offset, XReg(source))
    case (false, _): encoder.xstore64le_o32(object, offset, XReg(source))
    }
  }

  /// Pushes the object in x5. A copy there would keep it alive: the collector looks at what a function
  /// has used last, and the next activation may begin at the same address.
  private mutating func pushNew() {
    let target = target(.i64)
    encoder.xmov(XReg(target.number), Self.newObject)
    complete(target)
    encoder.xzero(Self.newObject)
  }

  /// Loads a part of an object that is known to be there.
  mutating func loadField(_ target: Target, _ object: XReg, _ offset: Int) {
    let offset = Int32(truncatingIfNeeded: offset)
    switch target.type {
    case .i32: encoder.xload32le_o32(XReg(target.number), object, offset)
    case .f32: encoder.fload32le_o32(FReg(target.number), object, offset)
    case .f64: encoder.fload64le_o32(FReg(target.number), object, offset)
    default: encoder.xload64le_o32(XReg(target.number), object, offset)
    }
  }

  /// Pushes a part of an object, or traps if the reference is null.
  private mutating func load(
    _ storage: StorageType, _ fieldExtension: FieldExtension, from reference: Entry, _ offset: Int,
    _ code: TrapCode
  ) throws(Refusal) {
    let type = storage.unpacked.irType
    guard !type.isVector, let offset = Int32(exactly: offset) else { throw Refusal() }
    let target = target(type)
    let base = XReg(read(reference))
    let (x, f) = (XReg(target.number), FReg(target.number))
    let isSigned = fieldExtension == .signed
    noteTrap(code)
    switch storage {
    case .i8 where isSigned: encoder.xload8_s32_z(x, base, offset)
    case .i8: encoder.xload8_u32_z(x, base, offset)
    case .i16 where isSigned: encoder.xload16le_s32_z(x, base, offset)
    case .i16: encoder.xload16le_u32_z(x, base, offset)
    case .value:
      switch type {
      case .i32: encoder.xload32le_z(x, base, offset)
      case .f32: encoder.fload32le_z(f, base, offset)
      case .f64: encoder.fload64le_z(f, base, offset)
      default: encoder.xload64le_z(x, base, offset)
      }
    }
    complete(target)
  }

  // MARK: Arrays

  mutating func translateArray(_ rule: ArrayRule, _ op: Operator) throws(Refusal) {
    switch rule {
    case .make(let initializer): try translateNewArray(initializer, op)
    case .get(let fieldExtension):
      let storage = try elementType(op.index)
      let index = pop()
      let array = pop()
      let target = target(storage.unpacked.irType)
      let (base, position) = (read(array), read(index))
      noteTrap(WasmTrap.nullArray)
      emit(storage.elementLoad(fieldExtension), target.number, base, Int64(position))
      complete(target)
    case .length:
      try load(
        .value(.i32), .none, from: pop(), ObjectLayout.arrayLength, WasmTrap.nullArray)
    case .write(let source): try translateArrayWrite(source, op)
    }
  }

  private func elementType(_ type: UInt32) throws(Refusal) -> StorageType {
    guard case .array(let field) = module.types[Int(type)].composite,
      !field.storage.unpacked.irType.isVector
    else { throw Refusal() }
    return field.storage
  }

  /// Makes an array of zeros.
  private mutating func makeArray(
    _ type: UInt32, _ length: Entry, in register: XReg = newObject
  ) throws(Refusal) {
    (slotReads, constantReads) = ([0, 0], [0, 0])
    let shape = try loadShape(layout.shape(Int(type)))
    let count = XReg(read(length))
    noteTrap(WasmTrap.heapExhausted)
    encoder.xarray_new(register, shape, count)
  }

  private mutating func translateNewArray(
    _ initializer: ArrayInitializer, _ op: Operator
  ) throws(Refusal) {
    let storage = try elementType(op.index)
    switch initializer {
    case .defaultValue:
      let length = pop()
      let target = target(.i64)
      try makeArray(op.index, length, in: XReg(target.number))
      complete(target)
    case .value: try translateFilledArray(storage, op.index)
    case .operands:
      let count = Int(op.secondIndex)
      passedCount += count
      try makeArray(op.index, constant(Int64(count), .i32))
      let first = entries.count - count
      for index in 0..<count {
        storeNew(
          entries[first + index], bytes: storage.size, Self.newObject,
          ObjectLayout.arrayElements + index * storage.size)
      }
      pop(to: first)
      pushNew()
    case .segment(let kind):
      let (count, start) = (pop(), pop())
      let (type, segment) = (constant(Int64(op.index), .i32), constant(Int64(op.secondIndex), .i32))
      try callBuiltin(
        kind == .data ? .arrayNewData : .arrayNewElements, [type, segment, start, count])
    }
  }

  private mutating func translateFilledArray(
    _ storage: StorageType, _ type: UInt32
  ) throws(Refusal) {
    let (length, value) = (entries[entries.count - 1], entries[entries.count - 2])
    try makeArray(type, length)
    guard value.kind != .constant || value.bits != 0 else {
      pop(to: entries.count - 2)
      return pushNew()
    }
    // The operands stay until the end of the call, so that the array has a place above them.
    let height = entries.count
    let target = plainTarget(.i64)
    encoder.xmov(XReg(target.number), Self.newObject)
    complete(target)
    encoder.xzero(Self.newObject)
    let array = entries[height]
    try callBuiltin(
      .arrayFill, [array, constant(0, .i64), word(value), constant(0, .i64), length])
    pop(to: height - 2)
    // It may be the place of a local, so this is not a move between places of operands.
    let result = self.target(.i64)
    let source = read(array)
    encoder.xmov(XReg(result.number), XReg(source))
    complete(result)
  }

  /// The bits of an element as an integer.
  private mutating func word(_ value: Entry) -> Entry {
    guard value.type.isFloat else { return value }
    let type: Type = value.type == .f32 ? .i32 : .i64
    if value.kind == .constant {
      return constant(
        type == .i32 ? Int64(Int32(truncatingIfNeeded: value.bits)) : value.bits, type)
    }
    guard let opcode = FloatOpcodes.bitcast(value.type, type) else { return value }
    let target = plainTarget(type)
    slotReads = [0, 0]
    let source = read(value)
    emit(opcode, target.number, source)
    complete(target)
    return entries[entries.count - 1]
  }

  private mutating func translateArrayWrite(
    _ source: ArraySource, _ op: Operator
  ) throws(Refusal) {
    switch source {
    case .value:
      let storage = try elementType(op.index)
      let value = pop()
      let index = pop()
      let (array, position, source) = (read(pop()), read(index), read(value))
      noteTrap(WasmTrap.nullArray)
      emit(storage.elementStore, array, position, Int64(source))
    case .fill:
      _ = try elementType(op.index)
      let first = entries.count - 4
      let (array, start, value, count) =
        (entries[first], entries[first + 1], entries[first + 2], entries[first + 3])
      trapIfNull(array, WasmTrap.nullArray)
      try callBuiltin(.arrayFill, [array, start, word(value), constant(0, .i64), count])
      pop(to: first)
    case .array:
      let (count, from, source, to, target) = (pop(), pop(), pop(), pop(), pop())
      trapIfNull(source, WasmTrap.nullArray)
      trapIfNull(target, WasmTrap.nullArray)
      try callBuiltin(.arrayCopy, [target, to, source, from, count])
    case .segment(let kind):
      let (count, from, to, array) = (pop(), pop(), pop(), pop())
      trapIfNull(array, WasmTrap.nullArray)
      try callBuiltin(
        kind == .data ? .arrayInitData : .arrayInitElements,
        [constant(Int64(op.secondIndex), .i32), array, to, from, count])
    }
  }

  // MARK: Conversions

  mutating func translateConversion(_ rule: ConversionRule) throws(Refusal) {
    switch rule {
    case .i31FromNumber:
      let number = pop()
      let target = target(.i64)
      let temporary = Self.newObject
      encoder.xshl32_u6(temporary, XReg(read(number)), 1)
      encoder.xbor32_s8(temporary, temporary, 1)
      encoder.zext32(XReg(target.number), temporary)
      complete(target)
    case .numberFromI31Signed, .numberFromI31Unsigned:
      let reference = pop()
      trapIfNull(reference, WasmTrap.nullI31)
      let target = target(.i32)
      let source = read(reference)
      emit(
        rule == .numberFromI31Signed ? .xshr32_s_u6 : .xshr32_u_u6, target.number, source, 1)
      complete(target)
    case .anyFromExtern: try callBuiltin(.anyFromExtern, [pop()])
    case .externFromAny: try callBuiltin(.externFromAny, [pop()])
    }
  }
}

extension StorageType {
  fileprivate func elementLoad(_ fieldExtension: FieldExtension) -> Opcode {
    let isSigned = fieldExtension == .signed
    switch self {
    case .i8: return isSigned ? .xarray_load8_s32 : .xarray_load8_u32
    case .i16: return isSigned ? .xarray_load16_s32 : .xarray_load16_u32
    case .value(let type):
      return switch type.irType {
      case .i32: .xarray_load32
      case .f32: .farray_load32
      case .f64: .farray_load64
      default: .xarray_load64
      }
    }
  }

  fileprivate var elementStore: Opcode {
    switch self {
    case .i8: return .xarray_store8
    case .i16: return .xarray_store16
    case .value(let type):
      if isCollected { return .xarray_store_reference }
      return switch type.irType {
      case .i32: .xarray_store32
      case .f32: .farray_store32
      case .f64: .farray_store64
      default: .xarray_store64
      }
    }
  }
}
