import Foundation
import Testing

@testable import PulleyWASI

/// Each function that takes paths must return and do the same as the system's function with the
/// same path in a directory of the same contents, unless the path leads out.
@Suite(.serialized)
struct PathFunctionsTests {
  /// A directory with every kind of file that a path may lead to.
  private final class Tree {
    let path: String
    let root: Int32

    init() throws {
      // In memory if possible, because it is created thousands of times.
      let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
      path = "\(folder)/\(UUID().uuidString)"
      try #require(mkdir(path, 0o700) == 0)
      root = Glibc.open(path, O_RDONLY | O_DIRECTORY)
      try #require(root >= 0)
      fill()
    }

    deinit {
      clear(root)
      close(root)
      rmdir(path)
    }

    func refill() {
      clear(root)
      fill()
    }

    private func fill() {
      for name in ["dir", "full", "full/inner"] { mkdirat(root, name, 0o700) }
      for name in ["file", "full/inner/file"] { create(Array(name.utf8)) }
      create(PathFunctionsTests.noText)
      for (name, target) in [
        "to-file": "file", "to-dir": "dir", "to-full": "full/", "to-link": "to-dir",
        "to-nothing": "nothing", "loop": "loop", "full/up": "..", "full/back": "../file",
      ] {
        symlinkat(target, root, name)
      }
    }

    private func create(_ name: [UInt8]) {
      let file = name.withPath { openat(root, $0, O_CREAT | O_WRONLY, 0o600) }
      Glibc.write(file, "text", 4)
      close(file)
    }

    private func clear(_ directory: Int32) {
      for name in names(directory) {
        let inner = name.withPath { openat(directory, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) }
        if inner >= 0 {
          clear(inner)
          close(inner)
        }
        _ = name.withPath { unlinkat(directory, $0, inner >= 0 ? AT_REMOVEDIR : 0) }
      }
    }

