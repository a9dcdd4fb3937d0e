/// Checks of constants, lanes, offsets and flags, and relations between types that `OperationTyping`
/// cannot express.
extension Verifier {
  mutating func checkImmediates(_ data: InstructionData, _ function: Function) {
    switch data.operation {
    case .iconst:
      let type = data.type
      if type.signExtend(data.immediate) != data.immediate
        && type.zeroExtend(data.immediate) != UInt64(bitPattern: data.immediate)
      {
        report(.immediate, "constant immediate is out of bounds")
      }
    case .vconst:
      checkSize(of: data.constant, data.type.bytes, function)
    case .f128const:
      checkSize(of: data.constant, 16, function)
    case .bitcast:
      checkBitcast(data, function)
    case .fcvt_from_uint, .fcvt_from_sint, .fcvt_to_uint_sat, .fcvt_to_sint_sat:
      let type = function.type(of: data.argument0)
      require(
        type.laneCount == data.type.laneCount,
        "\(type) and \(data.type) differ in how many lanes they have")
    case .extractlane, .insertlane:
      let type = function.type(of: data.argument0)
      if data.lane >= type.laneCount {
        report(.immediate, "The lane \(data.lane) does not index into the type \(type)")
      }
    case .shuffle:
      for index in 0..<16 where function.constants[data.constant][index] > 31 {
        report(
          .immediate,
          "shuffle immediate index \(function.constants[data.constant][index]) is larger than the "
            + "maximum 31")
      }
    case .stack_addr:
      let size = Int64(function.stackSlots[data.stackSlot].bytes)
      if !(0...size).contains(data.immediate) {
        report(
          .immediate,
          "the offset \(data.immediate) is outside \(function.name(of: data.stackSlot)), which has "
            + "\(size) bytes")
      }
    case .symbol_value, .tls_value:
      let expected = type(of: data.globalValue, function)
      if let expected, expected != data.type {
        report(
          .type,
          "global_value instruction with type \(data.type) references global value with type "
            + "\(expected)")
      }
      if expected == nil, data.type != .i32, data.type != .i64 {
        report(
          .type,
          "global_value instruction with type \(data.type) references an address, of type i32 or i64"
        )
      }
    default:
      checkAccess(data)
    }
    checkTags(function)
  }

  private mutating func checkSize(of constant: Constant, _ bytes: Int, _ function: Function) {
    let actual = Int(function.constants[constant].byteCount)
    if actual != bytes {
      report(
        .immediate,
        "The instruction expects \(function.name(of: constant)) to have a size of \(bytes) bytes "
          + "but it has \(actual)")
    }
  }

  private mutating func checkBitcast(_ data: InstructionData, _ function: Function) {
    let (from, to) = (function.type(of: data.argument0), data.type)
    if from.bits != to.bits {
      report(
        .type,
        "The bitcast argument \(function.name(of: data.argument0)) has a type of \(from.bits) "
          + "bits, which doesn't match an expected type of \(to.bits) bits")
    } else if !data.flags.isSubset(of: [.little, .big]) || !data.aliasRegion.isNone {
      report(
        .immediate, "The bitcast instruction only accepts the `big` or `little` memory flags")
    } else if data.flags.isEmpty && from.laneCount != to.laneCount {
      report(
        .immediate, "Byte order specifier required for bitcast instruction changing lane count")
    }
  }

  private mutating func checkAccess(_ data: InstructionData) {
    switch data.operation.format {
    case .atomicRmw:
      if UInt8(exactly: data.immediate) == nil {
        report(.immediate, "\(data.immediate) is not a trap code")
      }
    case .load, .store, .atomicCas:
      if Int64(Int32(truncatingIfNeeded: data.immediate)) != data.immediate {
        report(.immediate, "the offset \(data.immediate) has more than 32 bits")
      } else if data.operation.traits.contains(.atomic) && data.immediate != 0 {
        report(.immediate, "an atomic access has no offset")
      }
      if data.operation.format == .store && data.flags.contains(.readonly) {
        report(.immediate, "A store instruction cannot have the `readonly` MemFlag")
      }
    case .heapStore:
      if data.flags.contains(.readonly) {
        report(.immediate, "A store instruction cannot have the `readonly` MemFlag")
      }
    default:
      break
    }
    if data.operation.traits.contains(.atomic) && data.flags.contains(.canMove) {
      report(.immediate, "an atomic access stays where it is: `can_move` is not for it")
    }
  }

  private mutating func checkTags(_ function: Function) {
    guard let tags = function.text?.debugTags, !tags.isEmpty, tags[inst] != nil else { return }
    let operation = function.instructions[inst].operation
    if operation != .sequence_point && !operation.isCall {
      report(.layout, "debug tags present on non-call, non-sequence point instruction")
    }
  }
}

extension Operation {
  /// Whether the operation calls a function.
  var isCall: Bool {
    switch format {
    case .call, .callIndirect, .tryCall, .tryCallIndirect: true
    default: false
    }
  }
}
