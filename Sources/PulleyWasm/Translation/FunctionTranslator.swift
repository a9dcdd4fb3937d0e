import PulleyIR

/// Translates the functions of a validated module to the IR, one at a time.
///
/// This is SSA construction in one pass over the operators (Braun et al., "Simple and Efficient
/// Construction of Static Single Assignment Form", 2013), with `FunctionBuilder` for the locals.
///
/// A translator reuses its storage for all functions of its module. Only one thread may use it. Its
/// output for a function does not depend on what it has translated before.
public struct FunctionTranslator {
  let module: WasmModule
  let facts: ModuleFacts
  let layout: ContextLayout

  var builder: FunctionBuilder
  var reader: OperatorReader
  var context = Value.none
  /// The position in the module of the operator being translated.
  var offset: UInt32 = 0

  var operands: [Operand] = []
  var control: [OpenBlock] = []
  /// The parameter and result types of the blocks in `control`.
  var blockTypes: [Type] = []
  /// The index in `control` of the innermost loop.
  var innermostLoop: Int?
  var hoistedLoads: [HoistedLoad] = []
  /// Whether loops may be entered without coming from the block before them, in continuations.
  var entersFromEntry = false
  /// The index of the next branch hint.
  var nextHint = 0
  /// The clauses of all open `try_table`s.
  var handlers: [ExceptionHandler] = []
  /// The blocks that catch what the operator being translated throws, the innermost last.
  var tries: [OpenTry] = []
  /// By the index in `control` of a `try` in one of its handlers: the calls that it catches from.
  var caughtCalls: [Int: [Inst]] = [:]
  /// Whether the operator being translated can be reached.
  var isReachable = true
  /// How many blocks have been opened in unreachable code.
  var skippedDepth = 0

  var locals = LocalTable()
  /// The stack slot that holds the locals, if they are kept in memory.
  var localSlot = StackSlot.none
  /// The number of values that blocks, branches, calls and exceptions have passed, other than for locals,
  /// plus the number of clauses that throws have been compared with, and of handlers that calls have.
  var passedCount = 0
  var passedLimit = 0
  var values: [Value] = []
  var references: ReferenceCache
  var branchTable = BranchTableScratch()

  /// How many block arguments may be passed for locals before the locals are kept in memory instead.
  /// The worst case is the number of merge points times the number of locals. Code made by compilers
  /// needs at most seven per byte of the body, and fewer in large functions.
  static func localArguments(bodySize: Int) -> Int { 1 << 16 + 8 * bodySize }

  public init(_ module: ValidatedModule, layout: ContextLayout) {
    self.module = module.module
    facts = module.facts
    self.layout = layout
    builder = FunctionBuilder(name: FunctionNames.function(0), signature: Signature())
    reader = OperatorReader(module.module.bytes, range: 0..<0)
    references = ReferenceCache()
  }

  /// Translates a function.
  ///
  /// - Parameter index: the index of a defined function, counting imported functions.
  public mutating func translate(_ index: Int) throws(WasmError) -> Function {
    var function = Function(name: FunctionNames.function(index), signature: Signature())
    try translate(index, into: &function)
    return function
  }

  /// Translates a function and reuses the storage of `function`.
  public mutating func translate(
    _ index: Int, into function: inout Function
  ) throws(WasmError) {
    swap(&builder.function, &function)
    do {
      try translate(index, keepingLocalsInMemory: false)
      if builder.isOverLimit { try translate(index, keepingLocalsInMemory: true) }
    } catch {
      var error = error
      error.functionIndex = index
      throw error
    }
    function = builder.finish()
  }

  private mutating func translate(
    _ index: Int, keepingLocalsInMemory keepsLocals: Bool
  ) throws(WasmError) {
    guard let type = module.type(ofFunction: index) else {
      throw WasmError(.invalid, "unknown function", at: 0)
    }
    let definedIndex = index - module.importedFunctionCount
    let body = try module.body(definedIndex)
    reader = body.operators
    nextHint = facts.branchHints.firstIndex(from: module.bodies[definedIndex].lowerBound)
    let size = module.bodies[definedIndex].count
    passedLimit = ImplementationLimits.passedValues(bodySize: size)
    builder.argumentLimit = Self.localArguments(bodySize: size)
    begin(FunctionNames.function(index), type)
    declareLocals(body.locals, inMemory: keepsLocals)
    while !control.isEmpty && !builder.isOverLimit { try translateNext() }
    try checkPassedCount()
  }

