import PulleyIR

/// An operation that cannot be legalised for its type.
public struct LegalizationError: Error, Hashable, Sendable, CustomStringConvertible {
  public var operation: Operation
  public var type: Type
  /// The instruction's `sourceLocations`; `.max` if it has none.
  public var sourceLocation: UInt32

  public var description: String { "\(operation.mnemonic).\(type) is not supported" }
}

/// Legalisation: rewrites operations and types that the code generator does not lower
/// (`Operation.legality`) as those that it does. Compare LLVM's type legalisation ("The LLVM
/// Target-Independent Code Generator", SelectionDAG LegalizeTypes), where splitting a type in two is
/// called expansion.
///
/// * A value of 128 bits becomes two of 64, the low half first. That includes parameters, results and
///   arguments, which become two in a row. The only operations on 128 bits left are sums, differences
///   and products of extended numbers, between `iconcat` and `isplit`: there are instructions for
///   them.
/// * An operation without an instruction becomes several others.
/// * Addresses of 32 bits are extended to 64 where memory is accessed, and in indirect calls.
///
/// The function must be valid and without aliases, and is still valid afterwards. Unreachable blocks
/// and `text` are removed.
public struct Legalizer: Sendable {
  var source = Function(name: .user(namespace: 0, index: 0), signature: Signature())
  var result = Function(name: .user(namespace: 0, index: 0), signature: Signature())
  /// By value of the source: the values that replace it.
  private var values: [Halves] = []
  private var graph = ControlFlowGraph()
  /// The block that instructions are appended to, and their source location.
  private(set) var block = Block.none
  private(set) var location = UInt32.max
  /// By block of the source: the blocks that were made to split it.
  private var added: [Block: [Block]] = [:]
  /// A list under construction.
  private var scratch: [Value] = []

  /// A value, or the halves of one of 128 bits.
  struct Halves: Hashable, Sendable {
    var low: Value
    var high: Value

    init(_ low: Value, _ high: Value = .none) {
      self.low = low
      self.high = high
    }
  }

  public init() {}

  /// Rewrites a function, if anything in it is not legal.
  public mutating func run(_ function: inout Function) throws(LegalizationError) {
    guard Self.isNeeded(function) else { return }
    source = function
    begin()
    graph.compute(source)
    for block in graph.reversePostorder { makeBlock(block) }
    for block in graph.reversePostorder { try rewrite(block) }
    for block in source.blockOrder where graph.isReachable(block) {
      result.appendToLayout(block)
      for block in added[block] ?? [] { result.appendToLayout(block) }
    }
    swap(&function, &result)
  }

  private static func isNeeded(_ function: Function) -> Bool {
    if function.valueTypes.contains(.i128) { return true }
    let signatures = [function.signature] + function.signatures.elements
    if signatures.contains(where: \.hasWideIntegers) { return true }
    return function.instructions.elements.contains {
      needsExpansion($0) || isLoop($0) || needsExpansion($0, function)
    }
  }

  private mutating func begin() {
    result.reset(name: source.name, signature: source.signature.splittingWideIntegers)
    for signature in source.signatures.elements {
      result.signatures.append(signature.splittingWideIntegers)
    }
    result.externals = source.externals
    result.heaps = source.heaps
    result.stackSlots = source.stackSlots
    result.globalValues = source.globalValues
    result.aliasRegions = source.aliasRegions
    result.stackLimit = source.stackLimit
    for constant in source.constants.elements { _ = result.declareConstant(constant) }
    result.coldBlocks = source.coldBlocks
    for _ in 0..<source.blockCount { _ = result.makeBlock() }
    values.removeAll(keepingCapacity: true)
    values.append(contentsOf: repeatElement(Halves(.none), count: source.valueCount))
    added.removeAll()
  }

  private mutating func makeBlock(_ block: Block) {
    for parameter in source.parameters(of: block) {
      let type = source.type(of: parameter)
      values[parameter.index] =
        type == .i128
        ? Halves(
          result.appendParameter(.i64, to: block), result.appendParameter(.i64, to: block))
        : Halves(result.appendParameter(type, to: block))
    }
  }

