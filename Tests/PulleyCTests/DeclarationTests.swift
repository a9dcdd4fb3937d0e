import CPulley
import Foundation
import Testing

@Suite("Declarations in C") struct DeclarationTests {
  private let divide: @convention(c) (Int32, Int32) -> div_t = { div($0, $1) }

  private func declare(_ linker: OpaquePointer?, _ text: String) throws {
    try attempt { pulley_declare(linker, text, $0) }
  }

  private func bind<F>(
    _ linker: OpaquePointer?, _ name: String, _ function: F,
    userData: UnsafeMutableRawPointer? = nil, finalizer: pulley_finalizer_t? = nil
  ) throws {
    try attempt {
      pulley_bind(
        linker, "env", name, unsafeBitCast(function, to: pulley_host_t.self), userData, finalizer,
        $0)
    }
  }

  @Test func `a declared function with a structure as its result is called as it is`() throws {
    let module = """
      (module (import "env" "div" (func $div (param i32 i32 i32))) (memory 1)
        (func (export "f") (param i32 i32) (result i32)
          (call $div (i32.const 16) (local.get 0) (local.get 1))
          (i32.add (i32.mul (i32.load (i32.const 16)) (i32.const 100)) (i32.load (i32.const 20)))))
      """
    let guest = try Guest(bytes: Array(module.utf8)) { linker in
      try declare(linker, "typedef struct { int quot, rem; } div_t; div_t div(int, int);")
      try bind(linker, "div", divide)
    }
    #expect(try guest.run("f", pulley_i32(47), pulley_i32(7))[0].of.i32 == 605)
  }

  @Test func `a library gives what is declared and imported`() throws {
    let path = try sharedLibrary(
      "int twice(int x) { return 2 * x; } int secret(void) { return 1; }")
    guard let path else { return }
    let module = """
      (module (import "lib" "twice" (func $twice (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (call $twice (local.get 0))))
      """
    let guest = try Guest(bytes: Array(module.utf8)) { linker in
      try attempt { pulley_bind_library(linker, "lib", path, $0) }
      try declare(linker, "int twice(int);")
    }
    #expect(try guest.run("f", pulley_i32(21))[0].of.i32 == 42)
  }

