/// Where everything stands in an instance's context block, the first argument of every function.
///
/// Offsets are in bytes from the start of the block, which has to be aligned to 16. In this order:
/// the header, a 32-bit type number for each type of the module, a pointer to a memory record for
/// each memory and to a table record for each table (imported or defined alike), a code and context
/// pair for each imported function, a pointer to the cell of each imported global, a number of 64 bits
/// for each tag (the same if, and only if, the tags are), the cells of the module's own globals, and
/// a function record for each function that references exist to.
public struct ContextLayout: Hashable, Sendable {
  // The header.

  /// A pointer for the runtime's own use.
  public static let instance = 0
  /// A pointer to an array of pointers to the host functions of `Builtin`, in its order.
  public static let builtins = 8
  /// Not in use.
  public static let reserved = 16
  static let headerSize = 24

  /// The cell of a global, imported or not.
  public static let globalSize = 16

  /// What a pointer to a memory stands for: base address, and how many bytes may be accessed.
  public enum MemoryRecord {
    public static let base = 0
    public static let bound = 8
    public static let size = 16
  }

  /// What a pointer to a table stands for: the address of its elements (8-byte references), and
  /// how many there are (64 bits).
  public enum TableRecord {
    public static let elements = 0
    public static let count = 8
    public static let size = 16
    public static let elementSize = 8
  }

  /// Code of an imported function, and the context it is to be called with.
  public enum ImportedFunction {
    public static let code = 0
    public static let context = 8
    public static let size = 16
  }

  /// What a function reference that is not null is the address of.
  public enum FunctionRecord {
    public static let code = 0
    public static let context = 8
    /// The 32-bit number of its type; the same for equal types of all modules.
    public static let type = 16
    public static let size = 24
  }

  // Where the parts start.

  public let typeNumbers: Int
  public let memories: Int
  public let tables: Int
  public let importedFunctions: Int
  public let importedGlobals: Int
  public let tags: Int
  public let definedGlobals: Int
  public let functionRecords: Int
  /// The size of the whole block.
  public let size: Int

  public let importedGlobalCount: Int
  public let functionRecordCount: Int

  public init(_ module: ValidatedModule) {
    self.init(module.module, functionRecords: module.facts.referencedFunctions.count)
  }

  init(_ module: WasmModule, functionRecords functionRecordCount: Int) {
    var end = Self.headerSize
    func place(_ count: Int, _ size: Int, alignment: Int = 8) -> Int {
      let start = (end + alignment - 1) & -alignment
      end = start + count * size
      return start
    }
    typeNumbers = place(module.types.count, 4, alignment: 4)
    memories = place(module.memories.count, 8)
    tables = place(module.tables.count, 8)
    importedFunctions = place(module.importedFunctionCount, ImportedFunction.size)
    importedGlobals = place(module.importedGlobalCount, 8)
    tags = place(module.tags.count, 8)
    definedGlobals = place(
      module.globals.count - module.importedGlobalCount, Self.globalSize, alignment: 16)
    functionRecords = place(functionRecordCount, FunctionRecord.size)
    size = place(0, 0, alignment: 16)
    importedGlobalCount = module.importedGlobalCount
    self.functionRecordCount = functionRecordCount
  }
}

extension ContextLayout {
  /// The number of a type of the module, 32 bits.
  public func typeNumber(_ typeIndex: Int) -> Int { typeNumbers + typeIndex * 4 }

  /// The pointer to a memory's record.
  public func memory(_ index: Int) -> Int { memories + index * 8 }

  /// The pointer to a table's record.
  public func table(_ index: Int) -> Int { tables + index * 8 }

  /// The code and context of an imported function.
  public func importedFunction(_ index: Int) -> Int {
    importedFunctions + index * ImportedFunction.size
  }

  /// The pointer to the cell of an imported global.
  public func importedGlobal(_ index: Int) -> Int { importedGlobals + index * 8 }

  /// What tells a tag from others.
  public func tag(_ index: Int) -> Int { tags + index * 8 }

  /// The cell of a global of the module's own; `index` counts imported ones too.
  public func definedGlobal(_ index: Int) -> Int {
    definedGlobals + (index - importedGlobalCount) * Self.globalSize
  }

  /// The record of a function, by its position in `ModuleFacts.referencedFunctions`.
  public func functionRecord(_ position: Int) -> Int {
    functionRecords + position * FunctionRecord.size
  }
}
