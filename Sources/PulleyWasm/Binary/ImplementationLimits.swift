/// The limits of this implementation. They are those of the WebAssembly JavaScript interface, so
/// that every module that runs in browsers is accepted.
public enum ImplementationLimits {
  public static let moduleSize = 1 << 30
  public static let types = 1_000_000
  public static let recursionGroupTypes = 1_000_000
  public static let supertypeDepth = 63
  public static let functions = 1_000_000
  public static let imports = 1_000_000
  public static let exports = 1_000_000
  public static let globals = 1_000_000
  public static let tags = 1_000_000
  public static let tables = 100_000
  public static let memories = 100
  public static let dataSegments = 100_000
  public static let elementSegments = 10_000_000
  public static let elementSegmentLength = 10_000_000
  public static let functionParameters = 1_000
  public static let functionResults = 1_000
  public static let structureFields = 10_000
  public static let fixedArrayElements = 10_000
  public static let functionLocals = 50_000
  public static let functionBodySize = 7_654_321
  public static let branchTableTargets = 65_520
  public static let nameLength = 100_000
  public static let constantExpressionOperators = 10_000

  /// The number of values that the blocks, branches and calls of a body may pass. Two bytes can call a
  /// function with a thousand parameters and results, so the number is limited by the size of the
  /// body. Code made by compilers passes less than one value per byte.
  public static func passedValues(bodySize: Int) -> Int { 1 << 14 + 4 * bodySize }
}
