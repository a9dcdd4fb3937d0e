import PulleyHost
import PulleyText
import PulleyVM
import PulleyWasm

/// A host function that takes and gives values of WebAssembly's types, without a signature of C.
///
/// The linker and each instance that imports the function keep it alive. The finalizer runs when the last
/// reference is gone.
public final class ValuesDefinition: @unchecked Sendable {
  /// Is called with the calling instance and the words of the arguments, and stores those of the
  /// results in the same place, as `Callable.run(slots:)` does. Returns nil, or the reason of the
  /// guest's trap.
  public typealias Function = (Instance, UnsafeMutablePointer<UInt64>) -> CallFailure?

  /// The function's name in messages: "env.f".
  public let name: String
  /// References have abstract types, because a definition belongs to no module.
  public let type: FunctionType
  let function: Function
  private let userData: UnsafeMutableRawPointer?
  private let finalizer: HostStack.Callback?
  /// The thread of the instances that import the function uses it.
  package var hostInfo: HostInfo?

  public init(
    name: String, type: FunctionType, userData: UnsafeMutableRawPointer? = nil,
    finalizer: HostStack.Callback? = nil, function: @escaping Function
  ) {
    self.name = name
    self.type = type
    self.function = function
    self.userData = userData
    self.finalizer = finalizer
  }

  deinit {
    if let finalizer { HostStack.callHost(finalizer, userData) }
  }

  /// The most parameters and the most results, which are those of modules.
  public static let mostValues = 1000
}

extension ValuesDefinition {
  /// A function of Swift values. The types of its results are checked. An error that it throws is the
  /// reason of a trap.
  public convenience init(
    name: String, type: FunctionType,
    _ body: @escaping (Instance, [GuestValue]) throws(PulleyError) -> [GuestValue]
  ) {
    self.init(name: name, type: type) { (instance, words) in
      do throws(PulleyError) {
        let results = try body(
          instance, try GuestValue.list(words, types: type.parameters, instance.module.engine))
        try Self.check(results, type.results, name, instance.state.group.current)
        var word = 0
        for value in results {
          let bits = value.cell
          words[word] = bits.low
          if value.type == .v128 { words[word + 1] = bits.high }
          word += value.type.slotCount
        }
        return nil
      } catch {
        return CallFailure(error)
      }
    }
  }

  private static func check(
    _ results: [GuestValue], _ types: [ValueType], _ name: String, _ group: InstanceGroup
  ) throws(PulleyError) {
    guard results.count == types.count else {
      throw PulleyError(
        trap: .host,
        message: "\(VisibleText.name(name)) has given \(results.count) results, not \(types.count)")
    }
    for (index, (value, type)) in zip(results, types).enumerated()
    where !value.fits(type, in: group) {
      throw wrongResult(index, value.type.description, type, name)
    }
  }

  static func wrongResult(
    _ index: Int, _ found: String, _ wanted: ValueType, _ name: String
  ) -> PulleyError {
    PulleyError(
      trap: .host,
      message: "result \(index + 1) of \(VisibleText.name(name)) is \(found), not \(wanted)")
  }
}

extension GuestValue {
  fileprivate static func list(
    _ words: UnsafeMutablePointer<UInt64>, types: [ValueType], _ engine: Engine
  ) throws(PulleyError) -> [GuestValue] {
    var values: [GuestValue] = []
    var word = 0
    for type in types {
      let high = type == .v128 ? words[word + 1] : 0
      guard let value = GuestValue(CellBits(low: words[word], high: high), type: type, engine)
      else {
        throw PulleyError(.unsupported, "arguments of type \(type) cannot be received")
      }
      values.append(value)
      word += type.slotCount
    }
    return values
  }
}

extension WasmInstanceState {
  /// The record by which this instance calls a function of values.
  ///
  /// - Parameter type: the import's type. Its references may be of more special types than the
  ///   definition's; results are checked at each call.
  func record(
    _ definition: ValuesDefinition, type: FunctionType, signatureNumber: UInt32
  ) -> ValuesRecord {
    let results = ReferenceResults(type, self)
    return ValuesRecord(
      type: GuestFunctionType(type), environment: environment, signatureNumber: signatureNumber
    ) { [unowned(unsafe) self] words in
      if let failure = definition.function(borrowedHandle, words) {
        return HostTrap(message: failure.error.message, cause: failure.error)
      }
      guard !results.isEmpty, !environment.hasPendingTrap else { return nil }
      do throws(PulleyError) {
        try results.adopt(words, group, definition.name)
        return nil
      } catch {
        return HostTrap(message: error.message, cause: error)
      }
    }
  }
}

/// The results of a function that are references.
private struct ReferenceResults {
  private struct Result {
    let index: Int
    let slot: Int
    /// As the module writes it, for messages.
    let type: ValueType
    /// With the engine's numbers.
    let checkedType: ValueType
  }

  private let results: [Result]
  var isEmpty: Bool { results.isEmpty }

  init(_ type: FunctionType, _ state: WasmInstanceState) {
    var results: [Result] = []
    var slot = 0
    for (index, type) in type.results.enumerated() {
      if type.isReference {
        results.append(
          Result(
            index: index, slot: slot, type: type,
            checkedType: type.numbered(by: state.wasm.typeNumbers)))
      }
      slot += type.slotCount
    }
    self.results = results
  }

  /// Checks the types of the references, on which the guest relies, and keeps their functions alive as
  /// long as the group.
  func adopt(
    _ words: UnsafeMutablePointer<UInt64>, _ group: InstanceGroup, _ name: String
  ) throws(PulleyError) {
    for result in results {
      guard
        let value = GuestValue(bits: words[result.slot], type: result.checkedType, group.engine),
        value.fits(result.checkedType, in: group)
      else {
        throw ValuesDefinition.wrongResult(
          result.index, "a reference of another type, or a null", result.type, name)
      }
      do throws(PulleyError) {
        try group.adopt(value)
      } catch {
        throw PulleyError(
          trap: .host,
          message: "result \(result.index + 1) of \(VisibleText.name(name)): \(error.message)")
      }
    }
  }
}
