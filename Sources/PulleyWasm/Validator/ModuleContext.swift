/// A range of types in a pool.
struct TypeRange: Hashable {
  var start: UInt32
  var count: UInt32

  static let empty = TypeRange(start: 0, count: 0)

  var indices: Range<Int> {
    @inline(__always) get { Int(start)..<Int(start) + Int(count) }
  }
}

/// The parts of a module that validating bodies looks up often, in flat arrays.
final class ModuleContext {
  /// A function type as ranges of `typePool`.
  struct Signature {
    var parameters: TypeRange
    var results: TypeRange
    /// False for structures and arrays, which have no parameters and results.
    var isFunction: Bool
  }

  let module: WasmModule
  /// The signature of each type. It is empty for structures and arrays.
  let signatures: ContiguousArray<Signature>
  /// The types that signatures refer to. The first ones are the numbers and vectors, each at the index
  /// of its raw value.
  let typePool: ContiguousArray<ValueType>
  let globals: ContiguousArray<GlobalType>
  /// The type of addresses into memory 0; `bottom` without a memory.
  let addressType: ValueType

  /// For each function, whether it may be referenced.
  private(set) var isReferenced: [Bool]
  private(set) var referencedFunctions: [UInt32] = []

  init(_ module: WasmModule) {
    self.module = module
    globals = ContiguousArray(module.globals)
    addressType = module.memories.first?.addressType.valueType ?? .bottom
    isReferenced = Array(repeating: false, count: module.functions.count)
    var pool: ContiguousArray<ValueType> = [.bottom, .i32, .i64, .f32, .f64, .v128]
    var signatures: ContiguousArray<Signature> = []
    signatures.reserveCapacity(module.types.count)
    func append(_ types: [ValueType]) -> TypeRange {
      let start = UInt32(pool.count)
      pool.append(contentsOf: types)
      return TypeRange(start: start, count: UInt32(types.count))
    }
    for (index, type) in module.types.enumerated() {
      let canonical = Int(module.canonicalTypes[index])
      if canonical < index {
        signatures.append(signatures[canonical])
      } else if case .function(let function) = type.composite {
        signatures.append(
          Signature(
            parameters: append(function.parameters), results: append(function.results),
            isFunction: true))
      } else {
        signatures.append(Signature(parameters: .empty, results: .empty, isFunction: false))
      }
    }
    self.signatures = signatures
    typePool = pool
  }

  /// The signature of the function type with this index; nil if there is none.
  @inline(__always)
  func signature(_ typeIndex: UInt32) -> Signature? {
    guard Int(typeIndex) < signatures.count else { return nil }
    let signature = signatures[Int(typeIndex)]
    return signature.isFunction ? signature : nil
  }

  /// The signature of a function; nil if the index is out of range.
  @inline(__always)
  func signature(ofFunction index: UInt32) -> Signature? {
    Int(index) < module.functions.count ? signature(module.functions[Int(index)]) : nil
  }

  /// Marks a function as referenced. The index must be in range.
  func reference(_ function: UInt32) {
    guard !isReferenced[Int(function)] else { return }
    isReferenced[Int(function)] = true
    referencedFunctions.append(function)
  }

  /// The type of references to a function. The index must be in range.
  func referenceType(ofFunction index: UInt32) -> ValueType {
    let type = module.functions[Int(index)]
    return module.canonical(.ref(nullable: false, .defined(type)))
  }

  /// Whether `type` is a subtype of `expected`. Both are canonical. Asking the module copies it, which
  /// takes longer than the test, so the usual cases do not.
  func matches(_ type: ValueType, _ expected: ValueType) -> Bool {
    if type == expected { return true }
    if type.isReference, expected.isReference, expected.isNullable,
      type.heapType == expected.heapType
    {
      return true
    }
    return module.matches(type, expected)
  }
}
