import PulleyHeap
import PulleyWasm

/// A reference to an object of a guest's heap that the host keeps: a structure, an array, an exception, an
/// i31, or a reference of the host that a guest has converted. The object exists as long as this does.
///
/// It belongs to the thread of its group, and keeps the group.
public final class HeapObject: @unchecked Sendable {
  /// A field of a structure, or the elements of an array.
  public struct Field: Hashable, Sendable {
    /// The type of the value that is read and written; that of a packed field is i32.
    public var type: ValueType
    /// The size of the field in bits.
    public var bits: Int
    public var isMutable: Bool
  }

  public let value: GuestValue
  private let root: RootedWord
  private let group: InstanceGroup

  /// - Parameter value: a reference that guests of the instance can have.
  public convenience init(_ value: GuestValue, in instance: Instance) throws(PulleyError) {
    let group = instance.state.group.current
    switch value {
    case .anyref(let word) where word != 0, .exnref(let word) where word != 0:
      guard value.fits(value.type, in: group) else {
        throw PulleyError(.argument, "there is no such object on the heap of the instance")
      }
      _ = word
    case .externref(let word) where ExternalWord.reference(in: word) != nil:
      guard value.fits(.externref, in: group) else {
        throw PulleyError(.argument, "there is no such object on the heap of the instance")
      }
    default:
      throw PulleyError(.argument, "the value does not refer to an object of a heap")
    }
    self.init(value, group)
  }

  private init(_ value: GuestValue, _ group: InstanceGroup) {
    self.value = value
    self.group = group
    root = RootedWord(value.bits, in: group)
  }

  /// The address of the object, or the word of an i31.
  private var word: UInt {
    switch value {
    case .externref(let word): ExternalWord.reference(in: word) ?? word
    default: UInt(value.bits)
    }
  }

  private var object: UnsafeMutableRawPointer? {
    word & 1 == 0 ? UnsafeMutableRawPointer(bitPattern: word) : nil
  }

  private var shape: Shape? { word & 1 == 0 ? InstanceGroup.shape(of: word) : nil }

  /// Nil for an exception.
  public var kind: GuestValue.ObjectKind? { GuestValue.anyref(word).kind }

  /// The number of an i31.
  public var number: Int32? {
    word & 1 == 1 ? Int32(truncatingIfNeeded: word) >> 1 : nil
  }

  /// The engine's description of a structure or an array.
  private var composite: CompositeType? {
    guard let shape, shape.kind == .structure || shape.kind == .array else { return nil }
    return group.engine.types.type(shape.typeNumber)?.composite
  }

  /// The number of fields of a structure, or of elements of an array; 0 for other objects.
  public var count: Int {
    switch composite {
    case .structure(let fields): fields.count
    case .array: Int(object?.load(fromByteOffset: Shape.arrayLength, as: UInt32.self) ?? 0)
    case .function, nil: 0
    }
  }

  /// The description of a field, or of the elements of an array. Nil if there is no such field or element.
  public func field(_ index: Int) -> Field? {
    guard 0..<count ~= index, let (type, _) = place(index) else { return nil }
    return Field(
      type: group.engine.types.described(type.storage.unpacked), bits: 8 * type.storage.size,
      isMutable: type.isMutable)
  }

  private func place(_ index: Int) -> (type: FieldType, offset: Int)? {
    switch composite {
    case .structure(let fields): (fields[index], ObjectLayout(fields: fields).offsets[index])
    case .array(let field):
      (field, ObjectLayout.arrayElements + index * field.storage.size)
    case .function, nil: nil
    }
  }

  /// A field or an element. A packed one is sign-extended if `isSigned`, else zero-extended.
  public func get(_ index: Int, isSigned: Bool = false) throws(PulleyError) -> GuestValue {
    let (type, place) = try require(index)
    switch type.storage {
    case .i8:
      return .i32(isSigned ? Int32(place.load(as: Int8.self)) : Int32(place.load(as: UInt8.self)))
    case .i16:
      return .i32(
        isSigned ? Int32(place.load(as: Int16.self)) : Int32(place.load(as: UInt16.self)))
    case .value(let type):
      guard let value = GuestValue(readFrom: place, type, group.engine) else {
        throw PulleyError(.unsupported, "values of type \(type) cannot be read")
      }
      return value
    }
  }

  /// Changes a mutable field or element.
  public func set(_ index: Int, to value: GuestValue) throws(PulleyError) {
    let (type, place) = try require(index)
    guard type.isMutable else {
      throw PulleyError(.argument, "field \(index) is immutable")
    }
    try Self.check(value, type.storage, index, group.current)
    group.current.willOverwrite(place, type.storage)
    value.store(at: place, type.storage)
  }

  /// Copies elements of an array of numbers to memory, as they are there, lowest byte first.
  public func read(
    _ range: Range<Int>, to memory: UnsafeMutableRawPointer
  ) throws(PulleyError) {
    let (place, size) = try numbers(range, isWritten: false)
    memory.copyMemory(from: place, byteCount: range.count * size)
  }

  /// The reverse, for a mutable array.
  public func write(
    _ range: Range<Int>, from memory: UnsafeRawPointer
  ) throws(PulleyError) {
    let (place, size) = try numbers(range, isWritten: true)
    place.copyMemory(from: memory, byteCount: range.count * size)
  }

