import PulleyDeclarations
import PulleyISA
import PulleyVM

/// How one argument of the C function is made from the guest's.
struct ArgumentStep {
  enum Kind: UInt8 {
    /// A scalar, or a pointer or a string without more rules.
    case simple
    /// A structure of one scalar, which the guest passes as that scalar.
    case scalarStructure
    /// A structure of one pointer, which the guest passes as a number.
    case pointerStructure
    /// A structure, of which the guest passes the address.
    case structure
    /// A pointer to data. `detail` is an index of the plan's `data`.
    case data
    /// `detail` is an index of the plan's `handles`.
    case handle
    /// `detail` is an index of the plan's `callbacks`. The function pointer is followed by the
    /// `CallbackTable.Use` that ends with the call.
    case callback
    /// The size of what `transfer` converts.
    case objectSize
  }

  var kind: Kind
  var conversion: ArgumentConversion
  /// The offset in the frame where the host's value is made.
  var valueOffset: Int
  var detail = 0
  /// Of a structure.
  var transfer: Unmanaged<Transfer>?
  /// Whether libffi is told of two arguments, the halves of a structure: see `SystemVRegisters`.
  var isSplit = false
}

/// How the guest's result is made from the C function's.
enum ResultStep {
  case simple(ResultConversion)
  /// `char *`: a string of the host's is copied to the guest.
  case text
  /// A pointer to data: the guest's own, or the host's, of which the guest gets a copy.
  case data(Transfer, DataCount, isInBytes: Bool)
  case handle(HandleType)
  case callback(CallbackType)
  /// A structure of one scalar, or several results: each scalar's offset in the structure.
  case scalars([Scalar])
  /// A structure of one pointer.
  case pointerStructure(Transfer)
  /// A structure in the guest's memory, at the address in the first argument.
  case structure(Transfer, address: ArgumentConversion)

  /// The conversion of a result that is no structure and no pointer.
  var simple: ResultConversion? {
    if case .simple(let conversion) = self { conversion } else { nil }
  }

  struct Scalar {
    let offset: Int
    let size: Int
    let isSigned: Bool
    let location: ABILocation
  }
}

/// The conversions for calls of one C signature through an import of one type, for signatures with
/// structures, typed pointers, handles and callbacks. Computed once; constant afterwards.
///
/// A call has a frame of `frameBytes`: a pointer to each argument, then the converted values.
final class MarshallingPlan: @unchecked Sendable {
  let signature: HostSignature
  let interface: CallInterface
  let model: DataModel
  let steps: UnsafeMutableBufferPointer<ArgumentStep>
  let data: [DataStep]
  let handles: [HandleType]
  let callbacks: [CallbackPlan]
  let result: ResultStep
  let resultOffset: Int
  let frameBytes: Int
  /// Whether the call needs no libffi: all arguments and the result are words.
  let isDirect: Bool
  /// Room in the frame for the registers before the call; nil if nothing is read after it.
  let savedOffset: Int?
  /// All x registers, of which the last ones are the stack pointer and a scratch register.
  static let savedBytes = StateLayout.x(32)
  /// Whether the result is a number or nothing, in one word.
  let hasNumberResult: Bool
  /// Whether the places of outputs or of the result are checked before the call.
  let checksOutputs: Bool
  /// Whether an argument is a copy that the call ends.
  let releasesCopies: Bool
  /// Whether outputs must be written to the guest's memory after the call.
  let hasOutputs: Bool
  /// Whether an argument is a handle that the call ends.
  let releasesHandles: Bool
  /// Whether objects that the call makes have finalizers.
  let hasFinalizers: Bool
  /// For the object that the C function returns.
  let resultFinalizer: HandleFinalizer?
  /// Nil without variable arguments.
  let variadic: VariadicPlan?
  private let transfers: [Transfer]
  private let foreignTypes: [ForeignType]

  /// Throws if a type has no conversion, or if libffi cannot call the signature.
  init(_ definition: HostDefinition, type: GuestFunctionType) throws(HostTypeMismatch) {
    let signature = definition.signature
    let model = try signature.model(for: type, definition.declaration)
    self.signature = signature
    self.model = model
    var builder = PlanBuilder(signature, type, model, name: definition.name)
    builder.finalizers = definition.handleFinalizers.parameters
    do throws(LayoutError) {
      try builder.build()
      variadic = try builder.variadicPlan(definition.address)
    } catch {
      let place = builder.parameter.map { "parameter \($0 + 1): " } ?? ""
      throw HostTypeMismatch(
        message: "the host function \(signature.named(by: definition.declaration)) cannot be "
          + "called: \(place)\(error)")
    }
    guard
      let interface = CallInterface(
        parameters: builder.types, result: builder.resultType,
        fixedCount: builder.fixedCount)
    else { throw HostTypeMismatch(message: "libffi cannot call \(signature) on this system") }
    self.interface = interface
    steps = .allocate(capacity: builder.steps.count)
    _ = steps.initialize(from: builder.steps)
    data = builder.data
    handles = builder.handles
    callbacks = builder.callbacks
    result = builder.result
    resultOffset = builder.resultOffset
    frameBytes = builder.frame
    hasOutputs = builder.data.contains { $0.copyOffset != nil && $0.type.access != .read }
    releasesHandles = builder.handles.contains(where: \.isReleased)
    resultFinalizer = definition.handleFinalizers.result
    hasFinalizers = !definition.handleFinalizers.isEmpty
    isDirect = builder.isDirect
    savedOffset = builder.savedOffset
    switch builder.result {
    case .simple(.address), .simple(.vector), .simple(.pair): hasNumberResult = false
    case .simple: hasNumberResult = true
    default: hasNumberResult = false
    }
    if case .structure = builder.result {
      checksOutputs = true
    } else {
      checksOutputs = hasOutputs
    }
    releasesCopies = builder.data.contains { $0.type.isReleased && !$0.type.isKept }
    transfers = builder.transfers
    foreignTypes = builder.foreignTypes
  }

  /// The argument that a pointer to data is.
  func argument(ofData index: Int) -> Int {
    steps.firstIndex { $0.kind == .data && $0.detail == index } ?? 0
  }

  deinit {
    steps.deinitialize()
    steps.deallocate()
  }
}
