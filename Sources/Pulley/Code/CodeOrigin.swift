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
  /// The module's code that contains the location; nil if the code has no module, as in tests.
  var code: ModuleCode? { (image.source as? any CodeOrigin)?.code }
}
