import Pulley
import Testing

@Suite struct ClifExceptions {
  private static let text = """
    function %direct(i64) -> i64, i64 {
        sig0 = (i64) -> i64 system_v
        fn0 = %check(i64) -> i64 system_v
    block0(v0: i64):
        try_call fn0(v0), sig0, block1(ret0), [ tag7: block2(exn0, exn1), default: block3 ]
    block1(v1: i64):
        v2 = iconst.i64 0
        return v1, v2
    block2(v3: i64, v4: i64):
        return v3, v4
    block3:
        v5 = iconst.i64 -1
        return v5, v5
    }
    function %middle(i64) -> i64 tail {
        fn0 = %check(i64) -> i64 system_v
    block0(v0: i64):
        v1 = call fn0(v0)
        v2 = iadd v1, v0
        return v2
    }
    ; Values that are used after the call or in the handler survive the call.
    function %outer(i64) -> i64 {
        sig0 = (i64) -> i64 tail
        fn0 = colocated %middle(i64) -> i64 tail
    block0(v0: i64):
        v1 = iconst.i64 1000
        v2 = imul v0, v1
        try_call fn0(v0), sig0, block1(ret0), [ tag3: block3, tag7: block2(exn1) ]
    block1(v3: i64):
        v4 = iadd v3, v2
        return v4
    block2(v5: i64):
        v6 = iadd v5, v2
        return v6
    block3:
        v7 = iconst.i64 -1
        return v7
    }
    function %unhandled(i64) -> i64 {
        sig0 = (i64) -> i64 tail
        fn0 = colocated %middle(i64) -> i64 tail
    block0(v0: i64):
        try_call fn0(v0), sig0, block1(ret0), [ tag3: block2 ]
    block1(v1: i64):
        return v1
    block2:
        v2 = iconst.i64 -1
        return v2
    }
    function %indirect(i64) -> i64 {
        sig0 = (i64) -> i64 system_v
        fn0 = %check(i64) -> i64 system_v
    block0(v0: i64):
        v1 = func_addr.i64 fn0
        try_call_indirect v1(v0), sig0, block1(ret0), [ default: block2(exn0) ]
    block1(v2: i64):
        return v2
    block2(v3: i64):
        v4 = ineg v3
        return v4
    }
    function %loop(i64) -> i64 {
        sig0 = (i64) -> i64 system_v
        fn0 = %check(i64) -> i64 system_v
    block0(v0: i64):
        v1 = iconst.i64 0
        jump block1(v0, v1)
    block1(v2: i64, v3: i64):
        try_call fn0(v2), sig0, block1(ret0, v3), [ default: block2(v3) ]
    block2(v5: i64):
        return v5
    }
    """

  @Test func loadsAreEliminatedAcrossTryCallsOnlyIfTheyStillHold() throws {
    let text = """
      function %filled(i64) -> i64, i64 {
          ss0 = explicit_slot 8
          sig0 = (i64, i32, i64) -> i64 system_v
          fn0 = %memset sig0
      block0(v0: i64):
          v1 = iconst.i64 8
          v2 = imul v0, v1
          v3 = stack_addr.i64 ss0
          store v2, v3
          v4 = iconst.i32 5
          v5 = imul v0, v1
          try_call fn0(v3, v4, v1), sig0, block1(ret0, v2), [ context v5, default: block2(v5) ]
      block1(v6: i64, v7: i64):
          v8 = load.i64 v6
          v9 = iconst.i64 8
          v10 = imul v0, v9
          v11 = isub v7, v10
          return v8, v11
      block2(v12: i64):
          return v12, v12
      }
      """
    for program in try programs(text) {
      #expect(try program.call("filled", "3") == ["361700864190383365", "0"])
    }
  }

  @Test func aTryCallOfTheHostReturnsOrCatchesTheException() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("direct", "10") == ["11", "0"])
      #expect(try program.call("direct", "11") == ["11", "22"])
      #expect(program.state.calls == [10, 11])
    }
  }

  @Test func anExceptionUnwindsTheFramesInBetween() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("outer", "4") == ["4009"])
      #expect(try program.call("outer", "20") == ["20040"])
      // The next call works as before.
      #expect(try program.call("outer", "4") == ["4009"])
    }
  }

  @Test func anUncaughtExceptionTrapsWithItsBacktrace() throws {
    for program in try programs(Self.text) {
      let error = program.trap("unhandled", "11")
      #expect(error?.trap == .uncaughtException)
      #expect(error?.backtrace.map(\.functionName) == ["middle", "unhandled"])
      #expect(program.trap("middle", "12")?.trap == .uncaughtException)
      #expect(try program.call("unhandled", "1") == ["3"])
    }
  }

  @Test func anIndirectTryCallOfTheHostCatchesTheException() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("indirect", "3") == ["4"])
      #expect(try program.call("indirect", "30") == ["-30"])
    }
  }

  @Test func aTryCallContinuesInItsNormalSuccessor() throws {
    for program in try programs(Self.text) {
      #expect(try program.call("loop", "8") == ["0"])
      #expect(program.state.calls == [8, 9, 10, 11])
    }
  }
}
