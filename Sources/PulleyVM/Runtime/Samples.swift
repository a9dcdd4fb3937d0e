/// What a `Sampler` has recorded: a tree of calls and the places of the samples. Times are in
/// intervals.
public struct Samples: Sendable {
  /// A function as called along a path of calls.
  public struct Call: Sendable {
    /// The number of the caller in `calls`; nil for a function that the host called.
    public let caller: Int?
    /// Nil stands for calls further out than samples reach.
    public let function: SampledFunction?
    /// The time in the function itself.
    public fileprivate(set) var time = 0
  }

  /// The instruction before which a sample was taken.
  public struct Place: Hashable, Sendable {
    public let function: SampledFunction
    /// In the bytecode of the function.
    public let offset: Int
  }

  private struct Key: Hashable {
    let caller: Int?
    let function: SampledFunction?
  }

  /// Callers come before what they call.
  public private(set) var calls: [Call] = []
  public private(set) var places: [Place: Int] = [:]
  /// The time in which functions were compiled on their first call, and predecoded.
  public internal(set) var compiling = 0

  private var numbers: [Key: Int] = [:]

  public init() {}

  /// Adds a sample.
  ///
  /// - Parameter frames: innermost first.
  mutating func add(_ frames: [CodeLocation], _ intervals: Int, isWhole: Bool) {
    guard let innermost = frames.first else { return }
    let place = Place(function: SampledFunction(innermost), offset: innermost.offset)
    places[place, default: 0] += intervals
    var call: Int? = isWhole ? nil : number(of: nil, calledBy: nil)
    for frame in frames.reversed() { call = number(of: SampledFunction(frame), calledBy: call) }
    if let call { calls[call].time += intervals }
  }

  private mutating func number(of function: SampledFunction?, calledBy caller: Int?) -> Int {
    let key = Key(caller: caller, function: function)
    if let known = numbers[key] { return known }
    numbers[key] = calls.count
    calls.append(Call(caller: caller, function: function))
    return calls.count - 1
  }
}

/// A function of an image.
public struct SampledFunction: Hashable, Sendable {
  public let image: CodeImage
  public let number: Int

  init(_ location: CodeLocation) {
    image = location.image
    number = location.function
  }

  public static func == (a: SampledFunction, b: SampledFunction) -> Bool {
    a.image === b.image && a.number == b.number
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(image))
    hasher.combine(number)
  }
}
