import PulleyDeclarations
import Testing

@testable import PulleyHost

@Suite("Signatures of declarations")
struct DeclaredSignatureTests {
  private let int = CType.integer(.int32)
  private let char = CType.integer(.char)
  private let size = CType.integer(.unsignedPointerSized)
  private let database = Record(.structure, tag: "sqlite3")
  private let pair = Record(
    .structure, tag: "pair",
    Record.Definition(members: [
      Record.Member(name: "a", type: .integer(.long)),
      Record.Member(name: "b", type: .floating(.double)),
    ]))

  private func pointer(_ type: CType, const: Bool = false) -> CType {
    .pointer(PointerType(to: type, isConst: const))
  }

  private func rules(_ change: (inout PointerRules) -> Void) -> PointerRules {
    var rules = PointerRules()
    change(&rules)
    return rules
  }

  private func signature(
    _ result: CType, _ parameters: [Parameter], isVariadic: Bool = false
  ) throws -> HostSignature {
    try HostSignature(declaration(result, parameters, isVariadic: isVariadic))
  }

  private func declaration(
    _ result: CType, _ parameters: [Parameter], isVariadic: Bool = false
  ) -> FunctionDeclaration {
    FunctionDeclaration(
      name: "f",
      type: FunctionType(result: result, parameters: parameters, isVariadic: isVariadic))
  }

  /// The type that a parameter of a type gets as the only one.
  private func type(_ type: CType, _ rules: PointerRules = PointerRules()) throws -> HostType? {
    try signature(.void, [Parameter(type: type, rules: rules)]).parameters.first
  }

