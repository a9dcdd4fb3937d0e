import PulleyIR

/// Bitcasts, which read the bits of a value as if they were stored and loaded as another type.
extension Legalizer {
  /// Whether the bytes of a register change. Stored in the order `big`, the bytes of each lane are
  /// reversed, so they change if the widths of the lanes differ.
  static func isSwapped(_ data: InstructionData, _ from: Type) -> Bool {
    data.operation == .bitcast && data.flags.contains(.big) && from.laneBits != data.type.laneBits
  }

  mutating func rewriteBitcast(
    _ inst: Inst, _ data: InstructionData
  ) throws(LegalizationError) {
    self[source.result(of: inst)] = try bitcast(data)
  }

  mutating func bitcast(_ data: InstructionData) throws(LegalizationError) -> Halves {
    let from = type(of: data.argument0)
    let halves = self[data.argument0]
    if from == data.type { return halves }
    guard from.bits == 128 else { throw unsupported(data) }
    var vector = from == .i128 ? concatenated(halves) : cast(halves.low, to: .i8x16)
    if data.flags.contains(.big) { vector = swapped(vector, from.laneBits, data.type.laneBits) }
    return data.type == .i128 ? divided(vector) : Halves(cast(vector, to: data.type))
  }

  private mutating func cast(_ vector: Value, to type: Type) -> Value {
    guard result.type(of: vector) != type else { return vector }
    var data = InstructionData(.bitcast, type, vector)
    data.flags = .little
    return value(data)
  }

  /// Reverses the bytes of each lane of `first` bits, and then of each lane of `second` bits.
  private mutating func swapped(_ vector: Value, _ first: Int, _ second: Int) -> Value {
    var bytes: (low: UInt64, high: UInt64) = (0, 0)
    for index in 0..<16 {
      let source = UInt64((index ^ (first / 8 - 1)) ^ (second / 8 - 1))
      if index < 8 {
        bytes.low |= source << UInt64(8 * index)
      } else {
        bytes.high |= source << UInt64(8 * (index - 8))
      }
    }
    var shuffle = InstructionData(.shuffle, .i8x16, vector, vector)
    shuffle.constant = result.makeConstant(ConstantData(low: bytes.low, high: bytes.high))
    return value(shuffle)
  }

  private mutating func concatenated(_ halves: Halves) -> Value {
    let low = unary(.scalar_to_vector, .i64x2, halves.low)
    var insert = InstructionData(.insertlane, .i64x2, low, halves.high)
    insert.lane = 1
    let vector = value(insert)
    return cast(vector, to: .i8x16)
  }

  private mutating func divided(_ bytes: Value) -> Halves {
    var extract = InstructionData(.extractlane, .i64x2, cast(bytes, to: .i64x2))
    let low = value(extract)
    extract.lane = 1
    return Halves(low, value(extract))
  }
}
