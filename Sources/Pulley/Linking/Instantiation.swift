import PulleyHost
import PulleyVM
import PulleyWasm

/// The steps from a module and its imports to an instance, in the specification's order.
struct Instantiation {
  let module: Module
  let imports: [Linker.Definition]
  let interruption: Interruption

  /// All but the start function.
  func make() throws(PulleyError) -> Instance {
    let work = MemoryBounds.instantiating(module)
    try HostMemory.announce(work, for: "an instance")
    defer { HostMemory.withdraw(work) }
    let group = InstanceGroup(engine: module.engine)
    let state = try InstanceState(module: module, group: group, interruption: interruption)
    try checkInterruption()
    try connectImports(of: state)
    makeTags(of: state)
    try state.completeRecords()
    try makeTables(of: state)
    try makeGlobals(of: state)
    let instance = Instance(state)
    try copyElements(to: state)
    try copyData(to: state)
    return instance
  }

  private func checkInterruption() throws(PulleyError) {
    if interruption.isDue { throw PulleyError(trap: .interrupted) }
  }

  // Imports

  private func connectImports(of state: InstanceState) throws(PulleyError) {
    for (item, definition) in zip(module.wasm.imports, imports) {
      switch (item.type, definition) {
      case (.function(let typeIndex), .host(let host)):
        try state.importHost(host, typeIndex: typeIndex, name: (item.module, item.name))
      case (.function(let typeIndex), .function(let function)):
        let wanted = module.typeNumbers[Int(typeIndex)]
        guard module.engine.types.isSubtype(function.typeNumber, of: wanted) else {
          throw incompatible(item, ExternalType.function(function.type).description)
        }
        try join(state, function.state.group)
        try state.importFunction(
          function, typeIndex: typeIndex, name: (item.module, item.name))
      case (.memory(let wanted), .memory(let memory)):
        let found = memory.currentType
        guard found.addressType == wanted.addressType, found.isShared == wanted.isShared,
          found.pageSizeLog2 == wanted.pageSizeLog2, found.limits.fit(wanted.limits)
        else { throw incompatible(item, ExternalType.memory(found).description) }
        try memory.count(in: state.group)
        state.memories.append(memory)
      case (.table(let wanted), .table(let table)):
        let found = table.state.currentType
        let element = module.engineType(wanted).element
        guard found.element == element, found.addressType == wanted.addressType,
          found.limits.fit(wanted.limits)
        else { throw incompatible(item, ExternalType.table(found).description) }
        try join(state, table.group)
        state.tables.append(table.state)
      case (.global(let wanted), .global(let global)):
        let value = module.engineType(wanted).value
        guard global.type.isMutable == wanted.isMutable,
          global.type.value == value
            || !wanted.isMutable && module.engine.types.matches(global.type.value, value)
        else { throw incompatible(item, ExternalType.global(global.type).description) }
        try join(state, global.group)
        state.globals.append(global.state)
      case (.tag(let typeIndex), .tag(let tag)):
        guard tag.typeNumber == module.typeNumbers[Int(typeIndex)] else {
          throw incompatible(item, ExternalType.tag(tag.type).description)
        }
        state.tags.append(tag)
      default:
        throw incompatible(item, "a \(definition.kindName)")
      }
    }
  }

  private func join(
    _ state: InstanceState, _ group: InstanceGroup
  ) throws(PulleyError) {
    try group.merge(state.group)
  }

  private func incompatible(_ item: Import, _ found: String) -> PulleyError {
    PulleyError(
      .link,
      "incompatible import type: \(Linker.Name(item.module, item.name)) is \(found), and the "
        + "module asks for "
        + "\(ExternalType(item.type, of: module.wasm))", offset: item.offset)
  }

  // Definitions

  private func makeTables(of state: InstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for definition in module.wasm.tableDefinitions {
      try checkInterruption()
      var fill: UInt = 0
      if let initializer = definition.initializer {
        fill = UInt(try evaluator.evaluate(initializer))
      }
      state.addTable(
        try TableState(
          type: module.engineType(definition.type),
          limit: module.engine.options.maximumTableElements, fill: fill,
          group: state.group.current))
    }
  }

  private func makeGlobals(of state: InstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for definition in module.wasm.globalDefinitions {
      let bits = try evaluator.cell(definition.initializer)
      state.addGlobal(definition.type, bits: bits)
    }
  }

  private func makeTags(of state: InstanceState) {
    for typeIndex in module.wasm.tags[module.wasm.importedTagCount...] {
      state.tags.append(
        Tag(
          type: module.wasm.functionType(typeIndex) ?? FunctionType(),
          typeNumber: module.typeNumbers[Int(typeIndex)]))
    }
  }

  // Segments

  private func copyElements(to state: InstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for (number, segment) in module.wasm.elementSegments.enumerated() {
      switch segment.mode {
      case .active(let table, let offset):
        let start = address(
          try evaluator.evaluate(offset), state.tables[Int(table)].type.addressType)
        let count = UInt64(segment.items.count)
        if let trap = state.initializeTable(
          Int(table), at: start, fromSegment: number, from: 0, count: count, interruption)
        {
          // The evaluator's own error names what is not supported.
          if trap == .unsupported, case .expressions(let items) = segment.items {
            for item in items { _ = try evaluator.evaluate(item) }
          }
          throw PulleyError(trap: trap)
        }
        state.droppedElements[number] = true
      case .declared:
        state.droppedElements[number] = true
      case .passive:
        break
      }
    }
  }

  /// An i32 has only its low bits.
  private func address(_ bits: UInt64, _ type: AddressType) -> UInt64 {
    type == .i64 ? bits : UInt64(UInt32(truncatingIfNeeded: bits))
  }

  private func copyData(to state: InstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for (number, segment) in module.wasm.dataSegments.enumerated() {
      guard case .active(let memory, let offset) = segment.mode else { continue }
      let start = address(
        try evaluator.evaluate(offset), state.memories[Int(memory)].type.addressType)
      if let trap = state.initializeMemory(
        Int(memory), at: start, fromSegment: number, from: 0, count: UInt64(segment.bytes.count),
        interruption)
      {
        throw PulleyError(trap: trap)
      }
      state.droppedData[number] = true
    }
  }
}

extension Limits {
  /// Whether something of these limits may stand where `wanted` is asked for.
  func fit(_ wanted: Limits) -> Bool {
    guard minimum >= wanted.minimum else { return false }
    guard let wantedMaximum = wanted.maximum else { return true }
    return maximum.map { $0 <= wantedMaximum } ?? false
  }
}
