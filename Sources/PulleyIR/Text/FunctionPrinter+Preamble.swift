/// The preamble.
extension FunctionPrinter {
  mutating func write(_ name: ExternalName) {
    switch name {
    case .user: text += name.description
    case .named(let string):
      let isPlain =
        !string.isEmpty
        && string.utf8.allSatisfy {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
      text += isPlain ? "%\(string)" : "%\"\(string)\""
    }
  }

  mutating func write(_ signature: Signature) {
    text += "("
    write(signature.parameters)
    text += ")"
    if !signature.results.isEmpty {
      text += " -> "
      write(signature.results)
    }
    text += " " + signature.convention.name
  }

  private mutating func write(_ parameters: [ABIParameter]) {
    for (index, parameter) in parameters.enumerated() {
      if index > 0 { text += ", " }
      text += parameter.type.description
      switch parameter.extension {
      case .none: break
      case .unsigned: text += " uext"
      case .signed: text += " sext"
      }
      switch parameter.purpose {
      case .normal: break
      case .vmctx: text += " vmctx"
      case .structReturn: text += " sret"
      case .structArgument(let bytes): text += " sarg(\(bytes))"
      }
    }
  }

  /// Whether anything was written.
  mutating func writePreamble(_ function: Function) -> Bool {
    let length = text.utf8.count
    for slot in function.stackSlots.keys {
      write(function.stackSlots[slot], name: function.name(of: slot))
    }
    for region in function.aliasRegions.keys {
      let data = function.aliasRegions[region]
      text += "    \(function.name(of: region)) = \(data.userID) \"\(data.description)\"\n"
    }
    for value in function.globalValues.keys { write(value, of: function) }
    for heap in function.heaps.keys {
      let data = function.heaps[heap]
      text += "    \(heap) = record vmctx"
      ConstantText.write(offset: Int64(data.recordOffset), to: &text)
      text += ", index_type \(data.indexType)"
      if data.minimumSize != 0 { text += ", min \(data.minimumSize)" }
      text += data.isShared ? ", shared\n" : "\n"
    }
    for signature in function.signatures.keys {
      text += "    \(function.name(of: signature)) = "
      write(function.signatures[signature])
      text += "\n"
    }
    for external in function.externals.keys {
      let data = function.externals[external]
      text += "    \(function.name(of: external)) = "
      if data.isColocated { text += "colocated " }
      if data.isPatchable { text += "patchable " }
      write(data.name)
      text += " \(function.name(of: data.signature))\n"
    }
    writeConstantTable(function)
    if !function.stackLimit.isNone {
      text += "    stack_limit = \(function.name(of: function.stackLimit))\n"
    }
    return text.utf8.count != length
  }

  private mutating func write(_ data: StackSlotData, name: String) {
    text += "    \(name) = explicit_slot \(data.bytes)"
    if data.logAlignment != 0 { text += ", align = \(1 << Int(data.logAlignment))" }
    if let key = data.key { text += ", key = \(key)" }
    text += "\n"
  }

  private mutating func write(_ value: GlobalValue, of function: Function) {
    text += "    \(function.name(of: value)) = "
    switch function.globalValues[value] {
    case .vmctx:
      text += "vmctx"
    case .load(let base, let offset, let type, let flags, let region):
      text += "load.\(type)"
      write(flags)
      if !region.isNone { text += " \(function.name(of: region))" }
      text += " \(function.name(of: base))"
      ConstantText.write(offset: Int64(offset), to: &text)
    case .sum(let base, let offset, let type):
      text += "iadd_imm.\(type) \(function.name(of: base)), "
      ConstantText.write(integer: offset, to: &text)
    case .symbol(let name, let offset, let isColocated, let isThreadLocal):
      text += "symbol "
      if isColocated { text += "colocated " }
      if isThreadLocal { text += "tls " }
      write(name)
      if offset > 0 { text += "+" }
      if offset != 0 { ConstantText.write(integer: offset, to: &text) }
    }
    text += "\n"
  }

  /// The constants that an instruction refers to, and all constants of the text that the function was
  /// read from. Masks of shuffles are written in the instruction.
  private mutating func writeConstantTable(_ function: Function) {
    guard function.constants.count > 0 else { return }
    var isNamed = Array(repeating: false, count: function.constants.count)
    for index in isNamed.indices {
      isNamed[index] = function.text?.constants.isNamed(UInt32(index)) ?? false
    }
    for block in function.blockOrder {
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        let data = function.instructions[inst]
        if data.operation.format == .vectorConstant, function.constants.contains(data.constant) {
          isNamed[data.constant.index] = true
        }
        inst = function.instruction(after: inst)
      }
    }
    for constant in function.constants.keys where isNamed[constant.index] {
      text += "    \(function.name(of: constant)) = "
      ConstantText.write(vector: function.constants[constant], to: &text)
      text += "\n"
    }
  }
}
