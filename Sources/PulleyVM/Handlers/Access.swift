import CSupport

// The vocabulary of the handlers. Everything here is inlined into them.

// MARK: - A cell's operands

/// A register operand: its offset in the state block.
@inline(__always)
func field(_ p: Cell, _ at: Int) -> Int { Int(p.load(fromByteOffset: at, as: UInt16.self)) }

/// A distance between cells.
@inline(__always)
func offset(_ p: Cell, _ at: Int) -> Int { Int(p.load(fromByteOffset: at, as: Int32.self)) }

@inline(__always)
func unsigned32(_ p: Cell, _ at: Int) -> UInt32 { p.load(fromByteOffset: at, as: UInt32.self) }

@inline(__always)
func signed32(_ p: Cell, _ at: Int) -> UInt32 { p.load(fromByteOffset: at, as: UInt32.self) }

@inline(__always)
func unsigned64(_ p: Cell, _ at: Int) -> UInt64 {
  UInt64(p.load(fromByteOffset: at, as: UInt32.self))
}

/// A signed 32-bit operand, widened.
@inline(__always)
func signed64(_ p: Cell, _ at: Int) -> UInt64 {
  UInt64(bitPattern: Int64(p.load(fromByteOffset: at, as: Int32.self)))
}

@inline(__always)
func unsigned16as32(_ p: Cell, _ at: Int) -> UInt32 {
  UInt32(p.load(fromByteOffset: at, as: UInt16.self))
}

@inline(__always)
func unsigned16as64(_ p: Cell, _ at: Int) -> UInt64 {
  UInt64(p.load(fromByteOffset: at, as: UInt16.self))
}

@inline(__always)
func signed16as32(_ p: Cell, _ at: Int) -> UInt32 {
  UInt32(bitPattern: Int32(p.load(fromByteOffset: at, as: Int16.self)))
}

@inline(__always)
func signed16as64(_ p: Cell, _ at: Int) -> UInt64 {
  UInt64(bitPattern: Int64(p.load(fromByteOffset: at, as: Int16.self)))
}

@inline(__always)
func word(_ p: Cell, _ at: Int) -> UInt64 { p.load(fromByteOffset: at, as: UInt64.self) }

/// A pointer to a cell, or to a pointer to a cell.
@inline(__always)
func cell(_ p: Cell, _ at: Int) -> Cell { p.load(fromByteOffset: at, as: Cell.self) }

// MARK: - Registers

@inline(__always)
func get32(_ r: Registers, _ at: Int) -> UInt32 { r.load(fromByteOffset: at, as: UInt32.self) }

@inline(__always)
func get64(_ r: Registers, _ at: Int) -> UInt64 { r.load(fromByteOffset: at, as: UInt64.self) }

@inline(__always)
func getF32(_ r: Registers, _ at: Int) -> Float { r.load(fromByteOffset: at, as: Float.self) }

@inline(__always)
func getF64(_ r: Registers, _ at: Int) -> Double { r.load(fromByteOffset: at, as: Double.self) }

/// Writes a 32-bit result and zeros the high half of its register. Calls, returns and moves load whole
/// registers, and the processor cannot forward a store of four bytes to a load of eight: it would wait
/// until the store has reached the cache.
@inline(__always)
func put32(_ r: Registers, _ at: Int, _ value: UInt32) {
  r.storeBytes(of: UInt64(value), toByteOffset: at, as: UInt64.self)
}

@inline(__always)
func put64(_ r: Registers, _ at: Int, _ value: UInt64) {
  r.storeBytes(of: value, toByteOffset: at, as: UInt64.self)
}

@inline(__always)
func putF32(_ r: Registers, _ at: Int, _ value: Float) {
  r.storeBytes(of: value, toByteOffset: at, as: Float.self)
}

/// The same with a zero high half, as `put32` writes it and for the same reason. This costs an instruction
/// unless the number was loaded.
@inline(__always)
func putZeroExtendedF32(_ r: Registers, _ at: Int, _ value: Float) {
  r.storeBytes(of: SIMD2(value, 0), toByteOffset: at, as: SIMD2<Float>.self)
}

@inline(__always)
func putF64(_ r: Registers, _ at: Int, _ value: Double) {
  r.storeBytes(of: value, toByteOffset: at, as: Double.self)
}

