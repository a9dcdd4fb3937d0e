import ArgumentParser
import Pulley

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Show or empty the cache of compiled code.",
    discussion: """
      `pulley run` keeps the code that it has compiled in $XDG_CACHE_HOME/pulley or ~/.cache/pulley, and \
      later runs of the same module use it.
      """,
    subcommands: [Show.self, Clean.self], defaultSubcommand: Show.self)

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the directory, the number of modules in it, and their size.")

    @OptionGroup var directory: CacheDirectoryOption

    func run() throws {
      let cache = try directory.open()
      let usage = cache.usage ?? (files: 0, bytes: 0)
      StandardOutput.print("directory: \(RawText(bytes: cache.path).shown)")
      StandardOutput.print("modules: \(usage.files)")
      StandardOutput.print("size: \(usage.bytes) bytes")
      if cache.usage == nil {
        StandardOutput.print(
          "not in use: there is no such directory yet, or it belongs to another user or can be changed by "
            + "one")
      }
    }
  }

  struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove all code from the cache.")

    @OptionGroup var directory: CacheDirectoryOption

    func run() throws {
      StandardOutput.print("removed \(try directory.open().clean()) bytes")
    }
  }
}

struct CacheDirectoryOption: ParsableArguments {
  @Option(help: ArgumentHelp("Another directory than the user's.", valueName: "dir"))
  var cache: RawText?

  func open() throws -> CodeCache {
    guard let cache = CacheChoice(directory: cache).cache else {
      throw CommandError(
        "there is no cache: $PULLEY_CACHE is empty, or neither $XDG_CACHE_HOME nor $HOME is an absolute "
          + "path; name a directory with --cache DIR")
    }
    return cache
  }
}
