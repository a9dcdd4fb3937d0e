import PulleyISA

/// The layout of a window: the registers of one activation of a function, in images with windows. Offsets
/// are in bytes.
///
/// The header is below the window's address: the cell to return to, and the window of the caller. At the
/// address are the registers that pass values, at the same offsets as in the state block, so that host
/// functions find them in both; then the area for values that no register passes. The function's other
/// registers take the places between and above them (`WindowPlaces`).
enum Window {
  static let headerBytes = 16
  static let returnCell = -16
  static let caller = -8
  /// The area for values that no register passes.
  @inline(__always)
  static var stackArea: Int { StateLayout.windowArea }

  /// Where the window of a call to another instance keeps what the return restores, above the registers
  /// that pass integers.
  enum Bridge {
    static let context = 64
    static let memoryRecord = 72
    /// The window of the callee.
    static let callee = 80
    /// The values that the call passes.
    static let shape = 88
  }
}
