import PulleyHost
import PulleyVM
import PulleyWasm

/// An instance of WebAssembly: the context block that compiled code works with, and the objects whose
/// records the block points to.
final class WasmInstanceState: InstanceState {
  let wasm: WasmFrontEnd
  /// Laid out by the module's `ContextLayout`.
  let context: UnsafeMutableRawPointer

  /// The index spaces, imports first.
  var memories: [Memory] = []
  var tables: [TableState] = []
  var globals: [GlobalState] = []
  var tags: [Tag] = []
  private(set) var importedFunctions: [ImportedFunction] = []

  var droppedElements: [Bool]
  var droppedData: [Bool]
  /// The elements of passive segments whose expressions make objects, so that each is made once.
  var evaluatedElements: [Int: [UInt64]] = [:]
  /// The operands of the constant expression that is being evaluated.
  var constantStack: [UInt64] = []

  /// What the embedder has attached to functions that this instance defines, by index.
  var functionInfos: [Int: HostInfo] = [:]
  /// The functions that the guest has passed to host calls.
  lazy var guestFunctions = GuestFunctionCache(self)
  /// Nil until the host first allocates memory of the guest.
  var knownAllocator: GuestAllocator?

  struct ImportedFunction {
    enum Origin {
      case guest(WasmInstanceState, index: Int)
      case host(HostDefinition, HostFunctionRecord)
      case values(ValuesDefinition, ValuesRecord)
      /// A function that traps with this message.
      case trap(String, UncallableRecord)
    }
    let origin: Origin
    /// The engine's number of its type, which may be a subtype of the import's type.
    let typeNumber: UInt32
    let code: UnsafeMutablePointer<FunctionEntry>
    let context: UnsafeMutableRawPointer
  }

  /// - Parameters:
  ///   - image: the module's.
  ///   - interruption: the linker's, until `becomeInterruptible`.
  init(
    _ module: Module, _ wasm: WasmFrontEnd, image: CodeImage, group: InstanceGroup,
    interruption: Interruption
  ) throws(PulleyError) {
    let charge = try Charge(
      MemoryBounds.instance(of: wasm), of: .instances, to: group.account, for: "an instance")
    self.wasm = wasm
    let size = wasm.layout.size
    context = .allocate(byteCount: size, alignment: 16)
    context.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    droppedElements = Array(repeating: false, count: wasm.module.elementSegments.count)
    droppedData = Array(repeating: false, count: wasm.module.dataSegments.count)
    super.init(module, image: image, group: group, interruption: interruption, charge)
    write(Unmanaged.passUnretained(self).toOpaque(), at: ContextLayout.instance)
    environment.guest = self
    write(Builtins.table, at: ContextLayout.builtins)
    for (index, number) in wasm.typeNumbers.enumerated() {
      write(number, at: wasm.layout.typeNumber(index))
    }
    if wasm.module.definesObjects {
      for index in wasm.typeNumbers.indices {
        write(shape(ofType: index)?.address, at: wasm.layout.shape(index))
      }
    }
    if wasm.module.definesObjects || !wasm.module.tags.isEmpty { _ = try group.objectHeap() }
    ReferenceOwners.add(self)
  }

  deinit {
    ReferenceOwners.remove(self)
    context.deallocate()
  }

  private func write<T: BitwiseCopyable>(_ value: T, at offset: Int) {
    context.storeBytes(of: value, toByteOffset: offset, as: T.self)
  }

  private func pointer(at offset: Int) -> UnsafeMutableRawPointer { context + offset }

  // Filling the context

  /// - Parameter typeNumber: the engine's number of the function's own type; nil means the number
  ///   of the import's type.
  func importHost(
    _ definition: HostDefinition, typeIndex: UInt32, typeNumber: UInt32? = nil, name: String
  ) throws(PulleyError) {
    let importedType = wasm.typeNumbers[Int(typeIndex)]
    let type = wasm.module.functionType(typeIndex) ?? FunctionType()
    let record: HostFunctionRecord
    do {
      record = try HostFunctionRecord(
        definition, type: GuestFunctionType(type), environment: environment,
        signatureNumber: importedType)
    } catch {
      throw PulleyError(.link, "incompatible import type: \(name): \(error.message)")
    }
    addImport(
      ImportedFunction(
        origin: .host(definition, record), typeNumber: typeNumber ?? importedType,
        code: thunk(forType: typeIndex), context: record.pointer))
  }

  func importValues(
    _ definition: ValuesDefinition, typeIndex: UInt32, typeNumber: UInt32? = nil
  ) {
    let importedType = wasm.typeNumbers[Int(typeIndex)]
    let record = record(
      definition, type: wasm.module.functionType(typeIndex) ?? FunctionType(),
      signatureNumber: importedType)
    addImport(
      ImportedFunction(
        origin: .values(definition, record), typeNumber: typeNumber ?? importedType,
        code: thunk(forType: typeIndex), context: record.pointer))
  }

  func importTrap(_ message: String, typeIndex: UInt32, typeNumber: UInt32? = nil) {
    let importedType = wasm.typeNumbers[Int(typeIndex)]
    let record = UncallableRecord(message: message, signatureNumber: importedType)
    addImport(
      ImportedFunction(
        origin: .trap(message, record), typeNumber: typeNumber ?? importedType,
        code: thunk(forType: typeIndex), context: record.pointer))
  }

