import PulleyIR
import PulleyISA
import Testing

@testable import PulleyCodegen

/// The source locations of compiled code.
@Suite struct SourceMaps {
  /// `while (n != 0) { sum += 1000000 / n; n -= 1 }`, each instruction with its own location.
  private func function() -> Function {
    var m = Maker([.i32], [.i32])
    let loop = m.block(.i32, .i32)
    let body = m.block()
    let end = m.block()
    m.builder.sourceLocation = 1
    m.jump(loop.block, m.parameter(0), m.iconst(.i32, 0))
    m.builder.position(atEndOf: loop.block)
    m.builder.sourceLocation = 2
    m.brif(loop.parameters[0], body.block, [], end.block)
    m.builder.position(atEndOf: body.block)
    m.builder.sourceLocation = 3
    let part = m.op(.udiv, .i32, m.iconst(.i32, 1_000_000), loop.parameters[0])
    m.builder.sourceLocation = 4
    let sum = m.op(.iadd, .i32, loop.parameters[1], part)
    m.builder.sourceLocation = 5
    let next = m.op(.isub, .i32, loop.parameters[0], m.iconst(.i32, 1))
    m.builder.sourceLocation = 6
    m.jump(loop.block, next, sum)
    m.builder.position(atEndOf: end.block)
    m.builder.sourceLocation = 7
    m.ret(loop.parameters[1])
    return m.finish()
  }

  private func compile(mapsAll: Bool) throws -> CompiledFunction {
    var compiler = FunctionCompiler()
    compiler.mapsAllInstructions = mapsAll
    return try compiler.compile(function())
  }

  @Test func aCompleteSourceMapDoesNotChangeTheCode() throws {
    let sparse = try compile(mapsAll: false)
    let dense = try compile(mapsAll: true)
    #expect(dense.code == sparse.code)
    #expect(dense.traps == sparse.traps)
    #expect(Set(sparse.sourceLocations.map(\.location)) == [3])
    for entry in sparse.sourceLocations {
      let found = dense.sourceLocations.last { $0.offset <= entry.offset }
      #expect(found?.location == entry.location)
    }
  }

  @Test func aCompleteSourceMapCoversAllInstructions() throws {
    let function = try compile(mapsAll: true)
    let offsets = function.sourceLocations.map(\.offset)
    #expect(offsets == offsets.sorted())
    func location(ofFirst mnemonic: String) throws -> UInt32? {
      var offset = 0
      while offset < function.code.count {
        let instruction = try Decoder.decode(function.code, at: offset)
        if instruction.opcode.mnemonic.hasPrefix(mnemonic) {
          return function.sourceLocations.last { $0.offset <= UInt32(offset) }?.location
        }
        offset += instruction.lengthWithTable
      }
      return nil
    }
    #expect(try location(ofFirst: "xdiv32_u") == 3)
    #expect(try location(ofFirst: "xadd32") == 4)
    #expect(try location(ofFirst: "xsub32") == 5)
    #expect(try location(ofFirst: "ret") == 7)
    #expect(try location(ofFirst: "xconst32") == 3)
  }
}
