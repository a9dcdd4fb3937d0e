import Testing

@testable import PulleyDeclarations

@Suite("C's spelling of types")
struct SpellingTests {
  private func pointer(_ type: CType, const: Bool = false) -> CType {
    .pointer(PointerType(to: type, isConst: const))
  }

  private let int = CType.integer(.int32)
  private let char = CType.integer(.char)

  @Test func `types are printed as C writes them`() {
    #expect(pointer(char, const: true).description == "const char *")
    #expect(pointer(pointer(char)).description == "char **")
    #expect(pointer(pointer(char, const: true), const: true).description == "const char *const *")
    #expect(CType.array(.array(int, count: 3), count: 2).description == "int[2][3]")
    #expect(pointer(.array(int, count: 4), const: true).description == "const int (*)[4]")
    #expect(pointer(.record(Record(.structure, tag: "tm"))).description == "struct tm *")
    let handler = FunctionType(result: .void, parameters: [Parameter(type: int)])
    #expect(pointer(.function(handler)).description == "void (*)(int)")
    #expect(pointer(pointer(.function(handler))).description == "void (**)(int)")
  }

  @Test func `a function that takes and returns a function is printed with its parameters' names`()
  {
    let handler = pointer(
      .function(FunctionType(result: .void, parameters: [Parameter(type: int)])))
    let signal = FunctionDeclaration(
      name: "signal",
      type: FunctionType(
        result: handler,
        parameters: [Parameter(name: "number", type: int), Parameter(name: "f", type: handler)]))
    #expect(signal.description == "void (*signal(int number, void (*f)(int)))(int)")
    let printf = FunctionDeclaration(
      name: "printf",
      type: FunctionType(
        result: int, parameters: [Parameter(type: pointer(char, const: true))], isVariadic: true))
    #expect(printf.description == "int printf(const char *, ...)")
    let abort = FunctionDeclaration(
      name: "abort", type: FunctionType(result: .void, parameters: []))
    #expect(abort.description == "void abort(void)")
  }
}
