import CFFI
import PulleyDeclarations
import PulleyVM

/// How calls of one C function pass variable arguments.
///
/// Only the thread of the instance uses it.
final class VariadicPlan {
  enum Source {
    /// The signature tells the types.
    case fixed(PreparedArguments)
    /// The string in the argument `format` does.
    case format(FormatRule.Style, format: Int)
  }

  let source: Source
  /// The argument that is the guest's address of its variable arguments.
  let buffer: ArgumentConversion
  /// The argument with the string that scanf reads, if it is one.
  let input: Int?
  /// Whether calls go to `snprintf` in place of `sprintf`, which would write without a limit.
  let isSprintf: Bool
  private let fixedTypes: [UnsafeMutablePointer<ffi_type>?]
  private let resultType: UnsafeMutablePointer<ffi_type>?

  /// Formats that were read before, by the lowest bits of their addresses.
  private var cache: [Cached?] = Array(repeating: nil, count: 64)
  /// The longest format that is kept, in bytes.
  private static let longestCached = 4096

  private struct Cached {
    let address: UInt
    let arguments: PreparedArguments
  }

  /// - Parameters:
  ///   - first: the index of the first argument that is not of the context.
  ///   - fixedTypes: the types of the arguments before the variable ones.
  init(
    _ signature: HostSignature, function: UInt, first: Int, buffer: ArgumentConversion,
    fixedTypes: [UnsafeMutablePointer<ffi_type>?], resultType: UnsafeMutablePointer<ffi_type>?
  ) throws(LayoutError) {
    self.buffer = buffer
    self.resultType = resultType
    var types = fixedTypes
    var (isSprintf, input) = (false, Int?.none)
    switch signature.variadic {
    case .format(let rule):
      source = .format(rule.style, format: first + rule.position)
      isSprintf =
        rule.style == .printf && rule.position == 1 && first == 0
        && function == UInt(bitPattern: pulley_address_of_sprintf())
      if rule.style == .scanf, rule.position > 0 {
        switch signature.parameters[rule.position - 1] {
        case .string, .nullableString: input = first + rule.position - 1
        default: break
        }
      }
      if isSprintf { types.insert(pulley_ffi_uint64(), at: 1) }
    case .fixed, nil:
      var variables: [VariableType] = []
      for (offset, type) in signature.parameters[signature.fixedParameters.count...].enumerated() {
        guard let variable = VariableType(type) else {
          throw LayoutError(
            "variable argument \(offset + 1)",
            "is \(type.word), and calls pass only numbers, strings and plain pointers as such")
        }
        variables.append(variable)
      }
      guard
        let prepared = PreparedArguments(
          variables, format: nil, fixedTypes: fixedTypes, resultType: resultType)
      else { throw LayoutError("the variable part", "cannot be passed on this system") }
      source = .fixed(prepared)
    }
    self.fixedTypes = types
    self.isSprintf = isSprintf
    self.input = input
  }

  /// The arguments that a format asks for.
  ///
  /// - Parameter format: the format in the guest's memory, of `length` bytes before the NUL.
  func arguments(
    _ format: UnsafeRawPointer, length: Int, _ style: FormatRule.Style
  ) throws(MarshallingFailure) -> PreparedArguments {
    let address = UInt(bitPattern: format)
    let slot = Int((address >> 2 ^ address >> 8) & 63)
    let bytes = UnsafeRawBufferPointer(start: format, count: length)
    if let known = cache[slot], known.address == address, known.arguments.isFormat(bytes) {
      return known.arguments
    }
    guard length <= FormatString.longest else {
      throw MarshallingFailure("is a format longer than \(FormatString.longest) bytes")
    }
    let read: FormatString
    do throws(FormatError) {
      // The function is given this copy, which cannot change between both readings.
      read = try FormatString(Array(bytes), style)
    } catch {
      throw MarshallingFailure(error.description)
    }
    guard
      let prepared = PreparedArguments(
        read.arguments.map(\.type), format: read, fixedTypes: fixedTypes, resultType: resultType)
    else { throw MarshallingFailure("asks for arguments that libffi cannot pass") }
    if length <= Self.longestCached {
      cache[slot] = Cached(address: address, arguments: prepared)
    }
    return prepared
  }
}

/// The types of variable arguments, ready for calls. Constant.
final class PreparedArguments {
  let types: [VariableType]
  let interface: CallInterface
  /// What tells the types, if it is not the signature.
  let format: FormatString?
  /// The format with its NUL.
  let text: UnsafeMutablePointer<UInt8>?

  /// Nil if libffi cannot pass the arguments.
  init?(
    _ types: [VariableType], format: FormatString?,
    fixedTypes: [UnsafeMutablePointer<ffi_type>?], resultType: UnsafeMutablePointer<ffi_type>?
  ) {
    guard
      let interface = CallInterface(
        parameters: fixedTypes + types.map(\.ffiType), result: resultType,
        fixedCount: fixedTypes.count)
    else { return nil }
    self.types = types
    self.interface = interface
    self.format = format
    text = format.map { format in
      let text = UnsafeMutablePointer<UInt8>.allocate(capacity: format.bytes.count + 1)
      text.initialize(from: format.bytes + [0], count: format.bytes.count + 1)
      return text
    }
  }

  deinit { text?.deallocate() }

  func isFormat(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let format, format.bytes.count == bytes.count else { return false }
    return format.bytes.withUnsafeBytes { known in
      guard let first = known.baseAddress, let second = bytes.baseAddress else { return true }
      return memcmp(first, second, bytes.count) == 0
    }
  }
}

extension VariableType {
  /// The type of a variable argument that a signature fixes; nil if there is none.
  fileprivate init?(_ type: HostType) {
    switch type {
    case .bool, .i8, .u8, .i16, .u16, .i32: self = .integer(.int32)
    case .u32: self = .integer(.uint32)
    case .i64: self = .integer(.int64)
    case .u64: self = .integer(.uint64)
    case .ssize: self = .integer(.pointerSized)
    case .size: self = .integer(.unsignedPointerSized)
    case .f32, .f64: self = .double
    case .pointer: self = .pointer(isText: false, isNullable: false)
    case .nullablePointer: self = .pointer(isText: false, isNullable: true)
    case .string: self = .pointer(isText: true, isNullable: false)
    case .nullableString: self = .pointer(isText: true, isNullable: true)
    default: return nil
    }
  }

  fileprivate var ffiType: UnsafeMutablePointer<ffi_type>? {
    switch self {
    case .integer(let type): type.size(.host) == 8 ? pulley_ffi_sint64() : pulley_ffi_sint32()
    case .columns: pulley_ffi_sint32()
    case .double: pulley_ffi_double()
    case .longDouble: pulley_ffi_longdouble()
    case .string, .address, .pointer, .integerOutput, .floatingOutput, .addressOutput, .characters,
      .text, .consumed:
      pulley_ffi_pointer()
    }
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