    private func names(_ directory: Int32) -> [[UInt8]] {
      guard let stream = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY)) else {
        return []
      }
      defer { closedir(stream) }
      var names: [[UInt8]] = []
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        if name != [46], name != [46, 46] { names.append(name) }
      }
      return names
    }

    /// All files by path: kind, size, links, and the time of change if it was set.
    func contents() -> [String] { contents(root, "").sorted() }

    private func contents(_ directory: Int32, _ prefix: String) -> [String] {
      var result: [String] = []
      for name in names(directory) {
        let path = prefix + String(decoding: name, as: UTF8.self)
        var status = stat()
        _ = name.withPath { fstatat(directory, $0, &status, AT_SYMLINK_NOFOLLOW) }
        let kind = status.st_mode & S_IFMT
        let size = kind == S_IFDIR ? 0 : status.st_size
        let time = status.st_mtim.tv_sec == 7 ? " old" : ""
        result.append("\(path) \(kind) \(size) \(kind == S_IFDIR ? 0 : status.st_nlink)\(time)")
        if kind == S_IFDIR {
          let inner = name.withPath { openat(directory, $0, O_RDONLY | O_DIRECTORY) }
          result += contents(inner, path + "/")
          close(inner)
        }
      }
      return result
    }
  }

  private static let noText: [UInt8] = [0xFF, 0x62, 0xC3]

  private static let names: [[UInt8]] =
    [
      "file", "dir", "full", "to-file", "to-dir", "to-full", "to-link", "to-nothing", "loop",
      "missing", "full/up", "full/back",
    ].map { Array($0.utf8) } + [noText]

  private static let ends = [
    "", "/", "///", "/.", "/./", "/..", "/../", "/x", "/x/", "/../file", "/../dir/", "/../missing",
  ]

  private static let special: [[UInt8]] =
    [
      "", ".", "./", "././/.", "./file", ".//dir///", "missing/..", "full/inner/../..",
      String(repeating: "n", count: 255), String(repeating: "n", count: 256),
      String(repeating: "n", count: 255) + "/", String(repeating: "n", count: 256) + "/x",
      String(repeating: "d/../dir", count: 600), String(repeating: "./", count: 2045) + "file",
      String(repeating: "./", count: 2045) + "file/", String(repeating: "./", count: 2046) + "file",
      String(repeating: "/", count: 10) + "x",
    ].filter { !$0.hasPrefix("/") }.map { Array($0.utf8) }
    + [[0x80], [0xC3, 0x2F], noText + [0x2F, 0xFE]]

  private static let paths: [[UInt8]] =
    names.flatMap { name in ends.map { name + Array($0.utf8) } }
    .filter { !$0.starts(with: "full/up/..".utf8) } + special

  /// How a call ended: the error's name or its result.
  private static func outcome(_ body: () throws(WASIErrno) -> String) -> String {
    do throws(WASIErrno) { return try body() } catch { return "\(error)" }
  }

  private static func native(_ result: Int32) -> String {
    result < 0 ? "\(WASIErrno.last)" : "done"
  }

  /// Calls `check` for resolution by the kernel and by ourselves, with a directory for the guest and
  /// one for the system.
  private func eachWay(_ check: (WASI, Tree, Tree) throws -> Void) throws {
    defer { PathResolution.usesKernel = true }
    for usesKernel in [true, false] {
      PathResolution.usesKernel = usesKernel
      let (guests, natives) = (try Tree(), try Tree())
      var options = WASI.Options()
      options.preopens = [WASI.Preopen(hostPath: guests.path, guestPath: "/")]
      try check(try WASI(options), guests, natives)
    }
  }

  /// Compares the effects of both. After a change both start again from an unchanged folder.
  private func compare(
    _ what: @autoclosure () -> String, _ guest: String, _ native: String, _ guests: Tree,
    _ natives: Tree
  ) {
    #expect(guest == native, "\(what()), by the kernel: \(PathResolution.usesKernel)")
    guard guest == "done" || native == "done" || guest.hasPrefix("opened") else { return }
    let (here, there) = (guests.contents(), natives.contents())
    #expect(here == there, "\(what())")
    guests.refill()
    natives.refill()
  }

  private static func text(_ path: [UInt8]) -> String {
    let text = String(decoding: path, as: UTF8.self)
    return text.count > 100 ? "\(text.prefix(20))… (\(path.count))" : text
  }

  private typealias Operation = (
    name: String, guest: (WASI, [UInt8]) throws(WASIErrno) -> String,
    native: (Int32, [UInt8]) -> String
  )

  private static let directory: UInt32 = 3
  private static let rights = WASIRights.all.rawValue

  private static func state(_ status: stat) -> String { "mode \(status.st_mode & S_IFMT)" }

  private static var changes: [Operation] {
    [
      (
        "create_directory",
        { wasi, path throws(WASIErrno) in
          try wasi.createDirectory(directory, path)
          return "done"
        }, { root, path in native(path.withPath { mkdirat(root, $0, 0o777) }) }
      ),
      (
        "unlink_file",
        { wasi, path throws(WASIErrno) in
          try wasi.remove(directory, path, isDirectory: false)
          return "done"
        }, { root, path in native(path.withPath { unlinkat(root, $0, 0) }) }
      ),
      (
        "remove_directory",
        { wasi, path throws(WASIErrno) in
          try wasi.remove(directory, path, isDirectory: true)
          return "done"
        }, { root, path in native(path.withPath { unlinkat(root, $0, AT_REMOVEDIR) }) }
      ),
      (
        "symlink",
        { wasi, path throws(WASIErrno) in
          try wasi.symlink(Array("text".utf8), directory, path)
          return "done"
        }, { root, path in native(path.withPath { symlinkat("text", root, $0) }) }
      ),
      (
        "symlink with a path as its text",
        { wasi, path throws(WASIErrno) in
          try wasi.symlink(path, directory, Array("new".utf8))
          return "done"
        }, { root, path in native(path.withPath { symlinkat($0, root, "new") }) }
      ),
      (
        "readlink",
        { wasi, path throws(WASIErrno) in
          try withBuffer { buffer throws(WASIErrno) in
            let count = try wasi.readLink(directory, path, into: buffer)
            return "link \(Array(buffer[..<count]))"
          }
        },
        { root, path in
          var bytes = [CChar](repeating: 0, count: 100)
          let count = path.withPath { readlinkat(root, $0, &bytes, 100) }
          return count < 0
            ? "\(WASIErrno.last)" : "link \(bytes[..<count].map { UInt8(bitPattern: $0) })"
        }
      ),
    ]
  }

  private static func withBuffer(
    _ body: (UnsafeMutableRawBufferPointer) throws(WASIErrno) -> String
  ) throws(WASIErrno) -> String {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
    defer { buffer.deallocate() }
    return try body(buffer)
  }

  private static var states: [Operation] {
    [false, true].flatMap { follows -> [Operation] in
      let lookup: UInt32 = follows ? 1 : 0
      let flag = follows ? 0 : AT_SYMLINK_NOFOLLOW
      return [
        (
          "filestat_get, following: \(follows)",
          { wasi, path throws(WASIErrno) in state(try wasi.status(directory, lookup, path)) },
          { root, path in
            var status = stat()
            let result = path.withPath { fstatat(root, $0, &status, flag) }
            return result < 0 ? native(result) : state(status)
          }
        ),
        (
          "filestat_set_times, following: \(follows)",
          { wasi, path throws(WASIErrno) in
            try wasi.setTimes(directory, lookup, path, 7_000_000_000, 7_000_000_000, 5)
            return "done"
          },
          { root, path in
            let times = [timespec(tv_sec: 7, tv_nsec: 0), timespec(tv_sec: 7, tv_nsec: 0)]
            return native(path.withPath { utimensat(root, $0, times, flag) })
          }
        ),
      ]
    }
  }

  private static var openings: [Operation] {
    let ways: [(WASIOpenFlags, Int32)] = [
      ([], 0), (.create, O_CREAT), ([.create, .exclusive], O_CREAT | O_EXCL),
      (.directory, O_DIRECTORY), (.truncate, O_TRUNC), ([.create, .truncate], O_CREAT | O_TRUNC),
      ([.exclusive], O_EXCL),
    ]
    return ways.flatMap { how, flags in
      [false, true].flatMap { follows in
        [false, true].map { writes -> Operation in
          let rights: WASIRights = writes ? [.read, .write, .stat] : [.read, .stat]
          let flags =
            flags | (follows ? 0 : O_NOFOLLOW) | (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY
          return (
            "open, flags \(how.rawValue), following: \(follows), writing: \(writes)",
            { wasi, path throws(WASIErrno) in
              let number = try wasi.open(
                directory, path, lookup: follows ? 1 : 0, UInt32(how.rawValue), rights.rawValue,
                Self.rights, 0)
              let status = try wasi.status(number)
              try wasi.descriptors.close(number)
              return "opened \(state(status)) \(status.st_size > 4 ? 0 : status.st_size)"
            },
            { root, path in
              let file = path.withPath { openat(root, $0, flags, 0o666) }
              guard file >= 0 else { return native(file) }
              var status = stat()
              fstat(file, &status)
              close(file)
              return "opened \(state(status)) \(status.st_size > 4 ? 0 : status.st_size)"
            }
          )
        }
      }
    }
  }

  @Test func wasiFunctionsOfOnePathDoWhatTheSystemDoes() throws {
    try eachWay { wasi, guests, natives in
      for operation in Self.changes + Self.states + Self.openings {
        for path in Self.paths {
          let guest = Self.outcome { () throws(WASIErrno) in try operation.guest(wasi, path) }
          let native = operation.native(natives.root, path)
          compare("\(operation.name) of \(Self.text(path))", guest, native, guests, natives)
        }
      }
      #expect(guests.contents() == natives.contents())
    }
  }

  @Test func wasiFunctionsOfTwoPathsDoWhatTheSystemDoes() throws {
    let ends = ["", "/", "//", "/.", "/..", "/x"]
    let names = Self.names.filter { !$0.contains(UInt8(ascii: "/")) }
    let combined = names.flatMap { name in ends.map { name + Array($0.utf8) } }
    let paths: [[UInt8]] = combined + [[], [UInt8(ascii: ".")]]
    try eachWay { wasi, guests, natives in
      for old in paths {
        for new in paths {
          let link = Self.outcome { () throws(WASIErrno) in
            try wasi.link(Self.directory, 0, old, Self.directory, new)
            return "done"
          }
          let nativeLink = Self.native(
            old.withPath { old in
              new.withPath { linkat(natives.root, old, natives.root, $0, 0) }
            })
          compare(
            "link of \(Self.text(old)) as \(Self.text(new))", link, nativeLink, guests, natives)
          let rename = Self.outcome { () throws(WASIErrno) in
            try wasi.rename(Self.directory, old, Self.directory, new)
            return "done"
          }
          let nativeRename = Self.native(
            old.withPath { old in
              new.withPath { renameat(natives.root, old, natives.root, $0) }
            })
          compare(
            "rename of \(Self.text(old)) to \(Self.text(new))", rename, nativeRename, guests,
            natives)
        }
      }
    }
  }

  /// No function reads or changes anything outside, for any path.
  @Test func noWASIPathFunctionLeavesItsDirectory() throws {
    let paths = [
      "..", "../", "../.", "../x", "../../", "/", "//", "/file", "dir/../..", "dir/../../",
      "to-dir/../..", "full/up/..", "full/up/../", "full/up/../x", "./..", "../file/",
    ].map { Array($0.utf8) }
    try eachWay { wasi, guests, natives in
      for path in paths {
        for operation in Self.changes + Self.states + Self.openings
        where operation.name != "symlink with a path as its text" {
          let guest = Self.outcome { () throws(WASIErrno) in try operation.guest(wasi, path) }
          #expect(guest == "notcapable", "\(operation.name) of \(Self.text(path))")
        }
        let file = Array("file".utf8)
        for (old, new) in [(path, file), (file, path), (path, path)] {
          let link = Self.outcome { () throws(WASIErrno) in
            try wasi.link(Self.directory, 0, old, Self.directory, new)
            return "done"
          }
          #expect(link == "notcapable", "link of \(Self.text(old)) as \(Self.text(new))")
          let rename = Self.outcome { () throws(WASIErrno) in
            try wasi.rename(Self.directory, old, Self.directory, new)
            return "done"
          }
          #expect(rename == "notcapable", "rename of \(Self.text(old)) to \(Self.text(new))")
        }
      }
      #expect(guests.contents() == natives.contents())
    }
  }
}
