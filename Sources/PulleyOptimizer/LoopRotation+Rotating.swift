import PulleyIR

/// The change of one loop.
extension LoopRotation {
  mutating func rotate(
    _ number: Int, _ function: inout Function, _ graph: borrowing ControlFlowGraph,
    _ dominators: borrowing DominatorTree
  ) {
    let candidate = candidates[number]
    let preheader = addBlock(for: candidate.header, after: candidate.header, &function)
    let test = function.lastInstruction(of: candidate.header)
    var toBody = function.instructions[test].destination
    var toExit = function.instructions[test].otherwise
    if !candidate.entersByDestination { swap(&toBody, &toExit) }
    var bodyArguments = Array(function.values(toBody.arguments))
    var exitArguments = Array(function.values(toExit.arguments))

    // The body of a loop may be the header of another, which has other predecessors.
    var top = candidate.body
    if graph.predecessorCount(of: top) != 1 {
      top = addBlock(for: candidate.body, after: candidate.header, &function)
      var parameters: [Value] = []
      for value in bodyArguments {
        parameters.append(function.appendParameter(function.type(of: value), to: top))
      }
      var jump = InstructionData(.jump)
      jump.destination = BlockCall(candidate.body, function.makeList(parameters))
      function.append(jump, to: top, source: function.sourceLocations[test.index])
    }
    for value in bodyValues {
      definitions[value.index].bodyName =
        function.appendParameter(function.type(of: value), to: top)
    }
    for value in exitValues {
      definitions[value.index].exitName =
        function.appendParameter(function.type(of: value), to: candidate.exit)
    }
    renameUses(number, &function, dominators)
    bodyArguments += bodyValues
    exitArguments += exitValues

    var jump = InstructionData(.jump)
    jump.destination = BlockCall(top, function.makeList(bodyArguments))
    let entering = function.append(
      jump, to: preheader, source: function.sourceLocations[test.index])
    recordNewUses(by: entering, function)
    setDestinations(
      of: test, BlockCall(preheader), BlockCall(candidate.exit, function.makeList(exitArguments)),
      candidate, &function)
    copyHeader(number, &function)
    for index in bodyArguments.indices {
      bodyArguments[index] = copied(bodyArguments[index], number)
    }
    for index in exitArguments.indices {
      exitArguments[index] = copied(exitArguments[index], number)
    }
    let latch = function.lastInstruction(of: candidate.latch)
    setDestinations(
      of: latch, BlockCall(top, function.makeList(bodyArguments)),
      BlockCall(candidate.exit, function.makeList(exitArguments)), candidate, &function)
    recordNewUses(by: latch, function)
  }

  private mutating func addBlock(
    for original: Block, after block: Block, _ function: inout Function
  ) -> Block {
    let added = function.makeBlock()
    originals.append(original)
    followers[block, default: []].append(added)
    return added
  }

  private func setDestinations(
    of inst: Inst, _ body: BlockCall, _ exit: BlockCall, _ candidate: Candidate,
    _ function: inout Function
  ) {
    function.instructions[inst].destination = candidate.entersByDestination ? body : exit
    function.instructions[inst].otherwise = candidate.entersByDestination ? exit : body
  }

  private mutating func recordNewUses(by inst: Inst, _ function: borrowing Function) {
    while stamps.count <= inst.index { stamps.append(-1) }
    recordUses(by: inst, function)
  }

  // Renaming

  private mutating func renameUses(
    _ number: Int, _ function: inout Function, _ dominators: borrowing DominatorTree
  ) {
    for values in [bodyValues, exitValues] {
      for value in values {
        var use = definitions[value.index].lastUse
        while use >= 0 {
          let inst = uses[Int(use)].inst
          use = uses[Int(use)].next
          if stamps[inst.index] == number { continue }
          stamps[inst.index] = Int32(number)
          let block = original(function.block(of: inst))
          if block == candidates[number].header { continue }
          let isInBody = dominators.dominates(candidates[number].body, block)
          rename(inst, &function) { rotation, value in
            guard value.index < rotation.definitions.count else { return value }
            let definition = rotation.definitions[value.index]
            guard definition.candidate == number else { return value }
            let name = isInBody ? definition.bodyName : definition.exitName
            return name.isNone ? value : name
          }
        }
      }
    }
  }

  private func rename(
    _ inst: Inst, _ function: inout Function, _ name: (borrowing LoopRotation, Value) -> Value
  ) {
    let data = function.instructions[inst]
    if !data.argument0.isNone { function.instructions[inst].argument0 = name(self, data.argument0) }
    if !data.argument1.isNone { function.instructions[inst].argument1 = name(self, data.argument1) }
    if !data.argument2.isNone { function.instructions[inst].argument2 = name(self, data.argument2) }
    // Other branches may use the same lists, so they are copied.
    func renamed(_ list: ValueList) -> ValueList {
      if list.count == 0 { return list }
      var values = Array(function.values(list))
      for index in values.indices { values[index] = name(self, values[index]) }
      return function.makeList(values)
    }
    if data.list.count > 0 { function.instructions[inst].list = renamed(data.list) }
    var last: (old: ValueList, new: ValueList)?
    var slots: [(slot: Int, arguments: ValueList)] = []
    function.forEachDestination(of: inst) { slot, call in slots.append((slot, call.arguments)) }
    for (slot, arguments) in slots where arguments.count > 0 {
      if last?.old != arguments { last = (arguments, renamed(arguments)) }
      if let last { function.setArguments(of: inst, to: slot, last.new) }
    }
  }

  // Copying

  /// Copies the header to the end of the latch, whose jump becomes a copy of the test.
  private mutating func copyHeader(_ number: Int, _ function: inout Function) {
    let (header, latch) = (candidates[number].header, candidates[number].latch)
    let jump = function.lastInstruction(of: latch)
    let passed = function.instructions[jump].destination.arguments
    for (index, parameter) in function.parameters(of: header).enumerated() {
      definitions[parameter.index].copy = function.pool[Int(passed.start) + index]
    }
    let test = function.lastInstruction(of: header)
    var inst = function.firstInstruction(of: header)
    while inst != test {
      let results = function.results(of: inst)
      let places = Int(results.start)..<Int(results.start + results.count)
      if !places.isEmpty, places.allSatisfy({ definitions[function.pool[$0].index].isInvariant }) {
        for place in places {
          definitions[function.pool[place].index].copy = function.pool[place]
        }
      } else {
        let copy = function.insert(copied(function.instructions[inst], number), before: jump)
        function.sourceLocations[copy.index] = function.sourceLocations[inst.index]
        recordNewUses(by: copy, function)
        let start = Int(function.results(of: copy).start)
        for (offset, place) in places.enumerated() {
          definitions[function.pool[place].index].copy = function.pool[start + offset]
        }
      }
      inst = function.instruction(after: inst)
    }
    function.instructions[jump] = copied(function.instructions[test], number)
    function.sourceLocations[jump.index] = function.sourceLocations[test.index]
  }

  private func copied(_ data: InstructionData, _ number: Int) -> InstructionData {
    var data = data
    data.argument0 = copied(data.argument0, number)
    data.argument1 = copied(data.argument1, number)
    data.argument2 = copied(data.argument2, number)
    return data
  }

  private func copied(_ value: Value, _ number: Int) -> Value {
    guard !value.isNone, value.index < definitions.count,
      definitions[value.index].candidate == number
    else { return value }
    return definitions[value.index].copy
  }
}
