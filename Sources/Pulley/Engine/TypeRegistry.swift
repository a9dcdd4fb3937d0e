import PulleyWasm
import Synchronization

/// Numbers the defined types of all modules of an engine. Types of different modules are the same
/// if and only if their numbers are.
///
/// The types that it keeps refer to one another by these numbers instead of a module's indices.
final class TypeRegistry: Sendable {
  fileprivate struct State {
    var types: [DefinedType] = []
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
        let first = state.add(types) { index in
          index < start ? numbers[Int(index)] : Self.relative | (index - start)
        }
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
  ) -> UInt32 {
    let key = group.map { $0.renumbered(renumber) }
    if let known = groups[key] { return known }
    let first = UInt32(types.count)
    groups[key] = first
    byteCount += key.reduce(128) { $0 + $1.byteCount }
    for type in key {
      types.append(
        type.renumbered { word in
          word & TypeRegistry.relative == 0 ? word : first + (word & ~TypeRegistry.relative)
        })
    }
    return first
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
