import PulleyHeap
import PulleyWasm
import Synchronization

/// Numbers the defined types of all modules of an engine. Types of different modules are the same
/// if and only if their numbers are.
///
/// The types that it keeps refer to one another by these numbers instead of a module's indices.
final class TypeRegistry: Sendable {
  fileprivate struct State {
    var types: [DefinedType] = []
    /// Of structures and arrays.
    var shapes: [Shape?] = []
    /// Of exceptions whose tags have a type, by its number.
    var exceptionShapes: [UInt32: Shape] = [:]
    /// Of references of the host in the hierarchy of `any`.
    var hostReferenceShape: Shape?
    /// The number of the first type of each recursion group. In keys, references within the group
    /// count from its beginning, with `relative` added.
    var groups: [[DefinedType]: UInt32] = [:]
    /// The approximate size of all types, in bytes.
    var byteCount = 0
  }

  private let state = Mutex(State())
  /// The most bytes of all types. They stay as long as the engine.
  private let byteLimit: Int

  init(byteLimit: Int = .max) { self.byteLimit = byteLimit }

  deinit {
    state.withLock { state in
      for shape in state.shapes { shape?.deallocate() }
      for shape in state.exceptionShapes.values { shape.deallocate() }
      state.hostReferenceShape?.deallocate()
      state.hostReferenceShape = nil
      state.shapes = []
      state.exceptionShapes = [:]
    }
  }

  /// Above all numbers, and within the bits of an index.
  fileprivate static let relative: UInt32 = 0x1000_0000

  /// The numbers of a module's types. Nil, and no more types are added, if the types of all modules
  /// take too much memory.
  func numbers(of module: WasmModule) -> [UInt32]? {
    state.withLock { state in
      var numbers: [UInt32] = []
      numbers.reserveCapacity(module.types.count)
      while numbers.count < module.types.count {
        let group = module.recursionGroups[numbers.count]
        let canonical = module.canonicalTypes[numbers.count]
        if canonical != group.lowerBound {
          // The same as an earlier group.
          for offset in 0..<group.count { numbers.append(numbers[Int(canonical) + offset]) }
          continue
        }
        let start = group.lowerBound
        let types = module.types[Int(start)..<Int(group.upperBound)]
        guard state.byteCount < byteLimit else { return nil }
        let added = state.add(types) { index in
          index < start ? numbers[Int(index)] : Self.relative | (index - start)
        }
        guard let first = added else { return nil }
        for offset in 0..<UInt32(group.count) { numbers.append(first + offset) }
      }
      return numbers
    }
  }

  /// The number of a function type that a type section defines by itself and that refers to no other
  /// type. Nil if the types of all modules take too much memory.
  func number(of type: FunctionType) -> UInt32? {
    state.withLock { state in
      guard state.byteCount < byteLimit else { return nil }
      return state.add([DefinedType(.function(type))]) { $0 }
    }
  }

  /// The shape of a structure or array type; nil for types of functions.
  func shape(_ number: UInt32) -> Shape? {
    state.withLock { Int(number) < $0.shapes.count ? $0.shapes[Int(number)] : nil }
  }

  /// The shape of exceptions whose tag has this type. Nil if there is no memory for it.
  func exceptionShape(_ number: UInt32) -> Shape? {
    state.withLock { $0.exceptionShape(number) }
  }

  /// The shape of references of the host in the hierarchy of `any`. Nil if there is no memory for it.
  func hostReferenceShape() -> Shape? {
    state.withLock { state in
      if state.hostReferenceShape == nil {
        state.hostReferenceShape = Shape.make(typeNumber: .max, kind: .hostReference)
      }
      return state.hostReferenceShape
    }
  }

  /// The type with a number of this registry.
  func type(_ number: UInt32) -> DefinedType? {
    state.withLock { Int(number) < $0.types.count ? $0.types[Int(number)] : nil }
  }

  /// A type with a number of this registry as the abstract supertype, unless it is of functions.
  func described(_ type: ValueType) -> ValueType {
    guard type.isReference, let number = type.heapType.typeIndex else { return type }
    switch self.type(number)?.composite {
    case .structure: return .ref(nullable: type.isNullable, HeapType(.struct))
    case .array: return .ref(nullable: type.isNullable, HeapType(.array))
    case .function, nil: return type
    }
  }

