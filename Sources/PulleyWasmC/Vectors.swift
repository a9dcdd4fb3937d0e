import CWasm

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A vector of C: an array from `malloc`, and its length.
protocol Vector {
  associatedtype Element
  var size: Int { get set }
  var data: UnsafeMutablePointer<Element>! { get set }
  init()
}

extension wasm_byte_vec_t: Vector {}
extension wasm_val_vec_t: Vector {}
extension wasm_valtype_vec_t: Vector {}
extension wasm_functype_vec_t: Vector {}
extension wasm_globaltype_vec_t: Vector {}
extension wasm_tabletype_vec_t: Vector {}
extension wasm_memorytype_vec_t: Vector {}
extension wasm_externtype_vec_t: Vector {}
extension wasm_importtype_vec_t: Vector {}
extension wasm_exporttype_vec_t: Vector {}
extension wasm_frame_vec_t: Vector {}
extension wasm_extern_vec_t: Vector {}

extension Vector {
  /// A vector of zeroed elements; an empty one if there is no memory.
  init(zeroed count: Int) {
    self.init()
    guard count > 0, let place = calloc(count, MemoryLayout<Element>.stride) else { return }
    size = count
    data = place.assumingMemoryBound(to: Element.self)
  }

  /// A vector of the elements of an array; an empty one if there is no memory.
  init(_ count: Int, _ elements: UnsafePointer<Element>?) {
    self.init(zeroed: elements == nil ? 0 : count)
    if size > 0, let elements { data.update(from: elements, count: size) }
  }

  init(_ elements: [Element]) {
    self = elements.withUnsafeBufferPointer { Self($0.count, $0.baseAddress) }
  }

  var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: data, count: data == nil ? 0 : size)
  }

  /// Takes the contents, so that this vector is empty.
  mutating func take() -> Self {
    let contents = self
    self = Self()
    return contents
  }

  /// Frees the array, but not what the elements own.
  mutating func free() {
    freeArray(data)
    self = Self()
  }
}

/// The name `free` is that of the method above.
private func freeArray(_ array: UnsafeMutableRawPointer?) { free(array) }

// The functions of vectors, of whatever type.

func newEmpty<V: Vector>(_ out: UnsafeMutablePointer<V>?) {
  out?.pointee = V()
}

func newUninitialized<V: Vector>(_ out: UnsafeMutablePointer<V>?, _ count: Int) {
  out?.pointee = V(zeroed: count)
}

func new<V: Vector>(
  _ out: UnsafeMutablePointer<V>?, _ count: Int, _ elements: UnsafePointer<V.Element>?
) {
  out?.pointee = V(count, elements)
}

/// - Parameter copy: makes an element that the new vector owns.
func copy<V: Vector>(
  _ out: UnsafeMutablePointer<V>?, _ source: UnsafePointer<V>?, _ copy: (V.Element) -> V.Element
) {
  guard let out else { return }
  // They may be one vector, whose old contents the program then has lost.
  let source = source?.pointee ?? V()
  let result = V(zeroed: source.elements.count)
  for index in result.elements.indices { result.data[index] = copy(source.data[index]) }
  out.pointee = result
}

/// - Parameter delete: ends an element.
func delete<V: Vector>(_ vector: UnsafeMutablePointer<V>?, _ delete: (V.Element) -> Void) {
  guard let vector else { return }
  for element in vector.pointee.elements { delete(element) }
  vector.pointee.free()
}

func copy<V: Vector>(
  _ out: UnsafeMutablePointer<V>?, _ source: UnsafePointer<V>?
) where V.Element == OpaquePointer? {
  copy(out, source) { copied($0) }
}

func delete<V: Vector>(_ vector: UnsafeMutablePointer<V>?) where V.Element == OpaquePointer? {
  delete(vector) { delete($0) }
}

extension Vector where Element == OpaquePointer? {
  /// A vector that owns a handle for each object; an empty one if there is no memory.
  init(owning objects: [some AnyObject]) {
    self.init(zeroed: objects.count)
    for index in elements.indices { data[index] = owned(objects[index]) }
  }
}
