import PulleyText

/// The error type of the whole interface.
public struct PulleyError: Error, Sendable {
  /// The raw values are those of the C interface.
  public enum Kind: Int32, Sendable {
    /// The caller's mistake: a wrong type or count of values.
    case argument = 1
    /// The bytes are not a module: the encoding is broken.
    case malformed
    /// The module breaks a rule of validation.
    case invalid
    /// The input needs a feature that this version does not have. If running code reached it,
    /// `trap` is set, too.
    case unsupported
    /// An import is missing or has another type.
    case link
    /// A host function's signature cannot be read.
    case signature
    /// The guest trapped, for the reason `trap`.
    case trap
    /// There is no export of this name and kind.
    case notFound
    /// Something is larger than the implementation, the machine or the engine's options allow.
    case limit
    /// The artifact is damaged, foreign or of another version.
    case artifact
    /// A file cannot be read or written.
    case file
    /// A defect of this library.
    case `internal`
  }

  public var kind: Kind
  /// Contains no control characters: see `VisibleText`.
  public var message: String {
    didSet { message = VisibleText.lines(message) }
  }
  /// The place in the input, in bytes.
  public var offset: Int?
  /// The place in a text, counted from 1.
  public var line: Int?
  public var column: Int?
  // These are here because they fill a gap. Each function that may throw has room for an error on its
  // stack.
  public var trap: TrapReason?
  /// The number of a trap that the guest's code gives one (`trap user7` in CLIF).
  public var trapNumber: UInt8?
  /// The line of the text, shortened if it is long, and below it a line with a caret.
  public var excerpt: String?
  /// The refused import, the exception or the host's object. An error never has two of them, and room for one more word would be taken in
  /// each function that may throw.
  var detail: (any AnyObject & Sendable)?
  /// The other errors in the input, in its order.
  public var others: [PulleyError] = []
  /// Innermost first.
  public var backtrace: [Frame] = []
  /// How many of the first frames belong to the call that has failed. The other frames belong to
  /// the calls that led to the host function that made it.
  var ownFrameCount = 0

  public init(_ kind: Kind, _ message: String, offset: Int? = nil) {
    self.kind = kind
    self.message = VisibleText.lines(message)
    self.offset = offset
  }

  /// The import that is refused, if that is the error.
  public var refusedImport: RefusedImport? {
    get { detail as? RefusedImport }
    set { detail = newValue }
  }

  /// What the host function that failed has made of its failure, and gets back if the error reaches it.
  package var hostObject: (any AnyObject & Sendable)? {
    get { detail is any OwnErrorDetail ? nil : detail }
    set { detail = newValue }
  }

  /// An error lists at most this many errors.
  static let mostListed = 100

  /// The first of the errors, with the others; nil if there are none.
  init?(all errors: [PulleyError]) {
    guard var first = errors.first else { return nil }
    first.others = Array(errors.dropFirst())
    self = first
  }

  public init(trap: TrapReason, message: String? = nil) {
    kind = trap == .unsupported ? .unsupported : .trap
    self.message = message.map(VisibleText.lines) ?? trap.message
    self.trap = trap
  }

  /// One activation of a guest function.
  public struct Frame: Sendable, Hashable {
    /// In the module's function index space, which includes imports.
    public var functionIndex: Int
    /// From the module's name section or its exports, else `function[INDEX]`; as they are there.
    public var functionName: String
    public var moduleName: String
    /// The place in the module, in bytes, if it is known.
    public var moduleOffset: Int?
    /// The line of the module, counted from 1, if it is a text.
    public var line: Int?
    /// The instance of WebAssembly whose function it was.
    var owner: Owner?

    /// An object that may end before the error.
    struct Owner: @unchecked Sendable, Hashable {
      weak var object: AnyObject?
      private let identity: ObjectIdentifier

      init(_ object: AnyObject) {
        self.object = object
        identity = ObjectIdentifier(object)
      }

