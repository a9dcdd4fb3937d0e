import CPulley
import Pulley
import PulleyWasm

// The types of memories, tables and globals. Those of functions and tags are with them.

@c @implementation
public func pulley_memory_limits(_ memory: OpaquePointer?) -> pulley_limits_t {
  object(memory, Memory.self).map { pulley_limits_t($0.currentType.limits) } ?? pulley_limits_t()
}

@c @implementation
public func pulley_memory_address_bits(_ memory: OpaquePointer?) -> UInt32 {
  object(memory, Memory.self)?.type.addressType.bits ?? 0
}

@c @implementation
public func pulley_memory_page_size(_ memory: OpaquePointer?) -> UInt32 {
  object(memory, Memory.self)?.type.pageSize ?? 0
}

@c @implementation
public func pulley_memory_new_type(
  _ engineHandle: OpaquePointer?, _ type: UnsafePointer<pulley_memory_type_t>?,
  _ memory: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: memory, "memory") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let wanted = try require(options: type, "type")
    guard withUnsafeBytes(of: wanted.reserved, { $0.allSatisfy { $0 == 0 } }) else {
      throw .argument("reserved of type is not zero")
    }
    guard [0, 1, 65536].contains(wanted.page_size) else {
      throw .argument("a page has 1 or 65536 bytes, not \(wanted.page_size)")
    }
    let type = MemoryType(
      limits: try require(limits: wanted.limits),
      addressType: try require(addressBits: wanted.address_bits), isShared: wanted.is_shared,
      pageSizeLog2: wanted.page_size == 1 ? 0 : 16)
    if let maximum = type.limits.maximum, maximum > type.addressablePages {
      throw .argument(
        "\(maximum) pages of \(type.pageSize) bytes are more than \(type.addressType.bits) bits can "
          + "address")
    }
    guard !type.isShared || type.limits.maximum != nil else {
      throw .argument("a shared memory needs a maximum")
    }
    return try engine(Memory(engine: on, type: type))
  }
}

@c @implementation
public func pulley_table_limits(_ table: OpaquePointer?) -> pulley_limits_t {
  object(table, Table.self).map { pulley_limits_t($0.currentType.limits) } ?? pulley_limits_t()
}

@c @implementation
public func pulley_table_element(_ table: OpaquePointer?) -> pulley_type_t {
  object(table, Table.self)?.describedElement.code ?? 0
}

@c @implementation
public func pulley_table_address_bits(_ table: OpaquePointer?) -> UInt32 {
  object(table, Table.self)?.type.addressType.bits ?? 0
}

@c @implementation
public func pulley_table_new_type(
  _ engineHandle: OpaquePointer?, _ type: UnsafePointer<pulley_table_type_t>?,
  _ table: HandleOut?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, giving: table, "table") { () throws(Failure) in
    let on = try engine(orShared: engineHandle)
    let wanted = try require(options: type, "type")
    let type = TableType(
      element: try require(element: wanted.element), limits: try require(limits: wanted.limits),
      addressType: try require(addressBits: wanted.address_bits))
    return try engine(Table(engine: on, type: type))
  }
}

@c @implementation
public func pulley_global_type(_ global: OpaquePointer?) -> pulley_type_t {
  object(global, Global.self)?.describedType.code ?? 0
}

@c @implementation
public func pulley_global_is_mutable(_ global: OpaquePointer?) -> Bool {
  object(global, Global.self)?.type.isMutable ?? false
}

/// The caller's type of a table's elements.
func require(element: pulley_type_t) throws(Failure) -> ValueType {
  guard let element = ValueType(element), element.isReference else {
    throw .argument("a table's elements are funcref or externref")
  }
  return element
}

private func require(addressBits bits: UInt32) throws(Failure) -> AddressType {
  switch bits {
  case 0, 32: .i32
  case 64: .i64
  default: throw .argument("addresses have 32 or 64 bits, not \(bits)")
  }
}

/// The caller's structure, which begins with its size. A program for an older version of the library
/// passes fewer members, and the others are zero. One for a newer version passes more, and those must
/// be zero, because this version does not know what they ask for.
private func require<Options: BitwiseCopyable>(
  options pointer: UnsafePointer<Options>?, _ noun: StaticString
) throws(Failure) -> Options {
  guard let pointer else { throw .argument("\(noun) is NULL") }
  let bytes = UnsafeRawPointer(pointer)
  let (given, known) = (bytes.load(as: Int.self), MemoryLayout<Options>.stride)
  guard MemoryLayout<Int>.size...4096 ~= given else {
    throw .argument("struct_size of \(noun) is \(given), which is not the size of the structure")
  }
  let all = UnsafeRawBufferPointer(start: bytes, count: given)
  guard all.dropFirst(known).allSatisfy({ $0 == 0 }) else {
    throw Failure(
      Status.unsupported, "\(noun) has members that this version of the library does not know")
  }
  return withUnsafeTemporaryAllocation(of: Options.self, capacity: 1) { copy in
    let target = UnsafeMutableRawBufferPointer(copy)
    target.initializeMemory(as: UInt8.self, repeating: 0)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: all.prefix(known)))
    return copy[0]
  }
}
