/// Calls, returns, jumps and frames.

/// How many callee-saved registers, counted from x16, have frame handlers of their own. x16–x27
/// are all that compiled wasm saves, in this order.
let frameSaves = 0...12

private func plain(_ name: String, words: Int = 1, lets: [String] = [], effects: [String] = [])
  -> Template
{
  var template = Template(name)
  template.words = words
  template.lets = lets
  template.effects = effects
  return template
}

private func goto(_ target: String) -> String { "next(\(target), r, $a, $s, $m, $l)" }

/// Pushes a frame of `$e` bytes, header included, that saves the first `saves` registers from
/// x16 on. The stack pointer ends in `$u`.
private func push(saves: Int, returnAddress: String) -> (lets: [String], effects: [String]) {
  var effects = [
    "put64(r, StateLayout.sp, $u)", "put64(r, StateLayout.fp, $t &- 16)",
    "storeWord(\(returnAddress), $t &- 8)", "storeWord($f, $t &- 16)",
  ]
  for index in 0..<saves {
    effects.append(
      "storeWord(get64(r, StateLayout.x(\(16 + index))), $t &- \(24 + 8 * index))")
  }
  return (
    [
      "let $t = get64(r, StateLayout.sp)", "let $u = $t &- $e", "let $f = get64(r, StateLayout.fp)",
    ],
    effects
  )
}

/// The stack has room for `$e` more bytes below `$t`.
private let room = ("$t &- get64(r, StateLayout.stackLimit) >= $e", "stackOverflow")

private func pushFrame(saves: Int) -> Template {
  var template = Template("push_frame_save_\(saves)")
  let frame = push(saves: saves, returnAddress: "get64(r, StateLayout.lr)")
  template.lets = ["let $e = UInt64(unsigned32($p, 8))"] + frame.lets
  template.guards = [room]
  template.effects = frame.effects
  return template
}

/// Restores the registers that lie below the frame's header, whose size stands at 8, then
/// takes the frame down.
private func popFrame(saves: Int) -> Template {
  var template = Template("pop_frame_restore_\(saves)")
  if saves > 0 {
    template.lets = ["let $t = get64(r, StateLayout.sp) &+ UInt64(unsigned32($p, 8))"]
  }
  for index in 0..<saves {
    template.effects.append(
      "put64(r, StateLayout.x(\(16 + index)), loadWord($t &- \(8 + 8 * index)))")
  }
  template.effects += [
    "let $f = get64(r, StateLayout.fp)", "put64(r, StateLayout.fp, loadWord($f))",
    "put64(r, StateLayout.lr, loadWord($f &+ 8))", "put64(r, StateLayout.sp, $f &+ 16)",
  ]
  return template
}

/// Both the above and the return.
private func popFrameAndReturn(saves: Int) -> Template {
  var template = popFrame(saves: saves)
  template.name = "pop_frame_restore_\(saves)_ret"
  template.effects[template.effects.count - 2] = "let $u = loadWord($f &+ 8)"
  template.effects.append("put64(r, StateLayout.lr, $u)")
  template.ending = goto("address($u)")
  return template
}

/// `call` with `arguments` registers moved to x0 and on. The callee's entry stands at 8, its code,
/// once the cell is linked, at 16, the argument registers at 24.
private func call(arguments: Int) -> Template {
  var template = Template(arguments == 0 ? "call" : "call\(arguments)")
  template.words = arguments == 0 ? 2 : 3
  template.hasVariants = false
  for index in 0..<arguments {
    template.sources.append(Source("c\(index)_", .w64, at: 24 + 2 * index))
    template.effects.append("put64(r, StateLayout.x(\(index)), $c\(index)_)")
  }
  template.effects.append("put64(r, StateLayout.lr, bits($after))")
  template.lets = ["let $d = cell($p, 16)"]
  template.ending = goto("$d")
  return template
}

/// The call of a function that is not known to be prepared.
private func callThroughEntry(arguments: Int) -> Template {
  var template = call(arguments: arguments)
  template.name += "_entry"
  template.lets = ["let $d = cell($p, 8)"]
  template.ending = "next(cell($d, 0), r, UInt64(bits($d)), $s, $m, $l)"
  return template
}

