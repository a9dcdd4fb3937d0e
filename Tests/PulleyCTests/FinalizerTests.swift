import CPulley
import Foundation
import Testing

/// A library that counts its objects.
private final class Things {
  static let text = """
    #include <stdlib.h>
    struct thing { int number; int (*done)(int); };
    int things_living, things_ended, things_log[16], things_answers[16];
    struct thing *thing_new(int number) {
      struct thing *t = calloc(1, sizeof *t);
      t->number = number;
      things_living++;
      return t;
    }
    int thing_open(int number, struct thing **t) {
      *t = number ? thing_new(number) : 0;
      return number;
    }
    struct thing *thing_made(int number, int (*check)(int)) {
      struct thing *t = thing_new(number);
      check(number);
      return t;
    }
    void thing_watch(struct thing *t, int (*done)(int)) { t->done = done; }
    struct thing *thing_again(struct thing *t) { return t; }
    void thing_end(struct thing *t) {
      things_answers[things_ended] = t->done ? t->done(t->number) : -1;
      things_log[things_ended++] = t->number;
      things_living--;
      free(t);
    }
    int thing_sum(int a, int b) { return a + b; }
    """
  static let header = """
    struct thing;
    struct thing *thing_new(int) __attribute__((pulley_finalizer(thing_end)));
    int thing_open(int, struct thing **) [[pulley::finalizer(thing_end)]];
    struct thing *thing_made(int, int (*check)(int)) __attribute__((__malloc__(thing_end, 1)));
    void thing_watch(struct thing *, int (*done)(int) [[pulley::kept]]);
    struct thing *thing_again(struct thing *t [[pulley::released]]);
    void thing_end(struct thing *);
    """
  static let imports = """
    (import "env" "thing_new" (func $new (param i32) (result i32)))
    (import "env" "thing_open" (func $open (param i32 i32) (result i32)))
    (import "env" "thing_made" (func $made (param i32 i32) (result i32)))
    (import "env" "thing_watch" (func $watch (param i32 i32)))
    (import "env" "thing_again" (func $again (param i32) (result i32)))
    (import "env" "thing_end" (func $end (param i32)))
    (import "env" "quit" (func $quit))
    (memory 1) (table (export "__indirect_function_table") 4 funcref)
    (func $seven (param i32) (result i32) (i32.const 7))
    (func $fails (param i32) (result i32) (unreachable))
    (elem (i32.const 1) $seven $fails)
    """

  let path: String
  private let library: UnsafeMutableRawPointer

  /// Nil without a compiler.
  init?() throws {
    guard let path = try sharedLibrary(Self.text) else { return nil }
    self.path = path
    library = try #require(dlopen(path, RTLD_NOW))
  }

  deinit { dlclose(library) }

  private func numbers(_ name: String) -> UnsafeMutablePointer<Int32>? {
    dlsym(library, name)?.assumingMemoryBound(to: Int32.self)
  }

  var living: Int32 { numbers("things_living")?.pointee ?? -1 }
  /// The numbers of the objects that ended, in order.
  var ended: [Int32] {
    let count = Int(numbers("things_ended")?.pointee ?? 0)
    return Array(UnsafeBufferPointer(start: numbers("things_log"), count: count))
  }
  /// What the watchers returned.
  var answers: [Int32] {
    Array(UnsafeBufferPointer(start: numbers("things_answers"), count: ended.count))
  }

  func guest(
    _ functions: String, userData: UnsafeMutableRawPointer? = nil
  ) throws -> Guest {
    let quit: @convention(c) (UnsafeMutableRawPointer?) -> Void = { data in
      data?.assumingMemoryBound(to: (() -> Void).self).pointee()
    }
    return try Guest(bytes: Array("(module \(Self.imports) \(functions))".utf8)) { linker in
      try attempt { pulley_declare(linker, Self.header, $0) }
      try attempt { pulley_bind_library(linker, "env", path, $0) }
      try register(linker, "env", "quit", "void(userdata)", quit, userData: userData)
    }
  }

  /// The message of an instantiation that must fail.
  func refusal(_ header: String, _ module: String) throws -> String {
    let error = #expect(throws: CError.self) {
      try Guest(bytes: Array(module.utf8)) { linker in
        try attempt { pulley_declare(linker, header, $0) }
        try attempt { pulley_bind_library(linker, "env", path, $0) }
      }
    }
    return error?.message ?? ""
  }
}

