import CPulley
import Testing

/// The types of memories, tables, globals and tags, by their handles, and objects of any type.
@Suite struct ObjectTypes {
  private func instance(
    _ text: String, _ define: (OpaquePointer?) throws -> Void = { _ in }
  ) throws -> Guest {
    try Guest(bytes: Array(text.utf8), define)
  }

  @Test func theLimitsOfAnObjectHaveItsCurrentSize() throws {
    let guest = try Guest(bytes: sampleModule)
    var (memory, table, global): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_memory(guest.instance, nil, &memory, $0) }
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    try attempt { pulley_instance_global(guest.instance, "count", &global, $0) }
    #expect(pulley_memory_limits(memory).minimum == 1 && pulley_memory_limits(memory).maximum == 3)
    try attempt { pulley_memory_grow(memory, 1, nil, $0) }
    #expect(pulley_memory_limits(memory).minimum == 2)
    #expect(pulley_memory_address_bits(memory) == 32 && pulley_memory_page_size(memory) == 65536)
    #expect(pulley_table_limits(table).minimum == 2 && pulley_table_limits(table).maximum == 4)
    try attempt { pulley_table_grow(table, 2, nil, nil, $0) }
    #expect(pulley_table_limits(table).minimum == 4)
    #expect(pulley_table_element(table) == Int32(PULLEY_FUNCREF))
    #expect(pulley_table_address_bits(table) == 32)
    #expect(pulley_global_type(global) == Int32(PULLEY_I32) && pulley_global_is_mutable(global))
    pulley_global_delete(global)
    try attempt { pulley_instance_global(guest.instance, "big", &global, $0) }
    #expect(pulley_global_type(global) == Int32(PULLEY_I64) && !pulley_global_is_mutable(global))
    pulley_memory_delete(memory)
    pulley_table_delete(table)
    pulley_global_delete(global)
    #expect(pulley_memory_limits(memory).maximum == 0 && pulley_memory_page_size(memory) == 0)
    #expect(pulley_table_limits(nil).minimum == 0 && pulley_table_element(nil) == 0)
    #expect(pulley_global_type(nil) == 0 && !pulley_global_is_mutable(nil))
  }

  @Test func exportsTellTheBitsOfAddressesAndTheSizeOfPages() throws {
    let guest = try instance(
      """
      (module (memory (export "a") i64 1 2) (memory (export "b") 70 80 (pagesize 1))
        (table (export "t") i64 1 funcref) (func (export "f")))
      """)
    var module: OpaquePointer?
    try attempt { pulley_instance_module(guest.instance, &module, $0) }
    defer { pulley_module_delete(module) }
    let exports = (0..<4).map { pulley_module_export(module, $0) }
    #expect(exports.map { pulley_extern_address_bits($0) } == [64, 32, 64, 0])
    #expect(exports.map { pulley_extern_page_size($0) } == [65536, 1, 0, 0])
    var memory: OpaquePointer?
    try attempt { pulley_instance_memory(guest.instance, "b", &memory, $0) }
    #expect(pulley_memory_limits(memory).minimum == 70 && pulley_memory_size(memory) == 70)
    #expect(pulley_memory_page_size(memory) == 1)
    pulley_memory_delete(memory)
  }

  private func memoryType(
    _ minimum: UInt64, _ maximum: UInt64, bits: UInt32 = 32, page: UInt32 = 65536,
    isShared: Bool = false
  ) -> pulley_memory_type_t {
    var type = pulley_memory_type_t()
    type.struct_size = MemoryLayout<pulley_memory_type_t>.size
    type.limits = pulley_limits_t(minimum: minimum, maximum: maximum)
    (type.address_bits, type.page_size, type.is_shared) = (bits, page, isShared)
    return type
  }

  @Test(
    arguments: [
      (64, 65536, false, "i64 1 2"), (32, 1, false, "1 2 (pagesize 1)"),
      (64, 1, false, "i64 1 2 (pagesize 1)"), (32, 65536, true, "1 2 shared"),
      (64, 65536, true, "i64 1 2 shared"), (0, 0, false, "1 2"),
    ] as [(UInt32, UInt32, Bool, String)])
  func hostMadeMemoriesOfAnyTypeAreImported(
    _ bits: UInt32, _ page: UInt32, _ isShared: Bool, _ text: String
  ) throws {
    var type = memoryType(1, 2, bits: bits, page: page, isShared: isShared)
    var memory: OpaquePointer?
    try attempt { pulley_memory_new_type(nil, &type, &memory, $0) }
    defer { pulley_memory_delete(memory) }
    #expect(pulley_memory_address_bits(memory) == (bits == 64 ? 64 : 32))
    #expect(pulley_memory_page_size(memory) == (page == 1 ? 1 : 65536))
    #expect(pulley_memory_is_shared(memory) == isShared)
    let address = bits == 64 ? "i64" : "i32"
    let guest = try instance(
      """
      (module (import "e" "m" (memory \(text)))
        (func (export "f") (result i32) (i32.store8 (\(address).const 0) (i32.const 9))
          (i32.load8_u (\(address).const 0))))
      """
    ) { linker in try attempt { pulley_linker_define_memory(linker, "e", "m", memory, $0) } }
    #expect(try guest.run("f")[0].of.i32 == 9)
    #expect(pulley_memory_data(memory)?[0] == 9)
    var previous: UInt64 = 0
    try attempt { pulley_memory_grow(memory, 1, &previous, $0) }
    #expect(previous == 1 && pulley_memory_size(memory) == 2 * Int(page == 1 ? 1 : 65536))
  }

  @Test func typesThatNoMemoryHasAreRefused() {
    var memory: OpaquePointer?
    func message(_ change: (inout pulley_memory_type_t) -> Void) -> String? {
      var type = memoryType(1, 2)
      change(&type)
      let error = failure { pulley_memory_new_type(nil, &type, &memory, $0) }
      #expect(memory == nil && error?.status == .argumentError)
      return error?.message
    }
    #expect(message { $0.page_size = 4096 }?.contains("1 or 65536 bytes, not 4096") == true)
    #expect(message { $0.address_bits = 16 }?.contains("32 or 64 bits, not 16") == true)
    #expect(message { $0.limits.minimum = 3 }?.contains("larger than the maximum") == true)
    #expect(message { $0.limits.maximum = 65537 }?.contains("more than 32 bits") == true)
    #expect(message { $0.struct_size = 0 }?.contains("struct_size") == true)
    #expect(message { $0.struct_size = .max }?.contains("struct_size") == true)
    #expect(message { $0.reserved.3 = 1 }?.contains("reserved") == true)
    #expect(
      message {
        $0.is_shared = true
        $0.limits.maximum = .max
      }?.contains("needs a maximum") == true)
    #expect(failure { pulley_memory_new_type(nil, nil, &memory, $0) }?.status == .argumentError)
    var large = memoryType(1 << 40, .max, bits: 64)
    let limit = failure { pulley_memory_new_type(nil, &large, &memory, $0) }
    #expect(limit?.status == Int32(PULLEY_ERROR_LIMIT))
  }

  /// A program may know fewer or more members than the library.
  @Test func structuresOfOtherVersionsAreRead() throws {
    let size = MemoryLayout<pulley_memory_type_t>.size
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * size, alignment: 16)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    let type = try #require(bytes.baseAddress).assumingMemoryBound(to: pulley_memory_type_t.self)
    type.pointee = memoryType(1, 2, page: 1)
    var memory: OpaquePointer?
    // The first two members: what follows is not read.
    type.pointee.struct_size = 24
    try attempt { pulley_memory_new_type(nil, type, &memory, $0) }
    #expect(pulley_memory_page_size(memory) == 65536)
    pulley_memory_delete(memory)
    type.pointee.struct_size = 2 * size
    try attempt { pulley_memory_new_type(nil, type, &memory, $0) }
    #expect(pulley_memory_page_size(memory) == 1)
    pulley_memory_delete(memory)
    bytes[2 * size - 1] = 1
    let error = failure { pulley_memory_new_type(nil, type, &memory, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_UNSUPPORTED) && memory == nil)
  }

  @Test func hostMadeTablesOf64BitIndicesAreImported() throws {
    var type = pulley_table_type_t(
      struct_size: MemoryLayout<pulley_table_type_t>.size,
      limits: pulley_limits_t(minimum: 2, maximum: 5), element: Int32(PULLEY_EXTERNREF),
      address_bits: 64)
    var table: OpaquePointer?
    try attempt { pulley_table_new_type(nil, &type, &table, $0) }
    defer { pulley_table_delete(table) }
    #expect(pulley_table_address_bits(table) == 64)
    #expect(pulley_table_element(table) == Int32(PULLEY_EXTERNREF))
    let text = """
      (module (import "e" "t" (table i64 2 5 externref))
        (func (export "f") (result i64) (table.grow (ref.null extern) (i64.const 2))))
      """
    let guest = try instance(text) { linker in
      try attempt { pulley_linker_define_table(linker, "e", "t", table, $0) }
    }
    #expect(try guest.run("f")[0].of.i64 == 2)
    #expect(pulley_table_limits(table).minimum == 4 && pulley_table_limits(table).maximum == 5)
    type.element = Int32(PULLEY_I32)
    var wrong: OpaquePointer?
    let error = failure { pulley_table_new_type(nil, &type, &wrong, $0) }
    #expect(error?.status == .argumentError && wrong == nil)
  }

  private static let thrower = """
    (module (import "e" "tag" (tag $t (param i32 f64))) (import "e" "alias" (tag $a (param i32 f64)))
      (export "again" (tag $t)) (tag (export "own") (param i32 f64))
      (func (export "catch") (result i32)
        (block $caught (result i32 f64)
          (block $other
            (try_table (catch $a $caught) (catch_all $other)
              (throw $t (i32.const 5) (f64.const 2))))
          (return (i32.const -1)))
        (drop)))
    """

  @Test func aTagOfTheHostIsTheSameWhereverItIsImported() throws {
    var (tag, another): (OpaquePointer?, OpaquePointer?)
    let payload = [Int32(PULLEY_I32), Int32(PULLEY_F64)]
    try attempt { pulley_tag_new(nil, payload, 2, &tag, $0) }
    try attempt { pulley_tag_new(nil, payload, 2, &another, $0) }
    defer { [tag, another].forEach(pulley_tag_delete) }
    let type = pulley_tag_type(tag)
    #expect(type.parameter_count == 2 && type.result_count == 0)
    #expect(type.parameters[0] == payload[0] && type.parameters[1] == payload[1])
    func catching(_ alias: OpaquePointer?) throws -> Guest {
      try instance(Self.thrower) { linker in
        try attempt { pulley_linker_define_tag(linker, "e", "tag", tag, $0) }
        try attempt { pulley_linker_define_tag(linker, "e", "alias", alias, $0) }
      }
    }
    let guest = try catching(tag)
    #expect(try guest.run("catch")[0].of.i32 == 5)
    // A tag of the same type is another tag.
    let different = try catching(another)
    #expect(try different.run("catch")[0].of.i32 == -1)
    var (again, own): (OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_tag(guest.instance, "again", &again, $0) }
    try attempt { pulley_instance_tag(guest.instance, "own", &own, $0) }
    #expect(pulley_tag_same(tag, again) && !pulley_tag_same(tag, own))
    #expect(!pulley_tag_same(tag, another))
    [again, own].forEach(pulley_tag_delete)
    let missing = failure { pulley_instance_tag(guest.instance, "catch", &own, $0) }
    #expect(missing?.status == Int32(PULLEY_ERROR_NOT_FOUND) && own == nil)
  }

  @Test func tagsOfOtherTypesOrEnginesAreRefused() throws {
    var tag: OpaquePointer?
    for type in [0, Int32(PULLEY_I8), 99] {
      #expect(failure { pulley_tag_new(nil, [type], 1, &tag, $0) }?.status == .argumentError)
    }
    for count in [1, 1001, -1, Int.max] {
      let error = failure { pulley_tag_new(nil, nil, count, &tag, $0) }
      #expect(error?.status == .argumentError && tag == nil)
    }
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try attempt { pulley_tag_new(clifEngine, nil, 0, &tag, $0) }
    let foreign = failure { pulley_linker_define_tag(linker, "e", "tag", tag, $0) }
    #expect(foreign?.message.contains("different engines") == true)
    pulley_tag_delete(tag)
    try attempt { pulley_tag_new(nil, [Int32(PULLEY_I64)], 1, &tag, $0) }
    try attempt { pulley_linker_define_tag(linker, "e", "tag", tag, $0) }
    try attempt { pulley_linker_define_tag(linker, "e", "alias", tag, $0) }
    pulley_tag_delete(tag)
    var instance: OpaquePointer?
    let bytes = Array(Self.thrower.utf8)
    let error = failure { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_LINK))
    #expect(error?.message.contains("(tag (param i64))") == true)
  }

  @Test func validatingAcceptsWhatCompilingAccepts() {
    func status(_ engine: OpaquePointer?, _ bytes: [UInt8]) -> Int32 {
      failure { pulley_validate(engine, bytes, bytes.count, $0) }?.status ?? 0
    }
    func compiled(_ engine: OpaquePointer?, _ bytes: [UInt8]) -> Int32 {
      var module: OpaquePointer?
      defer { pulley_module_delete(module) }
      return failure { pulley_compile(engine, bytes, bytes.count, &module, $0) }?.status ?? 0
    }
    let clif = "function %f() -> i32 system_v { block0: v0 = iconst.i32 1 return v0 }"
    var inputs = [
      sampleModule, Array(sampleModule.dropLast()), [], [0x7F, 0x45, 0x4C, 0x46, 2, 1],
      Array("(module (func (result i32) i64.const 0))".utf8), Array("(module".utf8),
      Array("(module (memory 1))".utf8), Array(clif.utf8), Array("some text".utf8),
    ]
    for place in stride(from: 8, to: sampleModule.count, by: 3) {
      var damaged = sampleModule
      damaged[place] ^= 0x55
      inputs.append(damaged)
    }
    for input in inputs {
      for engine in [nil, clifEngine] { #expect(status(engine, input) == compiled(engine, input)) }
    }
    #expect(status(nil, sampleModule) == 0)
    #expect(failure { pulley_validate(nil, nil, 8, $0) }?.status == .argumentError)
    var error: OpaquePointer?
    let text = Array("(module\n  (func\n    (i32.frob)))".utf8)
    #expect(pulley_validate(nil, text, text.count, &error) == Int32(PULLEY_ERROR_MALFORMED))
    #expect(pulley_error_line(error) == 3 && pulley_error_column(error) == 6)
    pulley_error_delete(error)
  }

  @Test func validatingKeepsNothing() throws {
    let engine = pulley_engine_new(nil)
    defer { pulley_engine_delete(engine) }
    try attempt { pulley_validate(engine, sampleModule, sampleModule.count, $0) }
    let resource = pulley_resource_t(PULLEY_RESOURCE_COMPILATION)
    #expect(pulley_engine_usage(engine, resource) == 0)
    #expect(pulley_engine_peak(engine, resource) > 0)
  }
}
