import PulleyIR
import Testing

@testable import PulleyCodegen

/// The instructions that operations are lowered to, without their registers.
@Suite struct SelectionTests {
  private func binary(
    _ opcode: Operation, _ type: Type, constant: Int64? = nil, constantFirst: Bool = false
  ) throws -> [String] {
    var m = Maker([type, type], [type])
    var (a, b) = (m.parameter(0), m.parameter(1))
    if let constant { b = m.iconst(type, constant) }
    if constantFirst { (a, b) = (b, a) }
    m.ret(m.op(opcode, type, a, b))
    return work(try compile(m.finish()).code)
  }

  private func unary(_ opcode: Operation, _ from: Type, _ to: Type) throws -> [String] {
    var m = Maker([from], [to])
    m.ret(m.op(opcode, to, m.parameter(0)))
    return work(try compile(m.finish()).code)
  }

  @Test func binaryOperationsOfFullWidthBecomeOneInstruction() throws {
    let expected: [(Operation, String, String)] = [
      (.iadd, "xadd32", "xadd64"), (.isub, "xsub32", "xsub64"), (.imul, "xmul32", "xmul64"),
      (.udiv, "xdiv32_u", "xdiv64_u"), (.sdiv, "xdiv32_s", "xdiv64_s"),
      (.urem, "xrem32_u", "xrem64_u"), (.srem, "xrem32_s", "xrem64_s"),
      (.band, "xband32", "xband64"), (.bor, "xbor32", "xbor64"), (.bxor, "xbxor32", "xbxor64"),
      (.rotl, "xrotl32", "xrotl64"), (.rotr, "xrotr32", "xrotr64"),
      (.ishl, "xshl32", "xshl64"), (.ushr, "xshr32_u", "xshr64_u"),
      (.sshr, "xshr32_s", "xshr64_s"), (.smin, "xmin32_s", "xmin64_s"),
      (.smax, "xmax32_s", "xmax64_s"), (.umin, "xmin32_u", "xmin64_u"),
      (.umax, "xmax32_u", "xmax64_u"),
    ]
    for (opcode, narrow, wide) in expected {
      #expect(try binary(opcode, .i32) == [narrow])
      #expect(try binary(opcode, .i64) == [wide])
    }
    #expect(try binary(.umulhi, .i64) == ["xmulhi64_u"])
    #expect(try binary(.smulhi, .i64) == ["xmulhi64_s"])
    #expect(try binary(.smulhi, .i32) == ["sext32", "sext32", "xmul64", "xshr64_s_u6"])
  }

  @Test func scalarFloatOperationsBecomeOneInstruction() throws {
    let expected: [(Operation, String)] = [
      (.fadd, "fadd"), (.fsub, "fsub"), (.fmul, "fmul"), (.fdiv, "fdiv"), (.fmin, "fminimum"),
      (.fmax, "fmaximum"), (.fcopysign, "fcopysign"),
    ]
    for (opcode, name) in expected {
      #expect(try binary(opcode, .f32) == [name + "32"])
      #expect(try binary(opcode, .f64) == [name + "64"])
    }
    for opcode in [Operation.fneg, .fabs, .sqrt, .ceil, .floor, .trunc, .nearest] {
      let name = opcode == .fneg || opcode == .fabs ? opcode.mnemonic : "f\(opcode.mnemonic)"
      #expect(try unary(opcode, .f32, .f32) == [name + "32"])
      #expect(try unary(opcode, .f64, .f64) == [name + "64"])
    }
    #expect(try unary(.fpromote, .f32, .f64) == ["f64_from_f32"])
    #expect(try unary(.fdemote, .f64, .f32) == ["f32_from_f64"])
    #expect(try unary(.bitcast, .f64, .i64) == ["bitcast_int_from_float_64"])
    #expect(try unary(.bitcast, .i32, .f32) == ["bitcast_float_from_int_32"])
    #expect(try unary(.bitcast, .i64, .i64) == [])
  }

