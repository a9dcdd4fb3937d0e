import PulleyHost
import Testing

@Suite struct HostSignatures {
  @Test(
    arguments: [
      ("i32(ptr, u8, f64)", "i32(ptr, u8, f64)"),
      ("void()", "void()"),
      ("void(void)", "void()"),
      (" int ( const_free ) ", nil),
      ("  int\t(  unsigned   char,\n long long ) ", "i32(u8, i64)"),
      ("size_t(cstr?, buf, size_t)", "size_t(cstr?, buf, size_t)"),
      ("i64(buf?,u8)", "i64(buf?, u8)"),
      ("i32(instance, userdata, ptr, cstr)", "i32(instance, userdata, ptr, cstr)"),
      ("void(userdata, instance)", "void(userdata, instance)"),
      ("unsigned long(unsigned, unsigned long long int)", "size_t(u32, u64)"),
      ("double(float, bool, _Bool, hostptr)", "f64(f32, bool, bool, hostptr)"),
      ("ptr(ptr ?, uintptr_t, ptrdiff_t)", "ptr(ptr?, size_t, ssize_t)"),
      ("int8_t(uint16_t)", "i8(u16)"),
    ] as [(String, String?)])
  func signaturesArePrintedInCanonicalForm(text: String, canonical: String?) throws {
    let signature = try? HostSignature(text)
    #expect(signature?.description == canonical)
    if let signature {
      #expect(try HostSignature("\(signature)") == signature)
    }
  }

  @Test(arguments: [
    ("", 0, "missing"),
    ("i32", 3, "expected '('"),
    ("i32(", 4, "missing"),
    ("i32(i32", 7, "expected ')'"),
    ("i32(i32,)", 8, "expected a parameter type"),
    ("i32(,i32)", 4, "expected a parameter type"),
    ("i33(i32)", 0, "unknown type 'i33'"),
    ("i32(i32, foo)", 9, "unknown type 'foo'"),
    ("i32(i32) x", 9, "nothing may follow"),
    ("i32(char *)", 9, "pointers are written"),
    ("i32(const char*)", 4, "not needed"),
    ("i32(struct s)", 4, "structures"),
    ("i32(cstr, ...)", 10, "the types of the variable arguments must follow"),
    ("i32(i32?)", 7, "'?' may follow"),
    ("i32(buf)", 4, "'buf' needs its length"),
    ("i32(buf, f64)", 4, "'buf' needs its length"),
    ("i32(f64, buf, ptr)", 9, "'buf' needs its length"),
    ("i32(i32, ptr, buf)", 14, "'buf' needs its length"),
    ("buf(i32)", 0, "cannot be a result"),
    ("ptr?(i32)", 0, "cannot be a result"),
    ("i32(i32, instance)", 9, "before the guest's"),
    ("i32(userdata, userdata)", 14, "twice"),
    ("i32(void, i32)", 4, "must be the only parameter"),
    ("i32(i32, void)", 9, "must be the only parameter"),
    ("i32 i32(i32)", 4, "expected '('"),
    ("i32(i32 f64)", 8, "expected ')'"),
    ("i32(i32 x y)", 10, "expected ')'"),
    ("i32(\u{e9})", 4, "expected a parameter type"),
  ])
  func aMalformedSignatureIsReportedAtItsOffendingCharacter(
    text: String, offset: Int, message: String
  ) {
    let error = #expect(throws: HostSignatureError.self) { try HostSignature(text) }
    #expect(error?.offset == offset)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func aSignatureHasAtMost128Parameters() throws {
    let words = Array(repeating: "i64", count: 128)
    #expect(try HostSignature("void(\(words.joined(separator: ",")))").parameters.count == 128)
    let error = #expect(throws: HostSignatureError.self) {
      try HostSignature("void(\((words + ["i64"]).joined(separator: ",")))")
    }
    #expect(error?.message.contains("more than 128") == true)
    #expect(error?.offset == 5 + 128 * 4)
  }

  @Test func readingASignatureFromRandomTextNeverCrashes() {
    let pieces = [
      "i32", "(", ")", ",", " ", "buf", "ptr", "?", "void", "*", "unsigned", "long", "é",
    ]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...12, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      do throws(HostSignatureError) {
        _ = try HostSignature(text)
      } catch {
        #expect((0...text.utf8.count).contains(error.offset))
      }
    }
  }
}

@Suite struct CheckingAgainstImports {
  private func check(
    _ signature: String, _ parameters: [GuestType], _ results: [GuestType]
  ) throws -> String? {
    let signature = try HostSignature(signature)
    do {
      try signature.check(against: GuestFunctionType(parameters: parameters, results: results))
      return nil
    } catch {
      return error.message
    }
  }

  @Test func aHostSignatureThatFitsTheImportIsAccepted() throws {
    #expect(try check("i32(cstr)", [.i32], [.i32]) == nil)
    #expect(try check("void(instance, userdata)", [], []) == nil)
    #expect(
      try check("u8(i8, u16, bool, u32, ptr)", [.i32, .i32, .i32, .i32, .i32], [.i32]) == nil)
    #expect(try check("size_t(size_t, ssize_t)", [.i32, .i64], [.i64]) == nil)
    #expect(try check("f32(f64, i64, u64)", [.f64, .i64, .i64], [.f32]) == nil)
    #expect(try check("hostptr(hostptr, hostptr)", [.externref, .i64], [.externref]) == nil)
    #expect(try check("v128(i32, v128)", [.i32, .v128], [.v128]) == nil)
    #expect(try check("ptr(ptr, buf, u32)", [.i64, .i64, .i32], [.i64]) == nil)
  }

  @Test(
    arguments: [
      ("i32(i32)", [.i64], [.i32], "argument 1 is i32, which does not accept i64"),
      ("i32(i32, f64)", [.i32, .f32], [.i32], "argument 2 is f64, which does not accept f32"),
      ("i32(i32)", [.i32, .i32], [.i32], "takes 1 argument of the guest's, the import has 2"),
      ("void(i32)", [.i32], [.i32], "returns 0 values, the import has 1"),
      ("i32(i32)", [.i32], [], "returns 1 value, the import has 0"),
      ("i64()", [], [.i32], "the result is i64, which does not become i32"),
      ("i32(i32)", [.i32], [.i32, .i32], "returns 1 value, the import has 2"),
      ("i32(hostptr)", [.i32], [.i32], "argument 1 is hostptr, which does not accept i32"),
      ("v128(i64)", [.i64], [.i64], "the result is v128, which does not become i64"),
      ("i32(i64)", [.v128], [.i32], "argument 1 is i64, which does not accept v128"),
    ] as [(String, [GuestType], [GuestType], String)])
  func aHostSignatureThatDoesNotFitTheImportIsRefusedWithTheReason(
    signature: String, parameters: [GuestType], results: [GuestType], message: String
  ) throws {
    let found = try #require(try check(signature, parameters, results))
    #expect(found.contains(message), "\(found)")
    #expect(found.contains(signature))
    #expect(found.contains("\(GuestFunctionType(parameters: parameters, results: results))"))
  }
}
