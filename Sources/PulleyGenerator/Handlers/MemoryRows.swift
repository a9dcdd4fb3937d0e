/// Loads and stores. The value's register stands at byte 8, the address's at 10.

/// What moves between a register and memory: its name, its type in memory, its register, and
/// the conversion from memory for loads.
private struct Access {
  var name: String
  var memory: String
  var kind: Kind
  var signed = false
  var bigEndian = false

  var isFloat: Bool { kind == .b32 || kind == .b64 }

  var loaded: String {
    let type = kind.swiftType
    let raw = "load($t, as: \(memory).self)"
    let value = memory == "UInt8" ? raw : "\(memory)(\(bigEndian ? "big" : "little")Endian: \(raw))"
    if memory == type { return value }
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
  Access(name: "fload32le", memory: "UInt32", kind: .b32),
  Access(name: "fload64le", memory: "UInt64", kind: .b64),
]

private let bigEndianLoads: [Access] = [
  Access(name: "xload16be_u32", memory: "UInt16", kind: .w32, bigEndian: true),
  Access(name: "xload16be_s32", memory: "UInt16", kind: .w32, signed: true, bigEndian: true),
  Access(name: "xload32be", memory: "UInt32", kind: .w32, bigEndian: true),
  Access(name: "xload64be", memory: "UInt64", kind: .w64, bigEndian: true),
  Access(name: "fload32be", memory: "UInt32", kind: .b32, bigEndian: true),
  Access(name: "fload64be", memory: "UInt64", kind: .b64, bigEndian: true),
]

private let stores: [Access] = [
  Access(name: "xstore8", memory: "UInt8", kind: .w32),
  Access(name: "xstore16le", memory: "UInt16", kind: .w32),
  Access(name: "xstore32le", memory: "UInt32", kind: .w32),
  Access(name: "xstore64le", memory: "UInt64", kind: .w64),
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

/// How the address comes about: the statements that leave it in `$t`.
struct AddressingMode {
  var name: String
  var words = 1
  var base: Kind
  var extra: [Source] = []
  var lets: [String]
  var guards: [(String, String)] = []
}

/// A wasm address, checked against a bound: the access's size is a constant of the handler.
private func checked(_ size: Int, bound: String) -> [(String, String)] {
  [("$e &+ \(size) <= \(bound)", "memoryOutOfBounds")]
}

func addressingModes(size: Int) -> [AddressingMode] {
  [
    AddressingMode(
      name: "o32", base: .w64, lets: ["let $t = UInt(truncatingIfNeeded: $x &+ signed64($p, 12))"]),
    AddressingMode(
      name: "z", base: .w64, lets: ["let $t = UInt(truncatingIfNeeded: $x &+ signed64($p, 12))"],
      guards: [("$x != 0", "nullAddress")]),
  ]
}

func wasmAddressingModes(size: Int) -> [AddressingMode] {
  [
    // Base and bound are x28 and x29, which the machine keeps at hand.
    AddressingMode(
      name: "mem", base: .w32,
      lets: ["let $e = UInt($x) &+ UInt(unsigned32($p, 12))", "let $t = $m &+ $e"],
      guards: checked(size, bound: "$l")),
    AddressingMode(
      name: "g32", words: 2, base: .w32,
      extra: [Source("b", .w64, at: 12), Source("n", .w64, at: 14)],
      lets: [
        "let $e = UInt($x) &+ UInt(unsigned32($p, 16))",
        "let $t = UInt(truncatingIfNeeded: $b) &+ $e",
      ],
      guards: checked(size, bound: "UInt(truncatingIfNeeded: $n)")),
  ]
}

/// The bound is read from memory; only little-endian integers have this mode.
private func boundInMemory(size: Int) -> AddressingMode {
  AddressingMode(
    name: "g32bne", words: 2, base: .w32,
    extra: [Source("b", .w64, at: 12), Source("n", .w64, at: 14)],
    lets: [
      "let $e = UInt($x) &+ UInt(unsigned32($p, 16))",
      "let $u = load(UInt(truncatingIfNeeded: $n) &+ UInt(unsigned32($p, 20)), as: UInt.self)",
      "let $t = UInt(truncatingIfNeeded: $b) &+ $e",
    ],
    guards: checked(size, bound: "$u"))
}

private func size(_ memory: String) -> Int {
  switch memory {
  case "UInt8": 1
  case "UInt16": 2
  case "UInt32": 4
  default: 8
  }
}

private func load(_ access: Access, _ mode: AddressingMode) -> Template {
  var template = Template("\(access.name)_\(mode.name)")
  template.words = mode.words
  template.hasVariants = !access.bigEndian && mode.words == 1
  template.sources = [Source("x", mode.base, at: 10)] + mode.extra
  template.lets = mode.lets
  template.guards = mode.guards
  template.result = Result(kind: access.kind, at: 8, value: access.loaded)
  return template
}

private func store(_ access: Access, _ mode: AddressingMode) -> Template {
  var template = Template("\(access.name)_\(mode.name)")
  template.words = mode.words
  template.hasVariants = !access.bigEndian && mode.words == 1
  template.sources =
    [Source("v", access.kind, at: 8), Source("x", mode.base, at: 10)] + mode.extra
  template.lets = mode.lets
  template.guards = mode.guards
  template.effects = ["store(\(access.stored), $t)"]
  return template
}

/// Reloads x28 and x29 from the memory record that the word at an address points to: what
/// three loads at the entry of a wasm function and after its calls do.
private var reloadMemory: Template {
  var template = Template("reload_memory")
  template.sources = [Source("x", .w64, at: 10)]
  template.setsMemory = true
  template.lets = [
    "let $t = load(UInt(truncatingIfNeeded: $x &+ signed64($p, 12)), as: UInt.self)",
    // A shared memory's length may be growing.
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
      rows += (addressingModes(size: bytes) + wasmAddressingModes(size: bytes)).map {
        make(access, $0)
      }
      if !access.isFloat { rows.append(make(access, boundInMemory(size: bytes))) }
    }
  }
  for (list, make) in [(bigEndianLoads, load), (bigEndianStores, store)]
    as [([Access], (Access, AddressingMode) -> Template)]
  {
    for access in list {
      rows += addressingModes(size: size(access.memory)).map { make(access, $0) }
    }
  }
  return rows
}()
