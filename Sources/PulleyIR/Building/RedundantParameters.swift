/// Removal of block parameters that were made for variables but stand for one value.
///
/// A parameter that turns out to be another name of a value may make those that it is passed for
/// superfluous in turn. After one pass over all parameters in the order of the blocks, which finds
/// most, only those are looked at again that an argument of has changed. For every reducible graph
/// the result is minimal SSA form.
extension FunctionBuilder {
  mutating func removeRedundantParameters() {
    guard !variableParameters.isEmpty else { return }
    var touched = [Bool](repeating: false, count: function.blockCount)
    let remaining = removeInBlockOrder(&touched)
    if !remaining.isEmpty && touched.contains(true) { removeByDependence(remaining, &touched) }
    function.shortenAliases()
    for index in touched.indices where touched[index] {
      dropAliasedParameters(of: Block(number: UInt32(index)))
    }
  }

  /// Gives the parameters that are left.
  private mutating func removeInBlockOrder(_ touched: inout [Bool]) -> [VariableParameter] {
    var positions = [UInt32](repeating: .max, count: function.blockCount)
    for (position, block) in function.blockOrder.enumerated() {
      positions[block.index] = UInt32(position)
    }
    var ordered = variableParameters
    ordered.sort {
      (positions[$0.block.index], $0.value.number) < (positions[$1.block.index], $1.value.number)
    }
    var remaining: [VariableParameter] = []
    for parameter in ordered {
      if let original = soleOperand(of: parameter) {
        function.makeAlias(parameter.value, of: original)
        touched[parameter.block.index] = true
      } else {
        remaining.append(parameter)
      }
    }
    return remaining
  }

  private mutating func removeByDependence(
    _ parameters: [VariableParameter], _ touched: inout [Bool]
  ) {
    var users = UserLists(parameters, valueCount: function.valueCount)
    for (index, parameter) in parameters.enumerated() {
      var link = predecessors.firstLink(of: parameter.block)
      while let predecessor = predecessors[link] {
        if let operand = operand(of: parameter, from: predecessor) {
          users.add(user: index, of: operand)
        }
        link = predecessors.link(after: link)
      }
    }
    var queue = Array(parameters.indices)
    var isQueued = [Bool](repeating: true, count: parameters.count)
    var isRemoved = [Bool](repeating: false, count: parameters.count)
    var head = 0
    while head < queue.count {
      let index = queue[head]
      head += 1
      isQueued[index] = false
      guard !isRemoved[index], let original = soleOperand(of: parameters[index]) else { continue }
      function.makeAlias(parameters[index].value, of: original)
      touched[parameters[index].block.index] = true
      isRemoved[index] = true
      users.forEachUser(of: index) { user in
        guard !isRemoved[user] && !isQueued[user] else { return }
        isQueued[user] = true
        queue.append(user)
      }
      users.moveUsers(of: index, to: original)
    }
  }

  private func operand(
    of parameter: VariableParameter, from predecessor: Predecessor
  ) -> Value? {
    guard case .parameter(_, let index) = function.definition(of: parameter.value) else {
      return nil
    }
    let list = argumentList(of: predecessor)
    return function.resolve(function.pool[Int(list.start + index)])
  }

  /// The one value, other than the parameter itself, that all branches pass for it.
  private func soleOperand(of parameter: VariableParameter) -> Value? {
    var sole = Value.none
    var link = predecessors.firstLink(of: parameter.block)
    while let predecessor = predecessors[link] {
      guard let operand = operand(of: parameter, from: predecessor) else { return nil }
      if operand != parameter.value && operand != sole {
        guard sole.isNone else { return nil }
        sole = operand
      }
      link = predecessors.link(after: link)
    }
    return sole.isNone ? nil : sole
  }

  private mutating func dropAliasedParameters(of block: Block) {
    let keeps = function.parameters(of: block).map { value in
      if case .alias = function.definition(of: value) { false } else { true }
    }
    var link = predecessors.firstLink(of: block)
    while let predecessor = predecessors[link] {
      var list = argumentList(of: predecessor)
      var count: UInt32 = 0
      for (offset, keep) in keeps.enumerated() where keep {
        function.pool[Int(list.start + count)] = function.pool[Int(list.start) + offset]
        count += 1
      }
      list.count = count
      setArgumentList(of: predecessor, to: list)
      link = predecessors.link(after: link)
    }
    function.removeAliasedParameters(of: block)
  }
}

/// For each parameter, which others it is passed for: linked lists in one table, so that the users
/// of a removed parameter can join those of its original in constant time.
private struct UserLists {
  private var indices: [UInt32]
  private var firsts: [UInt32]
  private var lasts: [UInt32]
  private var elements: [(user: UInt32, next: UInt32)] = []

  init(_ parameters: [FunctionBuilder.VariableParameter], valueCount: Int) {
    indices = Array(repeating: .max, count: valueCount)
    for (index, parameter) in parameters.enumerated() {
      indices[parameter.value.index] = UInt32(index)
    }
    firsts = Array(repeating: .max, count: parameters.count)
    lasts = firsts
  }

  mutating func add(user: Int, of value: Value) {
    let index = Int(indices[value.index])
    guard index != UInt32.max, index != user else { return }
    let last = lasts[index]
    if last != .max && elements[Int(last)].user == UInt32(user) { return }
    let link = UInt32(elements.count)
    elements.append((UInt32(user), .max))
    if last == .max { firsts[index] = link } else { elements[Int(last)].next = link }
    lasts[index] = link
  }

  func forEachUser(of index: Int, _ body: (Int) -> Void) {
    var link = firsts[index]
    while link != .max {
      body(Int(elements[Int(link)].user))
      link = elements[Int(link)].next
    }
  }

  mutating func moveUsers(of index: Int, to value: Value) {
    let target = Int(indices[value.index])
    guard target != UInt32.max, target != index, firsts[index] != .max else { return }
    if firsts[target] == .max {
      firsts[target] = firsts[index]
    } else {
      elements[Int(lasts[target])].next = firsts[index]
    }
    lasts[target] = lasts[index]
  }
}