  @Test func conversionsBecomeOneInstructionAfterAnExtension() throws {
    for (from, f) in [(Type.f32, "f32"), (.f64, "f64")] {
      for (to, x) in [(Type.i32, "x32"), (.i64, "x64")] {
        #expect(try unary(.fcvt_to_sint, from, to) == ["\(x)_from_\(f)_s"])
        #expect(try unary(.fcvt_to_uint, from, to) == ["\(x)_from_\(f)_u"])
        #expect(try unary(.fcvt_to_sint_sat, from, to) == ["\(x)_from_\(f)_s_sat"])
        #expect(try unary(.fcvt_to_uint_sat, from, to) == ["\(x)_from_\(f)_u_sat"])
        #expect(try unary(.fcvt_from_sint, to, from) == ["\(f)_from_\(x)_s"])
        #expect(try unary(.fcvt_from_uint, to, from) == ["\(f)_from_\(x)_u"])
      }
    }
    #expect(try unary(.fcvt_from_sint, .i8, .f64) == ["sext8", "f64_from_x32_s"])
  }

  @Test func constantsBecomeImmediates() throws {
    #expect(try binary(.iadd, .i32, constant: 7) == ["xadd32_u8"])
    #expect(try binary(.iadd, .i32, constant: -7) == ["xsub32_u8"])
    #expect(try binary(.iadd, .i64, constant: 1000) == ["xadd64_u32"])
    #expect(try binary(.iadd, .i64, constant: -1000) == ["xsub64_u32"])
    #expect(try binary(.iadd, .i64, constant: 7, constantFirst: true) == ["xadd64_u8"])
    #expect(try binary(.isub, .i32, constant: -1) == ["xadd32_u8"])
    #expect(try binary(.isub, .i64, constant: 255) == ["xsub64_u8"])
    #expect(try binary(.isub, .i64, constant: 0, constantFirst: true) == ["xneg64"])
    #expect(try binary(.imul, .i32, constant: -3) == ["xmul32_s8"])
    #expect(try binary(.imul, .i64, constant: 1 << 20) == ["xmul64_s32"])
    #expect(try binary(.band, .i32, constant: 15) == ["xband32_s8"])
    #expect(try binary(.band, .i32, constant: 0xFF) == ["zext8"])
    #expect(try binary(.band, .i64, constant: 0xFFFF_FFFF) == ["zext32"])
    #expect(try binary(.bor, .i64, constant: 4096) == ["xbor64_s32"])
    #expect(try binary(.bxor, .i32, constant: -1) == ["xbnot32"])
    #expect(try binary(.ishl, .i32, constant: 33) == ["xshl32_u6"])
    #expect(try binary(.ushr, .i64, constant: 63) == ["xshr64_u_u6"])
    #expect(try binary(.sshr, .i64, constant: 3) == ["xshr64_s_u6"])
    #expect(try binary(.iadd, .i64, constant: 1 << 40) == ["xconst64", "xadd64"])
  }

  @Test func constantsTakeTheShortestForm() throws {
    let expected: [(Int64, String)] = [
      (0, "xzero"), (1, "xone"), (-1, "xconst8"), (127, "xconst8"), (128, "xconst16"),
      (-40000, "xconst32"), (1 << 31, "xconst64"),
    ]
    for (value, name) in expected {
      var m = Maker([], [.i64])
      m.ret(m.iconst(.i64, value))
      #expect(work(try compile(m.finish()).code) == [name])
    }
  }

