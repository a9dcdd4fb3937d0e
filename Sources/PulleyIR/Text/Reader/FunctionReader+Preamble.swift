/// Declarations. They are added to the tables of the function in the order of their numbers.
private struct Declarations {
  typealias List<Data> = [(number: UInt32, offset: UInt32, line: Int, data: Data)]

  var stackSlots: List<StackSlotData> = []
  var globalValues: List<GlobalValueData> = []
  var signatures: List<Signature> = []
  var functions: List<ExternalFunction> = []
  var constants: List<ConstantData> = []
  var aliasRegions: List<AliasRegionData> = []
  var heaps: List<HeapData> = []
  var stackLimit: (number: UInt32, offset: UInt32, line: Int)?
  /// The numbers of `signatures`, and an unused number.
  var signatureNumbers: Set<UInt32> = []
  var nextSignature: UInt32 = 0

  mutating func append(signature: Signature, _ number: UInt32, _ offset: UInt32, _ line: Int) {
    signatures.append((number, offset, line, signature))
    signatureNumbers.insert(number)
    nextSignature = max(nextSignature, number + 1)
  }
}

extension FunctionReader {
  mutating func readPreamble() {
    var declarations = Declarations()
    while !hasTooManyErrors {
      switch cursor.token.kind {
      case .stackSlot, .globalValue, .signature, .function, .constant, .aliasRegion, .heap,
        .dynamicStackSlot, .dynamicType:
        break
      case .identifier where cursor.isWord("stack_limit"): break
      case .block, .rightBrace, .end: return finish(declarations)
      case .identifier where cursor.isWord("function"): return finish(declarations)
      default:
        beginOwner()
        cursor.report("expected a block's header or '}'")
        skipStatement()
        continue
      }
      beginOwner()
      do throws(ClifError) {
        try readDeclaration(&declarations)
      } catch {
        cursor.report(error)
        skipStatement()
      }
    }
  }

  private mutating func readDeclaration(
    _ declarations: inout Declarations
  ) throws(ClifError) {
    let (kind, number) = (cursor.token.kind, cursor.token.number)
    let (offset, line) = (cursor.offset, cursor.token.line)
    if kind == .dynamicStackSlot || kind == .dynamicType {
      throw cursor.refusal("dynamic vectors are not supported: \(cursor.text)")
    }
    cursor.advance()
    try cursor.expect(.equal, "'=' in a declaration")
    switch kind {
    case .stackSlot:
      declarations.stackSlots.append((number, offset, line, try readStackSlot()))
    case .globalValue:
      declarations.globalValues.append((number, offset, line, try readGlobalValue()))
    case .signature:
      declarations.append(signature: try readSignature(), number, offset, line)
    case .function:
      declarations.functions.append(
        (number, offset, line, try readFunction(&declarations, offset, line)))
    case .constant:
      declarations.constants.append((number, offset, line, try readConstant()))
    case .aliasRegion:
      declarations.aliasRegions.append((number, offset, line, try readAliasRegion()))
    case .heap:
      declarations.heaps.append((number, offset, line, try readHeap()))
    default:
      guard declarations.stackLimit == nil else {
        throw cursor.refusal("stack limit defined twice")
      }
      let (offset, line) = (cursor.offset, cursor.token.line)
      declarations.stackLimit = (
        try cursor.number(.globalValue, "a global value"), offset, line
      )
    }
  }

  // Each kind

  private mutating func readStackSlot() throws(ClifError) -> StackSlotData {
    try cursor.expect(word: "explicit_slot")
    var slot = StackSlotData(bytes: try cursor.unsigned32(), logAlignment: 0)
    while cursor.takes(.comma) {
      if cursor.takes(word: "align") {
        try cursor.expect(.equal, "'=' after `align`")
        let refusal = cursor.refusal("an alignment is a power of two")
        let alignment = try cursor.unsigned32()
        guard alignment.nonzeroBitCount == 1 else { throw refusal }
        slot.logAlignment = UInt8(alignment.trailingZeroBitCount)
      } else {
        try cursor.expect(word: "key")
        try cursor.expect(.equal, "'=' after `key`")
        slot.key = UInt64(truncatingIfNeeded: try cursor.integer(bits: 64))
      }
    }
    return slot
  }