  mutating func begin(_ name: ExternalName, _ type: FunctionType) {
    builder.reset(name: name, signature: type.irSignature)
    references.reset()
    operands.removeAll(keepingCapacity: true)
    control.removeAll(keepingCapacity: true)
    blockTypes.removeAll(keepingCapacity: true)
    innermostLoop = nil
    hoistedLoads.removeAll(keepingCapacity: true)
    entersFromEntry = false
    handlers.removeAll(keepingCapacity: true)
    tries.removeAll(keepingCapacity: true)
    caughtCalls.removeAll(keepingCapacity: true)
    isReachable = true
    skippedDepth = 0
    passedCount = 0
    let entry = builder.makeEntry()
    context = builder.function.parameters(of: entry).first ?? .none
    for result in type.results { blockTypes.append(result.irType) }
    control.append(
      OpenBlock(
        .function, height: 0, typeStart: 0, parameterCount: 0, resultCount: type.results.count))
  }

  mutating func translateNext() throws(WasmError) {
    var op = Operator(.unreachable, offset: 0)
    let row = try reader.read(&op)
    if isReachable {
      offset = op.offset
      builder.sourceLocation = offset
      try translate(op, row.pointee.translation)
      try checkPassedCount()
    } else {
      skip(op)
    }
  }

  // Inlined, for a call of a method that does not mutate would copy the translator.
  @inline(__always)
  func checkPassedCount() throws(WasmError) {
    if passedCount > passedLimit { throw Self.tooManyPassedValues(passedLimit, at: offset) }
  }

  @inline(never)
  private static func tooManyPassedValues(_ limit: Int, at offset: UInt32) -> WasmError {
    WasmError(
      .limit, "blocks, branches, calls and throws pass too many values: at most \(limit)",
      at: Int(offset))
  }

  /// Skips an unreachable operator, and finds the end of the unreachable code.
  private mutating func skip(_ op: Operator) {
    switch op.code {
    case .block, .loop, .if, .try, .tryTable:
      skippedDepth += 1
    case .end where skippedDepth > 0, .delegate where skippedDepth > 0:
      skippedDepth -= 1
    case .else, .end, .catch, .catchAll, .delegate:
      guard skippedDepth == 0 else { return }
      offset = op.offset
      builder.sourceLocation = offset
      switch op.code {
      case .else: translateElse()
      case .catch: translateCatch(op.index)
      case .catchAll: translateCatch(nil)
      case .delegate: translateDelegate(Int(op.index))
      default: translateEnd()
      }
    default:
      break
    }
  }

  private mutating func translate(
    _ op: Operator, _ rule: TranslationRule
  ) throws(WasmError) {
    switch rule {
    case .special(let rule): try translate(op, rule)
    case .constant(let type):
      let bits = Int64(bitPattern: op.bits)
      push(constant: type == .i32 ? Int64(Int32(truncatingIfNeeded: bits)) : bits, type)
    case .unary(let operation, let type): push(append(operation, type, popValue()), type)
    case .binary(let operation, let type): translateBinary(operation, type)
    case .compare(let condition, let type): translateCompare(condition, type)
    case .compareFloats(let condition, let type): translateCompareFloats(condition, type)
    case .testZero: push(testZero(pop()))
    case .signExtend(let narrow, let type): translateSignExtend(narrow, to: type)
    case .widen(let operation): translateWiden(operation)
    case .wrap: translateWrap()
    case .load(let operation, let type): translateLoad(operation, type, op)
    case .store(let operation, let type): translateStore(operation, type, op)
    case .atomic(let rule): translateAtomic(rule, op)
    case .vector(let rule): translateVector(rule, op)
    case .lane(let rule): translateLane(rule, op)
    }
  }

  private mutating func translate(_ op: Operator, _ rule: SpecialRule) throws(WasmError) {
    switch rule {
    case .nop: break
    case .drop: _ = pop()
    case .select, .typedSelect: translateSelect()
    case .fence: builder.append(InstructionData(.fence))
    case .variable(let rule): translateVariable(rule, Int(op.index))
    case .control(let rule): translateControl(rule, op)
    case .call(let callee, let isTail): try translateCall(callee, op, isTail: isTail)
    case .exception(let rule): try translateException(rule, op)
    case .memory(let rule): translateMemory(rule, op)
    case .table(let rule): translateTable(rule, op)
    case .reference(let rule): try translateReference(rule, op)
    case .wide(let rule): translateWide(rule)
    case .structure(let rule): translateStructure(rule, op)
    case .array(let rule): translateArray(rule, op)
    case .cast(let rule): translateCast(rule, op)
    case .conversion(let rule): translateConversion(rule)
    }
  }

  func unsupported(_ code: OperatorCode, _ place: String = "") -> WasmError {
    WasmError(
      .unsupported, "operator \(code.mnemonic) is not supported\(place)", at: Int(offset))
  }
}
