import PulleyIR
import Testing

@Suite struct DeclarationReading {
  /// A function with these lines before its only block.
  private func function(
    _ preamble: String, header: String = "%f()", parameters: String = ""
  ) throws -> Function {
    try readFunction("function \(header) {\n\(preamble)\nblock0\(parameters):\n  return\n}")
  }

  @Test func theReaderReadsFunctionHeaders() throws {
    let names: [(String, ExternalName)] = [
      ("%foo", .named("foo")), ("%9a_B", .named("9a_B")), ("%function", .named("function")),
      ("%\"a b.c\"", .named("a b.c")), ("u3:14", .user(namespace: 3, index: 14)),
      ("u4294967295:0", .user(namespace: .max, index: 0)), ("%", .named("")),
    ]
    for (text, name) in names { #expect(try function("", header: "\(text)()").name == name) }
    let header = "%f(i64 vmctx, i8 uext, i16 sext, i64 sret, i64 sarg(48), f32x4) -> f64, i8 sext"
    let signature = try function("", header: header + " tail").signature
    #expect(
      signature
        == Signature(
          parameters: [
            ABIParameter(.i64, purpose: .vmctx), ABIParameter(.i8, extension: .unsigned),
            ABIParameter(.i16, extension: .signed), ABIParameter(.i64, purpose: .structReturn),
            ABIParameter(.i64, purpose: .structArgument(48)), ABIParameter(.f32x4),
          ],
          results: [ABIParameter(.f64), ABIParameter(.i8, extension: .signed)], convention: .tail))
  }

  @Test(arguments: CallConvention.allCases)
  func theReaderReadsCallingConventions(_ convention: CallConvention) throws {
    #expect(try function("", header: "%f() \(convention.name)").signature.convention == convention)
  }

  @Test func theReaderDefaultsToTheCallingConventionOfTheHost() throws {
    let text = "function %f() {\n sig0 = ()\nblock0:\n return\n}"
    for (command, convention) in [("run", .systemV), ("interpret", .fast)]
      as [(String, CallConvention)]
    {
      let function = try #require(read("test \(command)\n" + text).functions.first).function
      #expect(function.signature.convention == convention)
      #expect(function.signatures.elements[0].convention == convention)
    }
  }

