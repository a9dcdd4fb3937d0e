/// The layout of an instance's context block, whose address is the first argument of every
/// function.
///
/// Offsets are in bytes from the start of the block, which is aligned to 16 bytes. The parts, in
/// this order, are:
/// - the header
/// - for each type of the module, a 32-bit type number
/// - for each type of a module that defines structures or arrays, a pointer to its shape
/// - for each memory, a pointer to a memory record, and for each table, a pointer to a table record
/// - for each imported function, its code and its context
/// - for each imported global, a pointer to its cell
/// - for each tag, a 64-bit number, and the shape of its exceptions; equal tags have equal numbers, different
///   tags different ones
/// - the cells of the globals that the module defines
/// - for each function that may be referenced, a function record
public struct ContextLayout: Hashable, Sendable {
  // The header.

  /// A pointer that only the runtime uses.
  public static let instance = 0
  /// A pointer to an array of pointers to host functions, one for each `Builtin`, in that order.
  public static let builtins = 8
  /// Unused.
  public static let reserved = 16
  static let headerSize = 24

  /// The number and the shape of a tag.
  static let tagSize = 16
  /// The cell of a global, imported or not.
  public static let globalSize = 16

  /// The record of a table: the address of its elements, which are references of 8 bytes, and the
  /// number of elements in 64 bits.
  public enum TableRecord {
    public static let elements = 0
    public static let count = 8
    public static let size = 16
    public static let elementSize = 8
  }

  /// The code of an imported function, and the context that it takes.
  public enum ImportedFunction {
    public static let code = 0
    public static let context = 8
    public static let size = 16
  }

  /// The record of a function. A reference that is not null is the address of a record.
  public enum FunctionRecord {
    public static let code = 0
    public static let context = 8
    /// The 32-bit number of the function's type. Equal types have equal numbers in all modules.
    public static let type = 16
    public static let size = 24
  }

  // The offsets of the parts.

  public let typeNumbers: Int
  public let shapes: Int
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
    shapes = place(module.definesObjects ? module.types.count : 0, 8)
    memories = place(module.memories.count, 8)
    tables = place(module.tables.count, 8)
    importedFunctions = place(module.importedFunctionCount, ImportedFunction.size)
    importedGlobals = place(module.importedGlobalCount, 8)
    tags = place(module.tags.count, Self.tagSize)
    definedGlobals = place(
      module.globals.count - module.importedGlobalCount, Self.globalSize, alignment: 16)
    functionRecords = place(functionRecordCount, FunctionRecord.size)
    size = place(0, 0, alignment: 16)
    importedGlobalCount = module.importedGlobalCount
    self.functionRecordCount = functionRecordCount
  }
}

extension ContextLayout {
  /// The offset of a type's 32-bit number.
  public func typeNumber(_ typeIndex: Int) -> Int { typeNumbers + typeIndex * 4 }

  /// The offset of the pointer to the shape of a structure or array type.
  public func shape(_ typeIndex: Int) -> Int { shapes + typeIndex * 8 }

  /// The offset of the pointer to a memory's record.
  public func memory(_ index: Int) -> Int { memories + index * 8 }

  /// The offset of the pointer to a table's record.
  public func table(_ index: Int) -> Int { tables + index * 8 }

  /// The offset of an imported function's code and context.
  public func importedFunction(_ index: Int) -> Int {
    importedFunctions + index * ImportedFunction.size
  }

  /// The offset of the pointer to an imported global's cell.
  public func importedGlobal(_ index: Int) -> Int { importedGlobals + index * 8 }

  /// The offset of a tag's number.
  public func tag(_ index: Int) -> Int { tags + index * Self.tagSize }

  /// The offset of the pointer to the shape of a tag's exceptions.
  public func exceptionShape(_ index: Int) -> Int { tag(index) + 8 }

  /// The offset of a defined global's cell; `index` counts imported globals, too.
  public func definedGlobal(_ index: Int) -> Int {
    definedGlobals + (index - importedGlobalCount) * Self.globalSize
  }

  /// The offset of a function's record, by its position in `ModuleFacts.referencedFunctions`.
  public func functionRecord(_ position: Int) -> Int {
    functionRecords + position * FunctionRecord.size
  }
}
