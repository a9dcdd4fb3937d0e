// Loads and stores.

/// A load or store: the value that moves between a register and memory.
private struct Access {
  /// The instruction's name without its addressing mode.
  var name: String
  /// The Swift type in memory.
  var memory: String
  var kind: RegisterView
  var signed = false
  var bigEndian = false

  var isFloat: Bool { kind.isFloat }

  var loaded: String {
    let type = kind.swiftType
    let raw = "load($t, as: \(memory).self)"
    let value = memory == "UInt8" ? raw : "\(memory)(\(bigEndian ? "big" : "little")Endian: \(raw))"
    if memory == type { return value }
    if isFloat { return "\(type)(bitPattern: \(value))" }
    return signed ? "u32(Int32(\(memory.dropFirst())(bitPattern: \(value))))" : "\(type)(\(value))"
  }

  var stored: String {
    let value = memory == kind.swiftType ? "$v" : "\(memory)(truncatingIfNeeded: $v)"
    return memory == "UInt8" ? value : "\(value).\(bigEndian ? "big" : "little")Endian"
  }
}

private let loads: [Access] = [
  Access(name: "xload8_u32", memory: "UInt8", kind: .w32),
  Access(name: "xload8_s32", memory: "UInt8", kind: .w32, signed: true),
  Access(name: "xload16le_u32", memory: "UInt16", kind: .w32),
  Access(name: "xload16le_s32", memory: "UInt16", kind: .w32, signed: true),
  Access(name: "xload32le", memory: "UInt32", kind: .w32),
  Access(name: "xload64le", memory: "UInt64", kind: .w64),
  Access(name: "fload32le", memory: "UInt32", kind: .zeroExtendedF32),
  Access(name: "fload64le", memory: "UInt64", kind: .f64),
]

private let bigEndianLoads: [Access] = [
  Access(name: "xload16be_u32", memory: "UInt16", kind: .w32, bigEndian: true),
  Access(name: "xload16be_s32", memory: "UInt16", kind: .w32, signed: true, bigEndian: true),
  Access(name: "xload32be", memory: "UInt32", kind: .w32, bigEndian: true),
  Access(name: "xload64be", memory: "UInt64", kind: .w64, bigEndian: true),
  Access(name: "fload32be", memory: "UInt32", kind: .zeroExtendedF32, bigEndian: true),
  Access(name: "fload64be", memory: "UInt64", kind: .f64, bigEndian: true),
]

private let stores: [Access] = [
  Access(name: "xstore8", memory: "UInt8", kind: .w32),
  Access(name: "xstore16le", memory: "UInt16", kind: .w32),
  Access(name: "xstore32le", memory: "UInt32", kind: .w32),
  Access(name: "xstore64le", memory: "UInt64", kind: .w64),
  // As bits, so that they share the handlers of integers.
  Access(name: "fstore32le", memory: "UInt32", kind: .b32),
  Access(name: "fstore64le", memory: "UInt64", kind: .b64),
]

private let bigEndianStores: [Access] = [
  Access(name: "xstore16be", memory: "UInt16", kind: .w32, bigEndian: true),
  Access(name: "xstore32be", memory: "UInt32", kind: .w32, bigEndian: true),
  Access(name: "xstore64be", memory: "UInt64", kind: .w64, bigEndian: true),
  Access(name: "fstore32be", memory: "UInt32", kind: .b32, bigEndian: true),
  Access(name: "fstore64be", memory: "UInt64", kind: .b64, bigEndian: true),
]

/// How an address is computed.
struct AddressingMode {
  var name: String
  /// The suffix of the instructions that have this mode.
  var instruction: String
  /// When predecoding chooses this mode for them.
  var condition = Template.Condition.always
  /// The operands of the address; the register that is loaded or stored comes before them.
  var operands: [CellOperand]
  /// Statements that leave the address in `$t`.
  var lets: [String]
  var guards: [Template.Guard] = []
  var hasVariants = true
}

/// The access to a wasm address ends below the bound; its size is a constant of the handler.
private func checked(_ size: Int, bound: String) -> [Template.Guard] {
  [.init(condition: "$e &+ \(size) <= \(bound)", trap: .outOfBounds)]
}

/// Modes without a bound.
func hostAddressingModes() -> [AddressingMode] {
  [("o32", []), ("z", [.init(condition: "$x != 0", trap: .nullAddress)])].map { name, guards in
    AddressingMode(
      name: name, instruction: name,
      operands: [
        .source("x", .w64, field: "addr"), .immediate("offset", bytes: 4, field: "offset"),
      ],
      lets: ["let $t = UInt(truncatingIfNeeded: $x &+ signed64($p, @offset))"], guards: guards)
  }
}

