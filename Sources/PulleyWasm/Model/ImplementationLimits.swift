/// What this implementation takes at most: the limits that the WebAssembly JavaScript interface
/// names, so that what runs in browsers is accepted here and nothing larger needs to be feared.
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

  /// How many values the blocks, branches and calls of a body of so many bytes may pass, counted
  /// where each takes or gives one. Two bytes can call a function of a thousand parameters and
  /// results; compilers make less than one such value for a byte.
  public static func passedValues(bodySize: Int) -> Int { 1 << 14 + 4 * bodySize }
}
