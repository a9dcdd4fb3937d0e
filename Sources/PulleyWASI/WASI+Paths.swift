import CSupport
import Glibc

/// Operations on paths beneath a directory of the guest's.
extension WASI {
  /// Calls `body` with the directory. Remembers the first access that was denied, for the embedder.
  private func beneath<R>(
    _ number: UInt32, _ path: [UInt8], _ rights: WASIRights,
    _ body: (WASIDescriptor) throws(WASIErrno) -> R
  ) throws(WASIErrno) -> R {
    let directory = try descriptors.directory(number)
    do throws(WASIErrno) {
      try directory.require(rights)
      return try body(directory)
    } catch {
      if firstDenial == nil {
        if error == .notcapable { firstDenial = .outside(path: path) }
        if error == .rofs && directory.isReadOnly { firstDenial = .readOnly(path: path) }
      }
      throw error
    }
  }

  /// Calls `body` with the directory of the path's last component, and the component's name.
  private func parent<R>(
    _ number: UInt32, _ path: [UInt8], _ rights: WASIRights,
    _ body: (borrowing PathResolution.Parent) throws(WASIErrno) -> R
  ) throws(WASIErrno) -> R {
    try beneath(number, path, rights) { directory throws(WASIErrno) in
      try body(try PathResolution.parent(of: path, beneath: directory.system))
    }
  }

  func open(
    _ number: UInt32, _ path: [UInt8], lookup: UInt32, _ openFlags: UInt32, _ base: UInt64,
    _ inheriting: UInt64, _ descriptorFlags: UInt32
  ) throws(WASIErrno) -> UInt32 {
    guard openFlags < 16, descriptorFlags < 32 else { throw .inval }
    let how = WASIOpenFlags(rawValue: UInt16(openFlags))
    let wanted = WASIRights(rawValue: base).intersection(.all)
    // Systems disagree about the file that this combination of flags creates.
    guard !how.isSuperset(of: [.create, .directory]) else { throw .inval }
    var needed = WASIRights.open
    if how.contains(.create) { needed.insert(.createFile) }
    if how.contains(.truncate) { needed.insert(.pathSetSize) }
    return try beneath(number, path, needed) { parent throws(WASIErrno) in
      if parent.isReadOnly && wanted.contains(.write) { throw .rofs }
      // A file gets only the rights that its directory passes on.
      let rights = wanted.intersection(parent.inheriting)
      let flags = Self.flags(
        how, WASIDescriptorFlags(rawValue: UInt16(descriptorFlags)), rights)
      if !how.isDisjoint(with: [.create, .truncate]) { try requireRoom(besides: parent.system) }
      let opened = try openWaiting(
        path, beneath: parent.system, flags: flags, followsLink: lookup & 1 != 0)
      return try add(
        opened, rights, WASIRights(rawValue: inheriting).intersection(parent.inheriting),
        isReadOnly: parent.isReadOnly)
    }
  }

  private static func flags(
    _ how: WASIOpenFlags, _ state: WASIDescriptorFlags, _ rights: WASIRights
  ) -> Int32 {
    var flags = state.system
    if how.contains(.create) { flags |= O_CREAT }
    if how.contains(.exclusive) { flags |= O_EXCL }
    if how.contains(.truncate) { flags |= O_TRUNC }
    if how.contains(.directory) { flags |= O_DIRECTORY }
    let reads = !rights.isDisjoint(with: [.read, .readDirectory])
    let writes = !rights.isDisjoint(with: [.write, .allocate, .setSize])
    guard writes else { return flags | O_RDONLY }
    return flags | (reads ? O_RDWR : O_WRONLY)
  }