@Suite("Finalizers of handles") struct FinalizerTests {
  @Test func `what a guest leaves ends with its instance, the newest first and each once`() throws {
    guard let things = try Things() else { return }
    do {
      let guest = try things.guest(
        """
        (func (export "f")
          (drop (call $new (i32.const 1)))
          (drop (call $open (i32.const 2) (i32.const 16)))
          (drop (call $open (i32.const 0) (i32.const 16)))
          (call $end (call $new (i32.const 3)))
          (drop (call $again (call $new (i32.const 4)))))
        """)
      _ = try guest.run("f", results: 0)
      #expect(things.living == 3)
      #expect(things.ended == [3])
    }
    #expect(things.living == 0)
    #expect(things.ended == [3, 4, 2, 1])
  }

  @Test func `an object that the guest has ended is not ended again`() throws {
    guard let things = try Things() else { return }
    do {
      let guest = try things.guest(
        """
        (func (export "f") (local $t i32)
          (local.set $t (call $new (i32.const 1)))
          (call $end (local.get $t)) (call $end (local.get $t)))
        """)
      let error = #expect(throws: CError.self) { try guest.run("f", results: 0) }
      #expect(error?.message.contains("is not a handle of 'struct thing': it was released") == true)
    }
    #expect(things.ended == [1])
  }

  @Test func `an object that a function returns to its giver keeps its handle`() throws {
    guard let things = try Things() else { return }
    let guest = try things.guest(
      """
      (func (export "f") (result i32) (local $t i32)
        (local.set $t (call $new (i32.const 1)))
        (i32.eq (local.get $t) (call $again (local.get $t))))
      """)
    #expect(try guest.run("f")[0].of.i32 == 1)
  }

  @Test func `finalizers wait until the calls of the guest have returned`() throws {
    guard let things = try Things() else { return }
    var guest: Guest?
    var living: Int32 = -1
    var quit: () -> Void = {
      pulley_linker_delete(guest?.linker)
      pulley_instance_delete(guest?.instance)
      living = things.living
    }
    try withUnsafeMutablePointer(to: &quit) { quit in
      let made = try things.guest(
        "(func (export \"f\") (drop (call $new (i32.const 1))) (call $quit))", userData: quit)
      guest = made
      _ = try made.run("f", results: 0)
    }
    #expect(living == 1)
    #expect(things.living == 0)
    #expect(things.ended == [1])
    guest = nil
  }

  @Test func `finalizers do not call functions of the guest`() throws {
    guard let things = try Things() else { return }
    do {
      let guest = try things.guest(
        """
        (func $watched (param i32) (result i32) (local $t i32)
          (local.set $t (call $new (local.get 0)))
          (call $watch (local.get $t) (i32.const 1))
          (local.get $t))
        (func (export "f")
          (call $end (call $watched (i32.const 1)))
          (drop (call $watched (i32.const 2))))
        """)
      _ = try guest.run("f", results: 0)
    }
    #expect(things.ended == [1, 2])
    #expect(things.answers == [7, 0])
  }

  @Test func `objects begin and end with the C function, even if a callback traps`() throws {
    guard let things = try Things() else { return }
    do {
      let guest = try things.guest(
        """
        (func (export "made") (drop (call $made (i32.const 1) (i32.const 2))))
        (func (export "ended") (local $t i32)
          (local.set $t (call $new (i32.const 2)))
          (call $watch (local.get $t) (i32.const 2))
          (call $end (local.get $t)))
        """)
      #expect(throws: CError.self) { try guest.run("made", results: 0) }
      #expect(things.living == 1)
      #expect(throws: CError.self) { try guest.run("ended", results: 0) }
      #expect(things.ended == [2])
    }
    #expect(things.ended == [2, 1])
    #expect(things.living == 0)
  }