/// The call of a function that begins by saving registers: its first cell is skipped.
private func callAndPush(arguments: Int, saves: Int) -> Template {
  var template = call(arguments: arguments)
  template.name += "_push_\(saves)"
  let frame = push(saves: saves, returnAddress: "bits($after)")
  template.lets += ["let $e = UInt64(unsigned32($d, 8))"] + frame.lets
  // A failed check is the callee's: it sees its return address already.
  template.lets.append(template.effects.removeLast())
  template.guards = [room]
  template.trapCell = "$d"
  template.effects += frame.effects
  template.ending = goto("$d + 16")
  return template
}

let controlRows: [Template] = {
  var rows: [Template] = []
  var jump = plain("jump")
  jump.ending = goto("$p + offset($p, 12)")
  var ret = plain("ret", words: 0)
  ret.ending = goto("address(get64(r, StateLayout.lr))")
  var callIndirect = plain("call_indirect")
  callIndirect.sources = [Source("x", .w64, at: 8)]
  callIndirect.effects = ["put64(r, StateLayout.lr, bits($after))"]
  callIndirect.ending = "next(cell(address($x), 0), r, $x, $s, $m, $l)"
  var xjump = callIndirect
  xjump.name = "xjump"
  xjump.effects = []
  var jumpFunction = plain("jump_function")
  jumpFunction.lets = ["let $d = cell($p, 8)"]
  jumpFunction.ending = "next(cell($d, 0), r, UInt64(bits($d)), $s, $m, $l)"
  var table = plain("br_table32")
  table.sources = [Source("x", .w32, at: 8)]
  table.lets = ["let $e = min($x, unsigned32($p, 12) &- 1)"]
  table.ending = goto("$p + offset($p, 16 &+ 4 &* Int($e))")
  rows += [jump, ret, callIndirect, xjump, jumpFunction, table]

  var sync = plain("sync", words: 0)
  sync.lets = [
    "let $m = UInt(truncatingIfNeeded: get64(r, StateLayout.memoryBase))",
    "let $l = UInt(truncatingIfNeeded: get64(r, StateLayout.memoryLength))",
  ]
  sync.setsMemory = true
  var moveFP = plain("xmov_fp")
  moveFP.result = Result(kind: .w64, at: 8, value: "get64(r, StateLayout.fp)")
  var moveLR = plain("xmov_lr")
  moveLR.result = Result(kind: .w64, at: 8, value: "get64(r, StateLayout.lr)")
  var allocate = plain("stack_alloc32")
  allocate.lets = ["let $e = UInt64(unsigned32($p, 8))", "let $t = get64(r, StateLayout.sp)"]
  allocate.guards = [room]
  allocate.effects = ["put64(r, StateLayout.sp, $t &- $e)"]
  let free = plain(
    "stack_free32",
    effects: ["put64(r, StateLayout.sp, get64(r, StateLayout.sp) &+ UInt64(unsigned32($p, 8)))"])
  rows += [sync, moveFP, moveLR, allocate, free]

  rows += frameSaves.map { pushFrame(saves: $0) }
  rows += frameSaves.map { popFrame(saves: $0) }
  rows += frameSaves.map { popFrameAndReturn(saves: $0) }
  for arguments in 0...4 {
    rows += [call(arguments: arguments), callThroughEntry(arguments: arguments)]
    rows += frameSaves.map { callAndPush(arguments: arguments, saves: $0) }
  }
  return rows
}()

/// Handlers written by hand in Handlers/Special.swift, with their operand words.
let specialHandlers: [(name: String, words: Int)] = [
  ("halt", 0), ("prepare", 0), ("count", 0), ("check_interruption", 0), ("trap", 1),
  ("call_link", 2), ("call1_link", 3), ("call2_link", 3), ("call3_link", 3), ("call4_link", 3),
  ("call_indirect_host", 1), ("call_indirect_host_escape", 2),
  ("call_indirect_checked", 2), ("xjump_checked", 2),
  ("push_frame_save_any", 1), ("pop_frame_restore_any", 1),
]
