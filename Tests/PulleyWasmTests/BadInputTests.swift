import PulleyWasm
import Testing

/// A small generator of numbers that are the same in every run.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct BadInputTests {
  @Test func aTruncatedModuleIsRefusedWithAPositionInsideIt() {
    let whole = richModule.bytes
    // The format allows a module to end where a section ends.
    var accepted: [Int] = []
    for count in 0..<whole.count {
      do {
        _ = try WasmModule.load(ModuleBytes(Array(whole.prefix(count))))
        accepted.append(count)
      } catch {
        #expect(error.offset >= 0 && error.offset <= count)
        #expect(error.kind == .malformed || error.kind == .invalid)
      }
    }
    // After the header, the types, the imports, and before the custom section.
    #expect(accepted.count == 4, "\(accepted)")
  }

  @Test(arguments: 0..<8)
  func randomChangesOfAModuleEndInAnErrorAtWorst(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    var accepted = 0
    for _ in 0..<3000 {
      var bytes = richModule.bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = Int.random(in: 8..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: position)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 2: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: bytes[position] = [0, 0x0B, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
        }
      }
      do {
        _ = try WasmModule.load(ModuleBytes(bytes))
        accepted += 1
      } catch {
        #expect(error.offset >= 0 && error.offset <= bytes.count)
      }
    }
    #expect(accepted < 3000)
  }

  @Test(arguments: 0..<4)
  func randomBytesAfterTheHeaderAreRefused(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    for _ in 0..<2000 {
      let count = Int.random(in: 1..<200, using: &generator)
      let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let id = UInt8.random(in: 0...14, using: &generator)
      _ = ModuleBuilder().section(id, noise).refusal
    }
  }

  @Test(arguments: ["(module)", "  \n(module", ";; hello\n(module)"])
  func webAssemblyTextIsRefusedAsText(_ text: String) {
    let error = #expect(throws: WasmError.self) {
      try WasmModule.load(ModuleBytes(Array(text.utf8)))
    }
    #expect(error?.message.contains("WebAssembly text") == true)
    #expect(error?.kind == .malformed)
  }

  @Test func aComponentIsRefusedWithAMessageThatSaysSo() {
    let bytes: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0]
    let error = #expect(throws: WasmError.self) { try WasmModule.load(ModuleBytes(bytes)) }
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("component model") == true)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13])
  func hugeCountsOfSectionsAreRefusedAtOnce(section: UInt8) {
    let error = ModuleBuilder().section(section, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).refusal
    #expect(error?.kind == .malformed)
  }

  @Test func hugeCountsInsideEntriesAreRefusedAtOnce() {
    let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
    #expect(ModuleBuilder().section(1, [1, 0x60] + huge).refusal?.kind == .malformed)
    #expect(ModuleBuilder().section(1, [1, 0x4E] + huge).refusal?.kind == .malformed)
    #expect(ModuleBuilder().section(2, [1] + huge).refusal?.kind == .malformed)
    #expect(ModuleBuilder().section(9, [1, 1, 0] + huge).refusal?.kind == .malformed)
    #expect(ModuleBuilder().section(11, [1, 1] + huge).refusal?.kind == .malformed)
    #expect(ModuleBuilder.function([0x0E] + huge).refusal?.kind == .malformed)
    #expect(ModuleBuilder.function([0x1C] + huge).refusal?.kind == .malformed)
  }

  @Test func tooManyLocalsAreRefusedByTheLimitOrAsMalformed() {
    let fits = ModuleBuilder.function(
      locals: [leb(50_000) + [W.i32]], [0x20] + leb(49_999) + [0x1A])
    #expect(fits.refusal == nil)
    let over = ModuleBuilder.function(locals: [leb(50_001) + [W.i32]], [])
    #expect(over.refusal?.kind == .limit)
    #expect(over.refusal?.message.contains("50000") == true)
    let overflow = ModuleBuilder.function(
      locals: [leb(0xFFFF_FFFF) + [W.i32], leb(1) + [W.i32]], [])
    #expect(overflow.refusal?.kind == .malformed)
    #expect(overflow.refusal?.message == "too many locals")
  }

  @Test func parametersResultsAndBodiesHaveLimits() {
    let many = [UInt8](repeating: W.i32, count: 1001)
    #expect(ModuleBuilder().types((many, [])).refusal?.kind == .limit)
    #expect(ModuleBuilder().types(([], many)).refusal?.kind == .limit)
    let large = ModuleBuilder.function([UInt8](repeating: 0x01, count: 7_700_000))
    #expect(large.refusal?.kind == .limit)
    #expect(large.refusal?.functionIndex == 0)
  }

  @Test func deeplyNestedBlocksUseTheHeapAndNotTheStack() throws {
    let depth = 1_000_000
    let body =
      Array(repeatElement([0x02, W.empty] as [UInt8], count: depth).joined())
      + [UInt8](repeating: W.end, count: depth)
    let facts = try ModuleBuilder.function(body).load().facts
    #expect(facts.functions[0].blockDepth == UInt32(depth + 1))
    #expect(ModuleBuilder.function([UInt8](repeating: 0x02, count: 1_000)).refusal != nil)
    let constant = Array(repeatElement([0x02, W.empty] as [UInt8], count: 5_000).joined())
    let global = ModuleBuilder().globals([W.i32, 0] + constant + [W.end])
    #expect(global.refusal?.kind == .malformed)
  }

  @Test func aLaterMalformedPartTakesPrecedenceOverAnEarlierInvalidOne() {
    let both = ModuleBuilder().types(([], [])).functions(0, 0)
      .code([0, 0x20, 9, W.end], [0, 0xFF, W.end])
    #expect(both.refusal?.kind == .malformed)
    #expect(both.refusal?.functionIndex == 1)
    let type = ModuleBuilder().types(([], [])).functions(7).code([0, 0xFF, W.end])
    #expect(type.refusal?.kind == .malformed)
  }

  @Test func stackSwitchingIsRefusedByName() {
    let error = ModuleBuilder.function([0xE0, 0]).refusal
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("stack switching") == true)
  }

  @Test func compactImportsAreRefusedByName() {
    let imports = ModuleBuilder().section(2, [1, 0, 0, 0x7F, 0])
    #expect(imports.refusal?.message.contains("compact import") == true)
  }

  @Test func laneIndicesAtomicAlignmentsAndReservedBytesAreChecked() {
    func refusal(_ operators: [UInt8]) -> WasmError? {
      ModuleBuilder().types(([], [])).functions(0).memories([3, 1, 1])
        .code([0] + operators + [W.end]).refusal
    }
    let vector: [UInt8] = [0xFD, 12] + Array(repeating: 0, count: 16)
    #expect(refusal(vector + [0xFD, 21, 15, 0x1A]) == nil)
    #expect(refusal(vector + [0xFD, 21, 16, 0x1A])?.message == "invalid lane index")
    let lanes = Array(repeating: UInt8(0), count: 15)
    #expect(refusal(vector + vector + [0xFD, 13] + lanes + [31, 0x1A]) == nil)
    let wrong = refusal(vector + vector + [0xFD, 13] + lanes + [32, 0x1A])
    #expect(wrong?.message == "invalid lane index")
    // An atomic load must have exactly its natural alignment.
    #expect(refusal([0x41, 0, 0xFE, 0x10, 2, 0, 0x1A]) == nil)
    #expect(refusal([0x41, 0, 0xFE, 0x10, 1, 0, 0x1A])?.kind == .invalid)
    #expect(refusal([0xFE, 3, 0]) == nil)
    #expect(refusal([0xFE, 3, 1])?.kind == .malformed)
    #expect(refusal([0xFD, 0xFF, 0x7F])?.kind == .malformed)
    #expect(refusal([0xFE, 0x80, 0x80, 0x80, 0x80, 0x10])?.kind == .malformed)
  }

  @Test func limitsAndPageSizesAreCheckedForEveryKindOfMemory() {
    func refusal(_ type: [UInt8]) -> WasmError? { ModuleBuilder().memories(type).refusal }
    #expect(refusal([2, 1])?.message == "shared memory must have maximum")
    #expect(refusal([3, 1, 1]) == nil)
    #expect(refusal([4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]) == nil)
    #expect(refusal([4, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40])?.kind == .invalid)
    #expect(refusal([8, 1, 0]) == nil)
    #expect(refusal([8, 1, 3])?.kind == .invalid)
    #expect(refusal([8, 1, 64])?.kind == .malformed)
    #expect(refusal([16, 1])?.kind == .malformed)
    #expect(ModuleBuilder().tables([W.funcref, 5, 1, 1]).refusal == nil)
    #expect(ModuleBuilder().tables([W.funcref, 3, 1, 1]).refusal?.kind == .malformed)
  }
}