  func importFunction(
    _ function: Callable.WasmFunction, typeIndex: UInt32, name: String
  ) throws(PulleyError) {
    switch function.state.origin(ofFunction: function.index) {
    case .host(let definition, _):
      // The host function gets a record of this instance, so that it sees this instance's memory.
      try importHost(
        definition, typeIndex: typeIndex, typeNumber: function.typeNumber, name: name)
    case .values(let definition, _):
      importValues(definition, typeIndex: typeIndex, typeNumber: function.typeNumber)
    case .trap(let message, _):
      importTrap(message, typeIndex: typeIndex, typeNumber: function.typeNumber)
    case .guest(let owner, let index):
      addImport(
        ImportedFunction(
          origin: .guest(owner, index: index), typeNumber: function.typeNumber,
          code: owner.entry(ofFunction: index), context: owner.context))
    }
  }

  private func addImport(_ function: ImportedFunction) {
    let offset = wasm.layout.importedFunction(importedFunctions.count)
    write(UnsafeMutableRawPointer(function.code), at: offset + ContextLayout.ImportedFunction.code)
    write(function.context, at: offset + ContextLayout.ImportedFunction.context)
    importedFunctions.append(function)
  }

  /// Makes the memories and writes the records that need all imports. Host functions that
  /// initialisation calls must find the memory.
  func completeRecords() throws(PulleyError) {
    let layout = wasm.layout
    for definition in wasm.module.memories[wasm.module.importedMemoryCount...] {
      memories.append(
        try Memory(type: definition, engine: module.engine, group: group.current))
    }
    for (index, memory) in memories.enumerated() {
      write(memory.record, at: layout.memory(index))
    }
    environment.memory = memories.first.map { UnsafePointer($0.record) }
    for (index, table) in tables.enumerated() {
      write(table.record, at: layout.table(index))
    }
    for (index, global) in globals.enumerated() {
      write(global.cell, at: layout.importedGlobal(index))
    }
    for (index, tag) in tags.enumerated() {
      // The address identifies the tag, because the instance keeps the tag alive.
      write(Unmanaged.passUnretained(tag).toOpaque(), at: layout.tag(index))
      guard let shape = tag.engine.types.exceptionShape(tag.typeNumber) else {
        throw PulleyError(.limit, "no memory for the types of exceptions")
      }
      write(shape.address, at: layout.exceptionShape(index))
    }
    for (index, function) in wasm.facts.referencedFunctions.enumerated() {
      let offset = layout.functionRecord(index)
      let function = Int(function)
      let target = target(ofFunction: function)
      write(UnsafeMutableRawPointer(target.code), at: offset + ContextLayout.FunctionRecord.code)
      write(target.context, at: offset + ContextLayout.FunctionRecord.context)
      write(typeNumber(ofFunction: function), at: offset + ContextLayout.FunctionRecord.type)
    }
  }

  func addTable(_ table: TableState) {
    write(table.record, at: wasm.layout.table(tables.count))
    tables.append(table)
  }

  func addGlobal(_ type: GlobalType, bits: CellBits) {
    let cell = pointer(at: wasm.layout.definedGlobal(globals.count))
      .assumingMemoryBound(to: UInt64.self)
    cell.cellBits = bits
    globals.append(
      GlobalState(type: wasm.engineType(type), cell: cell, group: group.current))
  }

  // Functions

  /// The entry of the thunk through which host functions of a type are called.
  private func thunk(forType typeIndex: UInt32) -> UnsafeMutablePointer<FunctionEntry> {
    image.entry(wasm.module.bodies.count + Int(typeIndex))
  }

  /// The instance that has defined a function of the index space, or the host function, through any
  /// number of imports.
  func origin(ofFunction index: Int) -> ImportedFunction.Origin {
    index < importedFunctions.count ? importedFunctions[index].origin : .guest(self, index: index)
  }

  /// The engine's number of a function's own type.
  func typeNumber(ofFunction index: Int) -> UInt32 {
    index < importedFunctions.count
      ? importedFunctions[index].typeNumber : wasm.typeNumbers[Int(wasm.module.functions[index])]
  }

  func entry(ofFunction index: Int) -> UnsafeMutablePointer<FunctionEntry> {
    index < importedFunctions.count
      ? importedFunctions[index].code : image.entry(index - importedFunctions.count)
  }

  /// The entry to call for a function of the index space, and the context to pass.
  func target(
    ofFunction index: Int
  ) -> (code: UnsafeMutablePointer<FunctionEntry>, context: UnsafeMutableRawPointer) {
    let context = index < importedFunctions.count ? importedFunctions[index].context : context
    return (entry(ofFunction: index), context)
  }

  /// The address of the function's record; 0 if the module declares no reference to the function.
  func reference(toFunction index: Int) -> UInt {
    guard let position = wasm.facts.referenceIndex(ofFunction: index) else { return 0 }
    return UInt(bitPattern: pointer(at: wasm.layout.functionRecord(position)))
  }

  func dropElements(_ segment: Int) {
    droppedElements[segment] = true
    evaluatedElements[segment] = nil
  }

  // Exports

  override func object(ofExport index: Int) -> ExportedObject? {
    let export = wasm.module.exports[index]
    let index = Int(export.index)
    return switch export.kind {
    case .function: .function(Callable(self, index: index))
    case .table: .table(Table(tables[index]))
    case .memory: .memory(memories[index])
    case .global: .global(Global(globals[index]))
    case .tag: .tag(tags[index])
    }
  }

  override var firstMemory: Memory? { memories.first }

  override func endFunctionPointers() -> [AnyObject] { super.endFunctionPointers() + memories }
}
