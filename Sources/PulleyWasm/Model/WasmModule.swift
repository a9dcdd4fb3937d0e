/// What kind of thing an import or export is.
public enum ExternalKind: UInt8, Sendable {
  case function, table, memory, global, tag
}

/// What an import asks for.
public enum ImportType: Hashable, Sendable {
  /// A function of the type with this index.
  case function(typeIndex: UInt32)
  case table(TableType)
  case memory(MemoryType)
  case global(GlobalType)
  /// A tag whose parameters are those of the function type with this index.
  case tag(typeIndex: UInt32)

  public var kind: ExternalKind {
    switch self {
    case .function: .function
    case .table: .table
    case .memory: .memory
    case .global: .global
    case .tag: .tag
    }
  }
}

/// An import.
public struct Import: Hashable, Sendable {
  public var module: String
  public var name: String
  public var type: ImportType
  /// Where the import stands in the module.
  public var offset: Int
}

/// An export.
public struct Export: Hashable, Sendable {
  public var name: String
  public var kind: ExternalKind
  /// In the index space of its kind.
  public var index: UInt32
  /// Where the export stands in the module.
  public var offset: Int
}

/// A table that the module defines.
public struct TableDefinition: Hashable, Sendable {
  public var type: TableType
  /// The initial value of every element; null if there is none.
  public var initializer: ConstantExpression?
  public var offset: Int
}

/// A global variable that the module defines.
public struct GlobalDefinition: Hashable, Sendable {
  public var type: GlobalType
  public var initializer: ConstantExpression
}

/// When a segment is copied to its table or memory.
public enum SegmentMode: Hashable, Sendable {
  /// At instantiation, to this place of the table or memory with this index.
  case active(index: UInt32, offset: ConstantExpression)
  /// By an operator.
  case passive
  /// Never: the segment only declares its functions as referenced (element segments only).
  case declared
}

/// An element segment.
public struct ElementSegment: Hashable, Sendable {
  /// The elements of a segment.
  public enum Items: Hashable, Sendable {
    /// References to these functions, however the module writes them.
    case functions([UInt32])
    case expressions([ConstantExpression])

    public var count: Int {
      switch self {
      case .functions(let functions): functions.count
      case .expressions(let expressions): expressions.count
      }
    }
  }

  public var mode: SegmentMode
  /// A reference type.
  public var type: ValueType
  public var items: Items
  /// Where the segment stands in the module.
  public var offset: Int
}

/// A data segment.
public struct DataSegment: Hashable, Sendable {
  public var mode: SegmentMode
  /// Where the data stand in the module's bytes.
  public var bytes: Range<Int>
  /// Where the segment stands in the module.
  public var offset: Int
}

/// A custom section.
public struct CustomSection: Hashable, Sendable {
  public var name: String
  /// Where the contents, without the name, stand in the module's bytes.
  public var bytes: Range<Int>
}

/// A section, known or custom.
public struct Section: Hashable, Sendable {
  /// As the specification calls it, "code" for example; of a custom section its own name.
  public var name: String
  public var isCustom: Bool
  /// Where the contents stand in the module's bytes.
  public var bytes: Range<Int>
}

/// A run of locals of one type.
public struct LocalGroup: Hashable, Sendable {
  public var count: UInt32
  public var type: ValueType

  public init(count: UInt32, type: ValueType) {
    self.count = count
    self.type = type
  }
}

/// The start function.
public struct StartFunction: Hashable, Sendable {
  public var functionIndex: UInt32
  public var offset: Int
}

/// A decoded module: everything but the function bodies, which are byte ranges to be read later.
///
/// Index spaces count imports first, as in the specification. Value types name defined types by
/// their canonical index (`canonicalTypes`); indices that operators carry are as written.
public struct WasmModule: Sendable {
  public let bytes: ModuleBytes

  public internal(set) var types: [DefinedType] = []
  /// For each type the index of the first one that is equivalent to it: types are the same if,
  /// and only if, these are.
  public internal(set) var canonicalTypes: [UInt32] = []
  /// For each type the range of its recursion group.
  public internal(set) var recursionGroups: [Range<UInt32>] = []

  public internal(set) var imports: [Import] = []
  public internal(set) var exports: [Export] = []
  public internal(set) var start: StartFunction?

