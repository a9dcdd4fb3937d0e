import PulleyCodegen
import PulleyISA

/// A function as the first tier compiles it, and what is needed to leave it in the middle of a call.
package struct BaselineCode {
  /// A loop at which the values of all locals are the whole state of the call.
  package struct Loop {
    /// The offset of its code.
    package var offset: UInt32
    /// The number of `loop` operators before it.
    package var number: UInt32
  }

  /// Where the function keeps a local.
  package enum LocalPlace {
    case register(RegisterClass, UInt8)
    /// At this offset from `sp`.
    case stack(UInt32)
  }

  package var function: CompiledFunction
  package var loops: [Loop]
  /// Empty if there are no such loops.
  package var locals: [LocalPlace]
}
