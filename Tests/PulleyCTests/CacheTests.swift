import CPulley
import Glibc
import Testing

@Suite struct CachesInC {
  private let text = """
    (module (data "\(String(repeating: "x", count: 9000))")
      (func (export "two") (result i32) (i32.const 2)))
    """

  private func run(_ directory: String, _ size: UInt64) throws {
    let options = pulley_options_new()
    try attempt { pulley_options_set_cache(options, directory, size, $0) }
    let engine = pulley_engine_new(options)
    pulley_options_delete(options)
    let linker = pulley_linker_new(engine)
    var instance: OpaquePointer?
    let bytes = Array(text.utf8)
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
    var result = pulley_value_t()
    try attempt { pulley_run(instance, "two", nil, 0, &result, 1, $0) }
    #expect(result.of.i32 == 2)
    pulley_instance_delete(instance)
    pulley_linker_delete(linker)
    pulley_engine_delete(engine)
  }

  @Test func deletingAModuleFillsTheCache() throws {
    var template = Array("/tmp/pulley-cache-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let parent = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    let directory = parent + "/cache"
    defer {
      rmdir(directory)
      rmdir(parent)
    }
    // Without a size there is no cache, and no directory for it.
    try run(directory, 0)
    #expect(access(directory, F_OK) != 0)
    for _ in 0..<2 { try run(directory, UInt64(PULLEY_CACHE_SIZE)) }
    let stream = try #require(opendir(directory))
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    closedir(stream)
    #expect(names.count == 1)
    for name in names { unlink(directory + "/" + name) }
  }

  @Test func aCacheNeedsOptionsAndAName() {
    #expect(failure { pulley_options_set_cache(nil, "/tmp", 1, $0) }?.status == .argumentError)
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    #expect(failure { pulley_options_set_cache(options, "", 1, $0) }?.status == .argumentError)
  }
}
