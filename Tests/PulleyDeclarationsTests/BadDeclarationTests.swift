import PulleySource
import Testing

@testable import PulleyDeclarations

@Suite("Errors in declarations")
struct BadDeclarationTests {
  private func error(in text: String) -> DeclarationError? {
    var declarations = Declarations()
    do throws(DeclarationError) {
      try declarations.read(text, name: "test.h")
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    // Names and types.
    ("int f(sizet n);", "1:7", "unknown type 'sizet': did you mean 'size_t'?"),
    ("struct tm { int a; };\ntm *f(void);", "2:1", "'tm' is a tag: write 'struct tm'"),
    ("int f(void);\nf g;", "2:1", "expected a type, but 'f' is a function"),
    ("enum { RED }; int a[REED];", "1:21", "unknown name 'REED': did you mean 'RED'?"),
    ("unsigned float x;", "1:1", "these words make no type of C"),
    ("int char x;", "1:5", "this word does not fit the type before it"),
    ("struct s {} struct t {} x;", "1:13", "this declaration has two types"),
    // Declared twice.
    (
      "int f(int);\nlong f(int);", "2:6",
      "'long f(int)' is declared, but was 'int f(int)' before (test.h:1)"
    ),
    (
      "typedef int t;\ntypedef long t;", "2:14",
      "'t' is declared as 'long', but was 'int' before (test.h:1)"
    ),
    ("typedef int f;\nint f(void);", "2:5", "'f' is a type already (test.h:1)"),
    ("enum { A };\nenum { A = 1 };", "2:8", "'A' has another value than before (test.h:1)"),
    (
      "struct s { int a; };\nstruct s { int b; };", "2:8",
      "'struct s' has other members than before (test.h:1)"
    ),
    ("struct s;\nunion s *f(void);", "2:7", "'s' is the tag of a struct (test.h:1)"),
    ("struct s { int a, a; };", "1:19", "two members have the name 'a'"),
    ("struct s { int a; union { int a; }; };", "1:19", "two members have the name 'a'"),
    ("int f(int a, int a);", "1:18", "two parameters have the name 'a'"),
    // Sizes.
    ("struct s { struct s a; };", "1:21", "'struct s' contains itself: use a pointer"),
    (
      "struct s { struct { struct s a[2]; } b; };", "1:31",
      "'struct s' contains itself: use a pointer"
    ),
    ("struct s { struct t a; };", "1:21", "the member 'a' has the incomplete type 'struct t'"),
    ("struct s { void a; };", "1:17", "the member 'a' cannot have the type void"),
    (
      "struct s { int a[]; int b; };", "1:25",
      "only the last member of a structure can be an array without a count, as 'a' is"
    ),
    ("int a[1 << 30];", "1:5", "an array is larger than 1073741824 bytes"),
    (
      "int a[0x7fffffffffffffff][0x7fffffffffffffff];", "1:5",
      "an array is larger than 1073741824 bytes"
    ),
    (
      "struct s { char a[1 << 30], b[1 << 30]; };", "1:8",
      "'struct s' is larger than 1073741824 bytes"
    ),
    ("int a[-1];", "1:7", "this array has the negative count -1"),
    ("int a[1 / 0];", "1:7", "this divides by zero or overflows"),
    ("int n; int a[n];", "1:14", "this is not an integer constant expression"),
    ("enum { A = 1 << 64 };", "1:12", "this shifts by a number that is negative or too large"),
    ("enum { A = 18446744073709551615u, B };", "1:35", "the value of 'B' is too large"),
    (
      "enum { A = 18446744073709551616 };", "1:12",
      "this number is malformed or does not fit 64 bits"
    ),
    (
      "struct t; struct t a[2];", "1:21",
      "an array of the incomplete type 'struct t' has no size"
    ),
    (
      "int __attribute__((aligned(3))) x;", "1:20",
      "an alignment is a power of two and at most 65536, not 3"
    ),
    // Syntax.
    ("int f(int", "1:10", "expected ')' or ',' after the parameter, found the end of the text"),
    ("int f(int) int g;", "1:12", "expected ';' after the declaration of 'f', found 'int'"),
    ("int 3;", "1:5", "expected a name, found '3'"),
    ("}", "1:1", "this '}' closes nothing"),
    ("int f(void) { if (1) { }", "1:13", "what begins here has no end"),
    ("int f(void) { (} )", "1:16", "expected ')', found '}'"),
    ("int a; /* no end", "1:8", "this comment has no end: expected */"),
    ("char *s = \"no end\n\";", "1:11", "this string has no end in its line"),
    ("int a @ b;", "1:7", "expected ';' after the declaration of 'a', found '@'"),
    ("int \u{1}a;", "1:5", "\"\\u{1}\" is not part of C"),
    ("int f(void)[2];", "1:6", "a function cannot return an array"),
    ("typedef void v[2];", "1:15", "an array of void has no size"),
    (
      "#include <stdio.h>\n", "1:1",
      "#include is for the C preprocessor: run it first (cc -E) and declare its output"
    ),
    (
      "#define A 1\n", "1:1",
      "#define is for the C preprocessor: run it first (cc -E) and declare its output"
    ),
    // Attributes.
    (
      "void f(void *p [[pulley::keptt]]);", "1:18",
      "unknown attribute 'pulley_keptt': did you mean 'pulley_kept'?"
    ),
    (
      "void f(void *p [[sized_by(m)]], int n);", "1:18",
      "this attribute names 'm', which is not a parameter or member here: did you mean 'n'?"
    ),
    (
      "void f(void *p, int n) __attribute__((pulley_bytes(1, 3)));", "1:39",
      "this attribute names parameter 3 of 2"
    ),
    ("void f(int n [[pulley::kept]]);", "1:16", "this attribute is for pointers"),
  ])
  func `an error says where and what is wrong`(text: String, position: String, message: String) {
    let error = error(in: text)
    #expect(error?.message == message)
    #expect(error.map { "\($0.position)" } == position)
    #expect(error?.file == "test.h")
  }