  @Test func theReaderReadsStackSlots() throws {
    let function = try function(
      "ss10 = explicit_slot 8\n ss2 = explicit_slot 24, align = 16, key = 0x10")
    #expect(
      function.stackSlots.elements == [
        StackSlotData(bytes: 24, logAlignment: 4, key: 16),
        StackSlotData(bytes: 8, logAlignment: 0),
      ])
    #expect(function.stackSlots.keys.map(function.name(of:)) == ["ss2", "ss10"])
  }

  @Test func theReaderReadsGlobalValues() throws {
    let function = try function(
      """
      gv1 = load.i64 notrap aligned readonly gv3+8
      gv3 = vmctx
      gv4 = iadd_imm.i64 gv1, -32
      gv5 = symbol colocated tls %x+0x10
      gv6 = symbol u8:9
      gv7 = load.i32 notrap aligned region2 gv1
      stack_limit = gv4
      """)
    #expect(
      function.globalValues.elements == [
        .load(
          base: GlobalValue(number: 1), offset: 8, type: .i64,
          flags: [.notrap, .aligned, .readonly]),
        .vmctx,
        .sum(base: GlobalValue(number: 0), offset: -32, type: .i64),
        .symbol(name: .named("x"), offset: 16, isColocated: true, isThreadLocal: true),
        .symbol(
          name: .user(namespace: 8, index: 9), offset: 0, isColocated: false, isThreadLocal: false),
        .load(
          base: GlobalValue(number: 0), offset: 0, type: .i32, flags: .trusted,
          region: AliasRegion(number: 0)),
      ])
    #expect(function.stackLimit == GlobalValue(number: 2))
    #expect(function.name(of: function.stackLimit) == "gv4")
  }

  @Test func theReaderReadsSignaturesAndExternalFunctions() throws {
    let function = try function(
      """
      sig11 = (i32, f64) -> i32, i8 tail
      fn5 = colocated patchable %foo sig11
      fn2 = u0:1(i32) -> i8 system_v
      """)
    #expect(function.signatures.keys.map(function.name(of:)) == ["sig11", "sig12"])
    #expect(
      function.signatures.elements[1]
        == Signature(
          parameters: [ABIParameter(.i32)], results: [ABIParameter(.i8)], convention: .systemV))
    #expect(
      function.externals.elements == [
        ExternalFunction(
          name: .user(namespace: 0, index: 1), signature: SigRef(number: 1), isColocated: false),
        ExternalFunction(
          name: .named("foo"), signature: SigRef(number: 0), isColocated: true, isPatchable: true),
      ])
    #expect(function.externals.keys.map(function.name(of:)) == ["fn2", "fn5"])
  }

  @Test func theReaderReadsAliasRegionsOfGlobalValuesInAnyOrder() throws {
    let declarations = [
      "region4 = 9 \"a\"", "region0 = 123 \"\"", "gv7 = vmctx",
      "gv3 = load.i64 notrap aligned readonly region4 gv7+8",
      "gv1 = load.i64 notrap aligned region0 gv3",
      "gv2 = load.i32 notrap aligned region4 gv1-4",
    ]
    // Before, after and between the alias regions.
    for start in declarations.indices {
      let lines = declarations[start...] + declarations[..<start]
      let function = try function(
        lines.joined(separator: "\n"), header: "%f(i64 vmctx)",
        parameters: "(v0: i64)")
      let regions = function.globalValues.elements.map { value -> String? in
        guard case .load(_, _, _, _, let region) = value else { return nil }
        return function.name(of: region)
      }
      #expect(regions == ["region0", "region4", "region4", nil])
      #expect(function.aliasRegions.elements.map(\.userID) == [123, 9])
      var verifier = Verifier()
      #expect(verifier.verify(function).isEmpty)
      #expect(function.description.contains("load.i64 notrap aligned readonly region4 gv7+8"))
    }
  }

  @Test func theReaderRefusesUndeclaredAndDuplicateAliasRegions() throws {
    var verifier = Verifier()
    let undeclared = try function(
      "gv0 = vmctx\ngv1 = load.i64 notrap aligned region5 gv0", header: "%f(i64 vmctx)",
      parameters: "(v0: i64)")
    #expect(verifier.verify(undeclared).map(\.message) == ["undefined alias region region5"])
    let twice = read(
      "function %f(i64 vmctx) {\nregion1 = 1 \"\"\ngv0 = vmctx\n"
        + "gv1 = load.i64 notrap aligned region1 gv0\nregion1 = 2 \"\"\nblock0:\n return\n}")
    #expect(twice.errors.map(\.message) == ["duplicate alias region region1"])
    let two = read(
      "function %f(i64 vmctx) {\nregion1 = 1 \"\"\nregion2 = 2 \"\"\ngv0 = vmctx\n"
        + "gv1 = load.i64 notrap aligned region1 region2 gv0\nblock0:\n return\n}")
    #expect(two.errors.map(\.message) == ["cannot set more than one alias region"])
  }

  @Test func theReaderReadsConstantsAliasRegionsAndHeaps() throws {
    let function = try function(
      """
      const13 = 0x0102030405
      const4 = i32x4 [1 2 3 4]
      region7 = 3 "any text"
      region1 = 12 ""
      heap3 = record vmctx+80, index_type i64, min 65536, shared
      heap0 = record vmctx-8, index_type i32
      """)
    #expect(function.constants.elements.map(\.byteCount) == [16, 5])
    #expect(function.constants.elements[1].low == 0x01_0203_0405)
    #expect(function.constants.keys.map(function.name(of:)) == ["const4", "const13"])
    #expect(
      function.aliasRegions.elements == [
        AliasRegionData(userID: 12, description: ""),
        AliasRegionData(userID: 3, description: "any text"),
      ])
    #expect(
      function.heaps.elements == [
        HeapData(recordOffset: -8, indexType: .i32),
        HeapData(recordOffset: 80, indexType: .i64, minimumSize: 65536, isShared: true),
      ])
  }

  @Test(
    arguments: [
      ("ss0 = explicit_slot -1", "expected a number of at most 32 bits, but there is `-1`"),
      (
        "ss0 = explicit_slot 4294967296",
        "expected a number of at most 32 bits, but there is `4294967296`"
      ),
      ("ss0 = explicit_slot 8, align = 3", "an alignment is a power of two"),
      ("ss0 = explicit_slot 8, align = 0", "an alignment is a power of two"),
      ("ss0 = spill_slot 8", "expected `explicit_slot`, but there is `spill_slot`"),
      ("gv0 = load.i64 notrap gv0", "global-value load must be notrap and aligned"),
      ("gv0 = iadd_imm.i64 gv9, 1", "undefined global value gv9"),
      ("gv0 = thing", "expected what kind of global value it is, but there is `thing`"),
      ("stack_limit = gv0", "undefined global value gv0"),
      ("fn0 = %f sig0", "undefined signature sig0"),
      ("fn0 = %f", "expected a signature, but there is `block0`"),
      ("sig0 = () notacc", "unknown calling convention: notacc"),
      ("sig0 = (i33)", "expected a parameter's type, but there is `i33`"),
      ("region0 = 1", "expected a description of the alias region, but there is `block0`"),
      (
        "region0 = 1 \"open",
        "expected a description of the alias region, but there is a character that means nothing"
      ),
      ("heap0 = record vmctx, index_type i8", "heap indices are i32 or i64"),
      (
        "gv0 = dyn_scale_target_const.i32x4",
        "dynamic vectors are not supported: dyn_scale_target_const"
      ),
      ("dt0 = i32x4*gv0", "dynamic vectors are not supported: dt0"),
      ("dss0 = explicit_dynamic_slot dt0", "dynamic vectors are not supported: dss0"),
    ])
  func theReaderRefusesMalformedDeclarations(declaration: String, message: String) {
    let file = read("function %f() {\n  \(declaration)\nblock0:\n  return\n}")
    #expect(file.errors.first?.message == message)
    // An error for a missing token at a line's end is at the start of the next line.
    #expect(file.errors.first?.line == (message.hasSuffix("`block0`") ? 3 : 2))
    #expect(file.functions.isEmpty)
  }

  /// A signature without a name gets the number after the greatest.
  @Test func theReaderRefusesMoreSignaturesThanItCanNumber() {
    let file = read("function %f() {\nsig4294967294 = ()\nfn0 = %f()\nblock0:\n  return\n}")
    #expect(file.errors.map(\.description) == ["line 3: there is no number for a signature"])
  }

  @Test(
    arguments: [
      ("ss1 = explicit_slot 8", "stack slot"), ("gv1 = vmctx", "global value"),
      ("sig1 = ()", "signature"), ("fn1 = %f()", "function"), ("const1 = 0x00", "constant"),
      ("region1 = 1 \"\"", "alias region"), ("heap1 = record vmctx, index_type i32", "heap"),
    ])
  func theReaderRefusesDuplicateDeclarations(declaration: String, kind: String) {
    let file = read("function %f() {\n\(declaration)\n\(declaration)\nblock0:\n  return\n}")
    let name = declaration.prefix { $0 != " " }
    #expect(file.errors.map(\.description) == ["line 3: duplicate \(kind) \(name)"])
  }
}
