/// The kind of an import or export.
public enum ExternalKind: UInt8, Sendable {
  case function, table, memory, global, tag
}

/// The type of an import.
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
  /// The position of the import in the module.
  public var offset: Int
}

/// An export.
public struct Export: Hashable, Sendable {
  public var name: String
  public var kind: ExternalKind
  /// The index in the index space of the export's kind.
  public var index: UInt32
  /// The position of the export in the module.
  public var offset: Int
}

/// A table that the module defines.
public struct TableDefinition: Hashable, Sendable {
  public var type: TableType
  /// The initial value of every element; nil if the elements are null references.
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
  /// At instantiation, to this offset of the table or memory with this index.
  case active(index: UInt32, offset: ConstantExpression)
  /// When an operator copies it.
  case passive
  /// Never: the segment only declares its functions as referenced (element segments only).
  case declared
}

/// An element segment.
public struct ElementSegment: Hashable, Sendable {
  /// The elements of a segment.
  public enum Items: Hashable, Sendable {
    /// References to these functions, in either encoding of the binary format.
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
  /// The position of the segment in the module.
  public var offset: Int
}

/// A data segment.
public struct DataSegment: Hashable, Sendable {
  public var mode: SegmentMode
  /// The range of the data in the module's bytes.
  public var bytes: Range<Int>
  /// The position of the segment in the module.
  public var offset: Int
}

/// A custom section.
public struct CustomSection: Hashable, Sendable {
  public var name: String
  /// The range of the contents, without the name, in the module's bytes.
  public var bytes: Range<Int>
}

/// A section, known or custom.
public struct Section: Hashable, Sendable {
  /// The name in the specification, such as "code", or the name of a custom section.
  public var name: String
  public var isCustom: Bool
  /// The range of the contents in the module's bytes.
  public var bytes: Range<Int>
}

/// Consecutive locals of one type.
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

/// A decoded module. Function bodies are not decoded; the module has their ranges in its bytes.
///
/// Imports come first in index spaces, as in the specification. Value types refer to defined types
/// by their canonical index (`canonicalTypes`). The indices of operators are those of the bytes.
public struct WasmModule: Sendable {
  public let bytes: ModuleBytes

  public internal(set) var types: [DefinedType] = []
  /// For each type the index of the first equivalent type. Types are equal if and only if these
  /// indices are equal.
  public internal(set) var canonicalTypes: [UInt32] = []
  /// For each type the range of its recursion group.
  public internal(set) var recursionGroups: [Range<UInt32>] = []

  /// Whether a type is one of structures or arrays.
  public var definesObjects: Bool {
    types.contains { type in
      if case .function = type.composite { false } else { true }
    }
  }

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

  /// The defined tables.
  public internal(set) var tableDefinitions: [TableDefinition] = []
  /// The defined globals.
  public internal(set) var globalDefinitions: [GlobalDefinition] = []
  public internal(set) var elementSegments: [ElementSegment] = []
  public internal(set) var dataSegments: [DataSegment] = []
  /// The number of data segments according to the data count section; nil without such a section.
  public internal(set) var dataCount: UInt32?

  /// The ranges of the bodies of defined functions, from the declarations of locals to the last
  /// `end`.
  public internal(set) var bodies: [Range<Int>] = []
  public internal(set) var customSections: [CustomSection] = []
  /// All sections, in the order of the module.
  public internal(set) var sections: [Section] = []

  /// The position of each type in the module.
  var typeOffsets: [UInt32] = []
  /// The position of each defined memory in the module.
  var memoryOffsets: [Int] = []
  /// The position of each defined tag in the module.
  var tagOffsets: [Int] = []

  init(bytes: ModuleBytes) {
    self.bytes = bytes
  }
}

extension WasmModule {
  /// The function type with this index; nil if the index is out of range or not that of a function
  /// type.
  public func functionType(_ typeIndex: UInt32) -> FunctionType? {
    guard Int(typeIndex) < types.count,
      case .function(let type) = types[Int(typeIndex)].composite
    else { return nil }
    return type
  }

  /// The type of a function. The index counts imported functions.
  public func type(ofFunction index: Int) -> FunctionType? {
    functions.indices.contains(index) ? functionType(functions[index]) : nil
  }

  /// The canonical form of a heap type of an operator.
  public func canonical(_ heapType: HeapType) -> HeapType {
    guard let index = heapType.typeIndex, Int(index) < canonicalTypes.count else {
      return heapType
    }
    return .defined(canonicalTypes[Int(index)])
  }

  /// The canonical form of a value type of an operator.
  public func canonical(_ type: ValueType) -> ValueType {
    type.isReference ? .ref(nullable: type.isNullable, canonical(type.heapType)) : type
  }

  /// The parameters and results of a block.
  public func functionType(of blockType: BlockType) -> FunctionType? {
    if let index = blockType.typeIndex { return functionType(index) }
    return FunctionType(results: blockType.singleResult.map { [canonical($0)] } ?? [])
  }

  /// The declared locals of a defined function (without its parameters), and a reader of its
  /// operators.
  ///
  /// - Parameter definedIndex: does not count imported functions.
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