  private func numbers(
    _ range: Range<Int>, isWritten: Bool
  ) throws(PulleyError) -> (UnsafeMutableRawPointer, size: Int) {
    guard case .array(let field)? = composite, !field.storage.unpacked.isReference, let object
    else { throw PulleyError(.argument, "the object is not an array of numbers") }
    guard !isWritten || field.isMutable else {
      throw PulleyError(.argument, "the elements are immutable")
    }
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw PulleyError(
        .argument,
        "elements \(range.lowerBound) to \(range.upperBound) are outside the array of \(count)")
    }
    let size = field.storage.size
    return (object + ObjectLayout.arrayElements + range.lowerBound * size, size)
  }

  private func require(
    _ index: Int
  ) throws(PulleyError) -> (FieldType, UnsafeMutableRawPointer) {
    guard 0..<count ~= index, let (type, offset) = place(index), let object else {
      throw PulleyError(.argument, "there is no field or element \(index) among \(count)")
    }
    return (type, object + offset)
  }

  fileprivate static func check(
    _ value: GuestValue, _ storage: StorageType, _ index: Int, _ group: InstanceGroup
  ) throws(PulleyError) {
    guard value.fits(storage.unpacked, in: group) else {
      throw PulleyError(
        .argument,
        "field or element \(index) is of type \(storage.unpacked), not \(value.type)")
    }
    try group.adopt(value)
  }
}

extension Instance {
  /// A new structure.
  ///
  /// - Parameter type: the index of its type in the module.
  public func makeStructure(
    ofType type: Int, _ values: [GuestValue]
  ) throws(PulleyError) -> HeapObject {
    let (state, shape) = try objectType(type)
    guard case .structure(let fields) = module.engine.types.type(shape.typeNumber)?.composite else {
      throw PulleyError(.argument, "type \(type) is not a structure type")
    }
    guard values.count == fields.count else {
      throw PulleyError(
        .argument, "type \(type) has \(fields.count) fields and was given \(values.count)")
    }
    let group = state.group.current
    for (index, (value, field)) in zip(values, fields).enumerated() {
      try HeapObject.check(value, field.storage, index, group)
    }
    guard let object = try group.objectHeap().allocate(shape, size: shape.size) else {
      throw PulleyError(trap: .heapExhausted)
    }
    for ((value, field), offset) in zip(zip(values, fields), ObjectLayout(fields: fields).offsets) {
      value.store(at: object + offset, field.storage)
    }
    return try HeapObject(.anyref(UInt(bitPattern: object)), in: self)
  }

  /// A new array, with zeros or nulls if there is no value.
  ///
  /// - Parameter type: the index of its type in the module.
  public func makeArray(
    ofType type: Int, count: Int, of value: GuestValue? = nil
  ) throws(PulleyError) -> HeapObject {
    let (array, field) = try allocateArray(type, count)
    if let value {
      try HeapObject.check(value, field.storage, 0, state.group.current)
      for index in 0..<count {
        value.store(
          at: array + ObjectLayout.arrayElements + index * field.storage.size, field.storage)
      }
    } else if !field.storage.unpacked.hasDefault, count > 0 {
      throw PulleyError(.argument, "elements of type \(field.storage.unpacked) cannot be null")
    }
    return try HeapObject(.anyref(UInt(bitPattern: array)), in: self)
  }

  /// A new array of numbers with these elements, as they are in memory, lowest byte first.
  public func makeArray(
    ofType type: Int, count: Int, from memory: UnsafeRawPointer
  ) throws(PulleyError) -> HeapObject {
    let (array, field) = try allocateArray(type, count)
    guard !field.storage.unpacked.isReference else {
      throw PulleyError(.argument, "type \(type) is not an array of numbers")
    }
    (array + ObjectLayout.arrayElements).copyMemory(
      from: memory, byteCount: count * field.storage.size)
    return try HeapObject(.anyref(UInt(bitPattern: array)), in: self)
  }

  private func allocateArray(
    _ type: Int, _ count: Int
  ) throws(PulleyError) -> (UnsafeMutableRawPointer, FieldType) {
    let (state, shape) = try objectType(type)
    guard case .array(let field) = module.engine.types.type(shape.typeNumber)?.composite else {
      throw PulleyError(.argument, "type \(type) is not an array type")
    }
    guard let length = UInt32(exactly: count) else {
      throw PulleyError(.argument, "an array has at most 4294967295 elements")
    }
    guard let array = try state.group.current.objectHeap().allocateArray(shape, length: length)
    else { throw PulleyError(trap: .heapExhausted) }
    return (array, field)
  }

  private func objectType(_ type: Int) throws(PulleyError) -> (WasmInstanceState, Shape) {
    guard let state = state as? WasmInstanceState else {
      throw PulleyError(.argument, "an instance of CLIF has no objects")
    }
    guard state.wasm.typeNumbers.indices.contains(type), let shape = state.shape(ofType: type)
    else {
      throw PulleyError(.argument, "the module has no structure or array type \(type)")
    }
    return (state, shape)
  }
}

extension InstanceGroup {
  /// Tells the collector, while it marks, of a reference that will be lost.
  fileprivate func willOverwrite(_ place: UnsafeMutableRawPointer, _ storage: StorageType) {
    guard storage.isCollected, let heap = existingHeap, heap.isMarking else { return }
    heap.willOverwrite(ambiguous: place.load(as: UInt.self))
  }
}

extension GuestValue {
  /// Stores the value in a field or element of this storage type.
  fileprivate func store(at place: UnsafeMutableRawPointer, _ storage: StorageType) {
    switch storage {
    case .i8: place.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
    case .i16: place.storeBytes(of: UInt16(truncatingIfNeeded: bits), as: UInt16.self)
    case .value(let type): store(at: place, type)
    }
  }

  /// The `anyref` of an i31: the low 31 bits of a number.
  public static func i31(_ number: Int32) -> GuestValue {
    .anyref(UInt(UInt32(bitPattern: number) << 1 | 1))
  }
}