  /// What references of a type with numbers of this registry refer to; nil for other types.
  func referents(of type: ValueType) -> Referents? {
    guard type.isReference else { return nil }
    return state.withLock { $0.referents(of: type.heapType) }
  }

  /// Whether a type is the other one or one of its declared subtypes.
  func isSubtype(_ type: UInt32, of expected: UInt32) -> Bool {
    type == expected || state.withLock { $0.isDeclaredSubtype(type, of: expected) }
  }

  /// Whether values of `type` can be used where `expected` is required.
  func matches(_ type: ValueType, _ expected: ValueType) -> Bool {
    if type == expected { return true }
    guard type.isReference, expected.isReference, expected.isNullable || !type.isNullable else {
      return false
    }
    return state.withLock { $0.matches(type.heapType, expected.heapType) }
  }
}

extension TypeRegistry.State {
  /// Returns the number of the first type of a group, after adding a new group. `renumber` maps the
  /// indices of the types that the group refers to.
  fileprivate mutating func add(
    _ group: ArraySlice<DefinedType>, renumber: (UInt32) -> UInt32
  ) -> UInt32? {
    let key = group.map { $0.renumbered(renumber) }
    if let known = groups[key] { return known }
    let first = UInt32(types.count)
    for type in key {
      types.append(
        type.renumbered { word in
          word & TypeRegistry.relative == 0 ? word : first + (word & ~TypeRegistry.relative)
        })
    }
    guard addShapes(from: Int(first)) else {
      for shape in shapes[Int(first)...] { shape?.deallocate() }
      shapes.removeLast(shapes.count - Int(first))
      types.removeLast(types.count - Int(first))
      return nil
    }
    groups[key] = first
    byteCount += key.reduce(128) { $0 + $1.byteCount }
    return first
  }

  /// Makes the shapes of the last types. False if there is no memory for them.
  private mutating func addShapes(from first: Int) -> Bool {
    for number in first..<types.count {
      let type = types[number]
      if case .function = type.composite {
        shapes.append(nil)
        continue
      }
      guard let shape = makeShape(UInt32(number), type) else { return false }
      byteCount += shape.byteCount
      shapes.append(shape)
    }
    return true
  }

  private func makeShape(_ number: UInt32, _ type: DefinedType) -> Shape? {
    var supertypes: [Shape] = []
    if let supertype = type.supertype, let parent = shapes[Int(supertype)] {
      supertypes = parent.withSupertypes
    }
    switch type.composite {
    case .function: return nil
    case .structure(let fields):
      let layout = ObjectLayout(fields: fields)
      return Shape.make(
        typeNumber: number, kind: .structure, size: layout.size,
        references: references(fields.map(\.storage), layout), supertypes: supertypes)
    case .array(let field):
      return Shape.make(
        typeNumber: number, kind: .array,
        elementSizeLog2: field.storage.size.trailingZeroBitCount,
        elements: collected(field.storage), supertypes: supertypes)
    }
  }

  fileprivate mutating func exceptionShape(_ number: UInt32) -> Shape? {
    if let known = exceptionShapes[number] { return known }
    guard Int(number) < types.count,
      case .function(let type) = types[Int(number)].composite
    else { return nil }
    let layout = ObjectLayout(payload: type.parameters)
    let shape = Shape.make(
      typeNumber: number, kind: .exception, size: layout.size,
      references: references(type.parameters.map(StorageType.value), layout))
    exceptionShapes[number] = shape
    return shape
  }

  private func references(_ fields: [StorageType], _ layout: ObjectLayout) -> [Shape.Reference] {
    var references: [Shape.Reference] = []
    for (field, offset) in zip(fields, layout.offsets) {
      switch collected(field) {
      case .noReferences: break
      case .references: references.append(Shape.Reference(offset: offset, isExternal: false))
      case .externals: references.append(Shape.Reference(offset: offset, isExternal: true))
      }
    }
    return references
  }

