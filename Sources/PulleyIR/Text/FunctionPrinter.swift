/// Writes functions as CLIF text, in the form that Cranelift gives it. Our own heaps are
/// `heap0 = record vmctx+80, index_type i32`, accesses to them `heap_load.i32 heap0 v1+8` and
/// `heap_store heap0 v2, v1+8`, and `heap_atomic_rmw.i32 heap0 add v1+8, v2` and
/// `heap_atomic_cas.i32 heap0 v1+8, v2, v3`.
///
/// Functions that were read from text keep their names, including aliases of values. In all other
/// functions an alias is printed as the value that it refers to.
public struct FunctionPrinter: Sendable {
  /// Adds a comment with the constants that an instruction uses, as Cranelift does.
  public var showsConstants = false
  /// Puts the source location before each instruction that has one: `@0045`. Functions that were read
  /// from text show the marks that they had there in any case.
  public var showsSourceLocations = false

  var text = ""
  /// The other names of each value, of functions that were read from text.
  private var aliases: [Value: [Value]] = [:]
  /// Whether any instruction has a prefix, so that the others are indented.
  private var hasMargin = false

  public init() {}

  public mutating func print(_ function: Function) -> String {
    text = "function "
    write(function.name)
    write(function.signature)
    text += " {\n"
    findAliases(function)
    hasMargin =
      showsSourceLocations
      || function.text.map { !$0.sourceMarks.isEmpty || !$0.debugTags.isEmpty } ?? false
    var needsGap = writePreamble(function)
    for block in function.blockOrder {
      if needsGap { text += "\n" }
      needsGap = true
      write(block, of: function)
    }
    text += "}"
    return text
  }

  /// One instruction, without the end of the line.
  public mutating func print(_ inst: Inst, of function: Function) -> String {
    text = ""
    write(inst, of: function)
    return text
  }

  private mutating func findAliases(_ function: Function) {
    aliases.removeAll()
    guard function.text != nil else { return }
    for number in 0..<UInt32(function.valueCount) {
      guard case .alias(let target) = function.definition(of: Value(number: number)) else {
        continue
      }
      aliases[target, default: []].append(Value(number: number))
    }
  }

  // Blocks

  private mutating func write(_ block: Block, of function: Function) {
    // Instructions are set off from source locations, and block headers by the same distance.
    if hasMargin { text += Self.margin }
    writeHeader(of: block, function)
    for value in function.parameters(of: block) { writeAliases(of: value, function) }
    var inst = function.firstInstruction(of: block)
    while !inst.isNone {
      writeIndentation(inst, of: function)
      write(inst, of: function)
      if showsConstants { writeConstants(inst, of: function) }
      text += "\n"
      if !aliases.isEmpty {
        for value in function.values(function.results(of: inst)) {
          writeAliases(of: value, function)
        }
      }
      inst = function.instruction(after: inst)
    }
  }

  mutating func writeHeader(of block: Block, _ function: Function) {
    text += function.name(of: block)
    let parameters = function.parameters(of: block)
    if !parameters.isEmpty {
      text += "("
      var isFirst = true
      for value in parameters {
        if !isFirst { text += ", " }
        isFirst = false
        text += "\(function.name(of: value)): \(function.type(of: value))"
      }
      text += ")"
    }
    text += function.coldBlocks.contains(block) ? " cold:\n" : ":\n"
  }

  /// The value's other names, and theirs.
  private mutating func writeAliases(of value: Value, _ function: Function) {
    var open = [value]
    while let target = open.popLast() {
      for alias in aliases[target] ?? [] {
        text += hasMargin ? Self.margin + "    " : "    "
        text += "\(function.name(of: alias)) -> \(function.name(of: target))\n"
        open.append(alias)
      }
    }
  }

  private static let margin = String(repeating: " ", count: 32)

  private mutating func writeIndentation(_ inst: Inst, of function: Function) {
    guard hasMargin else {
      text += "    "
      return
    }
    var mark = ""
    if let tags = function.text?.debugTags[inst], !tags.isEmpty {
      let names = tags.map { tag in
        switch tag {
        case .number(let number): String(number)
        case .stackSlot(let slot): function.name(of: slot)
        }
      }
      mark = "<\(names.joined(separator: ", "))> "
    }
    if let location = location(of: inst, function) {
      let digits = String(location, radix: 16)
      mark += "@" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + " "
    }
    text += mark + String(repeating: " ", count: max(0, 36 - mark.utf8.count))
  }

  private func location(of inst: Inst, _ function: Function) -> UInt32? {
    guard function.text == nil else { return function.text?.sourceMarks[inst] }
    let location = function.sourceLocations[inst.index]
    return location == .max ? nil : location
  }

  // Instructions

  private mutating func write(_ inst: Inst, of function: Function) {
    let data = function.instructions[inst]
    let results = function.results(of: inst)
    // What a call with handlers gives is passed to blocks and has no names.
    if results.count > 0 && !data.operation.format.hasExceptionTable {
      var isFirst = true
      for value in function.values(results) {
        if !isFirst { text += ", " }
        isFirst = false
        text += function.name(of: value)
      }
      text += " = "
    }
    text += data.operation.mnemonic
    let suffix = typeSuffix(inst, data, of: function)
    if suffix != .invalid { text += "." + suffix.description }
    writeOperands(inst, data, of: function)
  }

  /// The type to write after the mnemonic: where it does not follow from the mnemonic, nor from an
  /// operand that is defined in the same block.
  private func typeSuffix(_ inst: Inst, _ data: InstructionData, of function: Function) -> Type {
    let typing = data.operation.typing
    guard typing.isPolymorphic, data.operation.fixedType == .invalid else { return .invalid }
    guard let index = typing.inferredFrom else {
      return data.type == .invalid && data.operation.result == .pointer ? .pointer : data.type
    }
    let operand = data.argument(index)
    guard operand.index < function.valueCount else { return data.type }
    let original = function.resolve(operand)
    let block =
      switch function.definition(of: original) {
      case .parameter(let block, _): block
      // Readers do not look ahead for what is wrongly used before it is defined.
      case .result(let source, _) where function.text != nil && source.number >= inst.number:
        Block.none
      case .result(let source, _): function.block(of: source)
      case .alias: Block.none
      }
    if block == function.block(of: inst) { return .invalid }
    return data.type == .invalid ? function.type(of: original) : data.type
  }

  private mutating func writeConstants(_ inst: Inst, of function: Function) {
    var constants: [(Value, Inst)] = []
    function.forEachArgument(of: inst) { value in
      guard value.index < function.valueCount else { return }
      guard case .result(let source, _) = function.definition(of: function.resolve(value)),
        source.index < function.instructions.count
      else { return }
      switch function.instructions[source].operation.format {
      case .constant, .vectorConstant: constants.append((value, source))
      default: break
      }
    }
    for (index, (value, source)) in constants.enumerated() {
      text += index == 0 ? "  ; " : ", "
      write(value, of: function)
      text += " ="
      writeConstant(function.instructions[source], of: function)
    }
  }
}

extension Function: CustomStringConvertible {
  /// The function as CLIF text.
  public var description: String {
    var printer = FunctionPrinter()
    return printer.print(self)
  }
}
