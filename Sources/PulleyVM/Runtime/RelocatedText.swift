import PulleyISA

extension CodeImage {
  /// An image of raw bytecode: functions are ranges of `text`, and calls in it already hold the
  /// distances between them.
  ///
  /// Validates the whole text: it must decode, branches must go to instructions of their own function,
  /// and calls to functions.
  public convenience init(
    text: [UInt8], functions: [Range<Int>], hostSignatures: [UInt32] = [],
    registry: CodeRegistry = CodeRegistry(), options: PredecodingOptions = PredecodingOptions()
  ) throws(BytecodeError) {
    let source = try RelocatedText(text, functions)
    try source.verify(hostSignatures)
    self.init(
      functionCount: functions.count, hostSignatures: hostSignatures, registry: registry,
      source: source, options: options)
  }
}

/// The functions of a text whose relocations have been applied.
private final class RelocatedText: FunctionSource {
  private let text: [UInt8]
  private let functions: [Range<Int>]
  /// Function numbers, by where they begin.
  private let order: [Int]

  init(_ text: [UInt8], _ functions: [Range<Int>]) throws(BytecodeError) {
    self.text = text
    self.functions = functions
    order = functions.indices.sorted { functions[$0].lowerBound < functions[$1].lowerBound }
    for (position, function) in order.enumerated() {
      let range = functions[function]
      let end = position > 0 ? functions[order[position - 1]].upperBound : 0
      guard range.lowerBound >= end, range.upperBound <= text.count else {
        throw BytecodeError(.invalidRange, function: function, offset: 0)
      }
    }
  }

  func verify(_ hostSignatures: [UInt32]) throws(BytecodeError) {
    for function in functions.indices {
      let body = try readBody(function)
      try verify(body, function, hostSignatures)
    }
  }

  private func verify(
    _ body: FunctionBody, _ function: Int, _ hostSignatures: [UInt32]
  ) throws(BytecodeError) {
    var failure: BytecodeError?
    hostSignatures.withUnsafeBufferPointer { signatures in
      let facts = Predecoder.ImageFacts(
        functionCount: functions.count, entryAddress: { _ in 0 }, hostSignatures: signatures)
      do throws(BytecodeError) {
        _ = try Predecoder.predecode(body, function: function, image: facts)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    do throws(BytecodeError) {
      return try readBody(function)
    } catch {
      throw FunctionUnavailable(message: error.description)
    }
  }

  /// A function's bytes and the functions that its calls name.
  private func readBody(_ function: Int) throws(BytecodeError) -> FunctionBody {
    let range = functions[function]
    var body = FunctionBody(bytes: Array(text[range]))
    var offset = 0
    while offset < body.bytes.count {
      let instruction: Instruction
      do throws(DecodeError) {
        instruction = try Decoder.decode(body.bytes, at: offset)
      } catch {
        throw BytecodeError(.undecodable(error.reason), function: function, offset: offset)
      }
      if let target = namedAddress(instruction, at: offset, in: range) {
        guard let callee = self.function(at: target) else {
          throw BytecodeError(.unresolvedFunction, function: function, offset: offset)
        }
        body.calls.append(
          CallTarget(instruction: UInt32(offset), function: UInt32(callee)))
      }
      offset += instruction.length
      if instruction.opcode == .br_table32 { offset += 4 * Int(instruction[1]) }
    }
    return body
  }

  /// The address in the text of the function that an instruction names.
  private func namedAddress(
    _ instruction: Instruction, at offset: Int, in range: Range<Int>
  ) -> Int? {
    guard instruction.opcode.traits.contains(.pcRelative) else { return nil }
    let distance = instruction[instruction.opcode.info.fieldCount - 1]
    let target = range.lowerBound + offset + Int(distance)
    switch instruction.opcode {
    case .call, .call1, .call2, .call3, .call4, .xpcadd: return target
    case .jump: return range.contains(target) ? nil : target
    default: return nil
    }
  }

  private func function(at address: Int) -> Int? {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if functions[order[middle]].lowerBound < address { low = middle + 1 } else { high = middle }
    }
    guard low < order.count, functions[order[low]].lowerBound == address else { return nil }
    return order[low]
  }
}
