import PulleySource
import Testing

@testable import PulleyDeclarations

@Suite("Reading C declarations")
struct ReadingTests {
  private func read(_ text: String) throws -> Declarations {
    var declarations = Declarations()
    try declarations.read(text, name: "test.h")
    return declarations
  }

  @Test(arguments: [
    ("int puts(const char *text);", "int puts(const char *text)"),
    (
      "int (*signal(int number, void (*handler)(int)))(int);",
      "int (*signal(int number, void (*handler)(int)))(int)"
    ),
    ("int f(int a[], const int b[3], int c[2][4]);", "int f(int *a, const int *b, int (*c)[4])"),
    ("typedef int F(int, char *); F f;", "int f(int, char *)"),
    ("typedef int F(int); void f(F a, F *b);", "void f(int (*a)(int), int (*b)(int))"),
    ("char *const *f(char *const *const p);", "char *const *f(char *const *p)"),
    (
      "unsigned long long int f(long unsigned, short int x);",
      "unsigned long long f(unsigned long, short x)"
    ),
    (
      "long double f(signed char, unsigned char, char);",
      "long double f(signed char, unsigned char, char)"
    ),
    ("const struct tm *f(struct tm *);", "const struct tm *f(struct tm *)"),
    ("void f(void), g();", "void f(void)"),
    ("int f();", "int f()"),
    ("int f(int n, ...);", "int f(int n, ...)"),
    ("void f(int size_t, int n);", "void f(int size_t, int n)"),
    (
      "int (f)(int (x), int (*)(int (y)), int (int32_t));",
      "int f(int x, int (*)(int y), int (*)(int))"
    ),
    (
      "extern int f(const char *restrict, int __restrict__ [4]) __asm__(\"g\") "
        + "__attribute__((nothrow));",
      "int f(const char *, int *)"
    ),
    ("__attribute__((noreturn)) void f(int), (*object)(int);", "void f(int)"),
    ("static __inline__ int f(int a) { return (a + '}') * \"{\"[0]; }", "int f(int a)"),
    ("[[nodiscard]] int *f [[gnu::const]] (int x [[maybe_unused]]);", "int *f(int x)"),
    ("typedef struct { int a; } pair; pair f(pair, pair *);", "pair f(pair, pair *)"),
    ("enum e { A, B }; enum e f(enum e);", "unsigned int f(unsigned int)"),
    ("__extension__ typedef long long big; big f(__typeof__(1 + 2L));", "long long f(long)"),
    ("_Noreturn void f(_Alignas(16) struct s *);", "void f(struct s *)"),
    ("_Static_assert(sizeof(int) == 4, \"\"); int f(void);", "int f(void)"),
    (
      "void f(_Complex double, __builtin_va_list, _Atomic int);",
      "void f(_Complex, va_list, _Atomic int)"
    ),
    ("int x = sizeof(int), y[] = { 1, (2), }; int f(int);", "int f(int)"),
  ])
  func `a declaration of any form is read and written in the usual form`(
    text: String, prototype: String
  ) throws {
    let declarations = try read(text)
    let name = try #require(declarations.functionNames.first)
    #expect(declarations.function(named: name)?.description == prototype)
  }

  @Test func `an asm label is the symbol and a static function has none in a library`() throws {
    let declarations = try read(
      """
      int scan(const char *) __asm__("" "__isoc99_scan");
      static inline int local(void) { return 1; }
      extern __inline __attribute__((__gnu_inline__)) int copy(void) { return 1; }
      """)
    #expect(declarations.function(named: "scan")?.symbol == "__isoc99_scan")
    #expect(declarations.function(named: "local")?.isInline == true)
    #expect(declarations.function(named: "copy")?.isInline == false)
    #expect(declarations.functionNames == ["scan", "local", "copy"])
  }
}
