/// The functions of preview 1 on descriptors and paths.
extension WASI {
  static var fileFunctions: [WASIFunction] {
    [
      WASIFunction(
        "fd_advise",
        ijji: { instance, context, number, offset, length, advice in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.advise(number, offset, length, advice)
          }
        }),
      WASIFunction(
        "fd_allocate",
        ijj: { instance, context, number, offset, length in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.allocate(number, offset, length)
          }
        }),
      WASIFunction(
        "fd_close",
        i: { instance, context, number in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.descriptors.close(number)
          }
        }),
      WASIFunction(
        "fd_datasync",
        i: { instance, context, number in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.synchronize(number, dataOnly: true)
          }
        }),
      WASIFunction(
        "fd_fdstat_get",
        ii: { instance, context, number, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.storeStatus(number, memory, result)
          }
        }),
      WASIFunction(
        "fd_fdstat_set_flags",
        ii: { instance, context, number, flags in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.setFlags(number, flags)
          }
        }),
      WASIFunction(
        "fd_fdstat_set_rights",
        ijj: { instance, context, number, base, inheriting in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.setRights(number, base, inheriting)
          }
        }),
      WASIFunction(
        "fd_filestat_get",
        ii: { instance, context, number, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(try wasi.status(number), result)
          }
        }),
      WASIFunction(
        "fd_filestat_set_size",
        ij: { instance, context, number, size in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.setSize(number, size)
          }
        }),
      WASIFunction(
        "fd_filestat_set_times",
        ijji: { instance, context, number, access, modification, flags in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.setTimes(number, access, modification, flags)
          }
        }),
      WASIFunction(
        "fd_pread",
        iiiji: { instance, context, number, list, count, offset, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            let read = try wasi.read(number, try memory.buffers(list, count), at: offset)
            try memory.store(UInt32(read), result)
          }
        }),
      WASIFunction(
        "fd_pwrite",
        iiiji: { instance, context, number, list, count, offset, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            let written = try wasi.write(number, try memory.buffers(list, count), at: offset)
            try memory.store(UInt32(written), result)
          }
        }),
      WASIFunction(
        "fd_read",
        iiii: { instance, context, number, list, count, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            try memory.store(UInt32(try wasi.read(number, try memory.buffers(list, count))), result)
          }
        }),
      WASIFunction(
        "fd_renumber",
        ii: { instance, context, number, target in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.descriptors.renumber(number, to: target)
          }
        }),
      WASIFunction(
        "fd_seek",
        ijii: { instance, context, number, offset, whence, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 8)
            let position = try wasi.seek(number, Int64(bitPattern: offset), whence)
            try memory.store(position, result)
          }
        }),
      WASIFunction(
        "fd_sync",
        i: { instance, context, number in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.synchronize(number, dataOnly: false)
          }
        }),
      WASIFunction(
        "fd_tell",
        ii: { instance, context, number, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(try wasi.seek(number, 0, WASI.fromCurrent), result)
          }
        }),
      WASIFunction(
        "fd_write",
        iiii: { instance, context, number, list, count, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            try memory.store(
              UInt32(try wasi.write(number, try memory.buffers(list, count))), result)
          }
        }),
    ]
  }

  static var directoryFunctions: [WASIFunction] {
    [
      WASIFunction(
        "fd_prestat_get",
        ii: { instance, context, number, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            let name = try wasi.preopenName(number)
            // The tag of a directory, and the length of its name.
            let fields = try memory.require(result, 8)
            fields.storeBytes(of: 0, as: UInt32.self)
            fields.storeBytes(of: UInt32(name.count), toByteOffset: 4, as: UInt32.self)
          }
        }),
      WASIFunction(
        "fd_prestat_dir_name",
        iii: { instance, context, number, address, length in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            let name = try wasi.preopenName(number)
            guard length >= name.count else { throw .nametoolong }
            try memory.require(address, UInt32(name.count)).copyBytes(from: name)
          }
        }),
      WASIFunction(
        "fd_readdir",
        iiiji: { instance, context, number, address, length, cookie, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            let buffer = try memory.require(address, length)
            let used = try wasi.readDirectory(number, into: buffer, from: cookie)
            try memory.store(UInt32(used), result)
          }
        }),
    ]
  }

  static var pathFunctions: [WASIFunction] {
    [
      WASIFunction(
        "path_create_directory",
        iii: { instance, context, number, address, length in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.createDirectory(number, try memory.path(address, length))
          }
        }),
      WASIFunction(
        "path_filestat_get",
        iiiii: { instance, context, number, lookup, address, length, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(
              try wasi.status(number, lookup, try memory.path(address, length)), result)
          }
        }),
      WASIFunction(
        "path_filestat_set_times",
        iiiijji: {
          instance, context, number, lookup, address, length, access, modification, flags in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.setTimes(
              number, lookup, try memory.path(address, length), access, modification, flags)
          }
        }),
      WASIFunction(
        "path_link",
        iiiiiii: {
          instance, context, number, lookup, address, length, other, target, targetLength in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.link(
              number, lookup, try memory.path(address, length), other,
              try memory.path(target, targetLength))
          }
        }),
      WASIFunction(
        "path_open",
        iiiiijjii: {
          instance, context, number, lookup, address, length, how, base, inheriting, flags, result
          in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            let opened = try wasi.open(
              number, try memory.path(address, length), lookup: lookup, how, base, inheriting, flags
            )
            try memory.store(opened, result)
          }
        }),
      WASIFunction(
        "path_readlink",
        iiiiii: {
          instance, context, number, address, length, buffer, bufferLength, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            let count = try wasi.readLink(
              number, try memory.path(address, length),
              into: try memory.require(buffer, bufferLength))
            try memory.store(UInt32(count), result)
          }
        }),
      WASIFunction(
        "path_remove_directory",
        iii: { instance, context, number, address, length in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.remove(number, try memory.path(address, length), isDirectory: true)
          }
        }),
      WASIFunction(
        "path_rename",
        iiiiii: {
          instance, context, number, address, length, other, target, targetLength in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.rename(
              number, try memory.path(address, length), other,
              try memory.path(target, targetLength))
          }
        }),
      WASIFunction(
        "path_symlink",
        iiiii: {
          instance, context, text, textLength, number, address, length in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.symlink(
              try memory.path(text, textLength), number, try memory.path(address, length))
          }
        }),
      WASIFunction(
        "path_unlink_file",
        iii: { instance, context, number, address, length in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.remove(number, try memory.path(address, length), isDirectory: false)
          }
        }),
    ]
  }
}