  /// What the collector finds in a field.
  private func collected(_ storage: StorageType) -> Shape.Elements {
    guard case .value(let type) = storage, type.isReference else { return .noReferences }
    switch referents(of: type.heapType) {
    case .functions: return .noReferences
    case .objects, .exceptions: return .references
    case .host: return .externals
    }
  }

  fileprivate func referents(of type: HeapType) -> Referents {
    switch type.typeIndex.map(kind) ?? type.abstract {
    case .func, .nofunc: .functions
    case .extern, .noextern: .host
    case .exn, .noexn: .exceptions
    default: .objects
    }
  }

  fileprivate func isDeclaredSubtype(_ type: UInt32, of expected: UInt32) -> Bool {
    var current = type
    // A supertype always has the smaller number.
    while current > expected {
      guard Int(current) < types.count, let supertype = types[Int(current)].supertype,
        supertype < current
      else { return false }
      current = supertype
    }
    return current == expected
  }

  fileprivate func matches(_ type: HeapType, _ expected: HeapType) -> Bool {
    if type == expected { return true }
    switch (type.typeIndex, expected.typeIndex) {
    case (let type?, let expected?):
      return isDeclaredSubtype(type, of: expected)
    case (let type?, nil):
      return expected.abstract.map { kind(type).isSubtype(of: $0) } ?? false
    case (nil, let expected?):
      let bottom: HeapType.Abstract = kind(expected) == .func ? .nofunc : .none
      return type.abstract == bottom
    case (nil, nil):
      guard let type = type.abstract, let expected = expected.abstract else { return false }
      return type.isSubtype(of: expected)
    }
  }

  /// The abstract supertype of a defined type.
  private func kind(_ type: UInt32) -> HeapType.Abstract {
    guard Int(type) < types.count else { return .none }
    return switch types[Int(type)].composite {
    case .function: .func
    case .structure: .struct
    case .array: .array
    }
  }
}

extension DefinedType {
  /// Its approximate size in a registry, which has it twice, in bytes.
  fileprivate var byteCount: Int {
    let parts =
      switch composite {
      case .function(let type): type.parameters.count + type.results.count
      case .structure(let fields): fields.count
      case .array: 1
      }
    return 256 + 16 * parts
  }

  fileprivate func renumbered(_ renumber: (UInt32) -> UInt32) -> DefinedType {
    DefinedType(
      composite.renumbered(renumber), supertype: supertype.map(renumber), isFinal: isFinal)
  }
}

extension CompositeType {
  fileprivate func renumbered(_ renumber: (UInt32) -> UInt32) -> CompositeType {
    switch self {
    case .function(let type):
      .function(
        FunctionType(
          parameters: type.parameters.map { $0.renumbered(renumber) },
          results: type.results.map { $0.renumbered(renumber) }))
    case .structure(let fields): .structure(fields.map { $0.renumbered(renumber) })
    case .array(let field): .array(field.renumbered(renumber))
    }
  }
}

extension FieldType {
  fileprivate func renumbered(_ renumber: (UInt32) -> UInt32) -> FieldType {
    guard case .value(let type) = storage else { return self }
    return FieldType(storage: .value(type.renumbered(renumber)), isMutable: isMutable)
  }
}

extension ValueType {
  fileprivate func renumbered(_ renumber: (UInt32) -> UInt32) -> ValueType {
    guard isReference, let index = heapType.typeIndex else { return self }
    return .ref(nullable: isNullable, .defined(renumber(index)))
  }
}

/// What references of a type refer to: the four hierarchies of reference types.
enum Referents {
  case functions, host, objects, exceptions
}

extension Shape {
  /// The shapes of its supertypes and itself, the outermost first.
  fileprivate var withSupertypes: [Shape] {
    (0...depth).compactMap { place in
      address.load(fromByteOffset: Offset.display + place * 8, as: UnsafeRawPointer?.self)
        .map(Shape.init)
    }
  }

  /// The size of its record in memory.
  fileprivate var byteCount: Int {
    let references = Int(address.load(fromByteOffset: Offset.referenceCount, as: UInt32.self))
    return Offset.display + max(depth + 1, Shape.leastDisplay) * 8 + 4 * references
  }
}
