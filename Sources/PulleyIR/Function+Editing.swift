/// Changes of a finished function.
extension Function {
  /// Inserts an instruction before `other`, with the source location of `other`.
  @discardableResult
  public mutating func insert(_ data: InstructionData, before other: Inst) -> Inst {
    let inst = instructions.append(data)
    sourceLocations.append(sourceLocations[other.index])
    instructionBlocks.append(.none)
    previousInstructions.append(.none)
    nextInstructions.append(.none)
    link(inst, before: other)
    resultLists.append(makeResults(data, of: inst))
    return inst
  }

  /// Moves an instruction to before `other`.
  public mutating func move(_ inst: Inst, before other: Inst) {
    remove(inst)
    link(inst, before: other)
  }

  private mutating func link(_ inst: Inst, before other: Inst) {
    let block = instructionBlocks[other.index]
    let previous = previousInstructions[other.index]
    instructionBlocks[inst.index] = block
    previousInstructions[inst.index] = previous
    nextInstructions[inst.index] = other
    previousInstructions[other.index] = inst
    if previous.isNone {
      firstInstructions[block.index] = inst
    } else {
      nextInstructions[previous.index] = inst
    }
  }

  /// Moves all instructions of `block` to the end of `target`. Nothing may use the empty block or its
  /// parameters afterwards.
  public mutating func moveInstructions(of block: Block, toEndOf target: Block) {
    let first = firstInstructions[block.index]
    guard !first.isNone else { return }
    var inst = first
    while !inst.isNone {
      instructionBlocks[inst.index] = target
      inst = nextInstructions[inst.index]
    }
    let last = lastInstructions[target.index]
    previousInstructions[first.index] = last
    if last.isNone {
      firstInstructions[target.index] = first
    } else {
      nextInstructions[last.index] = first
    }
    lastInstructions[target.index] = lastInstructions[block.index]
    firstInstructions[block.index] = .none
    lastInstructions[block.index] = .none
  }

  /// The instruction that defines `value`, or none if it is a parameter.
  public func instruction(defining value: Value) -> Inst {
    if case .result(let inst, _) = valueDefinitions[value.index] { inst } else { .none }
  }

  /// The block that defines `value`, which must not be an alias.
  public func block(defining value: Value) -> Block {
    switch valueDefinitions[value.index] {
    case .parameter(let block, _): block
    case .result(let inst, _): instructionBlocks[inst.index]
    case .alias: .none
    }
  }

  /// Fills `useCounts`.
  public mutating func countUses() {
    var counts = useCounts
    useCounts = []
    counts.removeAll(keepingCapacity: true)
    counts.append(contentsOf: repeatElement(0, count: valueCount))
    // An array would be checked for unique ownership at every count.
    counts.withUnsafeMutableBufferPointer { counts in
      for block in blockOrder {
        var inst = firstInstructions[block.index]
        while !inst.isNone {
          countArguments(of: inst, counts)
          inst = nextInstructions[inst.index]
        }
      }
    }
    useCounts = counts
  }

  private func countArguments(of inst: Inst, _ counts: UnsafeMutableBufferPointer<UInt8>) {
    let data = instructions.elements[inst.index]
    if !data.argument0.isNone {
      countUse(of: data.argument0, counts)
      if !data.argument1.isNone {
        countUse(of: data.argument1, counts)
        if !data.argument2.isNone { countUse(of: data.argument2, counts) }
      }
    }
    countUses(in: data.list, counts)
    switch data.operation {
    case .jump:
      countUses(in: data.destination.arguments, counts)
    case .brif:
      countUses(in: data.destination.arguments, counts)
      countUses(in: data.otherwise.arguments, counts)
    case .br_table:
      // Many entries usually share one list, which is only counted once.
      let table = jumpTables[data.jumpTable]
      countUses(in: table.default.arguments, counts)
      var last = table.default.arguments
      for entry in table.entries where entry.arguments != last {
        last = entry.arguments
        countUses(in: last, counts)
      }
    case .try_call, .try_call_indirect:
      let table = exceptionTables[data.exceptionTable]
      countUses(in: table.normal.arguments, counts)
      for item in table.items {
        switch item {
        case .tag(_, let call), .default(let call): countUses(in: call.arguments, counts)
        case .context(let value): countUse(of: value, counts)
        }
      }
    default:
      break
    }
  }

  private func countUses(in list: ValueList, _ counts: UnsafeMutableBufferPointer<UInt8>) {
    for place in Int(list.start)..<Int(list.start + list.count) {
      countUse(of: pool[place], counts)
    }
  }

  private func countUse(of value: Value, _ counts: UnsafeMutableBufferPointer<UInt8>) {
    if counts[value.index] < .max { counts[value.index] += 1 }
  }

  /// Whether `value` has at most one use, so that its definition is dead when that use goes. True for
  /// values made since `countUses`.
  @inlinable public func isUsedOnce(_ value: Value) -> Bool {
    value.index >= useCounts.count || useCounts[value.index] <= 1
  }

  /// Whether `value` is a constant of any type.
  public func isConstant(_ value: Value) -> Bool {
    guard case .result(let inst, _) = valueDefinitions[value.index] else { return false }
    switch instructions.elements[inst.index].operation.format {
    case .constant, .vectorConstant: return true
    default: return false
    }
  }

  /// The number, sign-extended, of a value that an `iconst` defines.
  public func integerConstant(_ value: Value) -> Int64? {
    guard case .result(let inst, _) = valueDefinitions[value.index],
      instructions.elements[inst.index].operation == .iconst
    else { return nil }
    return instructions.elements[inst.index].type
      .signExtend(instructions.elements[inst.index].immediate)
  }
}

extension InstructionData {
  public static func constant(_ number: Int64, _ type: Type) -> InstructionData {
    var data = InstructionData(.iconst, type)
    data.immediate = type.signExtend(number)
    return data
  }
}
