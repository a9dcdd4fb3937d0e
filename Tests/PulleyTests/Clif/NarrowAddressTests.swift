import Glibc
@testable import Pulley
import PulleyVM
import Testing

@Suite struct NarrowAddresses {
  private static let text = """
    target pulley32

    function %own(i64) -> i64 tail {
    block0(v0: i64):
        v1 = iconst.i64 100
        v2 = iadd v0, v1
        return v2
    }
    function %through(i32, i64) -> i64 {
        sig0 = (i64) -> i64 tail
    block0(v0: i32, v1: i64):
        v2 = call_indirect sig0, v0(v1)
        v3 = iconst.i64 1
        v4 = iadd v2, v3
        return v4
    }
    function %through_wide(i64, i64) -> i64 {
        sig0 = (i64) -> i64 tail
    block0(v0: i64, v1: i64):
        v2 = call_indirect sig0, v0(v1)
        return v2
    }
    function %jumps(i32, i64) -> i64 tail {
        sig0 = (i64) -> i64 tail
    block0(v0: i32, v1: i64):
        return_call_indirect sig0, v0(v1)
    }
    function %tail(i32, i64) -> i64 {
        fn0 = colocated %jumps(i32, i64) -> i64 tail
    block0(v0: i32, v1: i64):
        v2 = call fn0(v0, v1)
        return v2
    }
    function %tries(i32, i64) -> i64 {
        sig0 = (i64) -> i64 tail
    block0(v0: i32, v1: i64):
        try_call_indirect v0(v1), sig0, block1(ret0), [ tag7: block2(exn0, exn1) ]
    block1(v2: i64):
        return v2
    block2(v3: i64, v4: i64):
        v5 = iadd v3, v4
        return v5
    }
    function %addresses() -> i32, i32, i32 {
        fn0 = colocated %own(i64) -> i64 tail
        fn1 = %check(i64) -> i64 tail
        fn2 = %labs(i64) -> i64 tail
    block0:
        v0 = func_addr.i32 fn0
        v1 = func_addr.i32 fn1
        v2 = func_addr.i32 fn2
        return v0, v1, v2
    }
    function %whole_addresses() -> i64, i64, i64 {
        fn0 = colocated %own(i64) -> i64 tail
        fn1 = %check(i64) -> i64 tail
        fn2 = %labs(i64) -> i64 tail
    block0:
        v0 = func_addr.i64 fn0
        v1 = func_addr.i64 fn1
        v2 = func_addr.i64 fn2
        return v0, v1, v2
    }
    function %symbols() -> i32, i32 {
        gv0 = symbol %check
        gv1 = symbol colocated %own
    block0:
        v0 = symbol_value.i32 gv0
        v1 = symbol_value.i32 gv1
        return v0, v1
    }
    function %returns() -> i32, i64 {
        fn0 = colocated %own(i64) -> i64 tail
    block0:
        v0 = iconst.i64 0
        v1 = call fn0(v0)
        v2 = get_return_address.i32
        v3 = get_return_address.i64
        return v2, v3
    }
    function %returns_here() -> i32, i64 {
        fn0 = colocated %returns() -> i32, i64
    block0:
        v0, v1 = call fn0()
        return v0, v1
    }
    function %lengths(i64) -> i32, i32, i32 {
        ss0 = explicit_slot 24
        sig0 = (i32) -> i32 system_v
        fn0 = %strlen(i32) -> i32 system_v
        fn1 = %length(i32) -> i32 system_v
    block0(v0: i64):
        v1 = stack_addr.i32 ss0
        store v0, v1
        v2 = iconst.i64 0
        store v2, v1+8
        v3 = call fn0(v1)
        v4 = call fn1(v1)
        v5 = func_addr.i32 fn1
        v6 = call_indirect sig0, v5(v1)
        return v3, v4, v6
    }
    function %handlers() -> i32, i64 {
        sig0 = (i64) -> i64 tail
        fn0 = colocated %own(i64) -> i64 tail
    block0:
        v0 = get_exception_handler_address.i32 block1, 0
        v1 = get_exception_handler_address.i64 block1, 0
        v2 = iconst.i64 0
        jump block1
    block1:
        try_call fn0(v2), sig0, block2, [ default: block2 ]
    block2:
        return v0, v1
    }
    """