  @Test func `an error names the line of the header that the line markers tell`() {
    let text = """
      # 1 "all.c"
      # 1 "/usr/include/sqlite3.h" 1 3 4

      int ok;
      # 120 "/usr/include/sqlite3.h" 3 4
      typedef int t; /* two
      lines */ int f(sizet n);
      """
    #expect(
      error(in: text)?.description == """
        /usr/include/sqlite3.h:121:16: unknown type 'sizet': did you mean 'size_t'?
        lines */ int f(sizet n);
                       ^
        """)
  }

  /// Texts that nest without an end, with the start of the message.
  @Test(arguments: [
    ("int ", "(", "this is nested more than 64 deep"),
    ("enum { a = ", "(", "this is nested more than 64 deep"),
    ("enum { a = ", "1 ? 2 : ", "this is nested more than 64 deep"),
    ("", "struct {", "this is nested more than 64 deep"),
    ("int f(", "int (*)(", "this is nested more than 64 deep"),
    ("int a", "[sizeof(int", "this is nested more than 64 deep"),
    ("int ", "__attribute__((aligned(sizeof(int ", "this is nested more than 64 deep"),
    ("", "_Alignas(", "this is nested more than 64 deep"),
    ("", "struct { int a[sizeof(", "this is nested more than 64 deep"),
    ("", "enum { a = sizeof(", "this is nested more than 64 deep"),
    ("enum { a =", "sizeof(__typeof__((", "this is nested more than 64 deep"),
    ("int ", "*", "the type is too complex"),
    ("int a", "[1]", "the type is too complex"),
    ("int f(void) ", "{", "what begins here has no end"),
    ("int x = ", "(", "what begins here has no end"),
    ("enum { a = ", "- ", "expected an expression"),
    ("enum { a = ", "sizeof ", "expected an expression"),
    ("", "_Pragma(\"x\") ", nil),
    ("int x ", "__attribute__((aligned(8))) ", "expected ';'"),
    ("int f(", "int, ", "the type is too complex"),
  ])
  func `a text that nests without an end is refused and takes no stack`(
    start: String, part: String, message: String?
  ) {
    let error = error(in: start + String(repeating: part, count: 20_000))
    #expect(
      error.map { error in message.map(error.message.hasPrefix) ?? false } ?? (message == nil))
  }

  /// The first declaration, and the next one, in which N becomes a number and M the number after it.
  @Test(arguments: [
    ("typedef int t0;", "typedef tN *tM;"),
    ("typedef void t0(int);", "typedef void tM(tN *, tN *);"),
    ("struct s0 { int a; };", "struct sM { struct sN a; };"),
    ("struct s0 { int a; };", "struct sM { struct sN a, b; };"),
    ("struct s0 { };", "struct sM { struct sN a, b; };"),
    ("int a; typedef int *t0;", "typedef __typeof__(&*(tN *)0) tM;"),
    ("typedef int t0;", "typedef tN tM[1];"),
  ])
  func `types that grow with each declaration are refused in time`(first: String, next: String) {
    var text = first
    for index in 0..<1000 {
      text += next.replacing("N", with: "\(index)").replacing("M", with: "\(index + 1)") + "\n"
    }
    #expect(error(in: text)?.message.contains("nested more than 64 deep") == true)
  }

  @Test func `a chain of twenty thousand structures by pointers is read and released`() throws {
    var declarations: Declarations? = Declarations()
    var text = "struct s0 { struct s0 *p; };\n"
    for index in 1..<20_000 {
      text += "struct s\(index) { struct s\(index - 1) *p; struct s\(index) *own; };\n"
    }
    try declarations?.read(text)
    let last = declarations?.type(named: "struct s19999")
    #expect(try last?.extent(.guest32) == Extent(size: 8, alignment: 4))
    declarations = nil
    // The layout stays when the members are gone.
    #expect(try last?.extent(.guest32) == Extent(size: 8, alignment: 4))
  }

  @Test func `declarations before an error are known and reading can continue`() throws {
    var declarations = Declarations()
    #expect(throws: DeclarationError.self) {
      try declarations.read("int f(void); int g(nothing); int h(void);")
    }
    try declarations.read("int i(void);")
    #expect(declarations.functionNames == ["f", "i"])
    #expect(declarations.nearestName(to: "ff") == "f")
  }
}
