import PulleyDeclarations
import PulleyHost
import Testing

/// The words of signatures for pointers, structures, callbacks, several results and variable arguments.
@Suite struct SignatureWords {
  @Test(
    arguments: [
      ("void(out i32)", "void(out i32)"),
      ("void( inout  double , in unsigned char)", "void(inout f64, in u8)"),
      ("void(out i32?, out long, inout size_t)", "void(out i32?, out ssize_t, inout size_t)"),
      ("f64(cstr, out ptr?)", "f64(cstr, out ptr?)"),
      ("void(out cstr, out handle(struct sqlite3))", "void(out cstr, out handle(struct sqlite3))"),
      ("struct{int, int}(int, int)", "struct{i32, i32}(i32, i32)"),
      (
        "void(struct { i32 , struct{f64 x,u8[16] y} })",
        "void(struct{i32, struct{f64 x, u8[16] y}})"
      ),
      ("void(kept inout struct{i32})", "void(kept inout struct{i32})"),
      ("i32(out i16[2][3])", "i32(out i16[2][3])"),
      ("void(ptr, callback(i32(ptr, ptr)))", "void(ptr, callback(i32(ptr, ptr)))"),
      ("void(kept callback(void(i32))?)", "void(kept callback(void(i32))?)"),
      (
        "void(callback(i32(callback(void()), out f64)))",
        "void(callback(i32(callback(void()), out f64)))"
      ),
      ("i32(array(u16, n), size_t n)", "i32(array(u16, n2), size_t n2)"),
      ("i32(u8 n, in array(struct{i32,f64}, n)?)", "i32(u8 n1, in array(struct{i32, f64}, n1)?)"),
      ("i32(out array(i64, 4))", "i32(out array(i64, 4))"),
      ("i32(inout size_t n, out array(u8, n))", "i32(inout size_t n1, out array(u8, n1))"),
      (
        "size_t(out buf(size*count), size_t size, size_t count, handle(FILE))",
        "size_t(out buf(n2 * n3), size_t n2, size_t n3, handle(FILE))"
      ),
      ("i32(instance, i32, array(u16, n), i64 n)", "i32(instance, i32, array(u16, n3), i64 n3)"),
      ("i32(cstr(64), cstr( 1 )?)", "i32(cstr(64), cstr(1)?)"),
      ("i32(size_t, buf)", "i32(size_t n1, buf(n1))"),
      ("i32(i32, buf, ptr)", "i32(i32 n1, buf(n1), ptr)"),
      ("i32(i32, buf?, size_t)", "i32(i32, buf?, size_t)"),
      ("i32(in buf, size_t)", "i32(in buf(n2), size_t n2)"),
      ("i32(buf(n), cstr, u16 n)", "i32(buf(n3), cstr, u16 n3)"),
      ("i32(buf(16))", "i32(buf(16))"),
      ("buf(n)(cstr, out size_t n)", "buf(n2)(cstr, out size_t n2)"),
      ("array(f32, 3)(i32)", "array(f32, 3)(i32)"),
      ("(i32, i64)(ptr)", "(i32, i64)(ptr)"),
      ("( double , ptr , bool )()", "(f64, ptr, bool)()"),
      ("int(cstr, ..., i32, f64)", "i32(cstr, ..., i32, f64)"),
      (
        "i32(handle(sqlite3), released handle(struct a))",
        "i32(handle(sqlite3), released handle(struct a))"
      ),
      ("handle(FILE)(cstr, cstr)", "handle(FILE)(cstr, cstr)"),
      ("cstr(i32)", "cstr(i32)"),
      ("i32(i32 first, unsigned long second, cstr)", "i32(i32, size_t, cstr)"),
    ])
  func `signatures are printed in canonical form, which can be read again`(
    text: String, canonical: String
  ) throws {
    #expect(try HostSignature(text).description == canonical)
    #expect(try HostSignature(canonical).description == canonical)
  }

