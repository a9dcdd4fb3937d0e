/// What the headers of well-known libraries do not say about pointers, in C.
///
/// Each text has only the functions that need a rule. Types are as exact as rules need: a declaration in
/// a header has its own. An attribute of a parameter is written after its name:
///
/// * `sized_by(n)`, `counted_by(n)`: the pointer leads to n bytes or elements; n is a parameter, also
///   one that leads to the number, or a product.
/// * `pulley::strings(a, b)`: there is room for these strings, one after the other.
/// * `pulley::out`: the function stores, and does not read, what the pointer leads to.
/// * `pulley::kept`: the library uses the pointer after the call.
/// * `pulley::released`: the call ends the life of what the pointer leads to.
/// * `pulley::sentinel(n)`: n may be passed in place of an address.
/// * `nonnull`, also of a whole function: NULL is not allowed, and a guest's 0 traps. A pointer with a size
///   needs no such mark: it may be NULL only if its size is 0.
/// * `pulley::size_of(p)`: an integer that is the size of what p leads to.
enum KnownText {
  /// The texts with their names for messages.
  static let all = [("the C library", cLibrary), ("SQLite", sqlite), ("zlib", zlib)]
}
