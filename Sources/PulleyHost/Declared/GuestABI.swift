import PulleyDeclarations

/// How guests pass the values of C's types, as clang does for wasm32 and wasm64.
///
/// Source: "Basic C ABI" of WebAssembly's tool conventions, sections "Function signatures" and
/// "Variadic functions".
public enum GuestABI {
  /// How a record is passed by value.
  public enum Passing: Hashable, Sendable {
    /// The record is empty and has no argument.
    case nothing
    /// The record has the size of its only scalar, which is passed in its place. The scalar's offset
    /// in the record is 0, in the guest and in the host.
    case direct(CType)
    /// The argument is the address of the caller's copy; of a result, it is the first argument.
    case indirect
  }

  /// Throws if the record has no layout.
  public static func passing(
    _ record: Record, _ model: DataModel
  ) throws(LayoutError) -> Passing {
    let size = try record.layout(model).extent.size
    let isOpenEnded = endsInFlexibleArray(record)
    if size == 0 && !isOpenEnded { return .nothing }
    guard !isOpenEnded, let scalar = try onlyScalar(record, model),
      try scalar.extent(model).size == size
    else { return .indirect }
    return .direct(scalar)
  }

  /// The one scalar of a record; nil if it has several or none.
  private static func onlyScalar(
    _ record: Record, _ model: DataModel
  ) throws(LayoutError) -> CType? {
    var record = record
    while true {
      var found: CType?
      for member in record.definition?.members ?? [] {
        if case .array(_, count: nil) = member.type { return nil }
        // Empty members do not count.
        if try member.type.extent(model).size == 0 { continue }
        guard found == nil else { return nil }
        found = member.type
      }
      while case .array(let element, count: 1)? = found { found = element }
      switch found {
      case .record(let inner)?: record = inner
      case .integer?, .floating?, .pointer?: return found
      default: return nil
      }
    }
  }

  private static func endsInFlexibleArray(_ record: Record) -> Bool {
    var record = record
    while let last = record.definition?.members.last {
      switch last.type {
      case .array(_, count: nil): return true
      case .record(let inner): record = inner
      default: return false
      }
    }
    return false
  }

  /// The types of a scalar's argument: two of 64 bits for a scalar of 128 bits, otherwise one. Empty for
  /// types that are not scalars.
  public static func types(of scalar: CType, _ model: DataModel) -> [GuestType] {
    switch scalar {
    case .integer(let type):
      switch type.size(model) {
      case 16: [.i64, .i64]
      case 8: [.i64]
      default: [.i32]
      }
    case .floating(.float): [.f32]
    case .floating(.double): [.f64]
    case .floating(.longDouble): [.i64, .i64]
    case .pointer: [addressType(model)]
    case .void, .array, .record, .function, .unsupported: []
    }
  }

  /// The type of an address.
  public static func addressType(_ model: DataModel) -> GuestType {
    model == .guest32 ? .i32 : .i64
  }

  /// The types of the arguments that a parameter of the type takes; of none for `void`, and for
  /// an empty structure. Throws if a structure has no layout.
  public static func parameterTypes(
    _ type: HostType, _ model: DataModel
  ) throws(LayoutError) -> [GuestType] {
    switch type {
    case .void: []
    case .bool, .i8, .u8, .i16, .u16, .i32, .u32: [.i32]
    case .i64, .u64: [.i64]
    case .i128: [.i64, .i64]
    case .f32: [.f32]
    case .f64: [.f64]
    case .v128: [.v128]
    case .hostPointer: [.externref]
    case .ssize, .size, .pointer, .nullablePointer, .string, .nullableString, .limitedString,
      .buffer,
      .nullableBuffer, .data, .callback:
      [addressType(model)]
    // A handle has the width of the pointer that it replaces.
    case .handle: [addressType(model)]
    case .objectSize(let size): types(of: .integer(size.integer), model)
    case .structure(let record), .several(let record):
      switch try passing(record, model) {
      case .nothing: []
      case .direct(let scalar): types(of: scalar, model)
      case .indirect: [addressType(model)]
      }
    }
  }

  /// How a function gives a result to its caller.
  public enum Returning: Hashable, Sendable {
    /// As results of these types; none for `void` and for an empty structure.
    case results([GuestType])
    /// In memory at an address, which is the first argument.
    case memory
  }

  /// Throws if a structure has no layout.
  public static func returning(
    _ type: HostType, _ model: DataModel
  ) throws(LayoutError) -> Returning {
    switch type {
    case .structure(let record):
      if try passing(record, model) == .indirect { return .memory }
    case .several(let record):
      _ = try record.layout(model)
      return .results(
        (record.definition?.members ?? []).flatMap {
          Self.types(of: $0.type, model)
        })
    default: break
    }
    let types = try parameterTypes(type, model)
    // Without several results, 128 bits are returned in memory.
    return types.count > 1 ? .memory : .results(types)
  }

  /// The type that a guest of the model gives a function of the signature. Throws if a structure has
  /// no layout.
  public static func functionType(
    of signature: HostSignature, _ model: DataModel
  ) throws(LayoutError) -> GuestFunctionType {
    var parameters: [GuestType] = []
    var results: [GuestType] = []
    switch try returning(signature.result, model) {
    case .results(let types): results = types
    case .memory: parameters.append(addressType(model))
    }
    for type in signature.fixedParameters {
      parameters += try parameterTypes(type, model)
    }
    // Variable arguments are in a buffer in memory, and its address is the last argument.
    if signature.variadic != nil { parameters.append(addressType(model)) }
    return GuestFunctionType(parameters: parameters, results: results)
  }
}

extension HostSignature {
  /// The parameters before the variable part.
  public var fixedParameters: ArraySlice<HostType> {
    guard case .fixed(let start)? = variadic else { return parameters[...] }
    return parameters.prefix(max(0, start))
  }
}
