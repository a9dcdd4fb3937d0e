/// Stands for the function of Swift's library that finds the name of a Unicode character. Nothing here
/// asks for names, but the linker cannot tell, and their tables are half a megabyte.
@_cdecl("pulley_no_scalar_name")
public func noScalarName(_: UInt32, _: UnsafeMutablePointer<UInt8>?, _: Int) -> Int { 0 }
