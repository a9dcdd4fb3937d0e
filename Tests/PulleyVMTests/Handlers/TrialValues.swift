import PulleyISA

/// The registers before a trial runs.
struct TrialValues {
  /// x0 to x31, f0 to f31, then v0 to v31 in two words each, as in a machine's state block.
  private(set) var words: [UInt64]
  /// The 32-bit words at the start of the memory; nil for the usual ones.
  let memoryWord: UInt32?

  static let wordCount = 128

  /// A different value for each register.
  private static let pattern: [UInt64] = (0..<wordCount).map {
    UInt64($0 + 1) &* 0x0101_0101_0101_0101 ^ 0xA5A5_0000_5A5A_0000
  }

  subscript(x number: Int) -> UInt64 {
    get { words[number] }
    set { words[number] = newValue }
  }

  /// The indices of a register's words.
  private static func range(_ file: RegisterClass, _ number: Int) -> Range<Int> {
    switch file {
    case .x: number..<number + 1
    case .f: 32 + number..<33 + number
    case .v: 64 + 2 * number..<66 + 2 * number
    }
  }

  func text(_ file: RegisterClass, _ number: Int) -> String {
    let words = words[Self.range(file, number)].reversed().map { String($0, radix: 16) }
    return "\(file)\(number) = 0x\(words.joined(separator: ":"))"
  }

  /// Values for a trial's registers: boundary values mostly, equal ones now and then, and addresses
  /// near `base` where accesses need them.
  init(_ trial: HandlerTrial, base: UInt64, _ random: inout Random) {
    words = Self.pattern
    memoryWord =
      switch random.below(3) {
      case 0: nil
      case 1 where !trial.immediates.isEmpty:
        UInt32(truncatingIfNeeded: random.pick(trial.immediates))
      // Comparisons of loaded words need words of both signs.
      default: UInt32(truncatingIfNeeded: random.pick(BoundaryValues.integers))
      }
    let shape = trial.shape
    for (file, register) in zip(shape.files, trial.registers) {
      fill(file, register, mayBeAddress: trial.accessesHost, base, &random)
      // Comparisons with immediates need equal values.
      if file == .x, !trial.immediates.isEmpty, random.below(4) == 0 {
        self[x: register] = UInt64(bitPattern: random.pick(trial.immediates))
      }
    }
    if shape.files.count > 1, random.below(3) == 0 {
      let one = random.below(shape.files.count)
      let other = random.below(shape.files.count)
      if shape.files[one] == shape.files[other] {
        let source = words[Self.range(shape.files[one], trial.registers[one])]
        words.replaceSubrange(Self.range(shape.files[other], trial.registers[other]), with: source)
      }
    }
    for (index, operand) in shape.operands.enumerated() where random.below(8) > 0 {
      guard let opcode = trial.instructions[operand.part]?.opcode,
        let role = TrialAccess.role(operand, opcode)
      else { continue }
      let register = trial.registers[shape.classes[index]]
      switch role {
      case .address: self[x: register] = base + UInt64(8 * random.below(16))
      case .addressOrNull:
        self[x: register] = random.below(3) == 0 ? 0 : base + UInt64(8 * random.below(16))
      case .addressOfBound: self[x: register] = base + 256 + UInt64(8 * random.below(8))
      case .base: self[x: register] = base
      case .bound: self[x: register] = UInt64(random.below(257))
      }
    }
    self[x: 28] = base
    self[x: 29] = 256
  }

  private mutating func fill(
    _ file: RegisterClass, _ register: Int, mayBeAddress: Bool, _ base: UInt64,
    _ random: inout Random
  ) {
    switch file {
    case .x:
      self[x: register] =
        mayBeAddress && random.below(3) == 0
        ? base + UInt64(8 * random.below(16)) : Self.integer(&random)
    case .f: words[32 + register] = Self.float(&random)
    case .v:
      let choice = random.below(5)
      let same: UInt64 = random.pick([0, .max])
      for index in Self.range(.v, register) {
        words[index] =
          switch choice {
          case 0: same
          case 1, 2: Self.float(&random)
          default: Self.lanes(&random)
          }
      }
    }
  }

  private static func integer(_ random: inout Random) -> UInt64 {
    let value = random.pick(BoundaryValues.integers)
    // Operations on the low half must not look at the high half.
    return random.below(3) == 0 ? value ^ 0x1357_9BDF_0000_0000 : value
  }

  /// A double, or two singles.
  private static func float(_ random: inout Random) -> UInt64 {
    if random.below(2) == 0 { return random.pick(BoundaryValues.doubles).bitPattern }
    let low = Float(random.pick(BoundaryValues.doubles)).bitPattern
    let high = Float(random.pick(BoundaryValues.doubles)).bitPattern
    return UInt64(high) << 32 | UInt64(low)
  }

  private static func lanes(_ random: inout Random) -> UInt64 {
    switch random.below(4) {
    case 0: random.pick([0, .max])
    case 1: random.pick(BoundaryValues.integers)
    case 2:
      (0..<8).reduce(0) { word, _ in
        word << 8 | UInt64(random.pick([0, 1, 0x7F, 0x80, 0xFF, 0x55] as [UInt8]))
      }
    default: random.next()
    }
  }
}

/// Boundary values of operations.
enum BoundaryValues {
  static let integers: [UInt64] = [
    0, 0, 1, 1, 2, 3, 4, 7, 8, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 200, 254, 255, 256,
    0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF,
    0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max, .max - 1, .max - 7,
    0xFFFF_FFFF_8000_0000, 0x0123_4567_89AB_CDEF,
  ]
  static let doubles: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, 3, -3, 1e10, -1e10, 2_147_483_647, 2_147_483_648,
    -2_147_483_648, -2_147_483_649, 4_294_967_295, 4_294_967_296, 9.3e18, -9.3e18, 1.9e19, 1e300,
    -1e300, .infinity, -.infinity, .nan, -.nan, .signalingNaN,
    Double(nan: 0x1234, signaling: false), .leastNonzeroMagnitude, .greatestFiniteMagnitude,
  ]
}
