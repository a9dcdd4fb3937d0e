import PulleyIR

/// Translates the bodies of a validated module's functions to the IR, one at a time.
///
/// Holds all scratch storage; one translator serves any number of functions of its module, but
/// only one thread. What it makes of a function does not depend on what it has translated before.
public struct FunctionTranslator {
  let module: WasmModule
  let facts: ModuleFacts
  let layout: ContextLayout

  var builder: FunctionBuilder
  var reader: OperatorReader
  var context = Value.none
  /// The operator being translated.
  var offset: UInt32 = 0

  var operands: [Operand] = []
  var control: [OpenBlock] = []
  /// The parameter and result types of the open control frames.
  var blockTypes: [Type] = []
  /// The index of the innermost open loop.
  var innermostLoop: Int?
  var hoistedLoads: [HoistedLoad] = []
  /// The number of the next branch hint.
  var nextHint = 0
  /// The clauses of all open `try_table`s.
  var handlers: [ExceptionHandler] = []
  /// Whether the operator being translated can be reached.
  var isReachable = true
  /// How many blocks have been opened in code that cannot be reached.
  var skippedDepth = 0

  var locals = LocalTable()
  /// Where locals are instead, if there is too much of them.
  var localSlot = StackSlot.none
  /// How many values blocks, branches and calls have passed so far, those for locals not counted,
  /// and clauses that throws have been compared with.
  var passedCount = 0
  var passedLimit = 0
  var values: [Value] = []
  var references: ReferenceCache
  var branchTable = BranchTableScratch()

  /// How many values branches may pass for locals before locals are kept in memory instead. Joins
  /// times locals is the most that there can be; compilers make up to seven for a byte, and fewer
  /// in large functions.
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
  /// - Parameter index: counts imported functions, and is of one that is not imported.
  public mutating func translate(_ index: Int) throws(WasmError) -> Function {
    var function = Function(name: FunctionNames.function(index), signature: Signature())
    try translate(index, into: &function)
    return function
  }

  /// Translates a function in place of an older one, the storage of which is put to use again.
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
    begin(index, type)
    declareLocals(body.locals, inMemory: keepsLocals)
    while !control.isEmpty && !builder.isOverLimit { try translateNext() }
  }

  private mutating func begin(_ index: Int, _ type: FunctionType) {
    builder.reset(name: FunctionNames.function(index), signature: type.lowered)
    references.reset()
    operands.removeAll(keepingCapacity: true)
    control.removeAll(keepingCapacity: true)
    blockTypes.removeAll(keepingCapacity: true)
    innermostLoop = nil
    hoistedLoads.removeAll(keepingCapacity: true)
    handlers.removeAll(keepingCapacity: true)
    isReachable = true
    skippedDepth = 0
    passedCount = 0
    let entry = builder.makeEntry()
    context = builder.function.parameters(of: entry).first ?? .none
    for result in type.results { blockTypes.append(result.lowered) }
    control.append(
      OpenBlock(
        .function, height: 0, typeStart: 0, parameterCount: 0, resultCount: type.results.count))
  }

  private mutating func translateNext() throws(WasmError) {
    let operation = try reader.next()
    if isReachable {
      offset = operation.offset
      builder.sourceLocation = offset
      try translate(operation)
      try checkPassedCount()
    } else {
      skip(operation)
    }
  }

  func checkPassedCount() throws(WasmError) {
    guard passedCount <= passedLimit else {
      throw WasmError(
        .limit,
        "blocks, branches, calls and throws pass too many values: at most \(passedLimit)",
        at: Int(offset))
    }
  }

  /// Passes over an operator that cannot be reached, and finds where that ends.
  private mutating func skip(_ operation: Operator) {
    switch operation.code {
    case .block, .loop, .if, .tryTable:
      skippedDepth += 1
    case .else where skippedDepth == 0:
      offset = operation.offset
      builder.sourceLocation = offset
      translateElse()
    case .end:
      if skippedDepth > 0 {
        skippedDepth -= 1
      } else {
        offset = operation.offset
        builder.sourceLocation = offset
        translateEnd()
      }
    default:
      break
    }
  }

  private mutating func translate(_ operation: Operator) throws(WasmError) {
    let rule = operation.code.loweringRule
    switch rule.shape {
    case .special: try translateSpecial(operation)
    case .unary: translateUnary(rule)
    case .binary: translateBinary(rule)
    case .intCompare: translateIntCompare(rule)
    case .intTestZero: push(testZero(pop()))
    case .floatCompare: translateFloatCompare(rule)
    case .extendNarrow: translateExtendNarrow(rule)
    case .widen: translateWiden(rule)
    case .wrap: translateWrap(rule)
    case .load: translateLoad(rule, operation)
    case .store: translateStore(rule, operation)
    case .vector, .vectorShift, .vectorIntCompare, .vectorFloatCompare, .vectorTest, .bitmask:
      translateVector(rule)
    }
  }

  private mutating func translateSpecial(_ operation: Operator) throws(WasmError) {
    let index = Int(operation.index)
    switch operation.code {
    case .nop: break
    case .localGet:
      let local = readLocal(index)
      push(local.value, local.type)
    case .localSet: writeLocal(index, popValue())
    case .localTee:
      let value = popValue()
      writeLocal(index, value)
      push(value, localType(index))
    case .i32Const:
      push(constant: Int64(Int32(truncatingIfNeeded: operation.bits)), .i32)
    case .i64Const: push(constant: Int64(bitPattern: operation.bits), .i64)
    case .f32Const: push(constant: Int64(bitPattern: operation.bits), .f32)
    case .f64Const: push(constant: Int64(bitPattern: operation.bits), .f64)
    case .drop: _ = pop()
    case .select, .selectTyped: translateSelect()
    case .globalGet: translateGlobalGet(index)
    case .globalSet: translateGlobalSet(index)
    case .unreachable, .block, .loop, .if, .else, .end, .br, .brIf, .brTable, .return:
      translateControl(operation)
    case .call, .callIndirect, .callRef:
      try checkForHandlers()
      try translateCall(operation)
    case .returnCall, .returnCallIndirect, .returnCallRef:
      // What the callee throws goes past the handlers of the function that it stands for.
      try translateCall(operation)
    case .tryTable: try translateTryTable(operation)
    case .throw: try translateThrow(operation.index)
    case .memorySize, .memoryGrow, .memoryFill, .memoryCopy, .memoryInit, .dataDrop:
      translateMemory(operation)
    case .tableGet, .tableSet, .tableSize, .tableGrow, .tableFill, .tableCopy, .tableInit,
      .elemDrop:
      translateTable(operation)
    case .refNull, .refIsNull, .refFunc, .refAsNonNull, .brOnNull, .brOnNonNull:
      try translateReference(operation)
    case .i64Add128, .i64Sub128, .i64MulWideS, .i64MulWideU:
      translateWideArithmetic(operation.code)
    case _ where operation.code.isAtomicAccess || operation.code == .atomicFence:
      translateAtomic(operation)
    default:
      if translateVectorOperator(operation) { return }
      throw WasmError(
        .unsupported, "operator \(operation.code.mnemonic) is not supported",
        at: Int(operation.offset))
    }
  }
}