  private mutating func readGlobalValue() throws(ClifError) -> GlobalValueData {
    if cursor.takes(word: "vmctx") { return .vmctx }
    if cursor.takes(word: "load") {
      try cursor.expect(.dot, "'.' and a type after `load`")
      let type = try cursor.type("the type that is loaded")
      var data = InstructionData(.load)
      try readMemoryFlags(&data, isDeclaration: true)
      guard data.flags.isSuperset(of: [.notrap, .aligned]) else {
        throw cursor.refusal("global-value load must be notrap and aligned")
      }
      let base = GlobalValue(number: try cursor.number(.globalValue, "a global value"))
      return .load(
        base: base, offset: Int32(try readOffset(bits: 32)), type: type, flags: data.flags,
        region: data.aliasRegion)
    }
    if cursor.takes(word: "iadd_imm") {
      try cursor.expect(.dot, "'.' and a type after `iadd_imm`")
      let type = try cursor.type("the type of the sum")
      let base = GlobalValue(number: try cursor.number(.globalValue, "a global value"))
      try cursor.expect(.comma, "',' in front of the number to add")
      let offset = Int64(truncatingIfNeeded: try cursor.integer(bits: 64))
      return .sum(base: base, offset: offset, type: type)
    }
    if cursor.takes(word: "symbol") {
      let isColocated = cursor.takes(word: "colocated")
      let isThreadLocal = cursor.takes(word: "tls")
      let name = try cursor.name()
      return .symbol(
        name: name, offset: try readOffset(bits: 64), isColocated: isColocated,
        isThreadLocal: isThreadLocal)
    }
    if cursor.isWord("dyn_scale_target_const") {
      throw cursor.refusal("dynamic vectors are not supported: dyn_scale_target_const")
    }
    throw cursor.error("expected what kind of global value it is")
  }

  private mutating func readFunction(
    _ declarations: inout Declarations, _ offset: UInt32, _ line: Int
  ) throws(ClifError) -> ExternalFunction {
    let isColocated = cursor.takes(word: "colocated")
    let isPatchable = cursor.takes(word: "patchable")
    let name = try cursor.name()
    let signature: UInt32
    if cursor.token.kind == .leftParenthesis {
      signature = declarations.nextSignature
      guard signature < .max else { throw cursor.refusal("there is no number for a signature") }
      declarations.append(signature: try readSignature(), signature, offset, line)
    } else {
      let refusal = cursor.refusal("undefined signature \(cursor.text)")
      signature = try cursor.number(.signature, "a signature")
      guard declarations.signatureNumbers.contains(signature) else {
        throw refusal
      }
    }
    return ExternalFunction(
      name: name, signature: SigRef(number: signature), isColocated: isColocated,
      isPatchable: isPatchable)
  }

  private mutating func readConstant() throws(ClifError) -> ConstantData {
    cursor.token.kind == .type
      ? try readConstantData(try cursor.type("a type")) : try readHexConstant()
  }

  private mutating func readAliasRegion() throws(ClifError) -> AliasRegionData {
    let userID = try cursor.unsigned32()
    guard cursor.token.kind == .string else {
      throw cursor.error("expected a description of the alias region")
    }
    defer { cursor.advance() }
    return AliasRegionData(userID: userID, description: cursor.text)
  }

