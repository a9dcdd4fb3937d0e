import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// The first tier: translates a function of WebAssembly to bytecode in one pass over its operators,
/// without SSA form and without register allocation.
///
/// Each local has a place in the window for the whole function, and so has each height of the operand
/// stack. Constants, reads of locals and comparisons are emitted when they are used. The code has the
/// convention `window`, so functions of both tiers call each other.
///
/// A compiler reuses its storage for all functions of its module. Only one thread may use it. Its output
/// for a function does not depend on what it has compiled before.
package struct BaselineCompiler {
  let module: WasmModule
  let facts: ModuleFacts
  let layout: ContextLayout

  var reader: OperatorReader
  var encoder = Encoder()
  var output = CompiledFunction()
  /// The position in the module of the operator being translated.
  var offset: UInt32 = 0

  var entries: [Entry] = []
  /// How many entries, from the deepest on, are in their own places.
  var settledCount = 0
  var blocks: [OpenBlock] = []
  /// The parameter and result types of the open blocks.
  var blockTypes: [Type] = []
  var isReachable = true
  /// How many blocks have been opened in unreachable code.
  var skippedDepth = 0
  /// The comparison that the next operator tests.
  var comparison: Comparison?

  var locals: [Local] = []
  var plan = PlacePlan()
  var ownABI = CallABI(parameters: [], results: [], convention: .window)
  /// By canonical type: how its functions are called.
  var conventions: [UInt32: CallABI] = [:]

  var exceptions = ExceptionState()
  /// By tag: the types of the payload, and where exceptions have it.
  var payloads: [UInt32: (types: [Type], layout: ObjectLayout)] = [:]
  /// By the index of a structure type.
  var structures: [UInt32: ObjectLayout] = [:]

  var fixups: [Fixup] = []
  var stubs: [Stub] = []
  /// The positions of offsets from `sp` that the size of the frame must be added to.
  var framePatches: [Int] = []
  var lastSource = UInt32.max
  var slotReads: InlineArray<2, UInt8> = [0, 0]
  var constantReads: InlineArray<2, UInt8> = [0, 0]
  var table: [UInt32] = []
  /// The loops that a call can leave the first tier at, and the number of all so far.
  var loops: [BaselineCode.Loop] = []
  var loopCount: UInt32 = 0
  /// How many values blocks and branches have passed, and how many they may: more take longer than is
  /// proportional to the body.
  var passedCount = 0
  var passedLimit = 0
  /// The size of the area for stack arguments in this attempt, and the largest size that a call needed.
  var outgoing: UInt32 = 0
  var wantedOutgoing: UInt32 = 0

  package init(_ module: ValidatedModule, layout: ContextLayout) {
    self.module = module.module
    facts = module.facts
    self.layout = layout
    reader = OperatorReader(module.module.bytes, range: 0..<0)
  }

  /// Compiles a function.
  ///
  /// - Parameter index: the index of a defined function, counting imported functions.
  /// - Returns: nil if the function uses what only the optimising compiler supports.
  package mutating func compile(_ index: Int) -> BaselineCode? {
    // The frame has no room for stack arguments until one is passed.
    outgoing = 0
    while true {
      wantedOutgoing = 0
      do throws(Refusal) {
        let function = try translate(index)
        return BaselineCode(
          function: function, loops: loops, locals: loops.isEmpty ? [] : locals.map(localPlace))
      } catch {
        guard wantedOutgoing > outgoing,
          let size = PlacePlan.outgoingSizes.first(where: { $0 >= wantedOutgoing })
        else { return nil }
        outgoing = size
      }
    }
  }

  /// The function uses what only the optimising compiler supports.
  struct Refusal: Error {}

  /// Four bytes at `patch` that get the distance from `origin` to a label.
  struct Fixup {
    var patch: UInt32
    var origin: UInt32
    /// The next one of the same label, or -1.
    var next: Int32
  }

  /// A trap after the code, which is the target of the branch at `origin`.
  struct Stub {
    var patch: UInt32
    var origin: UInt32
    var source: UInt32
    var code: TrapCode
  }

  // MARK: The function as a whole

  private mutating func translate(_ index: Int) throws(Refusal) -> CompiledFunction {
    guard let type = module.type(ofFunction: index) else { throw Refusal() }
    let definedIndex = index - module.importedFunctionCount
    guard let body = try? module.body(definedIndex) else { throw Refusal() }
    reader = body.operators
    try begin(type, body.locals, bodySize: module.bodies[definedIndex].count, index)
    while !blocks.isEmpty { try translateNext() }
    return try finish()
  }

  private mutating func begin(
    _ type: FunctionType, _ groups: [LocalGroup], bodySize: Int, _ index: Int
  ) throws(Refusal) {
    encoder.bytes.removeAll(keepingCapacity: true)
    output = CompiledFunction()
    entries.removeAll(keepingCapacity: true)
    settledCount = 0
    blocks.removeAll(keepingCapacity: true)
    blockTypes.removeAll(keepingCapacity: true)
    fixups.removeAll(keepingCapacity: true)
    stubs.removeAll(keepingCapacity: true)
    framePatches.removeAll(keepingCapacity: true)
    exceptions.reset()
    (isReachable, skippedDepth, comparison, lastSource) = (true, 0, nil, .max)
    loops.removeAll(keepingCapacity: true)
    loopCount = 0
    (passedCount, passedLimit) = (0, 4096 + 4 * bodySize)
    offset = UInt32(truncatingIfNeeded: reader.offset)

    locals.removeAll(keepingCapacity: true)
    for parameter in type.parameters { try addLocal(parameter.irType) }
    for group in groups {
      // Each local is set to zero, so there must not be many more than the body has operators.
      guard locals.count + Int(group.count) <= 64 + bodySize / 4 else { throw Refusal() }
      for _ in 0..<group.count { try addLocal(group.type.irType) }
    }
    plan = PlacePlan(&locals, outgoingBytes: outgoing)
    ownABI = convention(ofType: module.functions[index], type)
    guard !ownABI.results.contains(where: \.isOnStack) else { throw Refusal() }
    for result in type.results {
      guard !result.irType.isVector else { throw Refusal() }
      blockTypes.append(result.irType)
    }
    blocks.append(
      OpenBlock(
        .function, height: 0, typeStart: 0, parameterCount: 0, resultCount: type.results.count))
    encoder.xconst64(.spillTmp0, 0)
    encoder.stack_alloc32(0)
    receiveParameters()
    for local in type.parameters.count..<locals.count { zero(locals[local]) }
  }

  private mutating func addLocal(_ type: Type) throws(Refusal) {
    guard !type.isVector else { throw Refusal() }
    locals.append(Local(type: type, place: Place(register: 0), references: 0))
  }

  /// Moves parameters to the places of their locals. Registers get the places of the parameters.
  private mutating func receiveParameters() {
    for (number, location) in ownABI.parameters.dropFirst().enumerated() {
      let local = locals[number]
      switch location {
      case .x(let source): move(.x, fromRegister: source, to: local.place)
      case .f(let source): move(.f, fromRegister: source, to: local.place)
      case .v: break
      case .stack(let offset):
        let target: UInt8 = local.place.isRegister ? local.place.register : RegisterRoles.scratch
        if local.type.isFloat && local.place.isRegister {
          encoder.fload64le_o32(FReg(target), .sp, Int32(bitPattern: offset))
        } else {
          encoder.xload64le_o32(XReg(target), .sp, Int32(bitPattern: offset))
        }
        framePatches.append(encoder.offset - 4)
        if !local.place.isRegister {
          encoder.xstore64le_o32(.sp, slotOffset(local.place), .spillTmp0)
        }
      }
    }
    encoder.nop()
  }

  private mutating func zero(_ local: Local) {
    if local.place.isRegister {
      if local.type.isFloat {
        encoder.fconst64(FReg(local.place.register), 0)
      } else {
        encoder.xzero(XReg(local.place.register))
      }
    } else {
      encoder.xzero(XReg(WindowRecord.writtenX))
      encoder.xstore64le_o32(.sp, slotOffset(local.place), XReg(WindowRecord.writtenX))
    }
  }

  private mutating func finish() throws(Refusal) -> CompiledFunction {
    for stub in stubs {
      let here = UInt32(encoder.offset)
      encoder.patch32(at: Int(stub.patch), Int32(bitPattern: here &- stub.origin))
      note(stub.source)
      output.traps.append(TrapEntry(offset: here, code: stub.code))
      encoder.trap()
    }
    try finishHandlers()
    let frame = plan.frameBytes
    guard frame <= PlacePlan.largestFrame else { throw Refusal() }
    encoder.patch32(at: 11, Int32(frame))
    for position in framePatches {
      let offset = encoder.bytes[position..<position + 4].reversed().reduce(0) {
        $0 << 8 | UInt32($1)
      }
      encoder.patch32(at: position, Int32(bitPattern: offset + frame))
    }
    try patchRecord()
    output.code = encoder.bytes.withUnsafeBufferPointer { Array($0) }
    output.frameBytes = frame
    return output
  }

  private mutating func patchRecord() throws(Refusal) {
    var record = WindowRecord()
    (record.keptX, record.keptF) = (plan.keptX, plan.keptF)
    do throws(CodegenError) {
      try record.setPassed(ownABI)
    } catch {
      throw Refusal()
    }
    record.isLeaf = false
    record.outgoing = UInt16(plan.outgoingBytes / 16)
    encoder.patch64(at: 2, record.bits)
  }

  // MARK: Operators

  private mutating func translateNext() throws(Refusal) {
    var op = Operator(.unreachable, offset: 0)
    guard let row = try? reader.read(&op), passedCount <= passedLimit else { throw Refusal() }
    if isReachable {
      offset = op.offset
      slotReads = [0, 0]
      constantReads = [0, 0]
      let index = row - Operators.rows
      try translate(op, BaselineRow.all + index, row)
    } else {
      try skip(op)
    }
  }

  /// Skips an unreachable operator, and finds the end of the unreachable code.
  private mutating func skip(_ op: Operator) throws(Refusal) {
    switch op.code {
    case .block, .loop, .if, .try, .tryTable:
      skippedDepth += 1
      if op.code == .loop { loopCount += 1 }
    case .end where skippedDepth > 0, .delegate where skippedDepth > 0:
      skippedDepth -= 1
    case .else, .end, .catch, .catchAll, .delegate:
      guard skippedDepth == 0 else { return }
      offset = op.offset
      switch op.code {
      case .else: translateElse()
      case .catch: try translateCatch(op.index)
      case .catchAll: try translateCatch(nil)
      case .delegate: try translateDelegate(Int(op.index))
      default: try translateEnd()
      }
    default:
      break
    }
  }

  private mutating func translate(
    _ op: Operator, _ row: UnsafePointer<BaselineRow>, _ facts: UnsafePointer<OperatorRow>
  ) throws(Refusal) {
    switch row.pointee.kind {
    case .unsupported: throw Refusal()
    case .special:
      guard case .special(let rule) = facts.pointee.translation else { throw Refusal() }
      try translate(op, rule)
    case .constant:
      let bits = Int64(bitPattern: op.bits)
      push(
        constant: row.pointee.result == .i32 ? Int64(Int32(truncatingIfNeeded: bits)) : bits,
        row.pointee.result)
    case .unary: translateUnary(row)
    case .binary: translateBinary(row)
    case .compare: translateCompare(row)
    case .compareFloats: translateCompareFloats(row)
    case .testZero: translateTestZero(row)
    case .retype: translateRetype(row)
    case .load: try translateLoad(row, op)
    case .store: try translateStore(row, op)
    }
  }

  private mutating func translate(_ op: Operator, _ rule: SpecialRule) throws(Refusal) {
    switch rule {
    case .nop: break
    case .drop: _ = pop()
    case .select, .typedSelect: try translateSelect()
    case .variable(let rule): try translateVariable(rule, Int(op.index))
    case .control(let rule): try translateControl(rule, op)
    case .call(let callee, let isTail): try translateCall(callee, op, isTail: isTail)
    case .exception(let rule): try translateException(rule, op)
    case .table(let rule): try translateTable(rule, op)
    case .memory(let rule): try translateMemory(rule, op)
    case .reference(let rule): try translateReference(rule, op)
    case .structure(let rule): try translateStructure(rule, op)
    case .array(let rule): try translateArray(rule, op)
    case .cast(let rule): try translateCast(rule, op)
    case .conversion(let rule): try translateConversion(rule)
    case .fence, .wide: throw Refusal()
    }
  }

  private func localPlace(_ local: Local) -> BaselineCode.LocalPlace {
    local.place.isRegister
      ? .register(local.type.registerClass, local.place.register)
      : .stack(UInt32(bitPattern: slotOffset(local.place)))
  }

  // MARK: Positions

  /// Records the position of the operator for what is emitted next.
  mutating func note(_ source: UInt32) {
    guard source != lastSource else { return }
    lastSource = source
    output.sourceLocations.append(SourceEntry(offset: UInt32(encoder.offset), location: source))
  }

  /// How functions of a type are called.
  mutating func convention(ofType index: UInt32, _ type: FunctionType) -> CallABI {
    let canonical = module.canonicalTypes[Int(index)]
    if let known = conventions[canonical] { return known }
    let abi = CallABI(
      parameters: [RegisterClass.x] + type.parameters.map(\.irType.anyClass),
      results: type.results.map(\.irType.anyClass), convention: .window)
    conventions[canonical] = abi
    return abi
  }
}

extension Type {
  /// The registers that values of the type are passed in, vectors included.
  var anyClass: RegisterClass { isVector ? .v : registerClass }
}

extension ABILocation {
  var isOnStack: Bool { if case .stack = self { true } else { false } }
}
