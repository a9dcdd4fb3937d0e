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
  /// Whether the operator being translated can be reached.
  var isReachable = true
  /// How many blocks have been opened in code that cannot be reached.
  var skippedDepth = 0

  /// For each local the variable with the same number.
  var localTypes: [Type] = []
  var values: [Value] = []
  var references: ReferenceCache
  var branchTable = BranchTableScratch()

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
    let definedIndex = index - module.importedFunctionCount
    guard let type = module.type(ofFunction: index) else {
      throw WasmError(.invalid, "unknown function", at: 0, functionIndex: index)
    }
    let body = try module.body(definedIndex)
    reader = body.operators
    begin(index, type, locals: body.locals)
    do {
      while !control.isEmpty { try translateNext() }
    } catch {
      var error = error
      error.functionIndex = index
      throw error
    }
    return builder.finish()
  }

  private mutating func begin(_ index: Int, _ type: FunctionType, locals: [LocalGroup]) {
    builder.reset(name: FunctionNames.function(index), signature: type.lowered)
    references.reset()
    operands.removeAll(keepingCapacity: true)
    control.removeAll(keepingCapacity: true)
    blockTypes.removeAll(keepingCapacity: true)
    isReachable = true
    skippedDepth = 0

    let entry = builder.makeEntry()
    let parameters = builder.function.parameters(of: entry)
    context = parameters.first ?? .none
    localTypes.removeAll(keepingCapacity: true)
    for value in parameters.dropFirst() {
      let type = builder.function.type(of: value)
      builder.define(builder.declareVariable(type), as: value)
      localTypes.append(type)
    }
    for group in locals {
      let type = group.type.lowered
      for _ in 0..<group.count {
        _ = builder.declareVariable(type)
        localTypes.append(type)
      }
    }
    let start = blockTypes.count
    for result in type.results { blockTypes.append(result.lowered) }
    control.append(
      OpenBlock(
        .function, height: 0, typeStart: start, parameterCount: 0,
        resultCount: type.results.count))
  }

  private mutating func translateNext() throws(WasmError) {
    let operation = try reader.next()
    if isReachable {
      offset = operation.offset
      builder.sourceLocation = offset
      try translate(operation)
    } else {
      skip(operation)
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
    }
  }

  private mutating func translateSpecial(_ operation: Operator) throws(WasmError) {
    let index = Int(operation.index)
    switch operation.code {
    case .nop: break
    case .localGet: push(builder.use(Variable(number: operation.index)), localTypes[index])
    case .localSet:
      builder.define(Variable(number: operation.index), as: popValue())
    case .localTee:
      let value = popValue()
      builder.define(Variable(number: operation.index), as: value)
      push(value, localTypes[index])
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
    case .call: translateCall(index)
    case .callIndirect: try translateCallIndirect(operation)
    case .callRef: try translateCallReference(operation.index)
    case .memorySize, .memoryGrow, .memoryFill, .memoryCopy, .memoryInit, .dataDrop:
      translateMemory(operation)
    case .tableGet, .tableSet, .tableSize, .tableGrow, .tableFill, .tableCopy, .tableInit,
      .elemDrop:
      translateTable(operation)
    case .refNull, .refIsNull, .refFunc, .refEq, .refAsNonNull, .brOnNull, .brOnNonNull:
      try translateReference(operation)
    default:
      throw WasmError(
        .unsupported, "operator \(operation.code.mnemonic) is not supported",
        at: Int(operation.offset))
    }
  }
}
