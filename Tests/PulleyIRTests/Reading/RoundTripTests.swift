import Testing

@testable import PulleyIR

/// A function that is read, printed and read again is the same function.
@Suite struct RoundTrips {
  private func check(
    _ function: Function, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let text = function.description
    let again = read(text)
    #expect(again.errors == [], "\(name)\n\(text)", sourceLocation: sourceLocation)
    guard let second = again.functions.first?.function else { return }
    #expect(second.description == text, "\(name)", sourceLocation: sourceLocation)
    #expect(second.signature == function.signature, sourceLocation: sourceLocation)
    #expect(second.valueTypes == function.valueTypes, sourceLocation: sourceLocation)
    #expect(second.aliasRegions.elements == function.aliasRegions.elements)
    #expect(second.globalValues.elements == function.globalValues.elements)
    #expect(second.stackSlots.elements == function.stackSlots.elements)
    #expect(second.externals.elements == function.externals.elements)
    for (old, new) in zip(function.allInstructions, second.allInstructions) {
      let (a, b) = (function.instructions[old], second.instructions[new])
      #expect(a.operation == b.operation, "\(name)", sourceLocation: sourceLocation)
      #expect(a.type == b.type, "\(name): \(a.operation)", sourceLocation: sourceLocation)
      #expect(a.flags == b.flags, "\(name): \(a.operation)", sourceLocation: sourceLocation)
      #expect(a.detail == b.detail, "\(name): \(a.operation)", sourceLocation: sourceLocation)
      #expect(a.immediate == b.immediate, "\(name): \(a.operation)", sourceLocation: sourceLocation)
      #expect(a.argument0 == b.argument0, "\(name): \(a.operation)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: PulleyIR.Operation.allCases)
  func everyOperationIsReadAsItWasPrinted(_ operation: PulleyIR.Operation) throws {
    for type in InstructionSample.types(of: operation) {
      let text = InstructionSample.text(operation, type)
      check(try readFunction(text), "\(operation).\(type)")
    }
  }

  @Test(
    .enabled(
      if: !SharedSuites.clifFiles("parser").isEmpty, "needs the suites, see SharedSuites"),
    arguments: SharedSuites.clifFolders)
  func everyFunctionOfTheSuitesIsReadAsItWasPrinted(folder: String) {
    for (path, text) in SharedSuites.clifFiles(folder) {
      for function in ClifReader.read(text).functions {
        check(function.function, "\(path): \(function.function.name)")
      }
    }
  }

  /// Text is printed in Cranelift's form.
  @Test func textInCraneliftsFormIsPrintedUnchanged() throws {
    let text = """
      function %"a name"(i64 vmctx, i8 uext, i16 sext, i64 sret, i32 sarg(24)) -> i32 sext tail {
          ss3 = explicit_slot 16, align = 8, key = 77
          region2 = 5 "heap \\ of things"
          gv1 = vmctx
          gv4 = load.i64 notrap aligned readonly gv1+16
          gv5 = iadd_imm.i64 gv4, -8
          gv6 = symbol colocated %near+12
          gv7 = symbol tls u3:4
          sig0 = (i32, f64) -> i32, i8 tail
          sig9 = () system_v
          fn2 = colocated patchable %near sig9
          fn7 = %far sig0
          const3 = 0x0123456789
          const4 = 0x000102030405060708090a0b0c0d0e0f
          stack_limit = gv5

                                      block10(v1: i64, v2: i8, v3: i16, v4: i64, v5: i32):
                                          v99 -> v1
                                          v98 -> v99
      @0045                               v6 = load.i32 aligned user7 region2 v98+4
      <1, ss3> @12345                     call fn2()
                                          v7 = f64const +sNaN:0x5
                                          try_call fn7(v5, v7), sig0, block3(ret1, v6), [ tag9: block4(exn1), context v6, default: block5 ]

                                      block3(v8: i8, v9: i32) cold:
                                          v10 = vconst.i8x16 const4
                                          v11, v12 = call fn7(v9, v7), stack_map=[i64 @ ss3+8]
                                          brif.i32 v6, block4(v1), block5

                                      block4(v20: i64):
                                          v21 = bitcast.i8x16 little v10
                                          v22 = load.i64 notrap aligned region2 v20-8
                                          br_table.i32 v9, block5, [block5, block4(v22)]

                                      block5:
                                          trap int_ovf
      }
      """.replacing(".i32 v9, block5", with: " v9, block5")
    let function = try readFunction(text)
    #expect(function.description == text)
  }

  @Test func valuesUsedBeforeTheirDefinitionKeepTheirTypes() throws {
    let function = try readFunction(
      """
      function %f(i32) -> i32 {
      block0(v0: i32):
          v1 = iadd.i32 v2, v0
          v2 = iadd.i32 v1, v0
          return v2
      }
      """)
    #expect(function.description.contains("v1 = iadd.i32 v2, v0"))
    #expect(function.description.contains("v2 = iadd v1, v0"))
  }

  @Test func namesOfResultsThatACallDoesNotHaveAreKept() throws {
    let function = try readFunction(
      """
      function %f() {
          sig0 = () -> i32 tail
          fn0 = %g sig0

      block0:
          try_call fn0(), sig0, block1(ret3, exn0), [ default: block1(exn7, ret0) ]

      block1(v1: i32, v2: i32):
          trap user1
      }
      """)
    #expect(function.description.contains("block1(ret3, exn0), [ default: block1(exn7, ret0) ]"))
  }
}