  private func expectRefusal(
    _ message: String, _ declaration: FunctionDeclaration,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: BindingRefusal(message), sourceLocation: sourceLocation) {
      try HostSignature(declaration)
    }
  }

  @Test func `numbers become the numbers of the host`() throws {
    let types: [CType] = [
      .integer(.bool), .integer(.int8), .integer(.uint16), int, .integer(.long),
      .integer(.unsignedLong), size, .integer(.int64), .floating(.float), .floating(.double),
    ]
    let signature = try signature(int, types.map { Parameter(type: $0) })
    #expect(
      signature.description
        == "i32(bool, i8, u16, i32, ssize_t, size_t, size_t, i64, f32, f64)")
    let isSigned = [CChar.min].contains { $0 < 0 }
    #expect(try type(char) == (isSigned ? .i8 : .u8))
  }

  @Test func `a constant pointer to characters is a string and other bytes are a pointer`() throws {
    #expect(try type(pointer(char, const: true)) == .nullableString)
    #expect(
      try type(pointer(char, const: true), rules { $0.isNonNull = true }) == .string)
    #expect(try type(pointer(char)) == .nullablePointer)
    #expect(try type(pointer(char), rules { $0.access = .read }) == .nullableString)
    #expect(try type(pointer(.void, const: true)) == .nullablePointer)
    #expect(try type(pointer(.integer(.uint8)), rules { $0.isNonNull = true }) == .pointer)
  }

  @Test func `a pointer with a size is checked over the whole size`() throws {
    let next = rules { $0.extent = .bytes(.parameter(position: 1)) }
    let buffer = try signature(
      .void, [Parameter(type: pointer(.void), rules: next), Parameter(type: size)])
    #expect(
      buffer.parameters == [
        .data(PointedData(.void, extent: .bytes(.parameter(position: 1)))), .size,
      ])
    let sure = rules {
      $0.extent = .bytes(.parameter(position: 1))
      $0.isNonNull = true
    }
    #expect(
      try signature(.void, [Parameter(type: pointer(.void), rules: sure), Parameter(type: size)])
        .parameters == [.buffer, .size])
    let last = rules {
      $0.extent = .bytes(.parameter(position: 2))
      $0.access = .write
    }
    let copy = try signature(
      pointer(.void),
      [
        Parameter(type: pointer(.void), rules: last),
        Parameter(
          type: pointer(.void, const: true),
          rules: rules { $0.extent = .bytes(.parameter(position: 2)) }),
        Parameter(type: size),
      ])
    #expect(copy.result == .nullablePointer)
    #expect(
      copy.parameters.first
        == .data(
          PointedData(.void, extent: .bytes(.parameter(position: 2)), access: .write)))
    #expect(
      copy.parameters[1]
        == .data(PointedData(.void, extent: .bytes(.parameter(position: 2)), access: .read)))
    // The size of a buffer before the call, in a variable, is not a length of a compact signature.
    let inOut = try signature(
      .void, [Parameter(type: pointer(.void), rules: next), Parameter(type: pointer(size))])
    #expect(
      inOut.parameters.first
        == .data(PointedData(.void, extent: .bytes(.parameter(position: 1)))))
  }

  @Test func `pointers to data are read, written or both`() throws {
    #expect(try type(pointer(int)) == .data(PointedData(int, access: .readWrite)))
    #expect(
      try type(pointer(.record(pair), const: true))
        == .data(PointedData(.record(pair), access: .read)))
    #expect(
      try type(pointer(pointer(char)), rules { $0.access = .write })
        == .data(PointedData(pointer(char), access: .write)))
    #expect(
      try type(pointer(.array(int, count: 4)), rules { $0.isNonNull = true })
        == .data(PointedData(.array(int, count: 4), isNullable: false)))
  }

  @Test func `a pointer to an opaque record is a handle of its type`() throws {
    let handle = pointer(.record(database))
    #expect(try type(handle) == .handle(HandleType(name: "struct sqlite3")))
    #expect(
      try type(handle, rules { $0.isReleased = true })
        == .handle(HandleType(name: "struct sqlite3", isReleased: true)))
    #expect(try type(pointer(handle)) == .data(PointedData(handle)))
    let file = Record(.structure, tag: "_IO_FILE", pair.definition)
    #expect(try type(pointer(.record(file))) == .handle(HandleType(name: "struct _IO_FILE")))
    #expect(
      try signature(handle, []).result == .handle(HandleType(name: "struct sqlite3")))
  }

  @Test func `memory that a call releases is known by what the guest was given for it`() throws {
    #expect(
      try type(pointer(.void), rules { $0.isReleased = true })
        == .data(PointedData(.void, isReleased: true)))
  }

  @Test func `a pointer to a function is a callback with types of its own`() throws {
    let compare = FunctionType(
      result: int,
      parameters: [
        Parameter(type: pointer(.void, const: true)), Parameter(type: pointer(.void, const: true)),
      ])
    let expected = HostSignature(
      result: .i32, context: [], parameters: [.nullablePointer, .nullablePointer])
    #expect(
      try type(
        pointer(.function(compare)),
        rules {
          $0.isNonNull = true
          $0.isKept = true
          $0.sentinels = [-1]
        })
        == .callback(
          CallbackType(expected, isNullable: false, isKept: true, sentinels: [-1])))
    let signal = try signature(pointer(.function(compare)), [])
    #expect(signal.result == .callback(CallbackType(expected)))
  }

  @Test func `results are numbers, structures, strings, handles and copies of data`() throws {
    #expect(try signature(.record(pair), []).result == .structure(pair))
    #expect(try signature(pointer(char), []).result == .nullableString)
    #expect(try signature(pointer(.integer(.uint8), const: true), []).result == .nullableString)
    #expect(try signature(pointer(.void), []).result == .nullablePointer)
    #expect(
      try signature(pointer(.record(pair)), []).result
        == .data(PointedData(.record(pair), access: .read)))
  }

  @Test func `variable arguments need a format`() throws {
    var printf = declaration(int, [Parameter(type: pointer(char, const: true))], isVariadic: true)
    expectRefusal(
      "'f' takes variable arguments, and no attribute 'format' tells their types: register it with "
        + "fixed ones, as in \"i32(cstr, ..., i32)\"", printf)
    printf.format = FormatRule(.printf, position: 0, hasArguments: true)
    let signature = try HostSignature(printf)
    #expect(signature.parameters == [.nullableString])
    #expect(signature.variadic == .format(FormatRule(.printf, position: 0, hasArguments: true)))
    printf.format?.position = 1
    expectRefusal(
      "the attribute 'format' of 'f' names parameter 2, which is not a string", printf)
  }

  @Test func `a refusal names the function, the parameter and the reason`() {
    let bits = Record(
      .structure, tag: "flags",
      Record.Definition(members: [Record.Member(name: "a", type: int, bits: 3)]))
    expectRefusal(
      "parameter 2 of 'f', 'struct flags', has the bit-field 'a'",
      declaration(.void, [Parameter(type: int), Parameter(type: .record(bits))]))
    expectRefusal(
      "parameter 1 of 'f', 'struct flags *': struct flags has the bit-field 'a'",
      declaration(.void, [Parameter(type: pointer(.record(bits)))]))
    let union = Record(
      .union, tag: "number", Record.Definition(members: [Record.Member(name: "i", type: int)]))
    expectRefusal(
      "parameter 1 of 'f', 'union number', is a union passed by value",
      declaration(.void, [Parameter(type: .record(union))]))
    expectRefusal(
      "the result of 'f', 'long double', has another format in the guest",
      declaration(.floating(.longDouble), []))
    expectRefusal(
      "parameter 1 of 'f', 'va_list', has another form in the guest",
      declaration(
        .void,
        [
          Parameter(
            type: .unsupported(UnsupportedType("va_list", because: "has another form in the guest"))
          )
        ]))
    expectRefusal(
      "parameter 1 of 'f', 'char ***', is a pointer to pointers to pointers",
      declaration(.void, [Parameter(type: pointer(pointer(pointer(char))))]))
    expectRefusal(
      "the result of 'f', 'char **', is a pointer to pointers, which has no length",
      declaration(pointer(pointer(char)), []))
    let handler = FunctionType(result: .void, parameters: [Parameter(type: .record(union))])
    expectRefusal(
      "parameter 1 of the callback of parameter 1 of 'f', 'union number', is a union passed by value",
      declaration(.void, [Parameter(type: pointer(.function(handler)))]))
  }

  @Test func `a count must be an integer among the parameters`() {
    let wrong = rules { $0.extent = .elements(.parameter(position: 3)) }
    expectRefusal(
      "parameter 1 of 'f', 'int *', has its size in parameter 4, which does not exist",
      declaration(.void, [Parameter(type: pointer(int), rules: wrong)]))
    let float = rules { $0.extent = .elements(.parameter(position: 1)) }
    expectRefusal(
      "parameter 1 of 'f', 'int *', has its size in parameter 2, which is not an integer",
      declaration(
        .void,
        [Parameter(type: pointer(int), rules: float), Parameter(type: .floating(.double))]))
    let text = rules { $0.extent = .bytes(.strings([1])) }
    expectRefusal(
      "parameter 1 of 'f', 'char *', has the size of parameter 2, which is not a string",
      declaration(.void, [Parameter(type: pointer(char), rules: text), Parameter(type: int)]))
  }

  @Test func `functions without a prototype and those that leave frames are refused`() {
    var old = declaration(int, [])
    old.type.hasPrototype = false
    expectRefusal(
      "'f' has no prototype: declare its parameters, or (void) if it has none", old)
    expectRefusal(
      "'longjmp' saves or leaves frames of C, which no call from a guest may do",
      FunctionDeclaration(name: "longjmp", type: FunctionType(result: .void, parameters: [])))
    expectRefusal(
      "'f' has 129 parameters, and calls pass 128 at most",
      declaration(.void, Array(repeating: Parameter(type: int), count: 129)))
  }

  @Test func `an import of another type than clang's is refused with the declaration`() throws {
    let function = declaration(
      .record(pair),
      [Parameter(name: "n", type: .integer(.long)), Parameter(name: "p", type: .record(pair))])
    let signature = try HostSignature(function)
    try signature.check(
      against: GuestFunctionType(parameters: [.i32, .i32, .i32], results: []), function)
    #expect(
      throws: HostTypeMismatch(
        message: "the host function 'struct pair f(long n, struct pair p)' does not fit the import "
          + "(i32, i32) -> (i32): clang imports it as (i32, i32, i32) -> (), or with 64-bit addresses "
          + "as (i64, i64, i64) -> ()")
    ) {
      try signature.check(
        against: GuestFunctionType(parameters: [.i32, .i32], results: [.i32]), function)
    }
  }

  @Test func `a list of structures is refused when it is bound`() throws {
    let node = Record(.structure, tag: "node")
    node.define(
      Record.Definition(members: [
        Record.Member(name: "next", type: pointer(.record(node))),
        Record.Member(name: "value", type: int),
      ]))
    let function = declaration(int, [Parameter(type: pointer(.record(node)))])
    let definition = HostDefinition(
      name: "env.f", signature: try HostSignature(function), function: {}, declaration: function)
    #expect(
      throws: HostTypeMismatch(
        message:
          "the host function 'int f(struct node *)' cannot be called: parameter 1: the member "
          + "'next' of struct node leads to data whose layouts in host and guest differ")
    ) {
      try definition.check(against: GuestFunctionType(parameters: [.i32], results: [.i32]))
    }
  }
}