  @Test func `a finalizer that cannot be used is refused by name and reason`() throws {
    guard let things = try Things() else { return }
    let module = #"(module (import "env" "thing_new" (func (param i32) (result i32))))"#
    func refusal(_ finalizer: String, _ others: String = "") throws -> String {
      try things.refusal(
        "\(others) struct thing *thing_new(int) [[pulley::finalizer(\(finalizer))]];", module)
    }
    #expect(
      try refusal("thing_gone")
        == "env.thing_new cannot be bound: its finalizer 'thing_gone' is not declared")
    #expect(
      try refusal("thing_gone", "void thing_gone(struct thing *);").hasPrefix(
        "env.thing_new cannot be bound: its finalizer 'void thing_gone(struct thing *)' is declared, "
          + "but there is no such function"))
    #expect(
      try refusal("thing_sum", "int thing_sum(int, int);").contains(
        "'int thing_sum(int, int)' cannot be a finalizer of 'struct thing'"))
    #expect(
      try refusal("thing_end", "struct thing { int number; }; void thing_end(struct thing *);")
        .contains("'struct thing *' is not a handle"))
    // GCC's attribute says only what may be done.
    let guest = try Guest(bytes: Array(module.utf8)) { linker in
      let header = "struct thing *thing_new(int) __attribute__((malloc(thing_gone)));"
      try attempt { pulley_declare(linker, header, $0) }
      try attempt { pulley_bind_library(linker, "env", things.path, $0) }
    }
    #expect(guest.instance != nil)
  }

  @Test func `a finalizer of a bound function is bound before`() throws {
    let new: @convention(c) (Int32) -> UnsafeMutableRawPointer? = { number in
      let object = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
      object.initialize(to: number)
      return UnsafeMutableRawPointer(object)
    }
    let end: @convention(c) (UnsafeMutablePointer<Int32>?) -> Void = { object in
      boundObjectsEnded.append(object?.pointee ?? -1)
      object?.deallocate()
    }
    func bind<F>(_ linker: OpaquePointer?, _ name: String, _ function: F) throws {
      try attempt {
        pulley_bind(
          linker, "env", name, unsafeBitCast(function, to: pulley_host_t.self), nil, nil, $0)
      }
    }
    do {
      let module = """
        (module (import "env" "thing_new" (func $new (param i32) (result i32)))
          (func (export "f") (drop (call $new (i32.const 5)))))
        """
      let guest = try Guest(bytes: Array(module.utf8)) { linker in
        try attempt { pulley_declare(linker, Things.header, $0) }
        let error = #expect(throws: CError.self) { try bind(linker, "thing_new", new) }
        #expect(error?.message.contains("it must be bound before") == true)
        try bind(linker, "thing_end", end)
        try bind(linker, "thing_new", new)
      }
      _ = try guest.run("f", results: 0)
      #expect(boundObjectsEnded.isEmpty)
    }
    #expect(boundObjectsEnded == [5])
  }

  @Test func `a file that a guest leaves open is written and closed`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let module = """
      (module
        (import "env" "fopen" (func $open (param i32 i32) (result i32)))
        (import "env" "fputs" (func $put (param i32 i32) (result i32)))
        (memory 1) (data (i32.const 8) "w\\00text\\00\(file.path)\\00")
        (func (export "f") (drop (call $put (i32.const 10)
          (call $open (i32.const 15) (i32.const 8))))))
      """
    do {
      let guest = try Guest(bytes: Array(module.utf8)) { linker in
        let header = """
          typedef struct _IO_FILE FILE;
          FILE *fopen(const char *, const char *); int fputs(const char *, FILE *);
          """
        try attempt { pulley_declare(linker, header, $0) }
        try attempt { pulley_bind_library(linker, "env", nil, $0) }
      }
      _ = try guest.run("f", results: 0)
      #expect(try Data(contentsOf: file).isEmpty)
    }
    #expect(try Data(contentsOf: file) == Data("text".utf8))
    try FileManager.default.removeItem(at: file)
  }

  /// With little stack, the library works on another thread, and finalizers run after that.
  @Test func `a finalizer may still use the guest's memory, on a small stack too`() throws {
    let module = """
      (module
        (import "env" "fmemopen" (func $open (param i32 i32 i32) (result i32)))
        (import "env" "fputs" (func $put (param i32 i32) (result i32)))
        (memory 1) (data (i32.const 8) "w\\00text\\00")
        (func (export "f") (result i32) (call $put (i32.const 10)
          (call $open (i32.const 64) (i32.const 32) (i32.const 8)))))
      """
    let linker = pulley_linker_new(nil)
    let header = """
      typedef struct _IO_FILE FILE;
      FILE *fmemopen(void *, size_t, const char *); int fputs(const char *, FILE *);
      """
    try attempt { pulley_declare(linker, header, $0) }
    try attempt { pulley_bind_library(linker, "env", nil, $0) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, module, module.utf8.count, &instance, $0) }
    pulley_linker_delete(linker)
    var results = [pulley_value_t()]
    try attempt { pulley_run(instance, "f", nil, 0, &results, 1, $0) }
    #expect(results[0].of.i32 >= 0)
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) let last = instance
    let thread = Thread {
      pulley_instance_delete(last)
      done.signal()
    }
    thread.stackSize = 128 << 10
    thread.start()
    done.wait()
  }
}

/// The numbers of objects that a bound finalizer has ended.
nonisolated(unsafe) private var boundObjectsEnded: [Int32] = []