      static func == (a: Owner, b: Owner) -> Bool { a.identity == b.identity }
      func hash(into hasher: inout Hasher) { hasher.combine(identity) }
    }

    public init(functionIndex: Int, functionName: String, moduleName: String, moduleOffset: Int?) {
      self.functionIndex = functionIndex
      self.functionName = functionName
      self.moduleName = moduleName
      self.moduleOffset = moduleOffset
    }
  }
}

extension PulleyError: CustomStringConvertible {
  /// The message and, where known, the position and the excerpt.
  public var description: String {
    var text = message
    if let line, let column {
      text += " (line \(line), column \(column))"
      if let excerpt { text += "\n\(excerpt)" }
    } else if let offset {
      text += " (at byte 0x\(String(offset, radix: 16)))"
    }
    return others.reduce(text) { "\($0)\n\($1.description)" }
  }

  /// The description and the backtrace.
  public var fullDescription: String { description + backtraceText }

  /// A line for each frame of the backtrace, each after a newline. Equal frames that follow one
  /// another share a line.
  public var backtraceText: String {
    var text = ""
    var number = 0
    while number < backtrace.count {
      let frame = backtrace[number]
      let run = backtrace[number...].prefix { $0 == frame }.count
      let module = frame.moduleName.isEmpty ? "" : "\(VisibleText.name(frame.moduleName))!"
      let function = VisibleText.name(frame.functionName)
      let place =
        frame.line.map { " at line \($0)" }
        ?? frame.moduleOffset.map { " at byte 0x\(String($0, radix: 16))" } ?? ""
      let times = run > 1 ? " (\(run) times)" : ""
      text += "\n  \(number): \(module)\(function)\(place)\(times)"
      number += run
    }
    return text
  }
}

/// Why a guest trapped. The raw values are those of the C interface.
public enum TrapReason: Int32, Sendable, CaseIterable {
  case unreachable = 1
  case memoryOutOfBounds
  case tableOutOfBounds
  case indirectCallToNull
  case indirectCallType
  case integerDivideByZero
  case integerOverflow
  case badConversion
  case stackOverflow
  /// A host function ended the call, or its arguments were out of bounds.
  case host
  case nullReference
  /// The guest reached something that this version cannot run.
  case unsupported
  /// An atomic access at an address that is not a multiple of its size.
  case unalignedAtomic
  /// A wait in a memory that is not shared, where no other thread can end it.
  case expectedSharedMemory
  /// The host has interrupted the guest.
  case interrupted
  /// A trap with a number that the guest's code has chosen.
  case numbered
  /// A host function threw an exception that the guest does not handle.
  case uncaughtException
  /// An access to an element that an array does not have.
  case elementOutOfBounds
  /// A cast to a type that the reference does not have.
  case castFailure
  /// There is no memory for another object.
  case heapExhausted

  /// In the words of the WebAssembly specification, where it has a text.
  public var message: String {
    switch self {
    case .unreachable: "unreachable"
    case .memoryOutOfBounds: "out of bounds memory access"
    case .tableOutOfBounds: "out of bounds table access"
    case .indirectCallToNull: "uninitialized element"
    case .indirectCallType: "indirect call type mismatch"
    case .integerDivideByZero: "integer divide by zero"
    case .integerOverflow: "integer overflow"
    case .badConversion: "invalid conversion to integer"
    case .stackOverflow: "call stack exhausted"
    case .host: "a host function failed"
    case .nullReference: "null reference"
    case .unsupported: "unsupported instruction"
    case .unalignedAtomic: "unaligned atomic"
    case .expectedSharedMemory: "expected shared memory"
    case .interrupted: "interrupted"
    case .numbered: "trap"
    case .uncaughtException: "uncaught exception"
    case .elementOutOfBounds: "out of bounds array access"
    case .castFailure: "cast failure"
    case .heapExhausted: "heap exhausted"
    }
  }
}

/// What an error has beyond its text that is of the library's own making.
protocol OwnErrorDetail: AnyObject, Sendable {}