  @Test func extensionsAreEmittedOnlyWhereNeeded() throws {
    #expect(try unary(.uextend, .i32, .i64) == ["zext32"])
    #expect(try unary(.sextend, .i16, .i32) == ["sext16"])
    #expect(try unary(.ireduce, .i64, .i8) == [])
    #expect(try unary(.clz, .i8, .i8) == ["zext8", "xclz32", "xsub32_u8"])
    #expect(try unary(.ctz, .i16, .i16) == ["xbor32_s32", "xctz32"])
    #expect(try unary(.popcnt, .i64, .i64) == ["xpopcnt64"])
    #expect(try unary(.bswap, .i32, .i32) == ["bswap32"])

    var m = Maker([.i32, .i32], [.i64])
    let truth = m.icmp(.signedLess, m.parameter(0), m.parameter(1))
    m.ret(m.op(.uextend, .i64, m.op(.uextend, .i32, truth)))
    #expect(work(try compile(m.finish()).code) == ["xslt32", "zext32"])
  }

  @Test func aMultiplicationAndAnAdditionBecomeMultiplyAdd() throws {
    var m = Maker([.i64, .i64, .i64], [.i64])
    let product = m.op(.imul, .i64, m.parameter(0), m.parameter(1))
    m.ret(m.op(.iadd, .i64, m.parameter(2), product))
    #expect(work(try compile(m.finish()).code) == ["xmadd64"])

    var n = Maker([.i32, .i32], [.i32])
    let square = n.op(.imul, .i32, n.parameter(0), n.parameter(1))
    n.ret(n.op(.iadd, .i32, square, square))
    #expect(work(try compile(n.finish()).code) == ["xmul32", "xadd32"])
  }

  @Test func selectionsBecomeMinimaMaximaOrSelects() throws {
    var m = Maker([.i32, .i32], [.i32])
    let less = m.icmp(.signedLess, m.parameter(0), m.parameter(1))
    m.ret(m.op(.select, .i32, less, m.parameter(1), m.parameter(0)))
    #expect(work(try compile(m.finish()).code) == ["xmax32_s"])

    var n = Maker([.f64, .f64, .i32], [.f64])
    let zero = n.icmp(.equal, n.parameter(2), n.iconst(.i32, 0))
    n.ret(n.op(.select, .f64, zero, n.parameter(0), n.parameter(1)))
    #expect(work(try compile(n.finish()).code) == ["fselect64"])

    var k = Maker([.i64, .i64, .f64], [.i64])
    let unordered = k.fcmp(.unorderedOrLessThan, k.parameter(2), k.f64const(1))
    k.ret(k.op(.select, .i64, unordered, k.parameter(0), k.parameter(1)))
    #expect(work(try compile(k.finish()).code) == ["fconst64", "flteq64", "xselect64"])
  }

  @Test func unusedInstructionsAreNotEmitted() throws {
    var m = Maker([.i32, .i64], [.i32])
    let product = m.op(.imul, .i32, m.parameter(0), m.parameter(0))
    _ = m.op(.iadd, .i32, product, m.iconst(.i32, 3))
    _ = m.load(.load, .i64, m.parameter(1))
    m.ret(m.parameter(0))
    #expect(work(try compile(m.finish()).code) == [])
  }

  @Test func unsupportedTypesAreErrors() throws {
    var m = Maker([.i128, .i128], [.i128])
    m.ret(m.op(.iadd, .i128, m.parameter(0), m.parameter(1)))
    let function = m.finish()
    #expect(throws: CodegenError.self) { try compile(function) }
  }

  /// The functions that the document on CLIF is generated from contain no heaps, so its tests leave
  /// these operations out.
  @Test(arguments: PulleyIR.Operation.allCases.filter(\.isHeapAccess))
  func everyHeapAccessIsLowered(operation: PulleyIR.Operation) {
    var m = Maker([.i32, .i64, .i64], context: true)
    let (index, first, second) = (m.parameter(1), m.parameter(2), m.parameter(3))
    var data =
      switch operation.format {
      case .heapLoad: InstructionData(operation, .i64, index)
      case .heapStore: InstructionData(operation, .i64, first, index)
      case .heapAtomicRmw: InstructionData(operation, .i64, index, first)
      default: InstructionData(operation, .i64, index, first, second)
      }
    data.heap = m.heap()
    m.builder.append(data)
    m.ret()
    let function = m.finish()
    #expect(throws: Never.self) { try compile(function) }
  }
}