func wasmAddressingModes(size: Int) -> [AddressingMode] {
  [
    AddressingMode(
      name: "mem", instruction: "g32", condition: .usesMemoryRegisters,
      operands: [
        .source("x", .w32, field: "addr"), .immediate("offset", bytes: 4, field: "offset"),
      ],
      lets: ["let $e = UInt($x) &+ UInt(unsigned32($p, @offset))", "let $t = $m &+ $e"],
      guards: checked(size, bound: "$l")),
    AddressingMode(
      name: "g32", instruction: "g32",
      operands: [
        .source("x", .w32, field: "addr"), .source("b", .w64, field: "base"),
        .source("n", .w64, field: "bound"), .immediate("offset", bytes: 4, field: "offset"),
      ],
      lets: [
        "let $e = UInt($x) &+ UInt(unsigned32($p, @offset))",
        "let $t = UInt(truncatingIfNeeded: $b) &+ $e",
      ],
      guards: checked(size, bound: "UInt(truncatingIfNeeded: $n)"), hasVariants: false),
  ]
}

/// The bound is read from memory; only little-endian integers have this mode.
private func boundInMemory(size: Int) -> AddressingMode {
  AddressingMode(
    name: "g32bne", instruction: "g32bne",
    operands: [
      .source("x", .w32, field: "addr"), .source("b", .w64, field: "base"),
      .source("n", .w64, field: "bound_addr"), .immediate("offset", bytes: 4, field: "offset"),
      .immediate("bound_offset", bytes: 4, field: "bound_offset"),
    ],
    lets: [
      "let $e = UInt($x) &+ UInt(unsigned32($p, @offset))",
      "let $u = load(UInt(truncatingIfNeeded: $n) &+ UInt(unsigned32($p, @bound_offset)), as: UInt.self)",
      "let $t = UInt(truncatingIfNeeded: $b) &+ $e",
    ],
    guards: checked(size, bound: "$u"), hasVariants: false)
}

private func size(_ memory: String) -> Int {
  switch memory {
  case "UInt8": 1
  case "UInt16": 2
  case "UInt32": 4
  default: 8
  }
}

extension Template {
  /// An access with an addressing mode: `register` is loaded or stored.
  init(_ access: String, _ mode: AddressingMode, _ register: CellOperand, value: String? = nil) {
    self.init("\(access)_\(mode.name)", [register] + mode.operands, value: value)
    executes = ["\(access)_\(mode.instruction)"]
    condition = mode.condition
    lets = mode.lets
    guards = mode.guards
    hasVariants = mode.hasVariants
  }
}

private func load(_ access: Access, _ mode: AddressingMode) -> Template {
  var template = Template(
    access.name, mode, .result(access.kind, field: "dst"), value: access.loaded)
  if access.bigEndian { template.hasVariants = false }
  return template
}

private func store(_ access: Access, _ mode: AddressingMode) -> Template {
  var template = Template(access.name, mode, .source("v", access.kind, field: "src"))
  if access.bigEndian { template.hasVariants = false }
  template.effects = ["store(\(access.stored), $t)"]
  return template
}

/// Reloads x28 and x29 from the memory record that the word at an address points to. It replaces
/// the three loads at the entry of a wasm function and after its calls, and has the cell of the
/// first one.
private var reloadMemory: Template {
  var template = Template(
    "reload_memory",
    [.unused(bytes: 2), .source("x", .w64), .immediate("offset", bytes: 4)])
  template.setsMemory = true
  template.lets = [
    "let $t = load(UInt(truncatingIfNeeded: $x &+ signed64($p, @offset)), as: UInt.self)",
    // Another thread may be growing a shared memory.
    "let $m = load($t, as: UInt.self)", "let $l = UInt(pulley_load_relaxed64($t &+ 8))",
  ]
  template.effects = [
    "put64(r, StateLayout.memoryBase, UInt64($m))",
    "put64(r, StateLayout.memoryLength, UInt64($l))",
  ]
  return template
}

let memoryRows: [Template] = {
  var rows: [Template] = [reloadMemory]
  for (list, make) in [(loads, load), (stores, store)]
    as [([Access], (Access, AddressingMode) -> Template)]
  {
    for access in list {
      let bytes = size(access.memory)
      rows += (hostAddressingModes() + wasmAddressingModes(size: bytes)).map {
        make(access, $0)
      }
      if !access.isFloat { rows.append(make(access, boundInMemory(size: bytes))) }
    }
  }
  for (list, make) in [(bigEndianLoads, load), (bigEndianStores, store)]
    as [([Access], (Access, AddressingMode) -> Template)]
  {
    for access in list {
      rows += hostAddressingModes().map { make(access, $0) }
    }
  }
  return rows
}()
