import PulleyISA
import PulleySpec
import Testing

/// Sample operands for a field: the ends of its range and numbers between them.
func samples(of kind: OperandField.Kind) -> [Int64] {
  switch kind {
  case .xWrite, .xRead, .fWrite, .fRead, .vWrite, .vRead: [0, 1, 21, 30, 31]
  case .u6: [0, 1, 42, 63]
  case .u8: [0, 1, 170, 255]
  case .u16, .upperRegs: [0, 1, 0xA5C3, 0xFFFF]
  case .u32: [0, 1, 0xDEAD_BEEF, 0xFFFF_FFFF]
  case .u64, .u128, .i64: [0, 1, -1, .min, .max, 0x0123_4567_89AB_CDEF]
  case .i8: [0, 1, -1, -128, 127]
  case .i16: [0, 1, -1, -32768, 32767]
  case .i32, .pcRel: [0, 1, -1, Int64(Int32.min), Int64(Int32.max), 0x1234_5678]
  }
}

/// Instructions of `opcode` in which each operand takes each of its samples.
func sampleInstructions(of opcode: Opcode) -> [Instruction] {
  let fields = opcode.fields
  let rounds = fields.map { samples(of: $0.kind).count }.max() ?? 1
  return (0..<rounds).map { round in
    var instruction = Instruction(opcode)
    for field in fields {
      let values = samples(of: field.kind)
      // Shifted by the slot, so that adjacent operands differ.
      instruction[field.slot] = values[(round + field.slot) % values.count]
      if field.kind == .u128 {
        instruction[field.slot + 1] = values[(round + field.slot + 3) % values.count]
      }
    }
    return instruction
  }
}

@Suite struct RoundTrip {
  @Test func wasmtimeHas543Operations() {
    #expect(Opcode.allCases.filter { !$0.isOwn }.count == 543)
    #expect(Opcode.tableSize == 256 + 323 + Opcode.ownExtendedCount)
    #expect(Opcode.allCases.filter(\.isOwn).allSatisfy { ($0.extendedNumber ?? 0) >= 0x8000 })
    #expect(Opcode.allCases.allSatisfy { Int($0.rawValue) < Opcode.tableSize })
  }

  @Test func everyOperationDecodesAsItWasEncoded() throws {
    for opcode in Opcode.allCases {
      for instruction in sampleInstructions(of: opcode) {
        var encoder = Encoder()
        encoder.encode(instruction)
        #expect(encoder.bytes.count == opcode.length)
        let decoded = try Decoder.decode(encoder.bytes, at: 0)
        #expect(decoded == instruction)
        var again = Encoder()
        again.encode(decoded)
        #expect(again.bytes == encoder.bytes)
      }
    }
  }

  @Test func everyTruncatedInstructionIsAnError() throws {
    for opcode in Opcode.allCases {
      var encoder = Encoder()
      encoder.encode(try #require(sampleInstructions(of: opcode).first))
      for length in 0..<encoder.bytes.count {
        #expect(throws: DecodeError(.truncated, offset: length)) {
          try Decoder.decode(Array(encoder.bytes[..<length]), at: 0)
        }
      }
    }
  }
}

