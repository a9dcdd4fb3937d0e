import PulleyISA
import Testing

@testable import PulleyVM

/// Sixteen bytes that can be read as lanes of any type.
struct Vector: Equatable, CustomStringConvertible {
  var low: UInt64 = 0
  var high: UInt64 = 0

  init() {}

  init<T: BitwiseCopyable>(_ lanes: [T]) {
    lanes.withUnsafeBytes {
      low = $0.loadUnaligned(as: UInt64.self)
      high = $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }
  }

  func lanes<T: BitwiseCopyable>(_ type: T.Type = T.self) -> [T] {
    withUnsafeBytes(of: (low, high)) { bytes in
      (0..<16 / MemoryLayout<T>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self)
      }
    }
  }

  var description: String { "\(String(high, radix: 16)):\(String(low, radix: 16))" }
}

extension MachineState {
  subscript(vector number: Int) -> Vector {
    get {
      let (low, high) = self[v: number]
      return Vector([low, high])
    }
    nonmutating set { self[v: number] = (newValue.low, newValue.high) }
  }
}

/// The registers at the end of a run.
struct RegisterContents: Equatable {
  private var words: [UInt64]

  init(_ state: MachineState) {
    words = (0..<128).map { state.base.load(fromByteOffset: 8 * $0, as: UInt64.self) }
  }

  subscript(x number: Int) -> UInt64 { words[number] }
  subscript(fBits number: Int) -> UInt64 { words[32 + number] }
  subscript(vector number: Int) -> Vector {
    Vector([words[64 + 2 * number], words[65 + 2 * number]])
  }
}

/// Runs one instruction repeatedly, with handlers for this processor and with portable ones.
struct Evaluator {
  private let image: CodeImage
  private let portableImage: CodeImage?
  private let machine: Machine

  /// With the given options only.
  init(_ opcode: Opcode, _ operands: [Int64], _ options: PredecodingOptions? = nil) throws {
    var program = Program()
    program.options = options ?? PredecodingOptions()
    program.function {
      $0.encoder.encode(opcode, operands)
      $0.encoder.ret()
    }
    image = try program.image()
    program.options.usesProcessor = false
    portableImage = options == nil ? try program.image() : nil
    machine = try Machine(stackSize: 4096)
  }

  /// The registers after it has run with those that `prepare` sets.
  func callAsFunction(_ prepare: (MachineState) -> Void) -> RegisterContents {
    prepare(machine.state)
    #expect(machine.run(image.entry(0)) == nil)
    let contents = RegisterContents(machine.state)
    if let portableImage {
      prepare(machine.state)
      #expect(machine.run(portableImage.entry(0)) == nil)
      #expect(RegisterContents(machine.state) == contents)
    }
    return contents
  }
}

/// Boundary values of a lane type.
func edges<T: FixedWidthInteger>(_ type: T.Type) -> [T] {
  [
    0, 1, 2, 5, .max, .max - 1, .min, .min + 1, .max / 2, .max / 2 + 1, ~0, ~0 &- 1,
    T(truncatingIfNeeded: 0x6B8B_4567_327B_23C6 as UInt64),
    T(truncatingIfNeeded: 0x9D2C_5680_EFC6_0000 as UInt64),
  ]
}

let doubleEdges: [Double] = [
  0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.5, 0.4999999999999999, -0.9, -1.1,
  0.49999997, 8_388_607.5, -8_388_608, 4_503_599_627_370_495.5, 4_503_599_627_370_496,
  -4_503_599_627_370_497, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_904,
  4_294_967_040, 4_294_967_296, 9.2e18, 0x1p63, -0x1p63, -1.0e19, 1.8e19, 0x1p64, 1e-30, 3e38,
  16_777_216.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
  Double(bitPattern: 0x7FF0_0000_0000_0001), Double(bitPattern: 0xFFF8_0000_0000_1234),
]
let floatEdges: [Float] =
  doubleEdges.dropLast(2).map { Float($0) } + [
    .leastNonzeroMagnitude, .greatestFiniteMagnitude, Float(bitPattern: 0x7F80_0001),
    Float(bitPattern: 0xFFC0_1234),
  ]

/// Whether two numbers have equal bits or are both quiet NaNs.
func same<T: BitwiseCopyable & Equatable>(_ a: T, _ b: T) -> Bool {
  switch (a, b) {
  case (let a as Float, let b as Float):
    a.bitPattern == b.bitPattern || a.isNaN && b.isNaN && !a.isSignalingNaN
  case (let a as Double, let b as Double):
    a.bitPattern == b.bitPattern || a.isNaN && b.isNaN && !a.isSignalingNaN
  default: a == b
  }
}

/// Every lane is `meaning` of the lanes of both sources, for all pairs of `values`.
func expectLanes<T: BitwiseCopyable & Equatable, R: BitwiseCopyable & Equatable>(
  _ opcode: Opcode, _ values: [T], _ meaning: (T, T) -> R
) throws {
  let evaluate = try Evaluator(opcode, [0, 1, 2])
  let pairs = values.flatMap { a in values.map { (a, $0) } }
  let count = 16 / MemoryLayout<T>.size
  for start in stride(from: 0, to: pairs.count, by: count) {
    let chunk = (0..<count).map { pairs[(start + $0) % pairs.count] }
    let state = evaluate {
      $0[vector: 1] = Vector(chunk.map(\.0))
      $0[vector: 2] = Vector(chunk.map(\.1))
    }
    let found = state[vector: 0].lanes(R.self)
    for (lane, (a, b)) in chunk.enumerated() {
      #expect(
        same(found[lane], meaning(a, b)), "\(opcode.mnemonic) \(a), \(b): \(found[lane])")
    }
  }
}

/// The same for one source.
func expectLanes<T: BitwiseCopyable & Equatable, R: BitwiseCopyable & Equatable>(
  _ opcode: Opcode, _ values: [T], _ meaning: (T) -> R
) throws {
  try expectVectors(opcode, values) { $0.map(meaning) }
}

/// The whole result is `meaning` of the lanes of the source.
func expectVectors<T: BitwiseCopyable & Equatable, R: BitwiseCopyable & Equatable>(
  _ opcode: Opcode, _ values: [T], _ meaning: ([T]) -> [R]
) throws {
  let evaluate = try Evaluator(opcode, [0, 1])
  for start in values.indices {
    let lanes = (0..<16 / MemoryLayout<T>.size).map { values[(start + $0) % values.count] }
    let found = evaluate { $0[vector: 1] = Vector(lanes) }[vector: 0].lanes(R.self)
    let expected = meaning(lanes)
    for lane in found.indices {
      #expect(same(found[lane], expected[lane]), "\(opcode.mnemonic) \(lanes): \(found)")
    }
  }
}

/// The whole result is `meaning` of the lanes of both sources.
func expectVectors<T: BitwiseCopyable, R: BitwiseCopyable & Equatable>(
  _ opcode: Opcode, _ values: [T], _ meaning: ([T], [T]) -> [R]
) throws {
  let evaluate = try Evaluator(opcode, [0, 1, 2])
  let count = 16 / MemoryLayout<T>.size
  for start in values.indices {
    let a = (0..<count).map { values[(start + $0) % values.count] }
    let b = (0..<count).map { values[(3 * start + 5 * $0 + 1) % values.count] }
    let state = evaluate {
      $0[vector: 1] = Vector(a)
      $0[vector: 2] = Vector(b)
    }
    #expect(state[vector: 0].lanes(R.self) == meaning(a, b), "\(opcode.mnemonic) \(a) \(b)")
  }
}
