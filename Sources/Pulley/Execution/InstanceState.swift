import PulleyHost
import PulleyVM
import PulleyWasm

/// An instance as its group owns it: the context block that compiled code works with, and the
/// objects whose records the block points to.
final class InstanceState {
  let module: Module
  /// Laid out by the module's `ContextLayout`.
  let context: UnsafeMutableRawPointer
  unowned(unsafe) var group: InstanceGroup

  /// The index spaces, imports first.
  var memories: [Memory] = []
  var tables: [TableState] = []
  var globals: [GlobalState] = []
  var tags: [Tag] = []
  private(set) var importedFunctions: [ImportedFunction] = []

  var droppedElements: [Bool]
  var droppedData: [Bool]

  /// What the embedder keeps with the instance.
  var userData: UnsafeMutableRawPointer?
  /// What host functions imported by this instance know of it.
  let environment: HostEnvironment
  /// The handle that host functions borrow.
  private(set) lazy var borrowedHandle = Instance(borrowed: self)

  private var machineStorage: Machine?
  private var stackCharge: Charge?
  private let charge: Charge
  /// Stops what the host has called on this instance; while it is being made, the linker's.
  private(set) var interruption: Interruption

  /// A function that the instance imports.
  struct ImportedFunction {
    enum Origin {
      case guest(InstanceState, index: Int)
      case host(HostDefinition, HostFunctionRecord)
    }
    let origin: Origin
    /// The engine's number of its type, which may be a subtype of what the import asks for.
    let typeNumber: UInt32
    let code: UnsafeMutablePointer<FunctionEntry>
    let context: UnsafeMutableRawPointer
  }

