import PulleySource
import Testing

@testable import PulleyDeclarations

@Suite("Finalizers")
struct FinalizerTests {
  private typealias Finalizer = PointerRules.Finalizer

  private func read(_ text: String) throws -> Declarations {
    var declarations = Declarations()
    try declarations.read("struct a; struct b;" + text)
    return declarations
  }

  private func error(_ text: String) -> String? {
    do throws(DeclarationError) {
      var declarations = Declarations()
      try declarations.read("struct a; struct b { struct a *a; };" + text)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func `GCC's attribute names a function that takes the object alone`() throws {
    let attributes = [
      "__attribute__((__malloc__)) __attribute__((__malloc__(end, 1)))": "end",
      "__attribute__((malloc(again, 3), malloc(end), malloc(other)))": "end",
      "__attribute__((malloc))": nil,
    ]
    for (attribute, name) in attributes {
      let function = try read("struct a *f(void) \(attribute);").function(named: "f")
      #expect(function?.resultRules.finalizer == name.map { Finalizer($0, isRequired: false) })
    }
  }

  @Test func `the library's own attribute is for a result or for a stored handle`() throws {
    let required = Finalizer("end", isRequired: true)
    for attribute in ["__attribute__((pulley_finalizer(end)))", "[[pulley::finalizer(end)]]"] {
      let declarations = try read(
        """
        struct a *result(int) \(attribute);
        int stored(int, struct a **) \(attribute);
        int own(struct b **, struct a **p \(attribute));
        int other(struct b **, struct a **p [[pulley::in_out]]) [[pulley::finalizer(end, p)]];
        """)
      #expect(declarations.function(named: "result")?.resultRules.finalizer == required)
      for name in ["stored", "own", "other"] {
        let parameters = try #require(declarations.function(named: name)).type.parameters
        #expect(parameters[0].rules.finalizer == nil)
        #expect(parameters[1].rules.finalizer == required)
        #expect(parameters[1].rules.access == (name == "other" ? .readWrite : .write))
      }
    }
  }

  @Test func `a finalizer ends the handle that it gets`() throws {
    let declarations = try read(
      """
      void end(struct a *);
      struct a *new(void) __attribute__((malloc(end)));
      void keep(struct a *); void count(int); int *number(void) __attribute__((malloc(count)));
      """)
    #expect(declarations.function(named: "end")?.type.parameters[0].rules.isReleased == true)
    #expect(declarations.function(named: "keep")?.type.parameters[0].rules.isReleased == false)
    #expect(declarations.function(named: "count")?.type.parameters[0].rules.isReleased == false)
  }

  @Test func `what a declaration asks for goes before what is known`() throws {
    let known = "typedef struct _IO_FILE FILE; FILE *fopen(const char *, const char *)"
    #expect(
      try read(known + ";").function(named: "fopen")?.resultRules.finalizer
        == Finalizer("fclose", isRequired: false))
    #expect(
      try read(known + "; \(known) [[pulley::finalizer(close)]];").function(named: "fopen")?
        .resultRules.finalizer == Finalizer("close", isRequired: true))
    let declarations = Declarations()
    #expect(declarations.finalizer(named: "fclose")?.type.parameters.count == 1)
    #expect(declarations.finalizer(named: "nothing") == nil)
  }

  @Test func `every finalizer of a well-known function is well known and takes one object`() throws
  {
    let names = [
      "fclose", "pclose", "closedir", "gzclose", "sqlite3_close_v2", "sqlite3_finalize",
      "sqlite3_blob_close", "sqlite3_backup_finish", "sqlite3_value_free", "sqlite3_snapshot_free",
    ]
    for name in names {
      let function = try #require(Declarations().finalizer(named: name))
      #expect(function.type.parameters.count == 1)
      #expect(function.type.parameters[0].rules.isReleased)
    }
  }

  @Test func `an attribute that names no handle is refused`() {
    #expect(
      error("int f(struct a *) [[pulley::finalizer(end)]];")?.contains("return a pointer") == true)
    #expect(
      error("int f(struct a **, struct a **) [[pulley::finalizer(end)]];")?
        .contains("stores several pointers") == true)
    #expect(error("int f(struct a *p [[pulley::finalizer(end)]]);")?.contains("is stored") == true)
    #expect(
      error("struct c { struct a **a [[pulley::finalizer(end)]]; };")?
        .contains("functions and their parameters") == true)
    #expect(
      error("struct a *f(void) [[pulley::finalizer]];")?.contains("expected the name") == true)
    #expect(
      error("struct a *f(void) [[pulley::finalizer(2)]];")?.contains("expected the name") == true)
  }
}
