import CFFI
import PulleyDeclarations

/// libffi's description of a structure that is passed by value.
///
/// libffi computes its own layout. `init` compares it with ours, so that a structure that libffi cannot
/// describe is refused.
final class ForeignType: @unchecked Sendable {
  let type: UnsafeMutablePointer<ffi_type>
  private let elements: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  private var parts: [ForeignType] = []

  init(_ record: Record) throws(LayoutError) {
    var list: [UnsafeMutablePointer<ffi_type>?] = []
    var parts: [ForeignType] = []
    guard record.kind == .structure, let definition = record.definition else {
      throw LayoutError(record.name, "cannot be passed by value")
    }
    for member in definition.members {
      try Self.append(member.type, to: &list, keeping: &parts)
    }
    let layout = try record.layout(.host)
    self.parts = parts
    elements = .allocate(capacity: list.count + 1)
    elements.initialize(from: list + [nil], count: list.count + 1)
    type = .allocate(capacity: 1)
    type.initialize(
      to: ffi_type(size: 0, alignment: 0, type: UInt16(FFI_TYPE_STRUCT), elements: elements))
    let offsets = UnsafeMutablePointer<Int>.allocate(capacity: list.count + 1)
    defer { offsets.deallocate() }
    let status = CallInterface.preparing { [type] in
      ffi_get_struct_offsets(FFI_DEFAULT_ABI, type, offsets)
    }
    guard status == FFI_OK, type.pointee.size == layout.extent.size,
      Int(type.pointee.alignment) == layout.extent.alignment
    else {
      throw LayoutError(
        record.name, "has an alignment of its own and cannot be passed by value")
    }
  }

  deinit {
    type.deallocate()
    elements.deallocate()
  }

  /// The most scalars of a structure that is passed by value.
  static let mostScalars = 4096

  private static func append(
    _ member: CType, to list: inout [UnsafeMutablePointer<ffi_type>?],
    keeping parts: inout [ForeignType]
  ) throws(LayoutError) {
    guard list.count <= mostScalars else {
      throw LayoutError(
        "a structure", "of more than \(mostScalars) scalars cannot be passed by value")
    }
    switch member {
    case .record(let record):
      guard try record.layout(.host).extent.size > 0 else { return }
      let part = try ForeignType(record)
      parts.append(part)
      list.append(part.type)
    case .array(let element, let count?):
      for _ in 0..<min(count, mostScalars + 1) { try append(element, to: &list, keeping: &parts) }
    case .array(_, nil): return
    default:
      list.append(try scalar(member))
    }
  }

  /// libffi's description of a scalar.
  static func scalar(_ type: CType) throws(LayoutError) -> UnsafeMutablePointer<ffi_type>? {
    switch type {
    case .floating(.float): return pulley_ffi_float()
    case .floating(.double): return pulley_ffi_double()
    case .pointer: return pulley_ffi_pointer()
    case .integer(let integer):
      let isSigned = integer.isSigned(.host)
      switch integer.size(.host) {
      case 1: return isSigned ? pulley_ffi_sint8() : pulley_ffi_uint8()
      case 2: return isSigned ? pulley_ffi_sint16() : pulley_ffi_uint16()
      case 4: return isSigned ? pulley_ffi_sint32() : pulley_ffi_uint32()
      case 8: return isSigned ? pulley_ffi_sint64() : pulley_ffi_uint64()
      default: break
      }
    default: break
    }
    throw LayoutError("\(type)", "cannot be passed by value")
  }
}