@Suite struct InvalidCode {
  @Test func unknownOpcodesAreNamedWithTheirOffset() {
    for code in UInt8(221)...255 {
      #expect(throws: DecodeError(.unknownOpcode(code), offset: 1)) {
        try Decoder.decode([0, code, 0, 0], at: 1)
      }
    }
    for number: UInt16 in [323, 0x7FFF, 0x8000 + UInt16(Opcode.ownExtendedCount), 0xFFFF] {
      let bytes = [220, UInt8(truncatingIfNeeded: number), UInt8(number >> 8)]
      #expect(throws: DecodeError(.unknownExtendedOpcode(number), offset: 1)) {
        try Decoder.decode(bytes, at: 0)
      }
    }
  }

  @Test func registersAbove31AreNamedWithTheirOffset() {
    #expect(throws: DecodeError(.invalidRegister(32), offset: 2)) {
      try Decoder.decode([65, 0, 32], at: 0)
    }
    #expect(throws: DecodeError(.invalidRegister(255), offset: 1)) {
      try Decoder.decode([65, 255, 0], at: 0)
    }
  }

  @Test func decodingOutsideTheCodeIsAnError() {
    for offset in [-1, 1, 2, Int.max, Int.min] {
      #expect(throws: DecodeError(.truncated, offset: offset)) {
        try Decoder.decode([0], at: offset)
      }
    }
    #expect(throws: DecodeError.self) { try Decoder.branchTableEntry([0, 0, 0], at: 0) }
    #expect(throws: DecodeError.self) { try Decoder.branchTableEntry([0, 0, 0, 0], at: -1) }
  }

  @Test func decodingRandomBytesNeverCrashes() {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var decoded = 0
    for offset in bytes.indices where (try? Decoder.decode(bytes, at: offset)) != nil {
      decoded += 1
    }
    #expect(decoded > 0)
  }

  @Test func theDecoderIgnoresTheTopBitOfPackedRegisters() throws {
    let instruction = try Decoder.decode([72, 0x41, 0x8C], at: 0)
    #expect(instruction == Instruction(.xadd32, [1, 2, 3]))
  }
}

@Suite struct OpcodeTables {
  @Test func placesAndExtendedNumbersOfOpcodesAgree() {
    for opcode in Opcode.allCases {
      #expect(Opcode(index: Int(opcode.rawValue)) == opcode)
      if let number = opcode.extendedNumber {
        #expect(Opcode(extendedNumber: number) == opcode)
        #expect(opcode.traits.contains(.extended))
      } else {
        #expect(opcode.rawValue < 220)
      }
    }
    for index in [-1, 220, 255, Opcode.tableSize, Int.max] { #expect(Opcode(index: index) == nil) }
  }

  @Test func operandKindsAgreeWithTheirRawValues() {
    for kind in OperandField.Kind.allCases {
      #expect(kindsByRawValue[Int(kind.rawValue)] == kind)
    }
    #expect(kindsByRawValue.count == 32)
  }

  @Test func opcodeTablesAgreeWithTheRowsOfTheSpecification() throws {
    for row in operations {
      let opcode = try #require(Opcode(index: row.index))
      #expect(opcode.mnemonic == row.name)
      #expect(opcode.length == row.byteCount)
      #expect(opcode.fields.map(\.name) == row.fields.map(\.name))
      #expect(opcode.fields.map { Int($0.kind.rawValue) } == row.fields.map(\.kind.rawValue))
      #expect(opcode.fields.map(\.slot) == Array(row.fields.indices))
      #expect(opcode.info.accessSize == max(row.operation.loads, row.operation.stores))
      let traits = opcode.traits
      #expect(traits.contains(.branch) == row.operation.traits.contains(.branch))
      #expect(traits.contains(.call) == row.operation.traits.contains(.call))
      #expect(traits.contains(.terminator) == row.operation.traits.contains(.terminator))
      #expect(traits.contains(.commutes) == row.operation.traits.contains(.commutes))
      #expect(traits.contains(.mayTrap) == !row.operation.traps.isEmpty)
      #expect(traits.contains(.load) == (row.operation.loads > 0))
      #expect(traits.contains(.store) == (row.operation.stores > 0))
      let last = opcode.fields.last?.kind
      #expect(opcode.pcRelByteOffset == (last == .pcRel ? row.byteCount - 4 : nil))
    }
  }

  @Test func opcodesHaveTheTraitsOfTheirRows() {
    #expect(
      Opcode.allCases.filter { $0.traits.contains(.terminator) } == [
        .ret, .jump, .xjump, .br_table32, .trap,
      ])
    #expect(
      Opcode.allCases.filter { $0.traits.contains(.call) } == [
        .call, .call1, .call2, .call3, .call4, .call_indirect, .call_indirect_host,
      ])
    #expect(Opcode.allCases.count { $0.traits.contains(.branch) } == 57)
    #expect(Opcode.xdiv32_s.traits.contains(.mayTrap))
    #expect(!Opcode.xload32le_o32.traits.contains(.mayTrap))
    #expect(Opcode.xload32le_g32.info.accessSize == 4)
    #expect(Opcode.vstore128le_z.info.accessSize == 16)
  }
}
