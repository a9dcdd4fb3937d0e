import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct OptimizingVectors {
  @Test func castsAndSplatsOfConstantsAreFolded() {
    var builder = FunctionBuilder(parameters: [.i16x8], results: [.i16x8])
    let entry = builder.makeEntry()
    let value = builder.function.parameters(of: entry)[0]
    let splat = builder.unary(.splat, .i16x8, builder.constant(-2, .i16))
    var cast = InstructionData(.bitcast, .i8x16, builder.binary(.iadd, value, splat))
    cast.flags = .little
    var back = InstructionData(.bitcast, .i16x8, builder.value(cast))
    back.flags = .little
    let same = builder.value(back)
    let again = builder.unary(.splat, .i16x8, builder.constant(-2, .i16))
    builder.return([builder.binary(.isub, same, again)])
    var function = builder.finish()
    var optimizer = Optimizer()
    optimizer.run(&function)
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty)
    var printer = FunctionPrinter()
    #expect(
      function.order(of: function.entry).map { printer.print($0, of: function) } == [
        "v2 = vconst.i16x8 const0", "v3 = iadd v0, v2", "v8 = isub v3, v2", "return v8",
      ])
    #expect(
      function.constants.elements == [
        ConstantData(low: 0xFFFE_FFFE_FFFE_FFFE, high: 0xFFFE_FFFE_FFFE_FFFE)
      ])
  }
}
