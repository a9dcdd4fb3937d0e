import Pulley
import Testing

@Suite struct ClifCalls {
  private static let text = """
    function %own(i64) -> i64 system_v {
    block0(v0: i64):
        v1 = iconst.i64 100
        v2 = iadd v0, v1
        return v2
    }
    function %through(i64, i64) -> i64 {
        sig0 = (i64) -> i64 system_v
    block0(v0: i64, v1: i64):
        v2 = call_indirect sig0, v0(v1)
        v3 = iconst.i64 1
        v4 = iadd v2, v3
        return v4
    }
    function %addresses() -> i64, i64, i64 {
        fn0 = colocated %own(i64) -> i64 system_v
        fn1 = %check(i64) -> i64 system_v
        fn2 = %labs(i64) -> i64 system_v
    block0:
        v0 = func_addr.i64 fn0
        v1 = func_addr.i64 fn1
        v2 = func_addr.i64 fn2
        return v0, v1, v2
    }
    function %symbols() -> i64, i64, i64 {
        gv0 = symbol %labs
        gv1 = symbol colocated %own
        gv2 = symbol %labs+16
    block0:
        v0 = symbol_value.i64 gv0
        v1 = symbol_value.i64 gv1
        v2 = symbol_value.i64 gv2
        v3 = isub v2, v0
        return v0, v1, v3
    }
    function %tail_host(i64) -> i64 tail {
        fn0 = %check(i64) -> i64 tail
    block0(v0: i64):
        return_call fn0(v0)
    }
    function %tail_indirect(i64, i64) -> i64 tail {
        sig0 = (i64) -> i64 tail
    block0(v0: i64, v1: i64):
        return_call_indirect sig0, v0(v1)
    }
    function %calls_tails(i64, i64) -> i64, i64 {
        fn0 = colocated %tail_host(i64) -> i64 tail
        fn1 = colocated %tail_indirect(i64, i64) -> i64 tail
    block0(v0: i64, v1: i64):
        v2 = call fn0(v1)
        v3 = call fn1(v0, v1)
        return v2, v3
    }
    function %call_narrow(i8, i16, f32) -> i16 {
        fn0 = %narrow(i8, i16, f32) -> i16 system_v
    block0(v0: i8, v1: i16, v2: f32):
        v3 = call fn0(v0, v1, v2)
        v4 = iadd v3, v3
        return v4
    }
    function %many(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i8, f64, i8x16) -> i64, i8, f64, i8x16 {
    block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64, v5: i64, v6: i64, v7: i64, v8: i64, v9: i64, v10: i64, v11: i64, v12: i64, v13: i64, v14: i64, v15: i64, v16: i64, v17: i8, v18: f64, v19: i8x16):
        v20 = iadd v15, v16
        return v20, v17, v18, v19
    }
    function %wide(i128, i128) -> i128 {
    block0(v0: i128, v1: i128):
        v2 = imul v0, v1
        return v2
    }
    function u0:5(i32) -> i32 {
        fn0 = colocated u0:6(i32) -> i32
    block0(v0: i32):
        v1 = call fn0(v0)
        return v1
    }
    function u0:6(i32) -> i32 {
    block0(v0: i32):
        v1 = iconst.i32 3
        v2 = imul v0, v1
        return v2
    }
    function %kept(i64) preserve_all {
        fn0 = %check(i64) -> i64 system_v
    block0(v0: i64):
        v1 = call fn0(v0)
        return
    }
    function %keeps(i64) -> i64 {
        fn0 = colocated %kept(i64) preserve_all
    block0(v0: i64):
        v1 = iconst.i64 5
        v2 = iadd v0, v1
        call fn0(v0)
        v3 = iadd v2, v0
        return v3
    }
    """

  @Test func clifCallsAddressesOfGuestAndHostFunctions() throws {
    for program in try programs(Self.text) {
      let addresses = try program.call("addresses")
      #expect(try program.call("through", addresses[0], "5") == ["106"])
      #expect(try program.call("through", addresses[1], "5") == ["7"])
      #expect(try program.call("through", addresses[2], "-5") == ["6"])
      #expect(try program.call("calls_tails", addresses[0], "5") == ["6", "105"])
      #expect(try program.call("calls_tails", addresses[1], "6") == ["7", "7"])
      let symbols = try program.call("symbols")
      #expect(symbols[0] == addresses[2])
      #expect(symbols[1] == addresses[0])
      #expect(symbols[2] == "16")
    }
  }

  @Test func theHostSeesTheAddressThatTheGuestCalls() throws {
    let program = try ClifProgram(Self.text)
    let address = try #require(try program.instance.function(named: "own").address)
    #expect(try program.call("through", "\(address)", "1") == ["102"])
  }

  @Test func callsOfBadAddressesTrap() throws {
    let program = try ClifProgram(Self.text)
    #expect(program.trap("through", "0", "1")?.trap == .nullReference)
    // In the middle of an entry.
    let address = try #require(try program.instance.function(named: "own").address)
    #expect(program.trap("through", "\(address + 3)", "1")?.trap == .indirectCallType)
  }

  @Test func clifCallsPassValuesOfAllTypes() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("call_narrow", "-3", "0xffff", "0x1.0p1") == ["-4"])
      let many = try program.instance.function(named: "many")
      #expect(many.signature.parameters.count == 20)
      let wide = try program.call(
        "wide", "0x0123456789abcdef0123456789abcdef", "0x100000000")
      #expect(
        wide == [
          "\(Int128(truncatingIfNeeded: UInt128(0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF) << 32))"
        ])
      #expect(
        try program.call(
          "many", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14",
          "15", "16", "-1", "0x1.8p0", "0x0f0e0d0c0b0a09080706050403020100")
          == ["31", "-1", "0x1.8000000000000p0", "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]"])
    }
  }

  @Test func clifFunctionsWithNumberedNamesAreLinked() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("u0:5", "7") == ["21"])
    }
  }

  @Test func aPreserveAllCallOfTheHostKeepsAllRegisters() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("keeps", "4") == ["13"])
      #expect(program.state.calls == [4])
    }
  }
}
