import PulleyVM

/// Where the guests of an engine have spent the processor time of their thread. Times are in intervals
/// of `interval` nanoseconds.
public struct Profile: Sendable {
  public static let interval = Sampler.interval

  /// A function as called along a path of calls.
  public struct Call: Sendable {
    /// The number of the caller in `calls`; nil for functions that the host called.
    public let caller: Int?
    /// The number of the function in `functions`.
    public let function: Int
    /// The time in the function itself.
    public let own: Int
  }

  public struct Function: Sendable {
    public let name: String
    /// The time in the function itself.
    public fileprivate(set) var own = 0
    /// The time in the function and what it calls.
    public fileprivate(set) var total = 0
  }

  /// An instruction of the bytecode.
  public struct Place: Sendable {
    /// The number of the function in `functions`.
    public let function: Int
    /// In the function's bytecode.
    public let offset: Int
    /// As errors show it; nil if it is not known.
    public let source: String?
    public let time: Int
  }

  /// Callers come before what they call.
  public private(set) var calls: [Call] = []
  /// Those with most time of their own first.
  public private(set) var functions: [Function] = []
  /// Those with most time first.
  public private(set) var places: [Place] = []
  /// The time in which functions were compiled on their first call, on the guest's thread.
  public private(set) var compiling = 0
  /// The time of everything.
  public private(set) var total = 0

  init(_ samples: Samples) {
    var numbers: [SampledFunction?: Int] = [:]
    var found: [Function] = []
    let calls = samples.calls.map { call in
      if numbers[call.function] == nil {
        numbers[call.function] = found.count
        found.append(Function(name: call.function?.name ?? "(calls further out)"))
      }
      return Call(
        caller: call.caller, function: numbers[call.function] ?? 0, own: call.time)
    }
    compiling = samples.compiling
    total = compiling + calls.reduce(0) { $0 + $1.own }
    Self.addTimes(of: calls, to: &found)
    let order = found.indices.sorted { one, other in
      (found[one].own, found[one].total, found[other].name)
        > (found[other].own, found[other].total, found[one].name)
    }
    var ranks = Array(repeating: 0, count: found.count)
    for (rank, number) in order.enumerated() { ranks[number] = rank }
    functions = order.map { found[$0] }
    self.calls = calls.map {
      Call(caller: $0.caller, function: ranks[$0.function], own: $0.own)
    }
    places = samples.places.map { place, time in
      Place(
        function: numbers[place.function].map { ranks[$0] } ?? 0, offset: place.offset,
        source: place.source, time: time)
    }.sorted {
      ($0.time, $1.function, $1.offset) > ($1.time, $0.function, $0.offset)
    }
  }

  private static func addTimes(of calls: [Call], to functions: inout [Function]) {
    var totals = calls.map(\.own)
    for (number, call) in calls.enumerated().reversed() {
      if let caller = call.caller { totals[caller] += totals[number] }
    }
    for (number, call) in calls.enumerated() {
      functions[call.function].own += call.own
      // Of calls of a function within calls of the same function, only the outermost counts.
      if !isNested(number, in: calls) { functions[call.function].total += totals[number] }
    }
  }

  private static func isNested(_ number: Int, in calls: [Call]) -> Bool {
    var outer = calls[number].caller
    while let call = outer {
      if calls[call].function == calls[number].function { return true }
      outer = calls[call].caller
    }
    return false
  }
}

extension SampledFunction {
  private var code: ModuleCode? { (image.source as? any CodeOrigin)?.code }

  fileprivate var name: String {
    code?.frontEnd.symbolName(ofFunction: number) ?? "function[\(number)]"
  }

  fileprivate func frame(_ offset: Int) -> PulleyError.Frame? {
    code?.frame(function: number, offset: offset, .final)
  }
}

extension Samples.Place {
  fileprivate var source: String? {
    guard let frame = function.frame(offset) else { return nil }
    return frame.line.map { "line \($0)" }
      ?? frame.moduleOffset.map { "byte 0x\(String($0, radix: 16))" }
  }
}

extension Engine {
  /// Begins to sample where guests spend the processor time of the calling thread.
  public func startProfiling() throws(PulleyError) {
    guard let sampler else {
      throw PulleyError(.argument, "the engine was not made for profiling")
    }
    guard sampler.start() else {
      throw PulleyError(.limit, "the system cannot start a thread that takes samples")
    }
  }

  public func stopProfiling() { sampler?.stop() }

  /// The samples so far.
  public var profile: Profile { Profile(sampler?.samples ?? Samples()) }
}
