import PulleyISA
import Testing

@Suite struct CallingConvention {
  @Test func parametersFillEachRegisterFileSeparately() {
    let abi = CallABI(parameters: [.x, .f, .x, .v], results: [.f, .x])
    #expect(abi.parameters == [.x(0), .f(0), .x(1), .v(0)])
    #expect(abi.results == [.f(0), .x(0)])
    #expect(abi.stackBytes == 0)
  }

  @Test func theSixteenthParameterOfAFileIsPassedOnTheStack() {
    let abi = CallABI(
      parameters: [RegisterClass](repeating: .x, count: 17),
      results: [RegisterClass](repeating: .x, count: 16))
    #expect(abi.parameters[14] == .x(14))
    #expect(abi.parameters[15] == .stack(0))
    #expect(abi.parameters[16] == .stack(8))
    #expect(abi.results[15] == .stack(16))
    #expect(abi.stackBytes == 32)
  }

  @Test func vectorsPassedOnTheStackAreAligned() {
    let classes = [RegisterClass](repeating: .v, count: 15) + [.x, .v, .v]
    let abi = CallABI(
      parameters: [RegisterClass](repeating: .x, count: 15) + classes, results: [])
    #expect(abi.parameters[30...] == [.stack(0), .stack(16), .stack(32)])
    #expect(abi.stackBytes == 48)
  }

  @Test func theCalleeOfATailCallPopsItsArguments() {
    let abi = CallABI(
      parameters: [RegisterClass](repeating: .x, count: 17), results: [.x], convention: .tail)
    #expect(abi.parameters[16] == .stack(8))
    #expect(abi.resultPointer == nil)
    #expect(abi.poppedBytes == 16)
    #expect(abi.stackBytes == 16)
  }

  @Test func stackResultsOfATailCallGoWhereTheHiddenParameterPoints() {
    let results = [RegisterClass](repeating: .x, count: 17)
    let few = CallABI(parameters: [.x, .f], results: results, convention: .tail)
    #expect(few.resultPointer == .x(1))
    #expect(few.results[15...] == [.stack(0), .stack(8)])
    #expect(few.poppedBytes == 0)
    #expect(few.stackBytes == 16)
    let many = CallABI(parameters: results, results: results, convention: .tail)
    #expect(many.resultPointer == .stack(16))
    #expect(many.results[15] == .stack(0))
    #expect(many.poppedBytes == 32)
    #expect(many.stackBytes == 48)
  }
}
