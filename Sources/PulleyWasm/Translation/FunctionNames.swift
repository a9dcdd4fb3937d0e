import PulleyIR

/// The names of functions in translated code.
public enum FunctionNames {
  /// Functions of the module. The index counts imported functions.
  public static let moduleNamespace: UInt32 = 0
  /// Host signatures: one for each builtin, then one for each type of the module.
  public static let hostNamespace: UInt32 = 1
  /// Host thunks. The index is a type index.
  public static let thunkNamespace: UInt32 = 2

  /// Continuations of functions, which nothing calls by name.
  static let continuationNamespace: UInt32 = 3

  static func continuation(of index: Int) -> ExternalName {
    .user(namespace: continuationNamespace, index: UInt32(truncatingIfNeeded: index))
  }

  public static func function(_ index: Int) -> ExternalName {
    .user(namespace: moduleNamespace, index: UInt32(truncatingIfNeeded: index))
  }

  public static func hostSignature(of builtin: Builtin) -> ExternalName {
    .user(namespace: hostNamespace, index: builtin.rawValue)
  }

  public static func hostSignature(ofType typeIndex: UInt32) -> ExternalName {
    .user(namespace: hostNamespace, index: hostSignatureNumber(ofType: typeIndex))
  }

  public static func hostSignatureNumber(ofType typeIndex: UInt32) -> UInt32 {
    Builtin.count + typeIndex
  }

  public static func hostThunk(ofType typeIndex: UInt32) -> ExternalName {
    .user(namespace: thunkNamespace, index: typeIndex)
  }
}
