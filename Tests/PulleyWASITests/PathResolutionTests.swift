import Foundation
import Testing

@testable import PulleyWASI

/// Paths beneath a directory, as the kernel resolves them and as we do step by step: both must give
/// the same, or the second would differ on older systems.
@Suite(.serialized)
struct PathResolutionTests {
  /// A directory with a secret beside it.
  private final class Place {
    let folder: URL
    let root: Int32

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      let root = folder.appending(path: "root")
      let files = FileManager.default
      try files.createDirectory(
        at: root.appending(path: "a/b/c"), withIntermediateDirectories: true)
      try Data("secret".utf8).write(to: folder.appending(path: "secret"))
      try Data("inside".utf8).write(to: root.appending(path: "file"))
      try Data("deep".utf8).write(to: root.appending(path: "a/b/c/file"))
      for (name, target) in [
        "out": "../secret", "absolute": "/etc/passwd", "rooted": "/file", "in": "a/b/c/file",
        "up": "a/b/../../file", "dir": "a/b", "self": "self", "one": "two", "two": "one",
        "a/parent": "..", "a/escape": "../..", "dangling": "nothing", "chain": "dir/c/../c/file",
        "slashed": "a/b/", "deep": "a/parent/a/parent/file",
      ] {
        try files.createSymbolicLink(
          atPath: root.appending(path: name).path, withDestinationPath: target)
      }
      self.root = open(root.path, O_RDONLY | O_DIRECTORY)
    }

    deinit {
      close(root)
      try? FileManager.default.removeItem(at: folder)
    }

    /// The content of the file, "directory", or the error.
    func content(_ path: String, followsLink: Bool = true, flags: Int32 = O_RDONLY) -> String {
      do throws(WASIErrno) {
        let file = try PathResolution.open(
          Array(path.utf8), beneath: root, flags: flags, mode: 0o600, followsLink: followsLink)
        defer { close(file) }
        var status = stat()
        fstat(file, &status)
        if status.st_mode & S_IFMT == S_IFDIR { return "directory" }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
      } catch {
        return "\(error)"
      }
    }
  }

  private func eachWay(_ body: () throws -> Void) rethrows {
    defer { PathResolution.usesKernel = true }
    for usesKernel in [true, false] {
      PathResolution.usesKernel = usesKernel
      try body()
    }
  }

  @Test(arguments: [
    ("file", "inside"), ("./file", "inside"), ("a/../file", "inside"), ("a//b/c/file", "deep"),
    ("in", "deep"), ("up", "inside"), ("dir/c/file", "deep"), ("chain", "deep"),
    ("slashed", "directory"), ("deep", "inside"), ("a/parent/file", "inside"),
    (".", "directory"), ("a/..", "directory"), ("a/b/", "directory"), ("dir/", "directory"),
    ("out", "notcapable"), ("../secret", "notcapable"), ("..", "notcapable"),
    ("a/../..", "notcapable"), ("a/../../root/file", "notcapable"), ("absolute", "notcapable"),
    ("rooted", "notcapable"), ("a/escape/secret", "notcapable"), ("a/escape", "notcapable"),
    ("/etc/passwd", "notcapable"), ("/", "notcapable"), ("dir/../../../secret", "notcapable"),
    ("self", "loop"), ("one", "loop"), ("one/file", "loop"), ("dangling", "noent"),
    ("nothing", "noent"), ("nothing/file", "noent"), ("file/", "notdir"), ("file/x", "notdir"),
    ("file/..", "notdir"), ("", "noent"),
    (String(repeating: "x", count: 256), "nametoolong"),
  ])
  func pathResolutionOpensFilesInsideTheDirectory(_ path: String, _ expected: String) throws {
    let place = try Place()
    eachWay { #expect(place.content(path) == expected) }
  }

  @Test(arguments: [
    ("file", "inside"), ("in", "loop"), ("dir/c/file", "deep"), ("out", "loop"), ("self", "loop"),
    ("dangling", "loop"),
  ])
  func pathResolutionDoesNotFollowTheLastLinkIfNotAskedTo(_ path: String, _ expected: String) throws
  {
    let place = try Place()
    eachWay { #expect(place.content(path, followsLink: false) == expected) }
  }

  @Test func pathResolutionCreatesFilesOnlyInsideTheDirectory() throws {
    let place = try Place()
    let create = O_CREAT | O_RDWR
    eachWay {
      #expect(place.content("new", flags: create) == "")
      #expect(place.content("../new", flags: create) == "notcapable")
      #expect(place.content("a/escape/new", flags: create) == "notcapable")
      #expect(place.content("file", flags: create | O_EXCL) == "exist")
      // Creates the target of a dangling link, as the system does, unless the file must be new.
      #expect(place.content("dangling", flags: create | O_EXCL) == "exist")
      #expect(place.content("dangling", flags: create) == "")
      #expect(place.content("a", flags: create) == "isdir")
      unlink(place.folder.appending(path: "root/nothing").path)
    }
    let outside = try FileManager.default.contentsOfDirectory(atPath: place.folder.path)
    #expect(outside.sorted() == ["root", "secret"])
  }

  @Test func pathResolutionFindsParentDirectories() throws {
    let place = try Place()
    func parent(_ path: String) -> String {
      do throws(WASIErrno) {
        let parent = try PathResolution.parent(of: Array(path.utf8), beneath: place.root)
        return String(decoding: parent.name, as: UTF8.self) + (parent.endsInSlash ? "/" : "")
      } catch {
        return "\(error)"
      }
    }
    eachWay {
      #expect(parent("x") == "x")
      #expect(parent("a/b/x") == "x")
      #expect(parent("a/b///") == "b/")
      #expect(parent("nothing/x") == "noent")
      #expect(parent("../x") == "notcapable")
      #expect(parent("a/escape/x") == "notcapable")
      #expect(parent("a/..") == "..")
      #expect(parent("a/../..") == "notcapable")
      #expect(parent("/x") == "notcapable")
      #expect(parent("") == "noent")
    }
  }

  /// A directory is swapped with a link to the outside all the time while paths through it are opened.
  @Test func renamingDuringPathResolutionCannotOpenFilesOutside() throws {
    let place = try Place()
    let root = place.folder.appending(path: "root").path
    symlink("..", root + "/trap")
    mkdir(root + "/door", 0o700)
    let stop = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    stop.initialize(to: false)
    nonisolated(unsafe) let isStopped = stop
    let swapper = Thread {
      while !isStopped.pointee {
        rename(root + "/door", root + "/spare")
        rename(root + "/trap", root + "/door")
        rename(root + "/door", root + "/trap")
        rename(root + "/spare", root + "/door")
      }
    }
    swapper.start()
    defer {
      stop.pointee = true
      while !swapper.isFinished { usleep(1000) }
      stop.deallocate()
    }
    eachWay {
      var results: Set<String> = []
      for _ in 0..<20_000 { results.insert(place.content("door/secret")) }
      #expect(!results.contains("secret"))
      #expect(results.isSubset(of: ["noent", "notcapable", "again", "loop"]), "\(results)")
    }
  }
}
