import PulleyISA

/// A machine's registers.
public struct MachineState {
  /// The state block; see `StateLayout`.
  public let base: UnsafeMutableRawPointer
  /// The machine, unless it is the machine that uses this.
  private let owner: AnyObject?

  init(base: UnsafeMutableRawPointer, owner: AnyObject? = nil) {
    self.base = base
    self.owner = owner
  }

  @inline(__always)
  public subscript(x number: Int) -> UInt64 {
    get { base.load(fromByteOffset: StateLayout.x(number & 31), as: UInt64.self) }
    nonmutating set {
      base.storeBytes(of: newValue, toByteOffset: StateLayout.x(number & 31), as: UInt64.self)
    }
  }

  @inline(__always)
  public subscript(register: XReg) -> UInt64 {
    get { self[x: Int(register.number)] }
    nonmutating set { self[x: Int(register.number)] = newValue }
  }

  /// The low half of an x register. Writing keeps the high half.
  @inline(__always)
  public subscript(x32 number: Int) -> UInt32 {
    get { base.load(fromByteOffset: StateLayout.x(number & 31), as: UInt32.self) }
    nonmutating set {
      base.storeBytes(of: newValue, toByteOffset: StateLayout.x(number & 31), as: UInt32.self)
    }
  }

  /// A float register as a single.
  @inline(__always)
  public subscript(f32 number: Int) -> Float {
    get { base.load(fromByteOffset: StateLayout.f(number & 31), as: Float.self) }
    nonmutating set {
      base.storeBytes(of: newValue, toByteOffset: StateLayout.f(number & 31), as: Float.self)
    }
  }

  /// A float register as a double.
  @inline(__always)
  public subscript(f64 number: Int) -> Double {
    get { base.load(fromByteOffset: StateLayout.f(number & 31), as: Double.self) }
    nonmutating set {
      base.storeBytes(of: newValue, toByteOffset: StateLayout.f(number & 31), as: Double.self)
    }
  }

  /// A float register's bits.
  @inline(__always)
  public subscript(fBits number: Int) -> UInt64 {
    get { base.load(fromByteOffset: StateLayout.f(number & 31), as: UInt64.self) }
    nonmutating set {
      base.storeBytes(of: newValue, toByteOffset: StateLayout.f(number & 31), as: UInt64.self)
    }
  }

  /// A vector register's 16 bytes, as low and high half.
  @inline(__always)
  public subscript(v number: Int) -> (low: UInt64, high: UInt64) {
    get {
      let at = StateLayout.v(number & 31)
      return (
        base.load(fromByteOffset: at, as: UInt64.self),
        base.load(fromByteOffset: at + 8, as: UInt64.self)
      )
    }
    nonmutating set {
      let at = StateLayout.v(number & 31)
      base.storeBytes(of: newValue.low, toByteOffset: at, as: UInt64.self)
      base.storeBytes(of: newValue.high, toByteOffset: at + 8, as: UInt64.self)
    }
  }

  public var stackPointer: UInt {
    get { UInt(truncatingIfNeeded: self[x: Int(RegisterRoles.stackPointer)]) }
    nonmutating set { self[x: Int(RegisterRoles.stackPointer)] = UInt64(newValue) }
  }

  var framePointer: UInt {
    UInt(truncatingIfNeeded: base.load(fromByteOffset: StateLayout.fp, as: UInt64.self))
  }

  var returnAddress: UInt {
    UInt(truncatingIfNeeded: base.load(fromByteOffset: StateLayout.lr, as: UInt64.self))
  }

  var stoppedAt: UInt { base.load(fromByteOffset: StateLayout.stoppedAt, as: UInt.self) }

  var stackLimit: UInt { base.load(fromByteOffset: StateLayout.stackLimit, as: UInt.self) }
}
