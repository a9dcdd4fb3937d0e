/// A function in the forms that it takes on its way to bytecode, line by line.
public struct FunctionListing: Sendable {
  /// A line of the source or of the IR.
  public struct Line: Sendable {
    /// The place in the source, in the unit of the listing; nil if the line comes from none.
    public var location: Int?
    /// How far the line is indented, in steps.
    public var depth: Int
    public var text: String
  }

  /// An instruction of Pulley, or an entry of a branch table.
  public struct Instruction: Sendable {
    /// Where it stands in the code of all functions.
    public var address: Int
    public var location: Int?
    public var text: String
    /// The function whose address is in the instruction.
    public var target: Int?
  }

  /// The instructions of WebAssembly, or the text of CLIF. Empty of what the compiler adds.
  public var source: [Line] = []
  /// What is compiled, after optimisation.
  public var ir: [Line] = []
  public var code: [Instruction] = []
}

/// All functions of a module with what became of them: compiled anew, with the place in the source
/// of each instruction. May be used by one thread at a time.
public protocol CodeListing: AnyObject {
  /// What is listed, and what locations count.
  var sourceKind: SourceKind { get }
  var functionCount: Int { get }
  func name(ofFunction function: Int) -> String
  /// In bytes of the module, or in lines of text.
  func sourceSize(ofFunction function: Int) -> Int
  func codeSize(ofFunction function: Int) -> Int
  func function(_ function: Int) throws(PulleyError) -> FunctionListing
  /// The place and the text of what the instruction at an address comes from. Fast for addresses
  /// that follow one another.
  func origin(ofAddress address: Int) -> String?
  /// The same code as an artifact.
  func artifact() throws(PulleyError) -> [UInt8]
}

public enum SourceKind: Sendable {
  /// Locations are bytes of the module in the binary format.
  case webAssembly
  /// Locations are lines of the text, counted from 1.
  case clif
}

/// The texts of one function's source by location, for as long as addresses stay in the function.
struct OriginCache {
  private var function = -1
  private var texts: [Int: String] = [:]

  mutating func text(
    at location: Int, of function: Int, lines: () -> [FunctionListing.Line]
  ) -> String? {
    if function != self.function {
      self.function = function
      texts.removeAll(keepingCapacity: true)
      for line in lines() {
        guard let location = line.location else { continue }
        texts[location] = line.text
      }
    }
    return texts[location]
  }
}

extension CodeListing {
  /// A place in the source as people write it.
  public func place(_ location: Int) -> String {
    switch sourceKind {
    case .webAssembly: "0x" + String(location, radix: 16)
    case .clif: "line \(location)"
    }
  }
}
