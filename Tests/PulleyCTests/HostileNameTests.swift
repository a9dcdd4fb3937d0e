import CPulley
import Foundation
import Testing

/// Part of every name: control sequences, and characters that hide or reverse text.
private let hostile = "\u{1B}[7m\n\u{9B}\u{202E}\u{2066}\u{2028}\u{7F}\"\\"
/// As written in the text format.
private let escaped = hostile.utf8.map {
  "\\" + ($0 < 16 ? "0" : "") + String($0, radix: 16)
}.joined()

/// Whether a text is safe for a terminal: newlines are its only control characters.
private func isHarmless(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { scalar in
    scalar == "\n" || (0x20..<0x7F).contains(scalar.value)
      || scalar.value >= 0xA0 && !(0x2028...0x202E).contains(scalar.value)
        && !(0x2066...0x2069).contains(scalar.value)
  }
}

/// The texts of an error, which is deleted.
private func texts(
  _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
) throws -> (message: String, description: String, frames: [String], modules: [String]) {
  var error: OpaquePointer?
  #expect(body(&error) != 0)
  let object = try #require(error)
  defer { pulley_error_delete(object) }
  let frames = 0..<pulley_error_frame_count(object)
  return (
    String(cString: pulley_error_message(object)),
    String(cString: pulley_error_description(object)),
    frames.map { String(cString: pulley_error_frame_name(object, $0)) },
    frames.map { String(cString: pulley_error_frame_module(object, $0)) }
  )
}

struct HostileNameTests {
  private func expectHarmless(
    _ what: String, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws {
    let error = try texts(body)
    #expect(isHarmless(error.message), "\(what)")
    #expect(!error.message.contains("\n"), "\(what)")
    #expect(isHarmless(error.description), "\(what)")
    #expect(error.message.contains("\\u{1b}[7m"), "\(what): \(error.message)")
  }

  private func instantiate(
    _ linker: OpaquePointer?, _ text: String
  ) -> (UnsafeMutablePointer<OpaquePointer?>) -> Int32 {
    { error in
      var instance: OpaquePointer?
      return pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, error)
    }
  }

  @Test func messagesShowInvisibleCharactersInNamesAsNumbers() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let add: @convention(c) (Int32, Int32) -> Int32 = { $0 &+ $1 }
    try register(linker, hostile, hostile, "i32(i32, i32)", add)
    try expectHarmless(
      "an import that is missing",
      instantiate(linker, "(module (import \"\(escaped)\" \"x\(escaped)\" (func)))"))
    try expectHarmless(
      "an import of another type",
      instantiate(linker, "(module (import \"\(escaped)\" \"\(escaped)\" (func (param f64))))"))
    try expectHarmless(
      "a function that is not valid",
      instantiate(linker, "(module (func $\"\(escaped)\" (result i32) (i64.const 1)))"))
    try expectHarmless(
      "a signature",
      {
        pulley_register(
          linker, "a", "b", hostile, unsafeBitCast(add, to: pulley_host_t.self), nil,
          nil, $0)
      })
    try expectHarmless(
      "a file",
      {
        var module: OpaquePointer?; return pulley_compile_file(nil, hostile, &module, $0)
      })
    let wasi = pulley_wasi_new()
    defer { pulley_wasi_delete(wasi) }
    try attempt { pulley_wasi_add_directory(wasi, hostile, nil, false, $0) }
    try expectHarmless("a directory", { pulley_wasi_define(wasi, linker, $0) })
  }

  @Test func messagesShowInvisibleCharactersOfTextsAsNumbers() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let inOneLine = hostile.replacing("\n", with: "").replacing("\"", with: "")
    for text in [
      "(module (func \(inOneLine)))", "(module (func (call $x\(inOneLine))))",
      "(module (func \u{202E}i32.add))", "(module (func i32.const \u{1B}[7m))",
    ] {
      let error = try texts(instantiate(linker, text))
      #expect(isHarmless(error.description), "\(error.description)")
    }
  }

  @Test func exportNamesAreShownSafelyAndReturnedUnchanged() throws {
    let text = """
      (module $"\(escaped)" (import "\(escaped)" "\(escaped)" (global i32))
        (func $"\(escaped)" (export "\(escaped)") unreachable) (@custom "\(escaped)" "x"))
      """
    var module: OpaquePointer?
    try attempt { pulley_compile(nil, text, text.utf8.count, &module, $0) }
    defer { pulley_module_delete(module) }
    for name in [
      pulley_module_name(module), pulley_extern_name(pulley_module_export(module, 0), nil),
      pulley_extern_name(pulley_module_import(module, 0), nil),
      pulley_extern_module(pulley_module_import(module, 0), nil),
      pulley_module_custom_section_name(
        module, pulley_module_custom_section_count(module) - 1, nil),
    ] {
      #expect(name.map { String(cString: $0) } == hostile)
    }

    let program = text.replacing("(import \"\(escaped)\" \"\(escaped)\" (global i32))", with: "")
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    var instance: OpaquePointer?
    try attempt {
      pulley_instantiate_bytes(linker, program, program.utf8.count, &instance, $0)
    }
    defer { pulley_instance_delete(instance) }
    try expectHarmless(
      "an export that is not there",
      { pulley_run(instance, "no" + hostile, nil, 0, nil, 0, $0) })
    var function: OpaquePointer?
    try expectHarmless(
      "a function that is not there",
      { pulley_instance_function(instance, hostile + "?", &function, $0) })
    let trap = try texts { pulley_run(instance, hostile, nil, 0, nil, 0, $0) }
    #expect(isHarmless(trap.description))
    #expect(trap.description.split(separator: "\n").count == 2)
    #expect(trap.description.contains("\\u{1b}[7m\\u{a}\\u{9b}\\u{202e}\\u{2066}\\u{2028}\\u{7f}"))
    #expect(trap.frames == [hostile])
    #expect(trap.modules == [hostile])
  }
}
