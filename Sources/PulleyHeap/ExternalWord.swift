/// The words that references of WebAssembly are in a guest's registers and in fields.
///
/// A reference to an object is the object's address; 0 is null; a word whose lowest bit is set is an
/// i31. An external reference is any word of the host, except that a word with this tag contains one
/// of the former in its low 48 bits.
public enum ExternalWord {
  /// The top 16 bits of an external word that contains a reference to an object or an i31.
  public static let tag: UInt = 0x7FF5
  public static let payloadBits: UInt = 48
  public static let payloadMask: UInt = (1 << payloadBits) - 1

  /// The reference that an external word contains; nil for a word of the host.
  @inlinable @inline(__always)
  public static func reference(in word: UInt) -> UInt? {
    word >> payloadBits == tag ? word & payloadMask : nil
  }

  /// The external word that contains a reference.
  @inlinable @inline(__always)
  public static func containing(_ reference: UInt) -> UInt {
    tag << payloadBits | reference & payloadMask
  }
}

/// A pointer for an address that is not 0.
@inline(__always)
func pointer(_ address: UInt) -> UnsafeMutableRawPointer {
  UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
}
