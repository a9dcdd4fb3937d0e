/// A stretch of types in a pool.
struct TypeRange: Hashable {
  var start: UInt32
  var count: UInt32

  static let empty = TypeRange(start: 0, count: 0)

  var indices: Range<Int> {
    @inline(__always) get { Int(start)..<Int(start) + Int(count) }
  }
}

/// What validation looks up again and again, laid out flat.
final class ModuleContext {
  /// A function type as stretches of `typePool`.
  struct Signature {
    var parameters: TypeRange
    var results: TypeRange
    /// False for structures and arrays, which have no parameters and results.
    var isFunction: Bool
  }

  let module: WasmModule
  /// For each type; those that are no function types are empty.
  let signatures: ContiguousArray<Signature>
  /// Begins with the numbers and vectors, each at the place of its raw value.
  let typePool: ContiguousArray<ValueType>
  let globals: ContiguousArray<GlobalType>
  /// The type of addresses into memory 0; `bottom` if there is none.
  let addressType: ValueType

  /// One bit a function: whether there may be references to it.
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

  /// The signature with this type index, if there is such a function type.
  @inline(__always)
  func signature(_ typeIndex: UInt32) -> Signature? {
    guard Int(typeIndex) < signatures.count else { return nil }
    let signature = signatures[Int(typeIndex)]
    return signature.isFunction ? signature : nil
  }

  /// The signature of a function, if there is such a function.
  @inline(__always)
  func signature(ofFunction index: UInt32) -> Signature? {
    Int(index) < module.functions.count ? signature(module.functions[Int(index)]) : nil
  }

  /// Notes that there may be references to a function, which must exist.
  func reference(_ function: UInt32) {
    guard !isReferenced[Int(function)] else { return }
    isReferenced[Int(function)] = true
    referencedFunctions.append(function)
  }

  /// The type of a reference to a function, which must exist.
  func referenceType(ofFunction index: UInt32) -> ValueType {
    let type = module.functions[Int(index)]
    return module.canonical(.ref(nullable: false, .defined(type)))
  }
}