  private func add(
    _ opened: Int32, _ rights: WASIRights, _ inheriting: WASIRights, isReadOnly: Bool
  ) throws(WASIErrno) -> UInt32 {
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let error = WASIErrno.last
      Glibc.close(opened)
      throw error
    }
    let type = WASIFileType(mode: status.st_mode)
    let isDirectory = type == .directory
    return try descriptors.append(
      WASIDescriptor(
        isDirectory ? .directory : .file, system: opened, type: type,
        rights: rights.intersection(isDirectory ? .ofDirectories : .ofFiles),
        inheriting: isDirectory ? inheriting : [], isReadOnly: isReadOnly))
  }

  // Names

  func createDirectory(_ number: UInt32, _ path: [UInt8]) throws(WASIErrno) {
    try parent(number, path, .createDirectory) { parent throws(WASIErrno) in
      _ = try checked(parent.withName { mkdirat(parent.directory, $0, 0o777) })
    }
  }

  func remove(_ number: UInt32, _ path: [UInt8], isDirectory: Bool) throws(WASIErrno) {
    let right = isDirectory ? WASIRights.removeDirectory : .unlink
    try parent(number, path, right) { parent throws(WASIErrno) in
      let flags = isDirectory ? AT_REMOVEDIR : 0
      _ = try checked(parent.withName { unlinkat(parent.directory, $0, flags) })
    }
  }

  func rename(
    _ number: UInt32, _ path: [UInt8], _ other: UInt32, _ target: [UInt8]
  ) throws(WASIErrno) {
    try parent(number, path, .renameSource) { old throws(WASIErrno) in
      try parent(other, target, .renameTarget) { new throws(WASIErrno) in
        let result = old.withName { name in
          new.withName { renameat(old.directory, name, new.directory, $0) }
        }
        _ = try checked(result)
      }
    }
  }

  func link(
    _ number: UInt32, _ lookup: UInt32, _ path: [UInt8], _ other: UInt32, _ target: [UInt8]
  ) throws(WASIErrno) {
    // If it followed the link, the system would not check the target.
    guard lookup & 1 == 0 else { throw .inval }
    try beneath(number, path, .linkSource) { directory throws(WASIErrno) in
      let old = try PathResolution.find(path, beneath: directory.system, followsLink: false)
      defer { Glibc.close(old) }
      if PathResolution.endsInSlash(path) {
        // The name is a directory, perhaps through a link, for which the system has its own error.
        try link(old, [UInt8(ascii: ".")], other, target)
      } else {
        let parent = try PathResolution.parent(of: path, beneath: directory.system)
        try link(parent.directory, parent.name, other, target)
      }
    }
  }

  private func link(
    _ directory: Int32, _ name: [UInt8], _ number: UInt32, _ target: [UInt8]
  ) throws(WASIErrno) {
    try parent(number, target, .linkTarget) { new throws(WASIErrno) in
      let result = name.withPath { name in
        new.withName { linkat(directory, name, new.directory, $0, 0) }
      }
      _ = try checked(result)
    }
  }

  func symlink(_ text: [UInt8], _ number: UInt32, _ path: [UInt8]) throws(WASIErrno) {
    guard !text.isEmpty else { throw .noent }
    // A link that leads outside is useless here, and dangerous for other programs.
    guard text.first != UInt8(ascii: "/") else { throw .notcapable }
    try parent(number, path, .symlink) { parent throws(WASIErrno) in
      let result = text.withPath { text in
        parent.withName { symlinkat(text, parent.directory, $0) }
      }
      _ = try checked(result)
    }
  }

  func readLink(
    _ number: UInt32, _ path: [UInt8], into buffer: UnsafeMutableRawBufferPointer
  ) throws(WASIErrno) -> Int {
    try beneath(number, path, .readLink) { directory throws(WASIErrno) in
      if PathResolution.endsInSlash(path) {
        // If the target exists, it is a directory and not a link.
        Glibc.close(try PathResolution.find(path, beneath: directory.system, followsLink: true))
        throw .inval
      }
      let parent = try PathResolution.parent(of: path, beneath: directory.system)
      let count = parent.withName { name in
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { spare in
          // The system refuses an empty buffer, and takes the size as a signed int.
          let bytes = buffer.isEmpty ? spare : buffer
          return readlinkat(
            parent.directory, name, bytes.baseAddress!.assumingMemoryBound(to: CChar.self),
            min(bytes.count, Int(Int32.max)))
        }
      }
      if count < 0 { throw .last }
      return min(count, buffer.count)
    }
  }

  // State

  func status(
    _ number: UInt32, _ lookup: UInt32, _ path: [UInt8]
  ) throws(WASIErrno) -> stat {
    try beneath(number, path, .pathStat) { directory throws(WASIErrno) in
      try Self.withFile(directory, path, followsLink: lookup & 1 != 0) { file throws(WASIErrno) in
        var status = stat()
        _ = try checked(fstat(file, &status))
        return status
      }
    }
  }

  func setTimes(
    _ number: UInt32, _ lookup: UInt32, _ path: [UInt8], _ access: UInt64,
    _ modification: UInt64, _ flags: UInt32
  ) throws(WASIErrno) {
    let times = try WASITimeFlags(rawValue: UInt16(truncatingIfNeeded: flags))
      .times(access, modification)
    try beneath(number, path, .pathSetTimes) { directory throws(WASIErrno) in
      try Self.withFile(directory, path, followsLink: lookup & 1 != 0) { file throws(WASIErrno) in
        var status = stat()
        _ = try checked(fstat(file, &status))
        if status.st_mode & S_IFMT == S_IFLNK {
          let parent = try PathResolution.parent(of: path, beneath: directory.system)
          _ = try checked(
            parent.withName { utimensat(parent.directory, $0, times, AT_SYMLINK_NOFOLLOW) })
        } else {
          // The kernel sets times by an open descriptor or by a name; an O_PATH descriptor is
          // neither.
          _ = try checked(utimensat(AT_FDCWD, "/proc/self/fd/\(file)", times, 0))
        }
      }
    }
  }

  /// Calls `body` with the file, opened with O_PATH.
  private static func withFile<R>(
    _ directory: WASIDescriptor, _ path: [UInt8], followsLink: Bool,
    _ body: (Int32) throws(WASIErrno) -> R
  ) throws(WASIErrno) -> R {
    let file = try PathResolution.find(
      path, beneath: directory.system, followsLink: followsLink)
    defer { Glibc.close(file) }
    return try body(file)
  }
}
