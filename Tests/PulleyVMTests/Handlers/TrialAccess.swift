import PulleyISA

@testable import PulleyVM

/// Where an instruction of a trial accesses memory, or checks whether it may be accessed.
struct TrialAccess {
  enum Role {
    case address, addressOrNull, addressOfBound, base, bound
  }

  /// The part of the pattern.
  let part: Int
  private let opcode: Opcode
  private let isRaw: Bool
  private let isChecking: Bool
  private let trapsOnNull: Bool
  /// How many bytes it accesses or checks.
  private let size: UInt64
  private let address: Int
  private let base: Int?
  private let bound: Int?
  private let boundAddress: Int?
  private let offset: UInt64
  private let boundOffset: UInt64

  /// Nil if the part does neither.
  init?(_ trial: HandlerTrial, part: Int) {
    guard let instruction = trial.instructions[part] else { return nil }
    opcode = instruction.opcode
    isRaw = Self.isRaw(opcode)
    isChecking = opcode.mnemonic.hasPrefix("xaddr")
    guard isRaw || isChecking || opcode.info.accessSize > 0 else { return nil }
    self.part = part
    trapsOnNull = opcode.mnemonic.hasSuffix("_z")
    var operands: [String: Int64] = [:]
    for (slot, field) in opcode.fields.enumerated() { operands[field.name] = instruction[slot] }
    guard let address = operands["addr"] ?? operands["src1"] else { return nil }
    self.address = Int(address)
    base = operands["base"].map { Int($0) }
    bound = operands["bound"].map { Int($0) }
    boundAddress = operands["bound_addr"].map { Int($0) }
    offset = UInt64(bitPattern: operands["offset"] ?? 0)
    boundOffset = UInt64(bitPattern: operands["bound_offset"] ?? 0)
    let digits = opcode.mnemonic.drop { !$0.isNumber }.prefix { $0.isNumber }
    size = UInt64(opcode.info.accessSize > 0 ? opcode.info.accessSize : (Int(digits) ?? 8) / 8)
  }

  /// Whether the address is a host address, which nothing checks.
  static func isRaw(_ opcode: Opcode) -> Bool {
    let name = opcode.mnemonic
    return name.hasPrefix("xatomic")
      || opcode.info.accessSize > 0 && (name.hasSuffix("_o32") || name.hasSuffix("_z"))
  }

  /// The value that an operand needs so that the access is inside the memory of the bench.
  static func role(_ operand: PatternOperand, _ opcode: Opcode) -> Role? {
    switch operand.name {
    case "addr" where opcode.mnemonic.hasSuffix("_z"): .addressOrNull
    case "addr", "src1": isRaw(opcode) ? .address : nil
    case "bound_addr": .addressOfBound
    case "base": .base
    case "bound": .bound
    default: nil
    }
  }

  var isBoundedByX29: Bool { bound == 29 }

  /// Where the access ends, counted from `base`; nil if it would not trap and not be safe.
  func end(_ state: MachineState, base bench: UInt64, readable: UInt64) -> UInt64? {
    func isSafe(_ address: UInt64) -> Bool { address >= bench - 64 && address < bench + readable }
    if isRaw {
      let start = state[x: address]
      if trapsOnNull, start == 0 { return 0 }
      return isSafe(start &+ offset) ? start &+ offset &- bench : nil
    }
    let end = (state[x: address] & 0xFFFF_FFFF) + offset + size
    if isChecking { return end }
    guard let base else { return nil }
    var limit = bound.map { state[x: $0] } ?? 0
    if let boundAddress {
      let place = state[x: boundAddress] &+ boundOffset
      guard isSafe(place) else { return nil }
      limit = load(UInt(place), as: UInt64.self)
    }
    if end > limit { return end }
    return isSafe(state[x: base] &+ end &- size) ? end : nil
  }
}
