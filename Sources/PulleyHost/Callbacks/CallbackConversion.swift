import CFFI
import PulleyDeclarations

/// How the guest receives an argument of C's that is not a number or an address.
enum CallbackConversion {
  /// The argument is a word.
  case word
  /// An empty structure, which is not an argument.
  case nothing
  /// The address of a copy of a structure.
  case structure(Transfer)
  /// The only scalar of a structure.
  case scalar(Transfer, CallbackScalar)
  /// The address of data in the guest's memory, or of a copy there.
  case data(Transfer, PointedData)
  case handle(HandleType)
  /// A function pointer, which must lead to a function of the guest.
  case function

  /// Nil if the argument is a word.
  init(_ type: HostType, _ model: DataModel) throws(LayoutError) {
    switch type {
    case .structure(let record):
      switch try GuestABI.passing(record, model) {
      case .nothing: self = .nothing
      case .direct(let scalar):
        self = .scalar(
          try Transfer(.record(record), model), try CallbackScalar(scalar, model))
      case .indirect: self = .structure(try Transfer(.record(record), model))
      }
    case .several: throw LayoutError(type.word, "is a list of results")
    case .objectSize: throw LayoutError(type.word, "cannot be an argument of a callback")
    case .data(let data): self = .data(try Transfer(data.element, model), data)
    case .handle(let handle): self = .handle(handle)
    case .callback: self = .function
    default: self = .word
    }
  }

  /// Whether the guest receives an argument that is not in a word of C's.
  var isComplex: Bool { if case .word = self { false } else { true } }
}

/// How C receives a result of the guest's that is not a number or an address.
enum CallbackResultConversion {
  case word
  case nothing
  /// The guest writes the structure to memory whose address is its first argument.
  case structure(Transfer)
  case scalar(Transfer, CallbackScalar)
  /// The address of data in the guest's memory.
  case data(Transfer)
  case handle(HandleType)
  case function(CallbackType)

  init(_ type: HostType, _ model: DataModel) throws(LayoutError) {
    switch type {
    case .data(let data):
      let transfer = try Transfer(data.element, model)
      guard transfer.isIdentical else {
        throw LayoutError(
          "a result that leads to \(data.element)", "has another layout in the guest")
      }
      self = .data(transfer)
    case .callback(let type): self = .function(type)
    case .i128: throw LayoutError("__int128", "cannot be the result of a callback")
    default:
      switch try CallbackConversion(type, model) {
      case .nothing: self = .nothing
      case .structure(let transfer): self = .structure(transfer)
      case .scalar(let transfer, let scalar): self = .scalar(transfer, scalar)
      case .handle(let handle): self = .handle(handle)
      case .word, .data, .function: self = .word
      }
    }
  }

  var isComplex: Bool { if case .word = self { false } else { true } }
}

/// A scalar of the guest's in a word.
struct CallbackScalar {
  let size: Int
  let isSigned: Bool

  init(_ type: CType, _ model: DataModel) throws(LayoutError) {
    size = try type.extent(model).size
    guard size <= 8 else { throw LayoutError("\(type)", "as the only member cannot be passed") }
    if case .integer(let integer) = type {
      isSigned = integer.isSigned(model)
    } else {
      isSigned = false
    }
  }

  /// The word for the scalar, as clang extends it to 32 bits.
  func word(_ place: UnsafeRawPointer) -> UInt64 {
    switch (size, isSigned) {
    case (1, true): UInt64(UInt32(bitPattern: Int32(place.load(as: Int8.self))))
    case (1, false): UInt64(place.load(as: UInt8.self))
    case (2, true): UInt64(UInt32(bitPattern: Int32(place.loadUnaligned(as: Int16.self))))
    case (2, false): UInt64(place.loadUnaligned(as: UInt16.self))
    case (4, _): UInt64(place.loadUnaligned(as: UInt32.self))
    default: place.loadUnaligned(as: UInt64.self)
    }
  }
}

extension CallInterface {
  /// libffi's description of a callback's type, and what it refers to.
  static func callback(
    _ signature: HostSignature
  ) throws(LayoutError) -> (interface: CallInterface?, types: [ForeignType]) {
    guard !signature.isSimple else { return (CallInterface(signature), []) }
    var foreign: [ForeignType] = []
    func type(_ type: HostType) throws(LayoutError) -> UnsafeMutablePointer<ffi_type>? {
      switch type {
      case .structure(let record), .several(let record):
        guard try record.layout(.host).extent.size > 0 else { return nil }
        let made = try ForeignType(record)
        foreign.append(made)
        return made.type
      default: return type.ffiType
      }
    }
    var parameters: [UnsafeMutablePointer<ffi_type>?] = []
    let extended = HostType.extendedToWord(signature.parameters)
    for (index, parameter) in signature.parameters.enumerated() {
      if extended[index] {
        parameters.append(pulley_ffi_uint64())
      } else if let type = try type(parameter) {
        parameters.append(type)
      }
    }
    let result = try type(signature.result) ?? pulley_ffi_void()
    return (CallInterface(parameters: parameters, result: result), foreign)
  }
}
