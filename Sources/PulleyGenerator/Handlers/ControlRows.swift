// Calls, returns, jumps and frames. Predecoding chooses these handlers by name.

/// The numbers of callee-saved registers, counted from x16, that have frame handlers. Compiled code
/// saves only x16–x27, in this order.
private let frameSaves = 0...12
/// The numbers of arguments that a call instruction moves to x0 and the registers after it.
private let callArguments = 0...4

private func goto(_ target: String) -> String { "next(\(target), r, $a, $s, $m, $l, $v)" }

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
private let room = Template.Guard(
  condition: "$t &- get64(r, StateLayout.stackLimit) >= $e", trap: .stackOverflow)

private let pushCell: [CellOperand] = [.immediate("size", bytes: 4), .immediate("saved", bytes: 4)]
private let popCell: [CellOperand] = [
  .immediate("amount", bytes: 4), .immediate("saved", bytes: 4),
]

private func pushFrame(saves: Int) -> Template {
  var template = Template("push_frame_save_\(saves)", pushCell)
  let frame = push(saves: saves, returnAddress: "get64(r, StateLayout.lr)")
  template.lets = ["let $e = UInt64(unsigned32($p, @size))"] + frame.lets
  template.guards = [room]
  template.effects = frame.effects
  return template
}

/// Restores the registers that are below the frame's header, then removes the frame.
private func popFrame(saves: Int) -> Template {
  var template = Template("pop_frame_restore_\(saves)", popCell)
  if saves > 0 {
    template.lets = ["let $t = get64(r, StateLayout.sp) &+ UInt64(unsigned32($p, @amount))"]
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

/// The same and the return.
private func popFrameAndReturn(saves: Int) -> Template {
  var template = popFrame(saves: saves)
  template.name = "pop_frame_restore_\(saves)_ret"
  template.effects[template.effects.count - 2] = "let $u = loadWord($f &+ 8)"
  template.effects.append("put64(r, StateLayout.lr, $u)")
  template.ending = goto("address($u)")
  return template
}

/// The operands of a call: the callee's entry, its code once the call is bound, the registers whose
/// values are the arguments.
private func callCell(arguments: Int) -> [CellOperand] {
  [.immediate("entry", bytes: 8), .immediate("code", bytes: 8)]
    + (0..<arguments).map { .source("c\($0)_", .w64) }
}

private func callName(_ arguments: Int) -> String { arguments == 0 ? "call" : "call\(arguments)" }

/// `call` with `arguments` registers moved to x0 and on.
private func call(arguments: Int) -> Template {
  var template = Template(callName(arguments), callCell(arguments: arguments))
  template.executes = []
  template.hasVariants = false
  for index in 0..<arguments {
    template.effects.append("put64(r, StateLayout.x(\(index)), $c\(index)_)")
  }
  template.effects.append("put64(r, StateLayout.lr, bits($after))")
  template.lets = ["let $d = cell($p, @code)"]
  template.ending = goto("$d")
  return template
}

/// The call of a function that may not be predecoded yet.
private func callThroughEntry(arguments: Int) -> Template {
  var template = call(arguments: arguments)
  template.name += "_entry"
  template.lets = ["let $d = cell($p, @entry)"]
  template.ending = "next(cell($d, 0), r, UInt64(bits($d)), $s, $m, $l, $v)"
  return template
}

/// The call of a function that begins by saving registers: its first cell is skipped.
private func callAndPush(arguments: Int, saves: Int) -> Template {
  var template = call(arguments: arguments)
  template.name += "_push_\(saves)"
  let frame = push(saves: saves, returnAddress: "bits($after)")
  let callee = Cell(pushCell)
  template.lets += ["let $e = UInt64(unsigned32($d, \(callee.place("size"))))"] + frame.lets
  // A failed check is the callee's, so its return address must be in place.
  template.lets.append(template.effects.removeLast())
  template.guards = [room]
  template.trapCell = "$d"
  template.effects += frame.effects
  template.ending = goto("$d + \(callee.size)")
  return template
}

private func jumps() -> [Template] {
  // The target's place is that of other branches.
  var jump = Template("jump", [.unused(bytes: 4), .target])
  jump.executes = []
  jump.ending = goto("$p + offset($p, @target)")
  var ret = Template("ret", [])
  ret.executes = []
  ret.ending = goto("address(get64(r, StateLayout.lr))")
  var callIndirect = Template("call_indirect", [.source("x", .w64)])
  callIndirect.effects = ["put64(r, StateLayout.lr, bits($after))"]
  callIndirect.ending = "next(cell(address($x), 0), r, $x, $s, $m, $l, $v)"
  var xjump = Template("xjump", [.source("x", .w64)])
  xjump.ending = callIndirect.ending
  var jumpFunction = Template("jump_function", [.immediate("entry", bytes: 8)])
  jumpFunction.lets = ["let $d = cell($p, @entry)"]
  jumpFunction.ending = "next(cell($d, 0), r, UInt64(bits($d)), $s, $m, $l, $v)"
  // The targets follow, 32 bits each; the cell is as long as it takes.
  var table = Template(
    "br_table32",
    [.source("x", .w32), .immediate("count", bytes: 4), .immediate("targets", bytes: 0)])
  table.executes = []
  table.lets = ["let $e = min($x, unsigned32($p, @count) &- 1)"]
  table.ending = goto("$p + offset($p, @targets &+ 4 &* Int($e))")
  return [jump, ret, callIndirect, xjump, jumpFunction, table]
}

private func stackRows() -> [Template] {
  var sync = Template("sync", [])
  sync.lets = [
    "let $m = UInt(truncatingIfNeeded: get64(r, StateLayout.memoryBase))",
    "let $l = UInt(truncatingIfNeeded: get64(r, StateLayout.memoryLength))",
  ]
  sync.setsMemory = true
  let moveFP = Template("xmov_fp", [.result(.w64)], value: "get64(r, StateLayout.fp)")
  let moveLR = Template("xmov_lr", [.result(.w64)], value: "get64(r, StateLayout.lr)")
  var allocate = Template("stack_alloc32", [.immediate("size", bytes: 4)])
  allocate.executes = []
  allocate.lets = ["let $e = UInt64(unsigned32($p, @size))", "let $t = get64(r, StateLayout.sp)"]
  allocate.guards = [room]
  allocate.effects = ["put64(r, StateLayout.sp, $t &- $e)"]
  var free = Template("stack_free32", [.immediate("size", bytes: 4)])
  free.executes = []
  free.effects = [
    "put64(r, StateLayout.sp, get64(r, StateLayout.sp) &+ UInt64(unsigned32($p, @size)))"
  ]
  return [sync, moveFP, moveLR, allocate, free]
}

let controlRows: [Template] = {
  jumps() + stackRows() + controlFamilies.flatMap(\.members)
}()

/// Handlers that predecoding chooses by a number: how many registers a frame saves, or how many
/// arguments a call passes.
struct HandlerFamily {
  let name: String
  let members: [Template]
}

let controlFamilies: [HandlerFamily] =
  [
    HandlerFamily(name: "push_frame_save", members: frameSaves.map { pushFrame(saves: $0) }),
    HandlerFamily(name: "pop_frame_restore", members: frameSaves.map { popFrame(saves: $0) }),
    HandlerFamily(
      name: "pop_frame_restore_ret", members: frameSaves.map { popFrameAndReturn(saves: $0) }),
    HandlerFamily(name: "calls", members: callArguments.map { call(arguments: $0) }),
    HandlerFamily(
      name: "calls_entry", members: callArguments.map { callThroughEntry(arguments: $0) }),
  ]
  + callArguments.map { arguments in
    HandlerFamily(
      name: "\(callName(arguments))_push",
      members: frameSaves.map { callAndPush(arguments: arguments, saves: $0) })
  }

/// A handler written by hand in SpecialHandlers.swift or WindowCalls.swift.
struct SpecialHandler {
  let name: String
  let cell: Cell

  init(_ name: String, _ operands: [CellOperand] = []) {
    self.name = name
    cell = Cell(operands)
  }
}

/// Per number of arguments the handler of a call that has not run yet.
let unboundFamily = ("calls_unbound", callArguments.map { "\(callName($0))_unbound" })

let specialHandlers: [SpecialHandler] =
  [
    SpecialHandler("halt"), SpecialHandler("predecode"),
    SpecialHandler("count_run", [.immediate("counter", bytes: 8)]),
    SpecialHandler("check_interruption"), SpecialHandler("sample_call"),
    SpecialHandler(
      "count_heat",
      [.immediate("entry", bytes: 8), .immediate("loop", bytes: 4), .unused(bytes: 4)]),
    SpecialHandler("trap", [.immediate("kind", bytes: 8)]),
  ]
  + callArguments.map {
    SpecialHandler("\(callName($0))_unbound", callCell(arguments: $0))
  }
  + [
    SpecialHandler("call_indirect_host", [.immediate("signature", bytes: 4)]),
    SpecialHandler(
      "call_indirect_host_escape",
      [.immediate("signatures", bytes: 8), .immediate("count", bytes: 8)]),
    SpecialHandler(
      "call_indirect_checked", [.register("address"), .immediate("function", bytes: 8)]),
    SpecialHandler("xjump_checked", [.register("address"), .immediate("function", bytes: 8)]),
    SpecialHandler("push_frame_save_any", pushCell),
    SpecialHandler("pop_frame_restore_any", popCell),
  ]
  + specialWindowHandlers