  init(
    module: Module, group: InstanceGroup, interruption: Interruption
  ) throws(PulleyError) {
    self.module = module
    self.interruption = interruption
    self.group = group
    charge = try Charge(
      MemoryBounds.instance(of: module), of: .instances, to: group.account, for: "an instance")
    let size = module.layout.size
    context = .allocate(byteCount: size, alignment: 16)
    context.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    droppedElements = Array(repeating: false, count: module.wasm.elementSegments.count)
    droppedData = Array(repeating: false, count: module.wasm.dataSegments.count)
    environment = HostEnvironment()
    group.add(self)
    environment.instance = Unmanaged.passUnretained(borrowedHandle).toOpaque()
    let layout = module.layout
    write(Unmanaged.passUnretained(self).toOpaque(), at: ContextLayout.instance)
    write(module.engine.builtins, at: ContextLayout.builtins)
    for (index, number) in module.typeNumbers.enumerated() {
      write(number, at: layout.typeNumber(index))
    }
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

  func importHost(
    _ definition: HostDefinition, typeIndex: UInt32, name: (module: String, field: String)
  ) throws(PulleyError) {
    try importHost(
      definition, typeIndex: typeIndex, typeNumber: module.typeNumbers[Int(typeIndex)],
      name: name)
  }

  private func importHost(
    _ definition: HostDefinition, typeIndex: UInt32, typeNumber: UInt32,
    name: (module: String, field: String)
  ) throws(PulleyError) {
    let type = module.wasm.functionType(typeIndex) ?? FunctionType()
    let record: HostFunctionRecord
    do {
      record = try HostFunctionRecord(
        definition,
        type: GuestFunctionType(
          parameters: type.parameters.map(GuestType.init),
          results: type.results.map(GuestType.init)),
        environment: environment, signatureNumber: module.typeNumbers[Int(typeIndex)])
    } catch {
      throw PulleyError(
        .link, "incompatible import type: \(Linker.Name(name.module, name.field)): \(error.message)"
      )
    }
    addImport(
      ImportedFunction(
        origin: .host(definition, record), typeNumber: typeNumber,
        code: module.thunk(forType: typeIndex), context: record.pointer))
  }

  func importFunction(
    _ function: Function, typeIndex: UInt32, name: (module: String, field: String)
  ) throws(PulleyError) {
    switch function.state.origin(ofFunction: function.index) {
    case .host(let definition, _):
      // A record of its own, so that the host function sees this instance's memory.
      try importHost(
        definition, typeIndex: typeIndex, typeNumber: function.typeNumber, name: name)
    case .guest(let owner, let index):
      addImport(
        ImportedFunction(
          origin: .guest(owner, index: index), typeNumber: function.typeNumber,
          code: owner.entry(ofFunction: index), context: owner.context))
    }
  }

  private func addImport(_ function: ImportedFunction) {
    let offset = module.layout.importedFunction(importedFunctions.count)
    write(UnsafeMutableRawPointer(function.code), at: offset + ContextLayout.ImportedFunction.code)
    write(function.context, at: offset + ContextLayout.ImportedFunction.context)
    importedFunctions.append(function)
  }

  /// Writes what needs the functions of the instance, and the memories, which host functions that
  /// initialisation calls must find.
  func completeRecords() throws(PulleyError) {
    let layout = module.layout
    for definition in module.wasm.memories[module.wasm.importedMemoryCount...] {
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
      // The address is as good a number as any, for the instance keeps the tag.
      write(Unmanaged.passUnretained(tag).toOpaque(), at: layout.tag(index))
    }
    for (index, function) in module.facts.referencedFunctions.enumerated() {
      let offset = layout.functionRecord(index)
      let function = Int(function)
      let target = target(ofFunction: function)
      write(UnsafeMutableRawPointer(target.code), at: offset + ContextLayout.FunctionRecord.code)
      write(target.context, at: offset + ContextLayout.FunctionRecord.context)
      write(typeNumber(ofFunction: function), at: offset + ContextLayout.FunctionRecord.type)
    }
  }

  func addTable(_ table: TableState) {
    write(table.record, at: module.layout.table(tables.count))
    tables.append(table)
  }

  func addGlobal(_ type: GlobalType, bits: CellBits) {
    let cell = pointer(at: module.layout.definedGlobal(globals.count))
      .assumingMemoryBound(to: UInt64.self)
    cell.cellBits = bits
    globals.append(
      GlobalState(type: module.engineType(type), cell: cell, group: group.current))
  }

  // Functions

  /// Where a function of the index space comes from, through any number of instances.
  func origin(ofFunction index: Int) -> ImportedFunction.Origin {
    index < importedFunctions.count ? importedFunctions[index].origin : .guest(self, index: index)
  }

  /// The engine's number of a function's own type.
  func typeNumber(ofFunction index: Int) -> UInt32 {
    index < importedFunctions.count
      ? importedFunctions[index].typeNumber : module.typeNumbers[Int(module.wasm.functions[index])]
  }

  func entry(ofFunction index: Int) -> UnsafeMutablePointer<FunctionEntry> {
    index < importedFunctions.count
      ? importedFunctions[index].code : module.image.entry(index - importedFunctions.count)
  }

  /// What to call for a function of the index space, and the context to pass.
  func target(
    ofFunction index: Int
  ) -> (code: UnsafeMutablePointer<FunctionEntry>, context: UnsafeMutableRawPointer) {
    let context = index < importedFunctions.count ? importedFunctions[index].context : context
    return (entry(ofFunction: index), context)
  }

  /// The address of the function's record; 0 if nobody may hold references to the function.
  func reference(toFunction index: Int) -> UInt {
    guard let position = module.facts.referenceIndex(ofFunction: index) else { return 0 }
    return UInt(bitPattern: pointer(at: module.layout.functionRecord(position)))
  }

  var dispatchCount: UInt64 { machineStorage?.dispatches ?? 0 }

  /// The machine, if there is one yet.
  var existingMachine: Unmanaged<Machine>? { machineStorage.map(Unmanaged.passUnretained) }

  /// Ends the time in which the linker's interruption stops the instance's code.
  func becomeInterruptible() {
    interruption = module.engine.options.makeInterruption()
    machineStorage?.setInterruption(interruption)
  }

  /// The machine that calls from the host run on.
  func machine() throws(PulleyError) -> Machine {
    if let machineStorage { return machineStorage }
    let size = module.engine.options.stackSize
    let charge = try Charge(size, of: .stacks, to: group.current.account, for: "a guest's stack")
    let machine: Machine
    do throws(MachineError) {
      machine = try Machine(stackSize: size, interruption: interruption)
    } catch {
      throw PulleyError(error)
    }
    machine.hostStackReserve = module.engine.options.hostStackReserve
    stackCharge = consume charge
    machineStorage = machine
    return machine
  }
}

extension PulleyError {
  init(_ error: MachineError) {
    switch error {
    case .noStack(let bytes):
      self.init(.limit, "no memory for a guest's stack of \(bytes) bytes")
    }
  }
}

extension GuestType {
  init(_ type: ValueType) {
    switch type.kind {
    case .i32: self = .i32
    case .i64: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .v128: self = .v128
    case .reference: self = type.heapType.isFunctionLike ? .funcref : .externref
    }
  }
}