  private static func unsigned(_ value: String) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: Int64(value) ?? -1))
  }

  @Test func clifCallsAddressesOf32BitsOfGuestAndHostFunctions() throws {
    for program in try programs(Self.text) {
      let addresses = try program.call("addresses")
      #expect(try program.call("through", addresses[0], "5") == ["106"])
      #expect(try program.call("through", addresses[1], "5") == ["7"])
      #expect(try program.call("through", addresses[2], "-5") == ["6"])
      #expect(try program.call("tail", addresses[0], "5") == ["105"])
      #expect(try program.call("tail", addresses[1], "5") == ["6"])
      #expect(try program.call("symbols") == [addresses[1], addresses[0]])
      #expect(program.state.calls == [5, 5])
    }
  }

  @Test func anAddressOf32BitsIsAPointerForTheHost() throws {
    for program in try programs(Self.text) {
      // The upper bits of the address's register are arbitrary; the guest does not extend it.
      #expect(try program.call("lengths", "0x636261") == ["3", "3", "3"])
      #expect(try program.call("lengths", "0x0123456789abcdef") == ["8", "8", "8"])
    }
  }

  @Test func aPointerThatTheHostReturnsIsNoAddressOf32Bits() throws {
    let engine = Engine.acceptingClif
    let linker = Linker(engine: engine)
    try linker.define(
      module: "env", name: "make", signature: "hostptr()",
      function: try #require(dlsym(nil, "getpid")))
    let module = try Module(
      engine: engine,
      bytes: Array(
        """
        target pulley32
        function %f() -> i32 {
            fn0 = %make() -> i32
        block0:
            v0 = call fn0()
            return v0
        }
        """.utf8))
    let failure = #expect(throws: PulleyError.self) { _ = try linker.instantiate(module) }
    #expect(failure?.kind == .link)
    #expect(failure?.message.contains("the result is hostptr, which does not become i32") == true)
  }

  @Test func anExceptionLeavesAHostFunctionCalledByAnAddressOf32Bits() throws {
    for program in try programs(Self.text) {
      let check = try program.call("addresses")[1]
      #expect(try program.call("tries", check, "3") == ["4"])
      #expect(try program.call("tries", check, "20") == ["60"])
    }
  }

  @Test func theHostSeesTheSameAddressAndAGuestFunctionHasOne() throws {
    let program = try ClifProgram(Self.text)
    let own = try #require(try program.instance.function(named: "own").address)
    let narrow = try program.call("addresses")
    let whole = try program.call("whole_addresses")
    #expect(UInt64(own) == Self.unsigned(narrow[0]))
    #expect(whole[0] == "\(own)")
    // The C functions of this process are above 4 GiB; by address, both forms call them.
    for (index, result) in [(0, "105"), (1, "6"), (2, "5")] {
      #expect(try program.call("through_wide", whole[index], "5") == [result])
      #expect(
        try program.call("through_wide", "\(Self.unsigned(narrow[index]))", "5") == [result])
    }
  }

  @Test func aHostFunctionHasTheSameAddressOf32BitsInAllInstances() throws {
    let first = try ClifProgram(Self.text)
    let second = try ClifProgram(Self.text)
    #expect(try first.call("addresses")[2] == second.call("addresses")[2])
    #expect(try first.call("addresses")[0] != second.call("addresses")[0])
  }

  @Test func callsOfBadAddressesOf32BitsTrap() throws {
    let program = try ClifProgram(Self.text)
    #expect(program.trap("through", "0", "1")?.trap == .nullReference)
    let addresses = try program.call("addresses").map(Self.unsigned)
    for address in addresses {
      for distance in [1, 3, 8] as [UInt64] {
        let trap = program.trap("through", "\(address + distance)", "1")?.trap
        #expect(trap == .indirectCallType, "\(distance) beyond the address")
      }
    }
    // The entry whose second word is the host function's address.
    #expect(program.trap("through", "\(addresses[1] - 8)", "1")?.trap == .indirectCallType)
    #expect(program.trap("tail", "\(addresses[1] - 8)", "1")?.trap == .indirectCallType)
    #expect(program.trap("tries", "\(addresses[1] - 8)", "1")?.trap == .indirectCallType)
  }

  @Test func returnAddressesOf32BitsAreWhole() throws {
    for program in try programs(Self.text) {
      for function in ["returns", "returns_here", "handlers"] {
        let addresses = try program.call(function)
        #expect("\(Self.unsigned(addresses[0]))" == addresses[1], "\(function)")
        #expect(addresses[0] != "0")
      }
    }
  }

  @Test func aTextForAddressesOf64BitsDoesNotCallFunctionsForAddressesOf32Bits() throws {
    let narrow = try ClifProgram(Self.text)
    let wide = try ClifProgram(
      """
      function %own(i64) -> i64 tail {
          sig0 = (i64) -> i64 tail
          fn0 = colocated %half(i64) -> i64 tail
      block0(v0: i64):
          v1 = func_addr.i64 fn0
          v2 = call_indirect sig0, v1(v0)
          return v2
      }
      function %half(i64) -> i64 tail {
      block0(v0: i64):
          v1 = iconst.i64 1
          v2 = ushr v0, v1
          return v2
      }
      function %through(i64, i64) -> i64 {
          sig0 = (i64) -> i64 tail
      block0(v0: i64, v1: i64):
          v2 = call_indirect sig0, v0(v1)
          return v2
      }
      """)
    let inside = try #require(try wide.instance.function(named: "own").address)
    let below = try #require(try narrow.instance.function(named: "own").address)
    #expect(try wide.call("through", "\(inside)", "8") == ["4"])
    // That function calls another one of its text by its address.
    #expect(try narrow.call("through_wide", "\(inside)", "8") == ["4"])
    #expect(wide.trap("through", "\(below)", "8")?.trap == .indirectCallType)
    let labs = try narrow.call("addresses")[2]
    #expect(try wide.call("through", "\(Self.unsigned(labs))", "-5") == ["5"])
  }

  // Data

  private static let symbols = """
    target pulley32

    function %second() -> i32 {
        gv0 = symbol %cells+4
    block0:
        v0 = symbol_value.i32 gv0
        v1 = load.i32 v0
        return v1
    }
    function %far() -> i32, i32 {
        gv0 = symbol %cells-0x10000
        gv1 = symbol %distant+8
    block0:
        v0 = symbol_value.i32 gv0
        v1 = symbol_value.i32 gv1
        return v0, v1
    }
    function %whole() -> i64 {
        gv0 = symbol %distant
    block0:
        v0 = symbol_value.i64 gv0
        return v0
    }
    """

  private func instantiate(
    _ text: String, fromArtifact: Bool, _ symbols: [String: UInt]
  ) throws -> Instance {
    let engine = Engine.acceptingClif
    let linker = Linker(engine: engine)
    linker.resolver = { UnsafeMutableRawPointer(bitPattern: symbols[$0] ?? 0) }
    var module = try Module(engine: engine, bytes: Array(text.utf8))
    if fromArtifact { module = try Module(engine: engine, artifact: try module.artifact()) }
    return try linker.instantiate(module)
  }

  @Test(arguments: [false, true])
  func symbolsBelow4GiBAreReachedByAddressesOf32Bits(fromArtifact: Bool) throws {
    let page = 0x1_0000
    // The first free place: the system takes a hint if it can.
    var mapped: UnsafeMutableRawPointer?
    for place in stride(from: 0x3000_0000, to: 0x7000_0000, by: 0x100_0000) where mapped == nil {
      let memory = mmap(
        UnsafeMutableRawPointer(bitPattern: place), page, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANON, -1, 0)
      if UInt(bitPattern: memory) < 1 << 32 { mapped = memory } else { munmap(memory, page) }
    }
    let cells = try #require(mapped)
    defer { munmap(cells, page) }
    cells.storeBytes(of: 41, as: Int32.self)
    cells.storeBytes(of: 42, toByteOffset: 4, as: Int32.self)
    // With the offset, the last address that fits.
    let distant: UInt = (1 << 32) - 8 - 1
    let instance = try instantiate(
      Self.symbols, fromArtifact: fromArtifact,
      ["cells": UInt(bitPattern: cells), "distant": distant])
    #expect(try instance.function(named: "second").call(clif: []).map(\.description) == ["42"])
    let far = try instance.function(named: "far").call(clif: []).map(\.description)
    #expect(
      far.map(Self.unsigned)
        == [UInt64(UInt(bitPattern: cells)) - 0x1_0000, UInt64(distant) + 8])
  }

  @Test(arguments: [false, true])
  func symbolsThatAddressesOf32BitsDoNotReachAreRefusedByName(fromArtifact: Bool) throws {
    let failure = #expect(throws: PulleyError.self) {
      _ = try instantiate(
        Self.symbols, fromArtifact: fromArtifact, ["cells": 0x8000, "distant": (1 << 32) - 8])
    }
    let errors = try [#require(failure)] + #require(failure).others
    #expect(errors.map(\.kind) == [.link, .link])
    // `cells` is so low that the offset of `far` leads below 0.
    #expect(errors.first?.message.hasPrefix("env.cells-65536 is at 0x8000, but") == true)
    #expect(errors.last?.message.hasPrefix("env.distant+8 is at 0xfffffff8, but") == true)
  }

  @Test func anOffsetFromAFunctionOfTheHostIsRefusedInAddressesOf32Bits() throws {
    let failure = #expect(throws: PulleyError.self) {
      _ = try ClifProgram(
        """
        target pulley32
        function %f() -> i32 {
            gv0 = symbol %check+1
        block0:
            v0 = symbol_value.i32 gv0
            return v0
        }
        """)
    }
    #expect(
      failure?.message
        == "env.check+1 is not the start of the function, whose address does not fit 32 bits")
  }

  @Test func aSymbolsAddressHas32Or64Bits() {
    for type in ["i16", "f32", "f64", "i128", "i32x4"] {
      let failure = #expect(throws: PulleyError.self) {
        _ = try ClifProgram(
          """
          target pulley32
          function %f() -> \(type) {
              gv0 = symbol %labs
          block0:
              v0 = symbol_value.\(type) gv0
              return v0
          }
          """)
      }
      #expect(
        failure?.message
          == "global_value instruction with type \(type) references an address, of type i32 or "
          + "i64, in function %f")
      #expect(failure?.line == 5)
    }
  }
}
