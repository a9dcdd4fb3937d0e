import Glibc

/// The result codes of WASI functions, with the numbers of preview 1.
public enum WASIErrno: UInt16, Error, Sendable {
  case success, toobig, acces, addrinuse, addrnotavail, afnosupport, again, already, badf, badmsg
  case busy, canceled, child, connaborted, connrefused, connreset, deadlk, destaddrreq, dom, dquot
  case exist, fault, fbig, hostunreach, idrm, ilseq, inprogress, intr, inval, io, isconn, isdir
  case loop, mfile, mlink, msgsize, multihop, nametoolong, netdown, netreset, netunreach, nfile
  case nobufs, nodev, noent, noexec, nolck, nolink, nomem, nomsg, noprotoopt, nospc, nosys, notconn
  case notdir, notempty, notrecoverable, notsock, notsup, notty, nxio, overflow, ownerdead, perm
  case pipe, proto, protonosupport, prototype, range, rofs, spipe, srch, stale, timedout, txtbsy
  case xdev, notcapable
  /// The guest has been interrupted. No guest receives it, because the function ends in a trap.
  case interrupted

  /// The code for an error of the operating system.
  init(system number: Int32) {
    self = Self.bySystemNumber[number] ?? .io
  }

  /// The code for the current `errno`.
  static var last: WASIErrno { WASIErrno(system: errno) }

  private static let bySystemNumber: [Int32: WASIErrno] = [
    E2BIG: .toobig, EACCES: .acces, EADDRINUSE: .addrinuse, EADDRNOTAVAIL: .addrnotavail,
    EAFNOSUPPORT: .afnosupport, EAGAIN: .again, EALREADY: .already, EBADF: .badf,
    EBADMSG: .badmsg, EBUSY: .busy, ECANCELED: .canceled, ECHILD: .child,
    ECONNABORTED: .connaborted, ECONNREFUSED: .connrefused, ECONNRESET: .connreset,
    EDEADLK: .deadlk, EDESTADDRREQ: .destaddrreq, EDOM: .dom, EDQUOT: .dquot, EEXIST: .exist,
    EFAULT: .fault, EFBIG: .fbig, EHOSTUNREACH: .hostunreach, EIDRM: .idrm, EILSEQ: .ilseq,
    EINPROGRESS: .inprogress, EINTR: .intr, EINVAL: .inval, EIO: .io, EISCONN: .isconn,
    EISDIR: .isdir, ELOOP: .loop, EMFILE: .mfile, EMLINK: .mlink, EMSGSIZE: .msgsize,
    EMULTIHOP: .multihop, ENAMETOOLONG: .nametoolong, ENETDOWN: .netdown, ENETRESET: .netreset,
    ENETUNREACH: .netunreach, ENFILE: .nfile, ENOBUFS: .nobufs, ENODEV: .nodev, ENOENT: .noent,
    ENOEXEC: .noexec, ENOLCK: .nolck, ENOLINK: .nolink, ENOMEM: .nomem, ENOMSG: .nomsg,
    ENOPROTOOPT: .noprotoopt, ENOSPC: .nospc, ENOSYS: .nosys, ENOTCONN: .notconn,
    ENOTDIR: .notdir, ENOTEMPTY: .notempty, ENOTRECOVERABLE: .notrecoverable, ENOTSOCK: .notsock,
    EOPNOTSUPP: .notsup, ENOTTY: .notty, ENXIO: .nxio, EOVERFLOW: .overflow,
    EOWNERDEAD: .ownerdead, EPERM: .perm, EPIPE: .pipe, EPROTO: .proto,
    EPROTONOSUPPORT: .protonosupport, EPROTOTYPE: .prototype, ERANGE: .range, EROFS: .rofs,
    ESPIPE: .spipe, ESRCH: .srch, ESTALE: .stale, ETIMEDOUT: .timedout, ETXTBSY: .txtbsy,
    EXDEV: .xdev,
  ]
}

/// Checks the result of a C function that returns -1 on failure.
func checked(_ result: Int32) throws(WASIErrno) -> Int32 {
  if result < 0 { throw .last }
  return result
}

/// Calls `body`, which returns -1 on failure, and suppresses `signal`, which would accompany
/// `error`: the embedder owns the process and its signals.
func without(_ signal: Int32, _ error: Int32, _ body: () -> Int) -> Int {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, signal)
  var pending = sigset_t()
  sigpending(&pending)
  // A signal that was already pending belongs to the embedder.
  if sigismember(&pending, signal) == 1 { return body() }
  var before = sigset_t()
  pthread_sigmask(SIG_BLOCK, &signals, &before)
  let result = body()
  let number = errno
  if result < 0 && number == error {
    var now = timespec()
    while sigtimedwait(&signals, nil, &now) < 0 && errno == EINTR {}
  }
  pthread_sigmask(SIG_SETMASK, &before, nil)
  errno = number
  return result
}

/// Calls `body`, which enlarges a file, and suppresses the signal for the limit of file sizes.
func withoutFileSizeSignal(_ body: () -> Int) -> Int {
  var limit = rlimit()
  let isLimited =
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
    && limit.rlim_cur != rlim_t.max
  return isLimited ? without(SIGXFSZ, EFBIG, body) : body()
}

/// Calls `body`, which returns -1 on failure, again as long as a signal interrupts it.
func uninterrupted(_ body: () -> Int) throws(WASIErrno) -> Int {
  while true {
    let result = body()
    if result >= 0 { return result }
    if errno != EINTR { throw .last }
  }
}
