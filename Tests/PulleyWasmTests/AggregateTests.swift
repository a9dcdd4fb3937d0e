import PulleyWasm
import Testing

/// Structures, arrays and casts. Type 0 is a structure of a mutable i8 and an i64, type 1 an array
/// of mutable i32, type 2 an array of structures, type 3 a function without operands and results.
@Suite struct AggregateTests {
  private static let types: [[UInt8]] = [
    [0x5F, 2, 0x78, 1, W.i64, 0], [0x5E, W.i32, 1], [0x5E, 0x63, 0, 0], [0x60, 0, 0],
  ]

  private func function(_ operators: [UInt8]) -> WasmError? {
    ModuleBuilder().section(1, vector(Self.types)).functions(3)
      .code([0] + operators + [W.end]).refusal
  }

  private func global(_ type: [UInt8], _ expression: [UInt8]) -> WasmError? {
    ModuleBuilder().section(1, vector(Self.types)).globals(type + [0] + expression + [W.end])
      .refusal
  }

  @Test func structuresTakeTheirFieldsWithPackedOnesAsI32() {
    let new: [UInt8] = [0x41, 1, 0x42, 2, 0xFB, 0, 0]
    #expect(function(new + [0x1A]) == nil)
    #expect(function(new + [0xFB, 3, 0, 0, 0x45, 0x1A]) == nil)
    #expect(function(new + [0xFB, 2, 0, 1, 0x50, 0x1A]) == nil)
    #expect(function(new + [0xFB, 2, 0, 0, 0x1A])?.message.contains("packed") == true)
    #expect(function(new + [0xFB, 2, 0, 2, 0x1A])?.message == "unknown field 2")
    #expect(function(new + [0x42, 0, 0xFB, 5, 0, 1])?.message == "immutable field")
    #expect(function(new + [0x41, 0, 0xFB, 5, 0, 0]) == nil)
    #expect(
      function([0xFB, 1, 1, 0x1A])?.message == "type mismatch: type 1 is not a structure type")
  }

  @Test func arraysAreReadAndWrittenByElement() {
    let new: [UInt8] = [0x41, 3, 0xFB, 7, 1]
    #expect(function(new + [0xFB, 15, 0x1A]) == nil)
    #expect(function(new + [0x41, 0, 0xFB, 11, 1, 0x1A]) == nil)
    #expect(function(new + [0x41, 0, 0xFB, 12, 1, 0x1A])?.message.contains("packed") == true)
    #expect(function(new + [0x41, 0, 0x41, 7, 0xFB, 14, 1]) == nil)
    #expect(function([0x41, 3, 0xFB, 7, 2, 0x1A]) == nil)
    let references: [UInt8] = [0x41, 3, 0xFB, 7, 2, 0x41, 0, 0xD0, 0]
    #expect(function(references + [0xFB, 14, 2])?.message == "immutable array")
    let many = function([0x00, 0xFB, 8, 1] + leb(10_001) + [0x1A])
    #expect(many?.kind == .limit)
    let data = function([0x41, 0, 0x41, 0, 0xFB, 9, 1, 0, 0x1A])
    #expect(data?.kind == .malformed && data?.message == "data count section required")
  }

  @Test func castsStayWithinAHierarchy() {
    #expect(function([0xD0, 0x6E, 0xFB, 20, 0, 0x1A]) == nil)
    #expect(function([0xD0, 0x6F, 0xFB, 20, 0, 0x1A])?.kind == .invalid)
    #expect(function([0xD0, 0x70, 0xFB, 23, 3, 0x1A]) == nil)
    let branch: [UInt8] = [0x02, 0x63, 0, 0xD0, 0x6E, 0xFB, 24, 3, 0, 0x6E, 0, 0x1A, 0xD0, 0, 0x0B]
    #expect(function(branch + [0x1A]) == nil)
    let wrong: [UInt8] = [0x02, 0x63, 0, 0xD0, 0x6E, 0xFB, 24, 3, 0, 0x6B, 0x6A, 0x1A, 0x00, 0x0B]
    #expect(function(wrong + [0x1A])?.kind == .invalid)
    #expect(function([0x41, 1, 0xFB, 28, 0xFB, 29, 0x1A]) == nil)
    #expect(function([0xD0, 0x6F, 0xFB, 26, 0xFB, 27, 0x1A]) == nil)
  }

  @Test func constantExpressionsMayCreateAggregatesButNotReadThem() {
    #expect(global([0x64, 0], [0x41, 1, 0x42, 2, 0xFB, 0, 0]) == nil)
    #expect(global([0x63, 0x6A], [0x41, 4, 0xFB, 7, 1]) == nil)
    #expect(global([0x6C], [0x41, 4, 0xFB, 28]) == nil)
    let length = global([W.i32], [0x41, 4, 0xFB, 7, 1, 0xFB, 15])
    #expect(length?.message.hasPrefix("constant expression required") == true)
    #expect(global([0x64, 1], [0x41, 1, 0x42, 2, 0xFB, 0, 0])?.kind == .invalid)
  }

  @Test func aLongChainOfSupertypesIsRefusedInLinearTime() {
    // Types that are compared before those they refer to have been: their fields name the ends
    // of a chain that comes later in the same group.
    let count = 20_000
    let chain = 2 * count
    var group: [[UInt8]] = []
    for index in 0..<count {
      group.append([0x50, 0, 0x5F, 1, 0x64] + signed(chain) + [0])
      group.append(
        [0x50, 1] + leb(2 * index) + [0x5F, 1, 0x64] + signed(chain + count - 1) + [0])
    }
    group.append([0x50, 0, 0x5F, 0])
    for index in 1..<count { group.append([0x50, 1] + leb(chain + index - 1) + [0x5F, 0]) }
    let error = ModuleBuilder().section(1, [1, 0x4E] + vector(group)).refusal
    #expect(error?.kind == .limit)
  }

  /// A number that is not negative in signed LEB128.
  private func signed(_ value: Int) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 0x40 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }
}
