// WebAssembly's floating-point operations without calls of libm. A portable build would make such calls,
// because not every x86-64 processor has rounding instructions.

// MARK: - Minimum and maximum

/// A NaN if either is one; +0 above -0.
@inline(__always)
func maximum(_ x: Float, _ y: Float) -> Float {
  if x > y { return x }
  if x < y { return y }
  // Equal, and then different at most in a zero's sign; or unordered, where the sum is a quiet NaN.
  return x == y ? Float(bitPattern: x.bitPattern & y.bitPattern) : x + y
}

@inline(__always)
func maximum(_ x: Double, _ y: Double) -> Double {
  if x > y { return x }
  if x < y { return y }
  return x == y ? Double(bitPattern: x.bitPattern & y.bitPattern) : x + y
}

/// A NaN if either is one; -0 below +0.
@inline(__always)
func minimum(_ x: Float, _ y: Float) -> Float {
  if x < y { return x }
  if x > y { return y }
  return x == y ? Float(bitPattern: x.bitPattern | y.bitPattern) : x + y
}

@inline(__always)
func minimum(_ x: Double, _ y: Double) -> Double {
  if x < y { return x }
  if x > y { return y }
  return x == y ? Double(bitPattern: x.bitPattern | y.bitPattern) : x + y
}

// MARK: - Rounding

// From 2^23 (2^52) on every number is whole. Below, the integer part fits an integer type.

extension Float {
  /// The number unchanged, or a NaN made quiet. The optimiser would remove an addition of zero.
  @inline(__always)
  fileprivate var quieted: Float {
    isNaN ? Float(bitPattern: bitPattern | 0x40_0000) : self
  }
}

extension Double {
  @inline(__always)
  fileprivate var quieted: Double {
    isNaN ? Double(bitPattern: bitPattern | 0x8_0000_0000_0000) : self
  }
}

@inline(__always)
func truncated(_ x: Float) -> Float {
  guard x.magnitude < 0x1p23 else { return x.quieted }
  return Float(sign: Float(Int32(x)), of: x)
}

@inline(__always)
func truncated(_ x: Double) -> Double {
  guard x.magnitude < 0x1p52 else { return x.quieted }
  return Double(sign: Double(Int64(x)), of: x)
}

@inline(__always)
func floored(_ x: Float) -> Float {
  guard x.magnitude < 0x1p23 else { return x.quieted }
  let whole = Float(Int32(x))
  return Float(sign: whole > x ? whole - 1 : whole, of: x)
}

@inline(__always)
func floored(_ x: Double) -> Double {
  guard x.magnitude < 0x1p52 else { return x.quieted }
  let whole = Double(Int64(x))
  return Double(sign: whole > x ? whole - 1 : whole, of: x)
}

@inline(__always)
func ceiled(_ x: Float) -> Float {
  guard x.magnitude < 0x1p23 else { return x.quieted }
  let whole = Float(Int32(x))
  return Float(sign: whole < x ? whole + 1 : whole, of: x)
}

@inline(__always)
func ceiled(_ x: Double) -> Double {
  guard x.magnitude < 0x1p52 else { return x.quieted }
  let whole = Double(Int64(x))
  return Double(sign: whole < x ? whole + 1 : whole, of: x)
}

/// Rounds to the nearest whole number, ties to even. So does adding a number at whose magnitude adjacent
/// numbers differ by 1.
@inline(__always)
func nearest(_ x: Float) -> Float {
  guard x.magnitude < 0x1p23 else { return x.quieted }
  return Float(sign: (x.magnitude + 0x1p23) - 0x1p23, of: x)
}

@inline(__always)
func nearest(_ x: Double) -> Double {
  guard x.magnitude < 0x1p52 else { return x.quieted }
  return Double(sign: (x.magnitude + 0x1p52) - 0x1p52, of: x)
}

extension Float {
  /// `magnitude`'s magnitude with the sign of `other`: a zero keeps it.
  @inline(__always)
  fileprivate init(sign magnitude: Float, of other: Float) {
    self.init(bitPattern: magnitude.magnitude.bitPattern | other.bitPattern & 0x8000_0000)
  }
}

extension Double {
  @inline(__always)
  fileprivate init(sign magnitude: Double, of other: Double) {
    self.init(
      bitPattern: magnitude.magnitude.bitPattern | other.bitPattern & 0x8000_0000_0000_0000)
  }
}

// MARK: - To integers

// Whether the truncated number is in range; false for a NaN. Where the type cannot represent the number
// just below the range, the comparison includes the bound.

@inline(__always)
func fitsInt32(_ x: Float) -> Bool { x >= -0x1p31 && x < 0x1p31 }
@inline(__always)
func fitsInt32(_ x: Double) -> Bool { x > -2_147_483_649 && x < 0x1p31 }
@inline(__always)
func fitsUInt32(_ x: Float) -> Bool { x > -1 && x < 0x1p32 }
@inline(__always)
func fitsUInt32(_ x: Double) -> Bool { x > -1 && x < 0x1p32 }
@inline(__always)
func fitsInt64(_ x: Float) -> Bool { x >= -0x1p63 && x < 0x1p63 }
@inline(__always)
func fitsInt64(_ x: Double) -> Bool { x >= -0x1p63 && x < 0x1p63 }
@inline(__always)
func fitsUInt64(_ x: Float) -> Bool { x > -1 && x < 0x1p64 }
@inline(__always)
func fitsUInt64(_ x: Double) -> Bool { x > -1 && x < 0x1p64 }

@inline(__always)
func saturatedInt32(_ x: Float) -> UInt32 {
  if fitsInt32(x) { return u32(Int32(x)) }
  return x == x ? u32(x < 0 ? .min : .max) : 0
}
@inline(__always)
func saturatedInt32(_ x: Double) -> UInt32 {
  if fitsInt32(x) { return u32(Int32(x)) }
  return x == x ? u32(x < 0 ? .min : .max) : 0
}
@inline(__always)
func saturatedUInt32(_ x: Float) -> UInt32 {
  if fitsUInt32(x) { return UInt32(x) }
  return x > 0 ? .max : 0
}
@inline(__always)
func saturatedUInt32(_ x: Double) -> UInt32 {
  if fitsUInt32(x) { return UInt32(x) }
  return x > 0 ? .max : 0
}
@inline(__always)
func saturatedInt64(_ x: Float) -> UInt64 {
  if fitsInt64(x) { return u64(Int64(x)) }
  return x == x ? u64(x < 0 ? .min : .max) : 0
}
@inline(__always)
func saturatedInt64(_ x: Double) -> UInt64 {
  if fitsInt64(x) { return u64(Int64(x)) }
  return x == x ? u64(x < 0 ? .min : .max) : 0
}
@inline(__always)
func saturatedUInt64(_ x: Float) -> UInt64 {
  if fitsUInt64(x) { return UInt64(x) }
  return x > 0 ? .max : 0
}
@inline(__always)
func saturatedUInt64(_ x: Double) -> UInt64 {
  if fitsUInt64(x) { return UInt64(x) }
  return x > 0 ? .max : 0
}
