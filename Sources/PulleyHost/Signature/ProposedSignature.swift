import PulleyDeclarations

extension HostSignature {
  /// The signature of numbers by which a function can be bound to an import of the type. Nil if there
  /// is none. Whether a number is a pointer or a length, the type does not tell.
  public init?(proposedFor type: GuestFunctionType) {
    guard type.parameters.count <= Self.maximumParameterCount else { return nil }
    var parameters: [HostType] = []
    for guest in type.parameters {
      guard let host = HostType(proposedFor: guest) else { return nil }
      parameters.append(host)
    }
    guard let result = Self.result(proposedFor: type.results) else { return nil }
    self.init(result: result, context: [], parameters: parameters)
  }

  private static func result(proposedFor types: [GuestType]) -> HostType? {
    guard types.count > 1 else { return types.first.map(HostType.init(proposedFor:)) ?? .void }
    var members: [Record.Member] = []
    for guest in types {
      let type: CType
      switch guest {
      case .i32: type = .integer(.int32)
      case .i64: type = .integer(.int64)
      case .f32: type = .floating(.float)
      case .f64: type = .floating(.double)
      default: return nil
      }
      members.append(Record.Member(name: "", type: type))
    }
    return .several(Record(.structure, tag: "", Record.Definition(members: members)))
  }
}

extension HostType {
  fileprivate init?(proposedFor guest: GuestType) {
    switch guest {
    case .i32: self = .i32
    case .i64: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .v128: self = .v128
    case .externref: self = .hostPointer
    // Only CLIF has the other numbers, and a C function has no references to functions and objects.
    case .i8, .i16, .word, .i128, .funcref, .object: return nil
    }
  }
}