  /// `record vmctx+80, index_type i32, min 65536, shared`
  private mutating func readHeap() throws(ClifError) -> HeapData {
    try cursor.expect(word: "record")
    try cursor.expect(word: "vmctx")
    let offset = Int32(try readOffset(bits: 32))
    try cursor.expect(.comma, "',' after the record's offset")
    try cursor.expect(word: "index_type")
    let refusal = cursor.refusal("heap indices are i32 or i64")
    let indexType = try cursor.type("the type of indices")
    guard indexType == .i32 || indexType == .i64 else { throw refusal }
    var heap = HeapData(recordOffset: offset, indexType: indexType)
    while cursor.takes(.comma) {
      if cursor.takes(word: "min") {
        heap.minimumSize = UInt64(truncatingIfNeeded: try cursor.integer(bits: 64))
      } else {
        try cursor.expect(word: "shared")
        heap.isShared = true
      }
    }
    return heap
  }

  // Adding to the tables of the function

  private mutating func finish(_ declarations: Declarations) {
    place(declarations.stackSlots, "stack slot ss", \.stackSlots, \.stackSlots) {
      $0.stackSlots.append($1).number
    }
    place(declarations.signatures, "signature sig", \.signatures, \.signatures) {
      $0.signatures.append($1).number
    }
    place(declarations.functions, "function fn", \.functions, \.functions) {
      $0.externals.append($1).number
    }
    place(declarations.constants, "constant const", \.constants, \.constants) {
      $0.declareConstant($1).number
    }
    place(declarations.aliasRegions, "alias region region", \.aliasRegions, \.aliasRegions) {
      $0.aliasRegions.append($1).number
    }
    place(declarations.globalValues, "global value gv", \.globalValues, \.globalValues) {
      $0.globalValues.append($1).number
    }
    place(declarations.heaps, "heap heap", \.heaps, nil) { $0.heaps.append($1).number }
    for index in function.externals.elements.indices {
      let number = function.externals.elements[index].signature.number
      function.externals.elements[index].signature = SigRef(number: signatures[number] ?? 0)
    }
    for declaration in declarations.globalValues {
      guard let own = globalValues[declaration.number] else { continue }
      resolve(GlobalValue(number: own), declaration.offset, declaration.line)
    }
    if let limit = declarations.stackLimit {
      guard let own = globalValues[limit.number] else {
        return cursor.report(
          "undefined global value gv\(limit.number)", at: limit.offset, line: limit.line)
      }
      function.stackLimit = GlobalValue(number: own)
    }
  }

  private mutating func place<Data>(
    _ list: Declarations.List<Data>, _ what: String,
    _ map: WritableKeyPath<FunctionReader, NumberMap>,
    _ names: WritableKeyPath<FunctionText, FunctionText.Names>?,
    _ append: (inout Function, Data) -> UInt32
  ) {
    for item in list.sorted(by: { ($0.number, $0.offset) < ($1.number, $1.offset) }) {
      guard self[keyPath: map][item.number] == nil else {
        cursor.report("duplicate \(what)\(item.number)", at: item.offset, line: item.line)
        continue
      }
      self[keyPath: map].set(item.number, to: append(&function, item.data))
      if let names { text[keyPath: names].append(item.number, at: item.offset) }
    }
  }

  /// Replaces numbers of the text in a global value by those of the tables of the function.
  private mutating func resolve(_ key: GlobalValue, _ offset: UInt32, _ line: Int) {
    func resolved(_ base: GlobalValue) -> GlobalValue? {
      globalValues[base.number].map(GlobalValue.init)
    }
    let base: GlobalValue
    switch function.globalValues[key] {
    case .load(let named, let offset, let type, let flags, let region):
      base = named
      guard let own = resolved(base) else { break }
      function.globalValues[key] = .load(
        base: own, offset: offset, type: type, flags: flags,
        region: region.isNone ? .none : AliasRegion(number: ownRegion(region.number)))
      return
    case .sum(let named, let offset, let type):
      base = named
      guard let own = resolved(base) else { break }
      function.globalValues[key] = .sum(base: own, offset: offset, type: type)
      return
    case .vmctx, .symbol: return
    }
    cursor.report(
      "undefined global value \(base)", at: offset, line: line)
  }
}
