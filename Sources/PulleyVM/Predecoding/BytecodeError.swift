import PulleyISA

/// Why a function's bytecode is not valid.
public struct BytecodeError: Error, Hashable, Sendable {
  /// The rule that the bytecode breaks.
  public enum Reason: Hashable, Sendable {
    /// It does not decode.
    case undecodable(DecodeError.Reason)
    /// A branch to where no instruction of the function begins.
    case invalidTarget(Int)
    /// A branch table without entries, or whose entries run past the function's end.
    case invalidBranchTable
    /// A call, or an address computation, whose target is not a function.
    case unresolvedFunction
    /// A signature number that the image does not have.
    case unknownSignature(Int)
    /// A frame that is too small for the registers saved in it.
    case invalidFrame
    /// The last instruction may continue after the end.
    case missingTerminator
    /// There is no instruction, or more than 2^30 bytes.
    case invalidSize
    /// An instruction on objects of a heap, which only functions with windows have.
    case needsHeap
    /// A function's range that is not part of the text, or overlaps another.
    case invalidRange
  }

  public let reason: Reason
  /// The function's number in its image.
  public let function: Int
  /// Where in the function, in bytes.
  public let offset: Int

  public init(_ reason: Reason, function: Int, offset: Int) {
    self.reason = reason
    self.function = function
    self.offset = offset
  }
}

extension BytecodeError: CustomStringConvertible {
  public var description: String {
    let place = "in function \(function) at byte 0x\(String(offset, radix: 16))"
    let what =
      switch reason {
      case .undecodable(.truncated): "the code ends inside an instruction"
      case .undecodable(.unknownOpcode(let code)): "unknown opcode \(code)"
      case .undecodable(.unknownExtendedOpcode(let code)): "unknown extended opcode \(code)"
      case .undecodable(.invalidRegister(let number)): "there is no register \(number)"
      case .invalidTarget(let target):
        "no instruction begins at the branch target 0x\(String(target, radix: 16))"
      case .invalidBranchTable: "invalid branch table"
      case .unresolvedFunction: "the address is not that of a function"
      case .unknownSignature(let number): "there is no host signature \(number)"
      case .invalidFrame: "the frame is too small for the registers saved"
      case .missingTerminator: "the last instruction may continue after the end"
      case .invalidSize: "the function is empty or too large"
      case .needsHeap: "an instruction on objects outside of WebAssembly"
      case .invalidRange: "the function's range is not valid"
      }
    return "\(what) \(place)"
  }
}
