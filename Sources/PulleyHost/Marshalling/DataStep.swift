import PulleyDeclarations

/// A pointer argument to data, with the places of its parts in the frame.
struct DataStep {
  let transfer: Transfer
  let type: PointedData
  let count: DataCount
  /// The place of the argument's `DataState`.
  let stateOffset: Int
  /// Room in the frame for one converted object; nil if the data are used in place.
  let copyOffset: Int?
  /// For the objects whose handles are stored there.
  let finalizer: HandleFinalizer?

  /// Whether it leads to a pointer that the C function sets, which need not have a value before.
  var isVariable: Bool {
    guard isWritten, type.extent == .one, case .pointer = type.element else { return false }
    return true
  }

  /// A copy of one object ends with zeros, so that a C function that takes a pointer for a list finds its
  /// end.
  static let endBytes = 16

  /// Whether the C function may write the data.
  var isWritten: Bool { type.access == .write || type.access == .readWrite }
}

/// How many bytes or elements a pointer leads to, with the arguments that tell.
enum DataCount {
  case constant(Int)
  case argument(DataCounter)
  case product(DataCounter, DataCounter)
  /// The lengths of strings, and one for the NUL.
  case strings([ArgumentConversion])

  /// Whether it counts bytes, and not elements.
  static func isInBytes(_ extent: PointerRules.Extent) -> Bool {
    if case .bytes = extent { true } else { false }
  }
}

/// An argument that counts the elements of another.
enum DataCounter {
  case integer(ArgumentConversion)
  /// The integer that a pointer leads to, such as the size that a function reads and then sets.
  case pointed(ArgumentConversion, IntegerType)
}

/// The data of one pointer argument during a call.
struct DataState {
  var address: UInt64 = 0
  /// How many elements.
  var count = 0
  /// The host's data: the guest's own, or a copy.
  var pointer: UnsafeMutableRawPointer?
  /// Room for the guest's data as they will be after the call, until they are written.
  var image: UnsafeMutableRawPointer?
  /// Whether `pointer` was allocated for this call.
  var isAllocated = false
  var mirror: Unmanaged<Mirror>?
}
