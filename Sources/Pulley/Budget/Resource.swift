/// The resources that a guest may exhaust, each counted in bytes. The raw values are those of the C
/// interface.
public enum Resource: Int32, CaseIterable, Sendable {
  /// Linear memories, by their size.
  case memory = 1
  /// Tables: eight bytes an element.
  case tables
  /// Instances, apart from memories, tables and stacks.
  case instances
  /// The stacks that guests run on, by their size.
  case stacks
  /// WASI's records of a program's descriptors and directories.
  case wasi
  /// Modules, their code, and the memory of compiling while it lasts.
  case compilation
  /// The heap of structures, arrays and exceptions, by what it has taken from the system.
  case objects

  var index: Int { Int(rawValue) - 1 }
}

/// The limits of all resources, in bytes.
public struct ResourceLimits: Hashable, Sendable {
  /// The two limits of one resource, in bytes.
  public struct Limit: Hashable, Sendable {
    /// The limit for each group of linked instances; in the case of compilation, for each module.
    public var perGroup: Int
    /// The limit for everything in an engine.
    public var perEngine: Int

    public init(perGroup: Int, perEngine: Int) {
      self.perGroup = perGroup
      self.perEngine = perEngine
    }
  }

  private var limits: InlineArray<7, Limit>

  /// The default limits.
  public init() {
    let (mebibyte, gibibyte) = (1 << 20, 1 << 30)
    limits = [
      Limit(perGroup: 4 * gibibyte, perEngine: 64 * gibibyte),
      Limit(perGroup: 128 * mebibyte, perEngine: 4 * gibibyte),
      Limit(perGroup: 256 * mebibyte, perEngine: 4 * gibibyte),
      Limit(perGroup: 4 * gibibyte, perEngine: 64 * gibibyte),
      Limit(perGroup: 128 * mebibyte, perEngine: gibibyte),
      Limit(perGroup: 16 * gibibyte, perEngine: 32 * gibibyte),
      Limit(perGroup: 2 * gibibyte, perEngine: 32 * gibibyte),
    ]
  }

  public subscript(resource: Resource) -> Limit {
    get { limits[resource.index] }
    set { limits[resource.index] = newValue }
  }

  public static func == (a: ResourceLimits, b: ResourceLimits) -> Bool {
    Resource.allCases.allSatisfy { a[$0] == b[$0] }
  }

  public func hash(into hasher: inout Hasher) {
    for resource in Resource.allCases { hasher.combine(self[resource]) }
  }
}

extension Resource {
  /// The name of the resource in error messages.
  var noun: String {
    switch self {
    case .memory: "linear memories"
    case .tables: "tables"
    case .instances: "instances"
    case .stacks: "guest stacks"
    case .wasi: "WASI"
    case .compilation: "compilation"
    case .objects: "objects of the heap"
    }
  }
}
