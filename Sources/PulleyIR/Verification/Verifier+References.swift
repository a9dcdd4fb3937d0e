/// Checks of the references of instructions.
extension Verifier {
  /// Resolves all aliases in time linear in the number of values.
  mutating func findOriginals(_ function: Function) {
    originals.removeAll(keepingCapacity: true)
    guard function.valueDefinitions.contains(where: { if case .alias = $0 { true } else { false } })
    else { return }
    // A number greater than all values marks the values on the current path, to find cycles.
    let onTheWay = Value(number: UInt32.max - 1)
    originals = Array(repeating: onTheWay, count: function.valueCount)
    var isKnown = Array(repeating: false, count: function.valueCount)
    var path: [Value] = []
    for number in 0..<UInt32(function.valueCount) {
      var walk = Value(number: number)
      var end = Value.none
      while true {
        if walk.index >= function.valueCount { break }
        if isKnown[walk.index] {
          end = originals[walk.index] == onTheWay ? .none : originals[walk.index]
          break
        }
        isKnown[walk.index] = true
        path.append(walk)
        guard case .alias(let next) = function.definition(of: walk) else {
          end = walk
          break
        }
        walk = next
      }
      for value in path { originals[value.index] = end }
      path.removeAll(keepingCapacity: true)
    }
  }

  func original(of value: Value) -> Value { originals.isEmpty ? value : originals[value.index] }

  mutating func checkRange(_ value: Value, _ function: Function) {
    guard value.index < function.valueCount else {
      report(
        .range,
        value.isNone
          ? "a value is missing" : "invalid value reference \(function.name(of: value))")
      return
    }
    if !originals.isEmpty && originals[value.index].isNone {
      report(.range, "\(function.name(of: value)) is an alias of nothing")
    }
  }

  mutating func checkRange(_ list: ValueList, _ function: Function) {
    guard UInt64(list.start) + UInt64(list.count) <= UInt64(function.pool.count) else {
      report(.range, "a list of values is outside the pool")
      return
    }
    for value in function.values(list) { checkRange(value, function) }
  }

  private mutating func checkRange(_ call: BlockCall, _ function: Function) {
    checkRange(call.block, function)
    checkRange(call.arguments, function)
  }

  private mutating func checkRange(_ block: Block, _ function: Function) {
    if block.index >= function.blockCount || !isPlaced[block.index] {
      report(
        block.index < function.blockCount ? .layout : .range,
        block.isNone
          ? "a destination is missing" : "invalid block reference \(function.name(of: block))")
    } else if block == function.entry {
      report(.layout, "invalid reference to entry block \(function.name(of: block))")
    }
  }

  mutating func checkReferences(_ data: InstructionData, _ function: Function) {
    let needed = data.operation.format.argumentCount
    if data.fixedArgumentCount != needed {
      report(.count, "\(data.operation.mnemonic) takes \(needed) arguments")
    }
    if !data.argument0.isNone { checkRange(data.argument0, function) }
    if !data.argument1.isNone { checkRange(data.argument1, function) }
    if !data.argument2.isNone { checkRange(data.argument2, function) }
    checkRange(data.list, function)
    checkRange(function.results(of: inst), function)
    switch data.operation.format {
    case .heapLoad, .heapStore, .heapAtomicRmw, .heapAtomicCas:
      requireExists(function.heaps.contains(data.heap), "invalid heap \(data.heap)")
    case .load, .store, .atomicRmw, .atomicCas:
      let region = data.aliasRegion
      requireExists(
        region.isNone || function.aliasRegions.contains(region),
        "undefined alias region \(function.name(of: region))")
    case .stackAddress:
      requireExists(
        function.stackSlots.contains(data.stackSlot),
        "invalid stack slot \(function.name(of: data.stackSlot))")
    case .call, .functionAddress:
      requireExists(
        function.externals.contains(data.function),
        "invalid function reference \(function.name(of: data.function))")
    case .callIndirect:
      requireExists(
        function.signatures.contains(data.signature),
        "invalid signature reference \(function.name(of: data.signature))")
    case .globalValue:
      requireExists(
        function.globalValues.contains(data.globalValue),
        "invalid global value \(function.name(of: data.globalValue))")
    case .vectorConstant, .shuffle:
      requireExists(
        function.constants.contains(data.constant),
        "invalid constant \(function.name(of: data.constant))")
    case .branchTable:
      requireExists(function.jumpTables.contains(data.jumpTable), "invalid jump table reference")
      guard function.jumpTables.contains(data.jumpTable) else { break }
      for entry in function.jumpTables[data.jumpTable].entries { checkRange(entry, function) }
      checkRange(function.jumpTables[data.jumpTable].default, function)
    case .jump:
      checkRange(data.destination, function)
    case .branch:
      checkRange(data.destination, function)
      checkRange(data.otherwise, function)
    case .tryCall:
      requireExists(
        function.externals.contains(data.function),
        "invalid function reference \(function.name(of: data.function))")
      checkExceptionTable(data, function)
    case .tryCallIndirect:
      checkExceptionTable(data, function)
    case .exceptionHandlerAddress:
      checkRange(data.destination.block, function)
    default:
      break
    }
  }

  private mutating func requireExists(_ exists: Bool, _ message: @autoclosure () -> String) {
    if !exists { report(.range, message()) }
  }

  private mutating func checkExceptionTable(_ data: InstructionData, _ function: Function) {
    guard function.exceptionTables.contains(data.exceptionTable) else {
      return report(.range, "invalid exception table reference")
    }
    let table = function.exceptionTables[data.exceptionTable]
    requireExists(
      function.signatures.contains(table.signature),
      "invalid signature reference \(function.name(of: table.signature))")
    checkRange(table.normal, function)
    for item in table.items {
      switch item {
      case .tag(_, let call), .default(let call): checkRange(call, function)
      case .context(let value): checkRange(value, function)
      }
    }
  }
}

extension Format {
  /// The number of argument fields that the format uses.
  var argumentCount: Int {
    switch self {
    case .nullary, .constant, .vectorConstant, .stackAddress, .jump, .call, .multiary, .trap,
      .functionAddress, .globalValue, .tryCall, .exceptionHandlerAddress:
      0
    case .tryCallIndirect, .unary, .extractLane, .load, .heapLoad, .branch, .branchTable,
      .callIndirect, .conditionalTrap, .allocation:
      1
    case .binary, .insertLane, .shuffle, .intCompare, .floatCompare, .store, .heapStore,
      .atomicRmw, .heapAtomicRmw, .binaryTrap:
      2
    case .ternary, .atomicCas, .heapAtomicCas, .ternaryTrap: 3
    }
  }
}
