import PulleySource
import Testing

@testable import PulleyDeclarations

@Suite("Rules of pointers")
struct RuleTests {
  private func function(_ name: String, in text: String) throws -> FunctionDeclaration {
    var declarations = Declarations()
    try declarations.read(text)
    return try #require(declarations.function(named: name))
  }

  @Test func `attributes of GCC count parameters from 1`() throws {
    let read = try function(
      "read",
      in: """
        long read(int, void *, unsigned long)
          __attribute__((__nonnull__(2), __access__(__write_only__, 2, 3)));
        """)
    let rules = read.type.parameters[1].rules
    #expect(rules.extent == .elements(.parameter(position: 2)))
    #expect(rules.access == .write)
    #expect(rules.isNonNull)
    #expect(read.type.parameters[0].rules == PointerRules())
  }

  @Test func `the format tells the arguments with an attribute or by the name`() throws {
    let log = "void log(int, const char *, ...) __attribute__((__format__(__printf__, 2, 3)));"
    #expect(
      try function("log", in: log).format == FormatRule(.printf, position: 1, hasArguments: true))
    let scan = "int sscanf(const char *, const char *, ...);"
    #expect(
      try function("sscanf", in: scan).format
        == FormatRule(.scanf, position: 1, hasArguments: true))
    let time = "void f(char *, const char *) __attribute__((format(strftime, 2, 0)));"
    #expect(try function("f", in: time).format == nil)
  }

  @Test func `counts by name are positions, of later parameters too`() throws {
    let text = """
      void f(int *a __attribute__((counted_by(n))), void *b [[sized_by(n * size)]], int n, int size,
             char c[static 8], double d[n], int (*e)(int m, int *g [[counted_by(m)]]));
      """
    let parameters = try function("f", in: text).type.parameters
    #expect(parameters[0].rules.extent == .elements(.parameter(position: 2)))
    #expect(parameters[1].rules.extent == .bytes(.product(2, 3)))
    #expect(parameters[4].rules.extent == .elements(.constant(8)))
    #expect(parameters[5].rules.extent == .elements(.parameter(position: 2)))
    guard case .pointer(let pointer) = parameters[6].type,
      case .function(let callback) = pointer.pointee
    else {
      Issue.record("the last parameter is not a pointer to a function")
      return
    }
    #expect(callback.parameters[1].rules.extent == .elements(.parameter(position: 0)))
  }

  @Test func `the library's own attributes are written for the function or for the parameter`()
    throws
  {
    let pairs = [
      ("[[pulley::kept]]", "pulley_kept(1)"), ("[[pulley::released]]", "pulley_released(1)"),
      ("[[pulley::sentinel(-1)]]", "pulley_sentinel(1, -1)"), ("[[pulley::out]]", "pulley_out(1)"),
      ("[[pulley::bytes(n)]]", "pulley_bytes(1, 2)"),
      ("[[pulley::bytes(n * m)]]", "pulley_bytes(1, 2, 3)"),
      ("[[pulley::strings(p, s)]]", "pulley_strings(1, 1, 4)"),
    ]
    for (own, ofFunction) in pairs {
      let first = try function("f", in: "void f(char *p \(own), int n, int m, char *s);")
      let second = try function(
        "f", in: "void f(char *p, int n, int m, char *s) __attribute__((\(ofFunction)));")
      #expect(first.type == second.type)
      #expect(first.type.parameters[0].rules != PointerRules())
    }
  }

  @Test func `the table of known functions is read and every function in it has a rule`() throws {
    var scope = Scope()
    for (name, text) in KnownText.all {
      var reader = DeclarationReader(
        SourceText(text, name: name), scope, usesKnownDeclarations: false)
      try reader.readAll()
      scope = reader.finish()
    }
    #expect(scope.functionNames.count > 200)
    for name in scope.functionNames {
      guard case .function(let function)? = scope.names[name]?.kind else { continue }
      let isRuled =
        function.format != nil || function.resultRules != PointerRules()
        || function.type.hasRule
      // Functions that only make the handles of others have no rule.
      #expect(isRuled || ["opendir", "qsort_r"].contains(name), "\(name)")
    }
  }

  @Test func `a declaration of a known function gets its rules if it has the shape`() throws {
    let usual = try function("memcpy", in: "void *memcpy(void *, const void *, size_t);")
    #expect(usual.type.parameters[1].rules.extent == .bytes(.parameter(position: 2)))
    let other = try function("memcpy", in: "void *memcpy(int, const void *, size_t);")
    #expect(other.type.parameters[1].rules == PointerRules())
    let exec = try function(
      "sqlite3_exec",
      in: """
        struct sqlite3;
        int sqlite3_exec(struct sqlite3 *, const char *, int (*)(void *, int, char **, char **),
                         void *, char **);
        """)
    #expect("\(exec)".hasPrefix("int sqlite3_exec(struct sqlite3 *, const char *, int (*)"))
    guard case .pointer(let pointer) = exec.type.parameters[2].type,
      case .function(let callback) = pointer.pointee
    else {
      Issue.record("the callback is not a pointer to a function")
      return
    }
    #expect(callback.parameters[2].rules.extent == .elements(.parameter(position: 1)))
  }

  @Test(arguments: [
    ("strlen", "const char *", [0]),
    ("fputs", "const char *, struct file *", [0, 1]),
    ("qsort", "void *, size_t, size_t, int (*)(const void *, const void *)", [3]),
    ("frexp", "double, int *", [1]),
    ("time", "time_t *", []),
    ("free", "void *", []),
    ("memcpy", "void *, const void *, size_t", []),
    ("sqlite3_open", "const char *, struct sqlite3 **", [1]),
    ("sqlite3_changes", "struct sqlite3 *", [0]),
    ("sqlite3_busy_handler", "struct sqlite3 *, int (*)(void *, int), void *", [0]),
    ("uncompress", "unsigned char *, long *, const unsigned char *, unsigned long", [1]),
  ])
  func `a known function tells for which pointers NULL is not allowed`(
    name: String, parameters: String, expected: [Int]
  ) throws {
    let declared = try function(
      name, in: "struct sqlite3; struct file; int \(name)(\(parameters));")
    let found = declared.type.parameters
    let pointers = found.indices.filter {
      if case .pointer = found[$0].type { true } else { false }
    }
    #expect(pointers.filter { found[$0].rules.isNonNull } == expected)
  }

  @Test func `members of a known structure get their rules by name`() throws {
    var declarations = Declarations()
    try declarations.read(
      """
      struct z_stream_s {
        unsigned char *next_in; unsigned avail_in; unsigned long total_in;
        unsigned char *next_out; unsigned avail_out;
      };
      """)
    guard case .record(let record)? = declarations.type(named: "struct z_stream_s"),
      let members = record.definition?.members
    else {
      Issue.record("there is no structure")
      return
    }
    #expect(members[0].rules.extent == .bytes(.parameter(position: 1)))
    #expect(members[3].rules.extent == .bytes(.parameter(position: 4)))
  }

  @Test func `types of a fixed width are the same in host and guest whatever the header says`()
    throws
  {
    var declarations = Declarations()
    try declarations.read(
      """
      typedef long int int64_t; typedef unsigned long uint64_t; typedef unsigned long size_t;
      typedef long __time_t; typedef __time_t time_t; typedef long off_t; typedef long other_t;
      struct s { time_t a; size_t b; other_t c; };
      """)
    #expect(declarations.type(named: "int64_t") == .integer(.int64))
    #expect(declarations.type(named: "uint64_t") == .integer(.uint64))
    #expect(declarations.type(named: "size_t") == .integer(.unsignedPointerSized))
    #expect(declarations.type(named: "time_t") == .integer(.int64))
    #expect(declarations.type(named: "off_t") == .integer(.int64))
    #expect(declarations.type(named: "other_t") == .integer(.long))
    #expect(
      try declarations.type(named: "struct s")?.extent(.guest32) == Extent(size: 16, alignment: 8))
  }

  @Test func `texts that are read twice, and headers that share types, agree`() throws {
    let text = """
      typedef struct { int quot, rem; } div_t; div_t div(int, int);
      struct node { struct node *next; enum { LEAF, TREE } kind; union { int a; float b; }; };
      typedef div_t (*maker)(struct node *, int [2]);
      maker find(const char *name);
      """
    var declarations = Declarations()
    try declarations.read(text)
    try declarations.read(text)
    #expect(declarations.functionNames == ["div", "find"])
  }
}

extension FunctionType {
  /// Whether a parameter, or one of a callback, has a rule.
  fileprivate var hasRule: Bool {
    parameters.contains { parameter in
      if parameter.rules != PointerRules() { return true }
      guard case .pointer(let pointer) = parameter.type,
        case .function(let callback) = pointer.pointee
      else { return false }
      return callback.hasRule
    }
  }
}
