import PulleyDeclarations

extension Record {
  /// Whether guests have pointers to the record as handles. An incomplete record is opaque. So are some
  /// complete ones: system headers show their members, but only the library that made an object may
  /// use it.
  public var isOpaque: Bool { definition == nil || Self.opaqueTags.contains(tag) }

  private static let opaqueTags: Set = [
    // FILE of glibc, musl, Darwin and the BSDs.
    "_IO_FILE", "__sFILE", "__FILE",
    // DIR and locale_t, which some systems define.
    "__dirstream", "_dirdesc", "__locale_struct", "_xlocale",
    // gzFile of zlib, whose members serve the macro gzgetc.
    "gzFile_s",
  ]
}
