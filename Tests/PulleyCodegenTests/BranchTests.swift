import PulleyIR
import Testing

@testable import PulleyCodegen

@Suite struct Branches {
  /// A choice between two values after empty blocks are removed.
  @Test func bothTargetsOfABranchMayBeTheSameBlock() throws {
    var maker = Maker([.i32, .f32, .f32], [.f32])
    let join = maker.block(.f32)
    maker.brif(
      maker.parameter(0), join.block, [maker.parameter(1)], join.block, [maker.parameter(2)])
    maker.builder.position(atEndOf: join.block)
    maker.ret(join.parameters[0])
    var compiler = FunctionCompiler()
    let code = try compiler.compile(maker.builder.finish())
    #expect(!code.code.isEmpty)
  }
}
