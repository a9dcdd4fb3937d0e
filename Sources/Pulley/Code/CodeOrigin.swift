import PulleyVM

/// A source of bytecode that knows which module's code it comes from.
protocol CodeOrigin: FunctionSource {
  var code: ModuleCode { get }
}

extension CodeOrigin {
  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    try body(of: function, PredecodingControl())
  }
}

extension CodeLocation {
  /// The code that the location is in; nil of code that was not made by this module.
  var code: ModuleCode? { (image.source as? any CodeOrigin)?.code }
}
