import PulleyWasm

/// An unsigned number in LEB128.
func leb(_ value: Int) -> [UInt8] {
  var value = UInt64(value)
  var bytes: [UInt8] = []
  while value >= 0x80 {
    bytes.append(UInt8(value & 0x7F) | 0x80)
    value >>= 7
  }
  return bytes + [UInt8(value)]
}

/// A name or string of bytes with its length.
func sized(_ bytes: [UInt8]) -> [UInt8] { leb(bytes.count) + bytes }

func name(_ text: String) -> [UInt8] { sized(Array(text.utf8)) }

/// A vector: its items after their number.
func vector(_ items: [[UInt8]]) -> [UInt8] { leb(items.count) + items.flatMap { $0 } }

/// The bytes of types and operators in hand-written modules.
enum W {
  static let i32: UInt8 = 0x7F
  static let i64: UInt8 = 0x7E
  static let f32: UInt8 = 0x7D
  static let f64: UInt8 = 0x7C
  static let funcref: UInt8 = 0x70
  static let externref: UInt8 = 0x6F
  static let empty: UInt8 = 0x40
  static let end: UInt8 = 0x0B
}

/// Builds valid and invalid modules in binary form, section by section.
struct ModuleBuilder {
  private(set) var bytes: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 1, 0, 0, 0]

  func section(_ id: UInt8, _ contents: [UInt8]) -> ModuleBuilder {
    var copy = self
    copy.bytes += [id] + sized(contents)
    return copy
  }

  func types(_ types: ([UInt8], [UInt8])...) -> ModuleBuilder {
    section(1, vector(types.map { [0x60] + sized($0.0) + sized($0.1) }))
  }

  func imports(_ items: [UInt8]...) -> ModuleBuilder {
    section(2, vector(items.map { name("m") + name("n") + $0 }))
  }

  func functions(_ types: Int...) -> ModuleBuilder { section(3, vector(types.map(leb))) }
  func tables(_ tables: [UInt8]...) -> ModuleBuilder { section(4, vector(tables)) }
  func memories(_ memories: [UInt8]...) -> ModuleBuilder { section(5, vector(memories)) }
  func globals(_ globals: [UInt8]...) -> ModuleBuilder { section(6, vector(globals)) }

  func exports(_ exports: (String, UInt8, Int)...) -> ModuleBuilder {
    section(7, vector(exports.map { name($0.0) + [$0.1] + leb($0.2) }))
  }

  func start(_ function: Int) -> ModuleBuilder { section(8, leb(function)) }
  func elements(_ segments: [UInt8]...) -> ModuleBuilder { section(9, vector(segments)) }
  func dataCount(_ count: Int) -> ModuleBuilder { section(12, leb(count)) }

  /// Bodies with their declarations of locals and last `end`.
  func code(_ bodies: [UInt8]...) -> ModuleBuilder { section(10, vector(bodies.map(sized))) }
  func data(_ segments: [UInt8]...) -> ModuleBuilder { section(11, vector(segments)) }

  /// A module of one function with the given type, locals and operators (without the `end`).
  static func function(
    type: ([UInt8], [UInt8]) = ([], []), locals: [[UInt8]] = [], _ operators: [UInt8]
  ) -> ModuleBuilder {
    ModuleBuilder().types(type).functions(0)
      .code(vector(locals) + operators + [W.end])
  }

  func load() throws(WasmError) -> ValidatedModule {
    try WasmModule.load(ModuleBytes(bytes))
  }

  /// The error of a refused module; nil if it is accepted.
  var refusal: WasmError? {
    do {
      _ = try load()
      return nil
    } catch {
      return error
    }
  }
}

/// A module with every kind of section.
let richModule = ModuleBuilder()
  .types(([], []), ([W.i32, W.i32], [W.i32]), ([W.i64], [W.i64, W.f64]))
  .imports([0] + leb(0), [2, 0, 1], [3, W.i32, 0])
  .functions(1, 0, 2)
  .tables([W.funcref, 1, 3, 10])
  .globals([W.i64, 1, 0x42, 0x7F, W.end], [W.i32, 0, 0x23, 0, 0x41, 1, 0x6A, W.end])
  .exports(("add", 0, 1), ("mem", 2, 0))
  .start(2)
  .elements([0, 0x41, 0, W.end] + vector([leb(1), leb(2)]))
  .dataCount(2)
  .code(
    [0, 0x20, 0, 0x20, 1, 0x6A, W.end],
    vector([[2, W.i32], [1, W.f64]]) + [
      0x03, W.empty, 0x20, 0, 0x04, W.empty, 0x0C, 1, 0x05, 0x01, W.end, W.end,
      0x41, 0, 0x28, 2, 0x84, 0x01, 0x1A, 0x02, W.empty, 0x20, 1, 0x0E, 1, 0, 1, W.end,
      0x41, 0, 0x41, 0, 0x41, 4, 0xFC, 8, 1, 0, 0x41, 0, 0x11, 0, 0, W.end,
    ],
    [0, 0x20, 0, 0x44, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, W.end]
  )
  .data([0, 0x41, 8, W.end] + name("abc"), [1] + name("defg"))
  .section(
    0, name("name") + [0] + sized(name("rich")) + [1] + sized(vector([leb(1) + name("add")])))
