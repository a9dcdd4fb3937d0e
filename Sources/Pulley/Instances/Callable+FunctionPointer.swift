import PulleyHost
import PulleyText
import PulleyVM

extension Callable {
  /// A C function that calls this function: see `pulley_function_pointer` in `include/pulley.h`. It has a
  /// meaning as long as the instance lives.
  ///
  /// - Parameter signature: the C function's type in the notation of `HostSignature`.
  public func cFunction(_ signature: String) throws(PulleyError) -> UnsafeRawPointer {
    let parsed: HostSignature
    do throws(HostSignatureError) {
      parsed = try HostSignature(signature)
    } catch {
      throw PulleyError(
        .signature, "the signature \(VisibleText.quoted(signature)): \(error.message)",
        offset: error.offset)
    }
    guard let wasm else {
      throw PulleyError(
        .unsupported, "only functions of WebAssembly can be C functions, and this one is of CLIF")
    }
    let (state, index) = (wasm.state, wasm.index)
    do throws(HostTypeMismatch) {
      return try state.environment.functionPointer(
        parsed, type: type.guestType, identity: UInt(index), name: "the function",
        Callable(state, index: index, isBorrowed: true))
    } catch {
      throw PulleyError(.argument, error.message)
    }
  }

  /// Takes the error of the first call of such a C function of the instance that has failed since the last
  /// time. Nil if none has.
  public func takeCFunctionError() -> PulleyError? {
    guard let trap = state.environment.takeCallbackFailure() else { return nil }
    return trap.cause as? PulleyError ?? PulleyError(trap: .host, message: trap.message)
  }
}
