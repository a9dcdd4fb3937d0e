import CPulley
import Pulley
import PulleyText
import PulleyWasm

@c @implementation
public func pulley_register_values(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ type: pulley_function_type_t, _ callback: pulley_values_callback_t?,
  _ userdata: UnsafeMutableRawPointer?, _ finalizer: pulley_finalizer_t?, _ error: ErrorOut?
) -> pulley_status_t {
  let status = attempt(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    let module = try require(text: module, "module")
    let name = try require(text: name, "name")
    let type = try FunctionType(type)
    guard let callback else { throw .argument("callback is NULL") }
    let function = ValuesFunction("\(module).\(name)", type, callback, userdata)
    linker.define(
      module: module, name: name,
      values: ValuesDefinition(
        name: function.name, type: type, userData: userdata, finalizer: finalizer
      ) { (instance, words) in function.call(instance, words) })
  }
  // A definition runs the finalizer itself.
  if status != Status.ok { finalizer?(userdata) }
  return status
}

extension FunctionType {
  /// The caller's type.
  fileprivate init(_ type: pulley_function_type_t) throws(Failure) {
    self.init(
      parameters: try Self.types(type.parameters, type.parameter_count, "parameter"),
      results: try Self.types(type.results, type.result_count, "result"))
  }

  private static func types(
    _ codes: UnsafePointer<pulley_type_t>?, _ count: Int, _ noun: String
  ) throws(Failure) -> [ValueType] {
    guard 0...ValuesDefinition.mostValues ~= count else {
      throw .argument("a function has \(ValuesDefinition.mostValues) \(noun)s at most")
    }
    guard count > 0 else { return [] }
    guard let codes else { throw .argument("the array of the \(noun) types is NULL") }
    var types: [ValueType] = []
    for index in 0..<count {
      guard let type = ValueType(codes[index]) else {
        throw .argument(
          "\(noun) \(index + 1) is \(TypeCode.name(codes[index])), which WebAssembly lacks")
      }
      types.append(type)
    }
    return types
  }
}

/// A function of the embedder that takes an array of values.
private final class ValuesFunction {
  let name: String
  private let callback: pulley_values_callback_t
  private let userdata: UnsafeMutableRawPointer?
  private let parameters: [pulley_type_t]
  private let results: [pulley_type_t]

  init(
    _ name: String, _ type: FunctionType, _ callback: @escaping pulley_values_callback_t,
    _ userdata: UnsafeMutableRawPointer?
  ) {
    self.name = name
    self.callback = callback
    self.userdata = userdata
    parameters = type.parameters.map(\.code)
    results = type.results.map(\.code)
  }

  /// Calls the function with words as `ValuesDefinition.Function` takes them.
  func call(_ instance: Instance, _ words: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    let count = parameters.count + results.count
    // With a constant capacity, the compiler puts the values on the stack.
    if count <= 16 {
      return withUnsafeTemporaryAllocation(of: pulley_value_t.self, capacity: 16) {
        call(instance, words, $0.baseAddress.unsafelyUnwrapped)
      }
    }
    return callWithMany(instance, words, count)
  }

  @inline(never)
  private func callWithMany(
    _ instance: Instance, _ words: UnsafeMutablePointer<UInt64>, _ count: Int
  ) -> CallFailure? {
    let values = UnsafeMutablePointer<pulley_value_t>.allocate(capacity: count)
    defer { values.deallocate() }
    return call(instance, words, values)
  }

  @inline(__always)
  private func call(
    _ instance: Instance, _ words: UnsafeMutablePointer<UInt64>,
    _ values: UnsafeMutablePointer<pulley_value_t>
  ) -> CallFailure? {
    var word = words
    for (index, type) in parameters.enumerated() {
      let isWide = TypeCode.isWide(type)
      (values + index).initialize(
        to: isWide
          ? pulley_value_t(slots: word[0], word[1], type) : pulley_value_t(slot: word[0], type))
      word += isWide ? 2 : 1
    }
    let returned = values + parameters.count
    for (index, type) in results.enumerated() {
      (returned + index).initialize(to: pulley_value_t())
      returned[index].type = type
    }
    var error: OpaquePointer?
    let status = callback(
      userdata, borrowed(instance), values, parameters.count, returned, results.count, &error)
    if status != Status.ok || error != nil {
      if let trap = failure(status, taking: error) { return trap }
    }
    word = words
    for (index, type) in results.enumerated() {
      let value = returned[index]
      guard value.type == type else { return wrongResult(index, value.type) }
      if TypeCode.isWide(type) {
        (word[0], word[1]) = value.wideSlots
        word += 2
      } else {
        word[0] = value.slot
        word += 1
      }
    }
    return nil
  }

  /// The failure that a status stands for; nil if the function has succeeded. Deletes the error.
  @inline(never)
  private func failure(_ status: pulley_status_t, taking error: OpaquePointer?) -> CallFailure? {
    let cause = object(error, ErrorObject.self)?.error
    delete(error, ErrorObject.self)
    guard status != Status.ok else { return nil }
    return made {
      CallFailure(
        cause
          ?? PulleyError(
            trap: .host, message: "\(VisibleText.name(name)) has failed with status \(status)"))
    } ?? CallFailure(PulleyError(trap: .host))
  }

  @inline(never)
  private func wrongResult(_ index: Int, _ found: pulley_type_t) -> CallFailure {
    made {
      CallFailure(
        PulleyError(
          trap: .host,
          message: "result \(index + 1) of \(VisibleText.name(name)) is \(TypeCode.name(found)), "
            + "not \(TypeCode.name(results[index]))"))
    } ?? CallFailure(PulleyError(trap: .host))
  }
}
