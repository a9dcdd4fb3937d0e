/// The destinations of branches, numbered.
///
/// A `jump` has destination 0, a `brif` 0 and 1, a `br_table` its entries and then its default. A
/// `try_call` has 0, where it returns, and for each item of its exception table that is a handler the
/// item's index plus one.
extension Function {
  /// Calls `body` with each destination and its number, in ascending order.
  @inlinable
  public func forEachDestination(of inst: Inst, _ body: (_ slot: Int, BlockCall) -> Void) {
    let data = instructions[inst]
    switch data.operation {
    case .jump:
      body(0, data.destination)
    case .brif:
      body(0, data.destination)
      body(1, data.otherwise)
    case .br_table:
      let table = jumpTables[data.jumpTable]
      for (slot, entry) in table.entries.enumerated() { body(slot, entry) }
      body(table.entries.count, table.default)
    case .try_call, .try_call_indirect:
      let table = exceptionTables[data.exceptionTable]
      body(0, table.normal)
      for (index, item) in table.items.enumerated() {
        if let call = item.handler { body(index + 1, call) }
      }
    default:
      break
    }
  }

  /// The arguments that a branch passes to a destination.
  public func arguments(of inst: Inst, to slot: Int) -> ValueList {
    let data = instructions[inst]
    switch data.operation {
    case .br_table:
      let table = jumpTables[data.jumpTable]
      return slot < table.entries.count ? table.entries[slot].arguments : table.default.arguments
    case .try_call, .try_call_indirect:
      let table = exceptionTables[data.exceptionTable]
      return slot == 0
        ? table.normal.arguments : table.items[slot - 1].handler?.arguments ?? .empty
    default:
      return slot == 0 ? data.destination.arguments : data.otherwise.arguments
    }
  }

  /// Changes a destination of a branch.
  public mutating func changeDestination(
    of inst: Inst, _ slot: Int, _ change: (inout BlockCall) -> Void
  ) {
    switch instructions[inst].operation {
    case .br_table:
      let number = instructions[inst].jumpTable
      if slot < jumpTables[number].entries.count {
        change(&jumpTables[number].entries[slot])
      } else {
        change(&jumpTables[number].default)
      }
    case .try_call, .try_call_indirect:
      let number = instructions[inst].exceptionTable
      if slot == 0 {
        change(&exceptionTables[number].normal)
      } else {
        exceptionTables[number].items[slot - 1].change(change)
      }
    default:
      if slot == 0 {
        change(&instructions[inst].destination)
      } else {
        change(&instructions[inst].otherwise)
      }
    }
  }

  /// Changes the arguments that a branch passes to a destination.
  public mutating func setArguments(of inst: Inst, to slot: Int, _ list: ValueList) {
    changeDestination(of: inst, slot) { $0.arguments = list }
  }

  /// Calls `body` with the lists of arguments that a branch passes. Entries of a table usually share one
  /// list, which is then passed once.
  @inlinable
  public func forEachArgumentList(of inst: Inst, _ body: (ValueList) -> Void) {
    let data = instructions[inst]
    switch data.operation {
    case .jump:
      body(data.destination.arguments)
    case .brif:
      body(data.destination.arguments)
      body(data.otherwise.arguments)
    case .br_table:
      let table = jumpTables[data.jumpTable]
      var last = table.default.arguments
      body(last)
      for entry in table.entries where entry.arguments != last {
        last = entry.arguments
        body(last)
      }
    case .try_call, .try_call_indirect:
      forEachDestination(of: inst) { _, call in body(call.arguments) }
    default:
      break
    }
  }

  /// Whether a value exists only as an argument of the branch that makes it: a result of a `try_call`.
  public func isOnlyPassed(_ value: Value) -> Bool {
    guard case .result(let inst, _) = definition(of: value) else { return false }
    return instructions[inst].operation.isTry
  }
}

extension Operation {
  /// Whether it calls, and continues elsewhere if an exception leaves the callee.
  @inlinable
  public var isTry: Bool { self == .try_call || self == .try_call_indirect }
}

extension ExceptionTableData.Item {
  fileprivate mutating func change(_ change: (inout BlockCall) -> Void) {
    switch self {
    case .tag(let tag, var call):
      change(&call)
      self = .tag(tag, call)
    case .default(var call):
      change(&call)
      self = .default(call)
    case .context:
      break
    }
  }
}
