// Atomic accesses: instructions that check and compute an address, and accesses to an address.

private let widths = [8, 16, 32, 64]

/// Guards for an access of `bits` at the wasm address `$e`: aligned, then in bounds.
private func guards(_ bits: Int, _ inBounds: String) -> [Template.Guard] {
  let bounds = Template.Guard(condition: inBounds, trap: .outOfBounds)
  return bits == 8
    ? [bounds] : [.init(condition: "$e & \(bits / 8 - 1) == 0", trap: .unaligned), bounds]
}

/// The instruction for a base and a bound in x28 and x29, which handlers have in parameters.
private func checkWithMemory(_ bits: Int) -> Template {
  var template = Template(
    "xaddr\(bits)_mem",
    [
      .result(.w64, field: "dst"), .source("x", .w32, field: "addr"),
      .immediate("offset", bytes: 4, field: "offset"),
    ], value: "UInt64($m &+ $e)")
  template.executes = ["xaddr\(bits)_g32"]
  template.condition = .usesMemoryRegisters
  template.lets = ["let $e = UInt($x) &+ UInt(unsigned32($p, @offset))"]
  template.guards = guards(bits, "$e &+ \(bits / 8) <= $l")
  return template
}

private func check32(_ bits: Int) -> Template {
  var template = Template(
    "xaddr\(bits)_g32",
    [
      .result(.w64, field: "dst"), .source("x", .w32, field: "addr"),
      .source("b", .w64, field: "base"), .source("n", .w64, field: "bound"),
      .immediate("offset", bytes: 4, field: "offset"),
    ], value: "$b &+ $e")
  template.hasVariants = false
  template.lets = ["let $e = UInt64($x) &+ UInt64(unsigned32($p, @offset))"]
  template.guards = guards(bits, "$e &+ \(bits / 8) <= $n")
  return template
}

/// Nothing may wrap around: neither the sum of address and offset nor the end of the access.
private func check64(_ bits: Int) -> Template {
  var template = Template(
    "xaddr\(bits)_g64",
    [
      .result(.w64), .source("b", .w64), .source("n", .w64), .source("x", .w64),
      .immediate("offset", bytes: 8),
    ], value: "$b &+ $e")
  template.hasVariants = false
  template.lets = ["let $e = $x &+ word($p, @offset)"]
  template.guards = guards(
    bits, "$e >= $x && $e <= $n && $n &- $e >= \(bits / 8)")
  return template
}

private func low(_ bits: Int, _ source: String) -> String {
  bits == 64 ? source : "UInt\(bits)(truncatingIfNeeded: \(source))"
}

private func access(
  _ name: String, _ bits: Int, sources: [String], hasResult: Bool = true
) -> Template {
  var template = Template(
    "xatomic_\(name)\(bits)",
    (hasResult ? [.result(.w64)] : []) + sources.map { .source($0, .w64) })
  let values = sources.dropFirst().map { low(bits, "$\($0)") }
  let arguments = (["UInt(truncatingIfNeeded: $x)"] + values).joined(separator: ", ")
  let call = "pulley_atomic_\(name)\(bits)(\(arguments))"
  if hasResult {
    template.value = bits == 64 ? call : "UInt64(\(call))"
  } else {
    template.effects = [call]
  }
  return template
}

private let readModifyWrite = ["add", "sub", "and", "or", "xor", "xchg"]

let atomicRows: [Template] =
  widths.flatMap { [checkWithMemory($0), check32($0)] } + widths.map(check64)
  + widths.flatMap { bits in
    [
      access("load", bits, sources: ["x"]),
      access("store", bits, sources: ["x", "v"], hasResult: false),
      access("cas", bits, sources: ["x", "y", "v"]),
    ] + readModifyWrite.map { access($0, bits, sources: ["x", "v"]) }
  }
  + [
    {
      var fence = Template("atomic_fence", [])
      fence.effects = ["pulley_atomic_fence()"]
      return fence
    }()
  ]

/// A check and the access that it is for, fused.
let atomicFusions: [[FusedPart]] = widths.flatMap { bits in
  (["load", "store", "cas"] + readModifyWrite).flatMap { name in
    product(["xaddr\(bits)_mem", "xaddr\(bits)_mem".x], ["xatomic_\(name)\(bits)".x])
  }
}
