import PulleyISA
import Testing

@testable import PulleyVM

private let numbers: [Double] = [
  0, -0.0, 0.9, -0.9, 1, -1, -1.5, 127.99, 2147483520, 2147483647, 2147483647.5, 2147483648,
  -2147483648, -2147483648.9, -2147483649, 4294967040, 4294967295, 4294967295.9, 4294967296,
  9.223371e18, 9_223_372_036_854_774_784, 9_223_372_036_854_775_808, -9_223_372_036_854_775_808,
  -9.3e18, 1.8446742e19, 18_446_744_073_709_549_568, 18_446_744_073_709_551_616, 1e300,
  .infinity, -.infinity, .nan, -.nan,
]
private let integers: [UInt64] = [
  0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0001, 1 << 53 | 1, 1 << 63, 1 << 63 | 1,
  .max, .max - 1024, 0xFFFF_FF7F_FFFF_FFFF, 16_777_217,
]

@Suite struct Conversions {
  private func machine(_ opcode: Opcode) throws -> (CodeImage, Machine) {
    var program = Program()
    program.function {
      $0.encoder.encode(opcode, [0, 1])
      $0.encoder.ret()
    }
    return (try program.image(), try Machine(stackSize: 4096))
  }

  private func toInteger<T: FixedWidthInteger>(
    _ type: T.Type, _ opcode: Opcode, saturating: Opcode, single: Bool
  ) throws {
    let (image, machine) = try machine(opcode)
    let (saturatingImage, saturatingMachine) = try self.machine(saturating)
    for number in numbers {
      // A number that a single cannot hold becomes the nearest one.
      let value = single ? Double(Float(number)) : number
      for machine in [machine, saturatingMachine] {
        machine.state[x: 0] = 0x5555_5555_5555_5555
        if single { machine.state[f32: 1] = Float(number) } else { machine.state[f64: 1] = number }
      }
      let trap = machine.run(image.entry(0))?.kind
      _ = saturatingMachine.run(saturatingImage.entry(0))
      let exact = value.isFinite ? T(exactly: value.rounded(.towardZero)) : nil
      if let exact {
        #expect(trap == nil, "\(opcode) \(value)")
        #expect(machine.state[x: 0] == bits(exact), "\(opcode) \(value)")
      } else {
        #expect(trap == (value.isNaN ? .badConversion : .integerOverflow), "\(opcode) \(value)")
        #expect(machine.state[x: 0] == 0x5555_5555_5555_5555)
      }
      let saturated = exact ?? (value.isNaN ? 0 : value < 0 ? T.min : T.max)
      #expect(
        saturatingMachine.state[x: 0] == bits(saturated), "\(saturating) \(value)")
    }
  }

  private func bits<T: FixedWidthInteger>(_ value: T) -> UInt64 {
    T.bitWidth == 32
      ? UInt64(UInt32(truncatingIfNeeded: value)) : UInt64(truncatingIfNeeded: value)
  }

  @Test func floatsAreConvertedToIntegersOrTrapOrSaturate() throws {
    try toInteger(Int32.self, .x32_from_f32_s, saturating: .x32_from_f32_s_sat, single: true)
    try toInteger(UInt32.self, .x32_from_f32_u, saturating: .x32_from_f32_u_sat, single: true)
    try toInteger(Int64.self, .x64_from_f32_s, saturating: .x64_from_f32_s_sat, single: true)
    try toInteger(UInt64.self, .x64_from_f32_u, saturating: .x64_from_f32_u_sat, single: true)
    try toInteger(Int32.self, .x32_from_f64_s, saturating: .x32_from_f64_s_sat, single: false)
    try toInteger(UInt32.self, .x32_from_f64_u, saturating: .x32_from_f64_u_sat, single: false)
    try toInteger(Int64.self, .x64_from_f64_s, saturating: .x64_from_f64_s_sat, single: false)
    try toInteger(UInt64.self, .x64_from_f64_u, saturating: .x64_from_f64_u_sat, single: false)
  }

  @Test func integersAreConvertedToFloats() throws {
    for (opcode, meaning) in [
      (.f64_from_x32_s, { Double(Int32(truncatingIfNeeded: $0)) }),
      (.f64_from_x32_u, { Double(UInt32(truncatingIfNeeded: $0)) }),
      (.f64_from_x64_s, { Double(Int64(truncatingIfNeeded: $0)) }),
      (.f64_from_x64_u, { Double($0) }),
    ] as [(Opcode, (UInt64) -> Double)] {
      let (image, machine) = try machine(opcode)
      for integer in integers {
        machine.state[x: 1] = integer
        #expect(machine.run(image.entry(0))?.kind == nil)
        #expect(machine.state[f64: 0] == meaning(integer), "\(opcode) \(integer)")
      }
    }
    for (opcode, meaning) in [
      (.f32_from_x32_s, { Float(Int32(truncatingIfNeeded: $0)) }),
      (.f32_from_x32_u, { Float(UInt32(truncatingIfNeeded: $0)) }),
      (.f32_from_x64_s, { Float(Int64(truncatingIfNeeded: $0)) }),
      (.f32_from_x64_u, { Float($0) }),
    ] as [(Opcode, (UInt64) -> Float)] {
      let (image, machine) = try machine(opcode)
      for integer in integers {
        machine.state[x: 1] = integer
        #expect(machine.run(image.entry(0))?.kind == nil)
        #expect(machine.state[f32: 0] == meaning(integer), "\(opcode) \(integer)")
      }
    }
  }
}
