/// Removal of trivial phis (Braun et al. 2013, section 3.1): block parameters that were made for
/// variables, but for which all branches pass one value.
///
/// A removed parameter may make parameters that it is an argument of trivial, too. One pass over all
/// parameters in the order of the blocks finds most. After that, a worklist holds the parameters of
/// which an argument has changed. The result is minimal SSA form for every reducible graph.
///
/// No argument is read twice: a parameter remembers two different values that are passed for it. If
/// these become one, it continues with the branches that have not been visited.
extension FunctionBuilder {
  mutating func removeRedundantParameters() {
    guard !variableParameters.isEmpty else { return }
    var touched = [Bool](repeating: false, count: function.blockCount)
    var parameters = openParameters()
    removeInBlockOrder(&parameters, &touched)
    if !parameters.isEmpty && touched.contains(true) { removeByDependence(&parameters, &touched) }
    function.shortenAliases()
    for index in touched.indices where touched[index] {
      dropAliasedParameters(of: Block(number: UInt32(index)))
    }
  }

  /// A parameter that may be removed.
  private struct OpenParameter {
    var value: Value
    var block: Block
    /// Its place among the arguments of a branch.
    var index: UInt32
    /// The next branch to look at.
    var link: PredecessorLists.Link
    /// Two values other than the parameter that branches pass. All branches before `link` pass one of
    /// them or the parameter itself.
    var first = Value.none
    var second = Value.none
  }

  /// All parameters that may be removed, in the order of the blocks.
  private func openParameters() -> [OpenParameter] {
    var positions = [UInt32](repeating: .max, count: function.blockCount)
    for (position, block) in function.blockOrder.enumerated() {
      positions[block.index] = UInt32(position)
    }
    var open: [OpenParameter] = []
    open.reserveCapacity(variableParameters.count)
    for parameter in variableParameters {
      guard case .parameter(_, let index) = function.definition(of: parameter.value) else {
        continue
      }
      open.append(
        OpenParameter(
          value: parameter.value, block: parameter.block, index: index,
          link: predecessors.firstLink(of: parameter.block)))
    }
    open.sort {
      (positions[$0.block.index], $0.value.number) < (positions[$1.block.index], $1.value.number)
    }
    return open
  }

  /// Removes trivial parameters in one pass and keeps the others in `parameters`.
  private mutating func removeInBlockOrder(
    _ parameters: inout [OpenParameter], _ touched: inout [Bool]
  ) {
    var kept = 0
    for index in parameters.indices {
      if let original = soleArgument(of: &parameters[index]) {
        function.makeAlias(parameters[index].value, of: original)
        touched[parameters[index].block.index] = true
      } else {
        parameters[kept] = parameters[index]
        kept += 1
      }
    }
    parameters.removeLast(parameters.count - kept)
  }

  private mutating func removeByDependence(
    _ parameters: inout [OpenParameter], _ touched: inout [Bool]
  ) {
    var users = UserLists(parameters.map(\.value), valueCount: function.valueCount)
    for index in parameters.indices {
      var link = predecessors.firstLink(of: parameters[index].block)
      while let predecessor = predecessors[link] {
        users.add(user: index, of: argument(for: parameters[index], from: predecessor))
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
      guard !isRemoved[index], let original = soleArgument(of: &parameters[index]) else { continue }
      function.makeAlias(parameters[index].value, of: original)
      touched[parameters[index].block.index] = true
      isRemoved[index] = true
      users.merge(index, to: original) { user in
        guard !isRemoved[user] && !isQueued[user] else { return }
        isQueued[user] = true
        queue.append(user)
      }
    }
  }

  private mutating func argument(
    for parameter: OpenParameter, from predecessor: Predecessor
  ) -> Value {
    let list = argumentList(of: predecessor)
    return function.resolveShortening(function.pool[Int(list.start + parameter.index)])
  }

  /// The one value, other than the parameter itself, that all branches pass for it.
  private mutating func soleArgument(of parameter: inout OpenParameter) -> Value? {
    parameter.first = argument(parameter.first, of: parameter)
    parameter.second = argument(parameter.second, of: parameter)
    if parameter.first.isNone { swap(&parameter.first, &parameter.second) }
    if parameter.second == parameter.first { parameter.second = .none }
    while parameter.second.isNone, let predecessor = predecessors[parameter.link] {
      parameter.link = predecessors.link(after: parameter.link)
      let next = argument(for: parameter, from: predecessor)
      if next == parameter.value || next == parameter.first { continue }
      if parameter.first.isNone { parameter.first = next } else { parameter.second = next }
    }
    guard parameter.second.isNone && !parameter.first.isNone else { return nil }
    return function.isOnlyPassed(parameter.first) ? nil : parameter.first
  }

  /// The current value of a remembered argument, or none if it is the parameter itself.
  private mutating func argument(_ known: Value, of parameter: OpenParameter) -> Value {
    if known.isNone { return known }
    let now = function.resolveShortening(known)
    return now == parameter.value ? .none : now
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

/// For each parameter, which others it is passed for: linked lists in one table.
private struct UserLists {
  private struct List {
    var first = UInt32.max
    var last = UInt32.max
    var count: UInt32 = 0
  }

  private var indices: [UInt32]
  private var lists: [List]
  private var elements: [(user: UInt32, next: UInt32)] = []

  init(_ parameters: [Value], valueCount: Int) {
    indices = Array(repeating: .max, count: valueCount)
    for (index, value) in parameters.enumerated() { indices[value.index] = UInt32(index) }
    lists = Array(repeating: List(), count: parameters.count)
  }

  mutating func add(user: Int, of value: Value) {
    let index = Int(indices[value.index])
    guard index != UInt32.max, index != user else { return }
    let last = lists[index].last
    if last != .max && elements[Int(last)].user == UInt32(user) { return }
    let link = UInt32(elements.count)
    elements.append((UInt32(user), .max))
    if last == .max { lists[index].first = link } else { elements[Int(last)].next = link }
    lists[index].last = link
    lists[index].count += 1
  }

  /// Adds the users of a removed parameter to those of the value that replaces it, and calls `body`
  /// for the parameters that may have fewer different arguments now: that value, if it is a parameter,
  /// and the users of both, which are all in the shorter of the two lists. Visiting only the shorter
  /// list makes the number of visits of a user logarithmic.
  mutating func merge(_ index: Int, to value: Value, _ body: (Int) -> Void) {
    let target = Int(indices[value.index])
    guard target != UInt32.max, target != index else {
      forEachUser(lists[index], body)
      return
    }
    body(target)
    var (shorter, longer) = (lists[index], lists[target])
    if shorter.count > longer.count { swap(&shorter, &longer) }
    forEachUser(shorter, body)
    if shorter.count > 0 {
      elements[Int(longer.last)].next = shorter.first
      longer.last = shorter.last
      longer.count += shorter.count
    }
    lists[target] = longer
  }

  private func forEachUser(_ list: List, _ body: (Int) -> Void) {
    var link = list.first
    while link != .max {
      body(Int(elements[Int(link)].user))
      link = elements[Int(link)].next
    }
  }
}