  @Test func `a library is open as long as an instance uses it`() throws {
    let path = try sharedLibrary("int twice(int x) { return 2 * x; }")
    guard let path else { return }
    let isOpen = {
      let handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD)
      if let handle { dlclose(handle) }
      return handle != nil
    }
    let module = """
      (module (import "env" "twice" (func $twice (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (call $twice (local.get 0))))
      """
    let linker = pulley_linker_new(nil)
    var instance: OpaquePointer?
    try declare(linker, "int twice(int);")
    try attempt { pulley_bind_library(linker, "env", path, $0) }
    try attempt {
      pulley_instantiate_bytes(linker, module, module.utf8.count, &instance, $0)
    }
    pulley_linker_delete(linker)
    #expect(isOpen())
    pulley_instance_delete(instance)
    #expect(!isOpen())
  }

  @Test func `all imports that a library cannot define are reported with their reasons`() throws {
    let path = try sharedLibrary(
      """
      #include <math.h>
      struct flags { int a : 3; };
      int flags(struct flags f) { return f.a; }
      int hidden(void) { return 1; }
      double root(double x) { return sqrt(x) + cbrt(x); }
      """)
    guard let path else { return }
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try attempt { pulley_bind_library(linker, "env", path, $0) }
    try declare(
      linker,
      """
      struct flags { int a : 3; };
      int flags(struct flags);
      int absent(int);
      double root(double), cbrt(double);
      static inline int small(int x) { return x; }
      """)
    let module = """
      (module
        (import "env" "flags" (func (param i32) (result i32)))
        (import "env" "absent" (func (param i32) (result i32)))
        (import "env" "hidden" (func (result i32)))
        (import "env" "rooot" (func (param f64) (result f64)))
        (import "env" "root" (func (param f32) (result f64)))
        (import "env" "cbrt" (func (param f64) (result f64)))
        (import "env" "small" (func (param i32) (result i32))))
      """
    var instance: OpaquePointer?
    var error: OpaquePointer?
    let status = pulley_instantiate_bytes(
      linker, module, module.utf8.count, &instance, &error)
    defer { pulley_error_delete(error) }
    #expect(status == Int32(PULLEY_ERROR_LINK))
    let lines = String(cString: pulley_error_description(error)).split(separator: "\n")
    let expected = [
      ["env.flags", "parameter 1 of 'flags', 'struct flags', has the bit-field 'a'"],
      ["env.absent", "'int absent(int)' is declared, but", "has no symbol \"absent\""],
      ["env.hidden", "no declaration names 'hidden', which", "has: declare it"],
      ["env.rooot", "no declaration names 'rooot'; did you mean 'root'?"],
      ["env.root", "'double root(double)' does not fit the import (f32) -> (f64)"],
      ["env.cbrt", "is in", "libm", "which has not been bound itself"],
      ["env.small", "'int small(int x)' is static inline, and no library exports it"],
    ]
    #expect(lines.count == expected.count, "\(lines)")
    for (line, parts) in zip(lines, expected) {
      for part in parts { #expect(line.contains(part)) }
    }
  }

  @Test func `an error in a declaration has its place in the file that it comes from`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let text = "int good(int);\n# 12 \"lib.h\"\nint bad(wrong x);\n"
    var error: OpaquePointer?
    let status = pulley_declare(linker, text, &error)
    defer { pulley_error_delete(error) }
    #expect(status == Int32(PULLEY_ERROR_SIGNATURE))
    #expect(pulley_error_line(error) == 12)
    #expect(pulley_error_column(error) == 9)
    #expect(String(cString: pulley_error_message(error)).hasPrefix("lib.h: "))
    // What comes before the error is declared.
    let good: @convention(c) (Int32) -> Int32 = { $0 }
    try bind(linker, "good", good)
  }

  @Test func `a function is bound only by a declaration that it can be called by`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let undeclared = #expect(throws: CError.self) { try bind(linker, "div", divide) }
    #expect(undeclared?.status == Int32(PULLEY_ERROR_SIGNATURE))
    #expect(undeclared?.message == "env.div cannot be bound: no declaration names 'div'")
    try declare(linker, "long double slow(int), fast(int, ...); int div();")
    let refused = #expect(throws: CError.self) { try bind(linker, "slow", divide) }
    #expect(
      refused?.message
        == "env.slow cannot be bound: the result of 'slow', 'long double', has another format in the "
        + "guest")
    let old = #expect(throws: CError.self) { try bind(linker, "div", divide) }
    #expect(
      old?.message
        == "env.div cannot be bound: 'div' has no prototype: declare its parameters, or (void) if it "
        + "has none")
  }

  @Test func `the finalizer of a bound function runs exactly once`() throws {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { count.deallocate() }
    count.initialize(to: 0)
    let finalizer: pulley_finalizer_t = { $0?.assumingMemoryBound(to: Int.self).pointee += 1 }
    let linker = pulley_linker_new(nil)
    #expect(throws: CError.self) {
      try bind(linker, "div", divide, userData: count, finalizer: finalizer)
    }
    #expect(count.pointee == 1)
    try declare(linker, "typedef struct { int quot, rem; } div_t; div_t div(int, int);")
    try bind(linker, "div", divide, userData: count, finalizer: finalizer)
    #expect(count.pointee == 1)
    pulley_linker_delete(linker)
    #expect(count.pointee == 2)
  }

  @Test func `a library that cannot be opened is reported with the system's reason`() {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let missing = failure { pulley_bind_library(linker, "env", "libnothing-here.so.7", $0) }
    #expect(missing?.status == Int32(PULLEY_ERROR_FILE))
    #expect(missing?.message.contains("libnothing-here.so.7: cannot open") == true)
    let empty = failure { pulley_bind_library(linker, "env", "", $0) }
    #expect(empty?.status == Int32(PULLEY_ERROR_FILE))
    #expect(failure { pulley_bind_library(nil, "env", "x", $0) }?.status == .argumentError)
    #expect(failure { pulley_bind_library(linker, nil, "x", $0) }?.status == .argumentError)
    #expect(failure { pulley_declare(linker, nil, $0) }?.status == .argumentError)
    #expect(failure { pulley_declare_file(linker, nil, $0) }?.status == .argumentError)
    #expect(
      failure { pulley_declare_file(linker, "/nothing/here.h", $0) }?.status
        == Int32(PULLEY_ERROR_FILE))
    #expect(
      failure { pulley_bind(linker, "env", "f", nil, nil, nil, $0) }?.status == .argumentError)
  }

  @Test func `without a path a library is the program with all that it is linked to`() throws {
    let module = """
      (module (import "env" "abs" (func $abs (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (call $abs (local.get 0))))
      """
    let guest = try Guest(bytes: Array(module.utf8)) { linker in
      try declare(linker, "int abs(int);")
      try attempt { pulley_bind_library(linker, "env", nil, $0) }
    }
    #expect(try guest.run("f", pulley_i32(-3))[0].of.i32 == 3)
  }

  @Test func `a signature is proposed for an import of a function`() throws {
    let module = """
      (module
        (import "env" "f" (func (param i32 i64 f32 f64 externref) (result f64)))
        (import "env" "g" (func))
        (import "env" "h" (func (param funcref)))
        (import "env" "m" (memory 1))
        (import "env" "r" (func (result i32 i64))))
      """
    var handle: OpaquePointer?
    try attempt { pulley_compile(nil, module, module.utf8.count, &handle, $0) }
    defer { pulley_module_delete(handle) }
    let proposals = (0..<5).map {
      pulley_signature_for(pulley_module_import(handle, $0)).map { String(cString: $0) }
    }
    #expect(
      proposals
        == ["f64(i32, i64, f32, f64, hostptr)", "void()", nil, nil, "(i32, i64)()"])
    #expect(pulley_signature_for(nil) == nil)
  }
}
