import PulleyVM
import PulleyWasm

/// Makes an instance of WebAssembly, in the order of the specification.
struct WasmInstantiation {
  let module: Module
  let wasm: WasmFrontEnd
  let image: CodeImage
  let linker: Linker
  /// What the imports are, by position, if the linker's definitions are not used.
  let given: [Linker.Definition]?
  let interruption: Interruption

  func make() throws(PulleyError) -> Instance {
    let left = given == nil ? try linker.resolveMissing(module) : []
    let (instance, state) = try HostStack.make { () throws(PulleyError) in
      try initialize(leftToTrap: left)
    }
    if let start = wasm.module.start {
      let function = try HostStack.make { () throws(PulleyError) in
        Callable(state, index: Int(start.functionIndex))
      }
      if let failure = function.run() { throw failure.error }
    }
    state.becomeInterruptible()
    return instance
  }

  /// All steps before the start function.
  ///
  /// - Parameter leftToTrap: the numbers of the imported functions that trap when they are called.
  private func initialize(
    leftToTrap: Set<Int>
  ) throws(PulleyError) -> (Instance, WasmInstanceState) {
    let imports = try linker.resolve(module.imports) { (index, item) throws(PulleyError) in
      try connection(index, item, isLeftToTrap: leftToTrap.contains(index))
    }
    let work = MemoryBounds.instantiating(wasm)
    try HostMemory.announce(work, for: "an instance")
    defer { HostMemory.withdraw(work) }
    let group = InstanceGroup(engine: module.engine)
    let state = try WasmInstanceState(
      module, wasm, image: image, group: group, interruption: interruption)
    // Groups that are merged keep one another, so from here on the handle keeps the instance.
    let instance = Instance(state)
    try checkInterruption()
    try connect(imports, to: state)
    makeTags(of: state)
    try state.completeRecords()
    try makeTables(of: state)
    try makeGlobals(of: state)
    try copyElements(to: state)
    try copyData(to: state)
    return (instance, state)
  }

  private func checkInterruption() throws(PulleyError) {
    if interruption.isDue { throw PulleyError(trap: .interrupted) }
  }

  private func connect(
    _ imports: [Connection], to state: WasmInstanceState
  ) throws(PulleyError) {
    for (item, connection) in zip(wasm.module.imports, imports) {
      switch connection {
      case .host(let host, let type):
        try state.importHost(host, typeIndex: type, name: qualifiedName(item))
      case .values(let definition, let type):
        state.importValues(definition, typeIndex: type)
      case .trap(let message, let type):
        state.importTrap(message, typeIndex: type)
      case .function(let function, let callee, let type):
        try join(state, function.state.group)
        try state.importFunction(callee, typeIndex: type, name: qualifiedName(item))
      case .memory(let memory):
        try memory.count(in: state.group)
        memory.threads?.join(state.threads)
        state.memories.append(memory)
      case .table(let table):
        try join(state, table.group)
        state.tables.append(table.state)
      case .global(let global):
        try join(state, global.group)
        state.globals.append(global.state)
      case .tag(let tag): state.tags.append(tag)
      }
    }
  }

  private func join(
    _ state: WasmInstanceState, _ group: InstanceGroup
  ) throws(PulleyError) {
    try group.merge(state.group)
  }

  // Definitions

  private func makeTables(of state: WasmInstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for definition in wasm.module.tableDefinitions {
      try checkInterruption()
      var fill: UInt = 0
      if let initializer = definition.initializer {
        fill = UInt(try evaluator.evaluate(initializer))
      }
      state.addTable(
        try TableState(
          type: wasm.engineType(definition.type),
          limit: module.engine.options.maximumTableElements, fill: fill,
          group: state.group.current))
    }
  }

  private func makeGlobals(of state: WasmInstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for definition in wasm.module.globalDefinitions {
      let bits = try evaluator.cell(definition.initializer)
      state.addGlobal(definition.type, bits: bits)
    }
  }

  private func makeTags(of state: WasmInstanceState) {
    for typeIndex in wasm.module.tags[wasm.module.importedTagCount...] {
      state.tags.append(
        Tag(
          engine: module.engine, type: wasm.module.functionType(typeIndex) ?? FunctionType(),
          typeNumber: wasm.typeNumbers[Int(typeIndex)]))
    }
  }

  // Segments

  private func copyElements(to state: WasmInstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for (number, segment) in wasm.module.elementSegments.enumerated() {
      switch segment.mode {
      case .active(let table, let offset):
        let start = address(
          try evaluator.evaluate(offset), state.tables[Int(table)].type.addressType)
        let count = UInt64(segment.items.count)
        try evaluateElements(segment, number, of: state)
        if let trap = state.initializeTable(
          Int(table), at: start, fromSegment: number, from: 0, count: count, interruption)
        {
          throw PulleyError(trap: trap)
        }
        state.dropElements(number)
      case .declared:
        state.dropElements(number)
      case .passive:
        try evaluateElements(segment, number, of: state)
      }
    }
  }

  /// Evaluates the expressions of a segment that may fail, or make objects.
  private func evaluateElements(
    _ segment: ElementSegment, _ number: Int, of state: WasmInstanceState
  ) throws(PulleyError) {
    guard case .expressions(let expressions) = segment.items,
      expressions.contains(where: { $0.count > 1 })
    else { return }
    let evaluator = ConstantEvaluator(instance: state)
    state.evaluatedElements[number] = []
    state.evaluatedElements[number]?.reserveCapacity(expressions.count)
    for (index, expression) in expressions.enumerated() {
      if index % 1024 == 0 { try checkInterruption() }
      let word = try evaluator.evaluate(expression)
      state.evaluatedElements[number]?.append(word)
    }
  }

  /// Of an i32, only the low bits count.
  private func address(_ bits: UInt64, _ type: AddressType) -> UInt64 {
    type == .i64 ? bits : UInt64(UInt32(truncatingIfNeeded: bits))
  }

  private func copyData(to state: WasmInstanceState) throws(PulleyError) {
    let evaluator = ConstantEvaluator(instance: state)
    for (number, segment) in wasm.module.dataSegments.enumerated() {
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