  private mutating func rewrite(_ block: Block) throws(LegalizationError) {
    self.block = block
    var inst = source.firstInstruction(of: block)
    while !inst.isNone {
      location = source.sourceLocations[inst.index]
      try rewrite(inst, source.instructions[inst], in: block)
      inst = source.instruction(after: inst)
    }
  }

  // Values

  subscript(value: Value) -> Halves {
    get { values[value.index] }
    set { values[value.index] = newValue }
  }

  func type(of value: Value) -> Type { source.type(of: value) }

  /// A value that is 0 if, and only if, the given value, of any width, is 0.
  mutating func truth(_ value: Value) -> Value {
    let halves = self[value]
    return halves.high.isNone ? halves.low : binary(.bor, .i64, halves.low, halves.high)
  }

  mutating func makeList(_ list: ValueList) -> ValueList {
    guard list.count > 0 else { return .empty }
    scratch.removeAll(keepingCapacity: true)
    for index in Int(list.start)..<Int(list.start + list.count) {
      let halves = self[source.pool[index]]
      scratch.append(halves.low)
      if !halves.high.isNone { scratch.append(halves.high) }
    }
    return result.makeList(scratch)
  }

  mutating func blockCall(_ call: BlockCall) -> BlockCall {
    BlockCall(call.block, makeList(call.arguments))
  }

  // Instructions

  @discardableResult
  mutating func append(_ data: InstructionData) -> Inst {
    result.append(data, to: block, source: location)
  }

  mutating func value(_ data: InstructionData) -> Value {
    let inst = append(data)
    return result.result(of: inst)
  }

  mutating func constant(_ number: Int64, _ type: Type) -> Value {
    value(.constant(number, type))
  }

  mutating func unary(_ operation: Operation, _ type: Type, _ argument: Value) -> Value {
    value(InstructionData(operation, type, argument))
  }

  mutating func binary(_ operation: Operation, _ type: Type, _ a: Value, _ b: Value) -> Value {
    value(InstructionData(operation, type, a, b))
  }

  mutating func compare(
    _ condition: IntCondition, _ type: Type, _ a: Value, _ b: Value
  ) -> Value {
    var data = InstructionData(.icmp, type, a, b)
    data.intCondition = condition
    return value(data)
  }

  mutating func select(_ type: Type, _ condition: Value, _ a: Value, _ b: Value) -> Value {
    value(InstructionData(.select, type, condition, a, b))
  }

  /// Makes a block that follows `owner`, a block of the source, and the blocks that split it.
  mutating func startBlock(in owner: Block) -> Block {
    let new = result.makeBlock()
    if result.coldBlocks.contains(owner) { result.coldBlocks.insert(new) }
    added[owner, default: []].append(new)
    return new
  }

  mutating func position(atEndOf block: Block) { self.block = block }

  /// Records that the results of `new` replace those of `old`, an instruction of the source.
  mutating func setResults(of old: Inst, to new: Inst) {
    let list = source.results(of: old)
    var next = Int(result.results(of: new).start)
    for index in Int(list.start)..<Int(list.start + list.count) {
      let value = source.pool[index]
      if type(of: value) == .i128 {
        self[value] = Halves(result.pool[next], result.pool[next + 1])
        next += 2
      } else {
        self[value] = Halves(result.pool[next])
        next += 1
      }
    }
  }

  /// Records the values that replace the two results of `old`.
  mutating func setResults(of old: Inst, to first: Halves, _ second: Halves) {
    let list = source.results(of: old)
    self[source.pool[Int(list.start)]] = first
    self[source.pool[Int(list.start) + 1]] = second
  }
}

extension Signature {
  fileprivate var hasWideIntegers: Bool {
    parameters.contains { $0.type == .i128 } || results.contains { $0.type == .i128 }
  }

  /// The signature with two i64 in place of each i128.
  var splittingWideIntegers: Signature {
    guard hasWideIntegers else { return self }
    func split(_ parameters: [ABIParameter]) -> [ABIParameter] {
      parameters.flatMap { $0.type == .i128 ? [ABIParameter(.i64), ABIParameter(.i64)] : [$0] }
    }
    return Signature(
      parameters: split(parameters), results: split(results), convention: convention)
  }
}
