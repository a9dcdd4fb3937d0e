// Atomic accesses: the check that makes an address, and what is done at one.

private let widths = [8, 16, 32, 64]

/// Guards for an access of `bits` at the wasm address `$e`: aligned, then in bounds.
private func guards(_ bits: Int, _ inBounds: String) -> [(String, String)] {
  let bounds = (inBounds, "memoryOutOfBounds")
  return bits == 8 ? [bounds] : [("$e & \(bits / 8 - 1) == 0", "unalignedAtomic"), bounds]
}

/// With the base and bound in x28 and x29, which the machine keeps at hand.
private func checkWithMemory(_ bits: Int) -> Template {
  var template = Template("xaddr\(bits)_mem")
  template.sources = [Source("x", .w32, at: 10)]
  template.lets = ["let $e = UInt($x) &+ UInt(unsigned32($p, 12))"]
  template.guards = guards(bits, "$e &+ \(bits / 8) <= $l")
  template.result = Result(kind: .w64, at: 8, value: "UInt64($m &+ $e)")
  return template
}

private func check32(_ bits: Int) -> Template {
  var template = Template("xaddr\(bits)_g32")
  template.words = 2
  template.hasVariants = false
  template.sources = [
    Source("x", .w32, at: 10), Source("b", .w64, at: 12), Source("n", .w64, at: 14),
  ]
  template.lets = ["let $e = UInt64($x) &+ UInt64(unsigned32($p, 16))"]
  template.guards = guards(bits, "$e &+ \(bits / 8) <= $n")
  template.result = Result(kind: .w64, at: 8, value: "$b &+ $e")
  return template
}

/// Nothing may wrap around: neither the sum of address and offset nor the end of the access.
private func check64(_ bits: Int) -> Template {
  var template = Template("xaddr\(bits)_g64")
  template.words = 2
  template.hasVariants = false
  template.sources = [
    Source("b", .w64, at: 10), Source("n", .w64, at: 12), Source("x", .w64, at: 14),
  ]
  template.lets = ["let $e = $x &+ word($p, 16)"]
  template.guards = guards(
    bits, "$e >= $x && $e <= $n && $n &- $e >= \(bits / 8)")
  template.result = Result(kind: .w64, at: 8, value: "$b &+ $e")
  return template
}

private func low(_ bits: Int, _ source: String) -> String {
  bits == 64 ? source : "UInt\(bits)(truncatingIfNeeded: \(source))"
}

private func access(
  _ name: String, _ bits: Int, sources: [String], at place: Int, result: Bool
) -> Template {
  var template = Template("xatomic_\(name)\(bits)")
  template.sources = sources.enumerated().map { Source($1, .w64, at: place + 2 * $0) }
  let values = sources.dropFirst().map { low(bits, "$\($0)") }
  let arguments = (["UInt(truncatingIfNeeded: $x)"] + values).joined(separator: ", ")
  let call = "pulley_atomic_\(name)\(bits)(\(arguments))"
  if result {
    template.result = Result(kind: .w64, at: 8, value: bits == 64 ? call : "UInt64(\(call))")
  } else {
    template.effects = [call]
  }
  return template
}

private let readModifyWrite = ["add", "sub", "and", "or", "xor", "xchg"]

let atomicRows: [Template] =
  // The form with x28 and x29 stands right before the general one.
  widths.flatMap { [checkWithMemory($0), check32($0)] } + widths.map(check64)
  + widths.flatMap { bits in
    [
      access("load", bits, sources: ["x"], at: 10, result: true),
      access("store", bits, sources: ["x", "v"], at: 8, result: false),
      access("cas", bits, sources: ["x", "y", "v"], at: 10, result: true),
    ] + readModifyWrite.map { access($0, bits, sources: ["x", "v"], at: 10, result: true) }
  }
  + [
    {
      var fence = Template("atomic_fence")
      fence.words = 0
      fence.effects = ["pulley_atomic_fence()"]
      return fence
    }()
  ]

/// A check and what it is for, in one dispatch.
let atomicFusions: [[String]] = widths.flatMap { bits in
  (["load", "store", "cas"] + readModifyWrite).flatMap { name in
    ["xaddr\(bits)_mem", "xaddr\(bits)_mem_x"].map { [$0, "xatomic_\(name)\(bits)_x"] }
  }
}