  @Test(
    arguments: [
      ("void(out)", 8, "expected the type of the data"),
      ("void(out void)", 9, "'void' has no form in memory"),
      ("void(out v128)", 9, "'v128' has no form in memory"),
      ("void(in out i32)", 8, "unknown type 'out'"),
      ("void(kept i32)", 5, "'kept' may precede"),
      ("void(released ptr)", 5, "'released' may precede handles"),
      ("void(handle(FILE)?)", 17, "'?' may follow"),
      ("void(struct)", 5, "as in 'struct{i32, f64}'"),
      ("void(struct{})", 12, "expected the type of a member"),
      ("void(struct{i32)", 15, "expected '}'"),
      ("void(struct{i32 struct})", 16, "expected '}'"),
      ("void(struct{cstr(4)})", 16, "expected '}'"),
      ("void(out u8[0])", 12, "at least 1"),
      ("void(out u8[99999999999999999999])", 12, "at most 1073741824"),
      ("void(out u8[65536][65536])", 9, "is larger than"),
      ("void(struct{u8[1000000000], u8[1000000000]})", 5, "is larger than"),
      ("void(callback)", 13, "expected '(' after 'callback'"),
      ("void(callback(i32))", 17, "expected '(' after the result type"),
      ("void(callback(i32(instance)))", 18, "a callback has no 'instance'"),
      ("void(callback(i32(foo)))", 18, "unknown type 'foo'"),
      ("void(array(u16, n))", 16, "no parameter has the name 'n'"),
      ("void(array(u16, n), f64 n)", 16, "'n' is f64; a count is an integer"),
      ("void(array(u16, n), out i32 n)", 16, "a count is an integer"),
      ("void(array(u16))", 14, "expected ',' before the number of elements"),
      ("void(array(u16, ))", 16, "a number or a parameter's name"),
      ("void(array(u16, 0))", 16, "at least 1"),
      ("void(array(u16, a*))", 18, "a number or a parameter's name"),
      ("void(i32 n, i32 n)", 16, "two parameters are named 'n'"),
      ("void(cstr(n))", 10, "expected the number of bytes"),
      ("cstr(64)(ptr)", 5, "unknown type '64'"),
      ("buf(ptr, n)", 0, "cannot be a result without its length"),
      ("buf(n)(ptr)", 4, "no parameter has the name 'n'"),
      ("in buf(n)(ptr, i32 n)", 0, "cannot be a result"),
      ("out i32(i32)", 0, "cannot be a result"),
      ("callback(i32())(i32)", 0, "cannot be a result"),
      ("(i32)(ptr)", 0, "one result is written without parentheses"),
      ("()(ptr)", 1, "expected a result type"),
      ("(i32, v128)()", 6, "'v128' has no form in memory"),
      ("(i32, struct{i32})()", 6, "cannot be one of several results"),
      ("i32(..., i32)", 4, "'...' must follow a parameter"),
      ("i32(cstr, ..., i32, ...)", 20, "'...' occurs twice"),
      ("i32(cstr, ..., f32)", 15, "C passes 'f32' as 'f64'"),
      ("i32(cstr, ..., u8)", 15, "C passes 'u8' as 'i32'"),
      ("i32(buf, ..., i32)", 4, "'buf' needs its length"),
      ("i32(buf(n), ..., i32 n)", 8, "'n' is a variable argument, which cannot be a count"),
      ("i32(size_t, ..., buf)", 17, "'buf' needs its length"),
      ("i32(handle())", 11, "expected the name of an incomplete type"),
      ("i32(handle(struct sqlite3)", 26, "expected ')'"),
      ("i32(i32 x?)", 9, "expected ')'"),
    ])
  func `an error names the character and what is expected there`(
    text: String, offset: Int, message: String
  ) {
    let error = #expect(throws: HostSignatureError.self) { try HostSignature(text) }
    #expect(error?.offset == offset)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `counts are positions among the guest's parameters`() throws {
    let signature = try HostSignature("i32(userdata, array(u16, n), i32, size_t n)")
    guard case .data(let data) = signature.parameters[0] else {
      Issue.record("\(signature)")
      return
    }
    #expect(data.element == .integer(.uint16))
    #expect(data.extent == .elements(.parameter(position: 2)))
    #expect(data.access == .readWrite)
    #expect(!data.isNullable)
  }

  @Test func `several results are the members of a structure`() throws {
    guard case .several(let record) = try HostSignature("(u8, f64, i16)(ptr)").result else {
      Issue.record("several results were expected")
      return
    }
    #expect(try record.layout(.host).offsets == [0, 8, 16])
    #expect(record.definition?.members.map(\.type.word) == ["u8", "f64", "i16"])
  }

  @Test func `variable arguments begin at their position`() throws {
    let signature = try HostSignature("i32(instance, cstr, i32, ..., i64)")
    #expect(signature.variadic == .fixed(from: 2))
    #expect(signature.parameters == [.string, .i32, .i64])
  }

  @Test func `structures and callbacks can be nested 32 deep`() throws {
    func nested(_ count: Int) -> String {
      "void(" + String(repeating: "struct{", count: count) + "i8"
        + String(repeating: "}", count: count) + ")"
    }
    _ = try HostSignature(nested(32))
    let error = #expect(throws: HostSignatureError.self) { try HostSignature(nested(33)) }
    #expect(error?.message.contains("more than 32") == true)
    #expect(error?.offset == 5 + 32 * 7)

    let callbacks = String(repeating: "void(callback(", count: 100_000)
    #expect(throws: HostSignatureError.self) { try HostSignature(callbacks) }
    let dimensions = "void(out i8" + String(repeating: "[1]", count: 100_000) + ")"
    #expect(throws: HostSignatureError.self) { try HostSignature(dimensions) }
  }

  @Test func `reading random words never crashes, and the canonical text is read again`() throws {
    let pieces = [
      "i32", "(", ")", ",", " ", "buf", "buf(n)", "?", "void", "size_t n", "out", "in ", "struct{",
      "}", "callback(", "array(u16, n)", "...", "[3]", "handle(x)", "cstr(4)", "kept ",
      "(i32,f64)(",
      "i32(", "n", "*",
    ]
    var random = SystemRandomNumberGenerator()
    var accepted = 0
    for _ in 0..<20_000 {
      let text =
        (Bool.random(using: &random) ? "i32(" : "")
        + (0..<Int.random(in: 0...8, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      do throws(HostSignatureError) {
        let signature = try HostSignature(text)
        accepted += 1
        #expect(
          (try? HostSignature("\(signature)"))?.description == signature.description, "\(text)")
      } catch {
        #expect((0...text.utf8.count).contains(error.offset), "\(text)")
      }
    }
    #expect(accepted > 20)
  }
}