  /// The type index of each function.
  public internal(set) var functions: [UInt32] = []
  public internal(set) var importedFunctionCount = 0
  public internal(set) var tables: [TableType] = []
  public internal(set) var importedTableCount = 0
  public internal(set) var memories: [MemoryType] = []
  public internal(set) var importedMemoryCount = 0
  public internal(set) var globals: [GlobalType] = []
  public internal(set) var importedGlobalCount = 0
  /// The type index of each tag.
  public internal(set) var tags: [UInt32] = []
  public internal(set) var importedTagCount = 0

  /// The tables that are not imported.
  public internal(set) var tableDefinitions: [TableDefinition] = []
  /// The global variables that are not imported.
  public internal(set) var globalDefinitions: [GlobalDefinition] = []
  public internal(set) var elementSegments: [ElementSegment] = []
  public internal(set) var dataSegments: [DataSegment] = []
  /// What the data count section says.
  public internal(set) var dataCount: UInt32?

  /// The code of the functions that are not imported, from the declarations of locals to the
  /// last `end`.
  public internal(set) var bodies: [Range<Int>] = []
  public internal(set) var customSections: [CustomSection] = []
  /// All sections in the module's order.
  public internal(set) var sections: [Section] = []

  /// Where each type stands in the module.
  var typeOffsets: [UInt32] = []
  /// Where each memory that is not imported stands in the module.
  var memoryOffsets: [Int] = []
  /// Where each tag that is not imported stands in the module.
  var tagOffsets: [Int] = []

  init(bytes: ModuleBytes) {
    self.bytes = bytes
  }
}

extension WasmModule {
  /// The function type with this index; nil if there is none or it is no function type.
  public func functionType(_ typeIndex: UInt32) -> FunctionType? {
    guard Int(typeIndex) < types.count,
      case .function(let type) = types[Int(typeIndex)].composite
    else { return nil }
    return type
  }

  /// The type of a function, imported ones counted.
  public func type(ofFunction index: Int) -> FunctionType? {
    functions.indices.contains(index) ? functionType(functions[index]) : nil
  }

  /// A heap type as an operator carries it, in canonical form.
  public func canonical(_ heapType: HeapType) -> HeapType {
    guard let index = heapType.typeIndex, Int(index) < canonicalTypes.count else {
      return heapType
    }
    return .defined(canonicalTypes[Int(index)])
  }

  /// A value type as an operator carries it, in canonical form.
  public func canonical(_ type: ValueType) -> ValueType {
    type.isReference ? .ref(nullable: type.isNullable, canonical(type.heapType)) : type
  }

  /// Parameters and results of a block.
  public func functionType(of blockType: BlockType) -> FunctionType? {
    if let index = blockType.typeIndex { return functionType(index) }
    return FunctionType(results: blockType.singleResult.map { [canonical($0)] } ?? [])
  }

  /// The declared locals (without the parameters) of a function that is not imported, and a
  /// reader of its operators.
  ///
  /// - Parameter definedIndex: counted from the first function that is not imported.
  public func body(_ definedIndex: Int) throws(WasmError) -> (
    locals: [LocalGroup], operators: OperatorReader
  ) {
    guard bodies.indices.contains(definedIndex) else {
      throw WasmError(.invalid, "unknown function", at: 0)
    }
    var cursor = ByteCursor(bytes, bodies[definedIndex])
    let groupCount = try cursor.readLocalGroupCount()
    var total: UInt64 = 0
    var locals: [LocalGroup] = []
    locals.reserveCapacity(groupCount)
    for _ in 0..<groupCount {
      var group = try cursor.readLocalGroup(total: &total)
      group.type = canonical(group.type)
      locals.append(group)
    }
    try cursor.checkLocalCount(total)
    return (locals, OperatorReader(cursor))
  }
}

extension ByteCursor {
  mutating func readLocalGroupCount() throws(WasmError) -> Int {
    try readCount(elementSize: 2, limit: ImplementationLimits.functionBodySize, "local groups")
  }

  /// Reads one group and adds its count to `total`.
  mutating func readLocalGroup(total: inout UInt64) throws(WasmError) -> LocalGroup {
    let start = offset
    let count = try readU32()
    total += UInt64(count)
    guard total <= UInt32.max else { throw malformed("too many locals", at: start) }
    return LocalGroup(count: count, type: try readValueType())
  }

  /// Checks the number of locals once it is known that the declarations are well-formed.
  func checkLocalCount(_ total: UInt64) throws(WasmError) {
    let limit = ImplementationLimits.functionLocals
    guard total <= limit else {
      throw WasmError(.limit, "too many locals: \(total), at most \(limit)", at: offset)
    }
  }
}