@inline(__always)
func getV<T: SIMD & BitwiseCopyable>(_ r: Registers, _ at: Int, as type: T.Type) -> T {
  r.load(fromByteOffset: at, as: type)
}

@inline(__always)
func putV<T: SIMD & BitwiseCopyable>(_ r: Registers, _ at: Int, _ value: T) {
  r.storeBytes(of: value, toByteOffset: at, as: T.self)
}

/// The same bits as another type.
@inline(__always)
func recast<T, Other>(_ value: T, to type: Other.Type) -> Other {
  unsafeBitCast(value, to: type)
}

// MARK: - The float accumulator

/// A result as the float accumulator of the next handler.
@inline(__always)
func keep(_ value: Float) -> FloatAccumulator { pulley_keep_f32(value) }

@inline(__always)
func keep(_ value: Double) -> FloatAccumulator { pulley_keep_f64(value) }

@inline(__always)
func keep(_ value: UInt32) -> FloatAccumulator { pulley_keep_f32(Float(bitPattern: value)) }

@inline(__always)
func keep(_ value: UInt64) -> FloatAccumulator { pulley_keep_f64(Double(bitPattern: value)) }

@inline(__always)
func keep<T: SIMD & BitwiseCopyable>(_ value: T) -> FloatAccumulator {
  FloatAccumulator(bits: recast(value, to: SIMD2<UInt64>.self))
}

@inline(__always)
func keptF32(_ v: FloatAccumulator) -> Float { recast(v.bits, to: SIMD4<Float>.self).x }

@inline(__always)
func keptF64(_ v: FloatAccumulator) -> Double { recast(v.bits, to: SIMD2<Double>.self).x }

@inline(__always)
func kept32(_ v: FloatAccumulator) -> UInt32 { recast(v.bits, to: SIMD4<UInt32>.self).x }

@inline(__always)
func kept64(_ v: FloatAccumulator) -> UInt64 { v.bits.x }

// MARK: - Vectors

/// The 16 bytes of an operand.
@inline(__always)
func vector<T: SIMD & BitwiseCopyable>(_ p: Cell, _ at: Int, as type: T.Type) -> T {
  p.loadUnaligned(fromByteOffset: at, as: type)
}

/// All sixteen bytes, last to first.
@inline(__always)
func byteSwapped(_ value: SIMD2<UInt64>) -> SIMD2<UInt64> {
  SIMD2(value.y.byteSwapped, value.x.byteSwapped)
}

/// The lanes of a comparison's result: -1 where it holds, else 0.
@inline(__always)
func lanes<T>(_ mask: SIMDMask<T>) -> T { unsafeBitCast(mask, to: T.self) }

// MARK: - Guest memory

/// The pointer with these bits. It must not be null.
@inline(__always)
func pointer(_ bits: UInt) -> UnsafeMutableRawPointer {
  UnsafeMutableRawPointer(bitPattern: bits).unsafelyUnwrapped
}

@inline(__always)
func load<T: BitwiseCopyable>(_ address: UInt, as type: T.Type) -> T {
  UnsafeRawPointer(pointer(address)).loadUnaligned(as: type)
}

@inline(__always)
func store<T: BitwiseCopyable>(_ value: T, _ address: UInt) {
  pointer(address).storeBytes(of: value, as: T.self)
}

@inline(__always)
func loadWord(_ address: UInt64) -> UInt64 {
  load(UInt(truncatingIfNeeded: address), as: UInt64.self)
}

@inline(__always)
func storeWord(_ value: UInt64, _ address: UInt64) {
  store(value, UInt(truncatingIfNeeded: address))
}

/// The cell, or the entry, whose address a guest register holds.
@inline(__always)
func address(_ bits: UInt64) -> Cell { UnsafeRawPointer(pointer(UInt(truncatingIfNeeded: bits))) }

@inline(__always)
func bits(_ p: Cell) -> UInt64 { UInt64(UInt(bitPattern: p)) }

// MARK: - Signs

@inline(__always)
func i32(_ value: UInt32) -> Int32 { Int32(bitPattern: value) }

@inline(__always)
func i64(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }

@inline(__always)
func u32(_ value: Int32) -> UInt32 { UInt32(bitPattern: value) }

@inline(__always)
func u64(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }
