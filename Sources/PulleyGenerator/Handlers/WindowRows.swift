// Calls and returns in images with windows.

/// The numbers of arguments that a call instruction names after the context.
private let windowArguments = 0...3

private func goto(_ target: String, _ registers: String, _ accumulator: String) -> String {
  "next(\(target), \(registers), \(accumulator), $s, $m, $l, $v)"
}

/// A call of a function of the same instance: the callee's window, relative to the caller's, the registers
/// whose values are the arguments, the callee's entry. The first argument, the context, is not passed.
///
/// The processor predicts where the jump goes, so that the code's address may come from the entry.
private func call(arguments: Int) -> Template {
  var template = Template(
    "wcall\(arguments)",
    [.register("window")] + (0..<arguments).map { .source("c\($0)_", .w64) }
      + [.immediate("entry", bytes: 8)])
  template.lets = ["let $t = r + field($p, @window)", "let $d = cell($p, @entry)"]
  template.guards = [Template.Guard(condition: "hasRoom($t)", trap: .stackOverflow)]
  for index in 0..<arguments {
    template.effects.append("put64($t, StateLayout.x(\(index + 1)), $c\(index)_)")
  }
  template.effects.append("link($t, r, $after)")
  template.ending = goto("cell($d, 0)", "$t", "UInt64(bits($d))")
  return template
}

/// A call of a function whose entry is in a register, and whose context is in x0 of the outgoing area. Functions of
/// other instances are called by `callOtherContext`.
private let indirectCall: Template = {
  var template = Template("wcall_indirect", [.register("window"), .source("address", .w64)])
  template.hasVariants = false
  template.lets = ["let $t = r + field($p, @window)"]
  template.guards = [
    Template.Guard(condition: "hasRoom($t)", trap: .stackOverflow),
    Template.Guard(
      condition: "get64($t, StateLayout.x(0)) == get64(stateBlock($t), StateLayout.context)",
      trap: .stackOverflow, otherwise: "callOtherContext"),
  ]
  template.effects = ["link($t, r, $after)"]
  template.ending = goto("cell(address($address), 0)", "$t", "$address")
  return template
}()

private let returnLets = [
  "let $t = address(get64(r, Window.returnCell))",
  "let $u = pointer(UInt(get64(r, Window.caller)))",
]

private func returns() -> [Template] {
  var moving = Template("wret", [.source("x", .w64)])
  moving.effects = ["put64(r, StateLayout.x(0), $x)"]
  moving.lets = returnLets
  moving.ending = goto("$t", "$u", "$x")
  // The result is in its place, or the caller does not read x0.
  var plain = Template("wret_in_place", [.source("x", .w64)])
  plain.lets = returnLets
  plain.ending = goto("$t", "$u", "$x")
  return [moving, plain]
}

let windowRows: [Template] = {
  let context = Template(
    "wcontext", [.result(.w64)], value: "get64(stateBlock(r), StateLayout.context)")
  var memory = Template("wmemory", [.register("base"), .register("bound")])
  memory.effects = [
    "put64(r, field($p, @base), UInt64($m))", "put64(r, field($p, @bound), UInt64($l))",
  ]
  var reload = Template("wreload_memory", [])
  reload.lets = [
    "let $t = get64(stateBlock(r), StateLayout.memoryRecord)",
    "let $m = UInt(truncatingIfNeeded: loadWord($t))",
    "let $l = UInt(truncatingIfNeeded: loadWord($t &+ 8))",
  ]
  reload.setsMemory = true
  let address = Template(
    "wframe_address", [.result(.w64), .immediate("offset", bytes: 4)],
    value: "bits(r + offset($p, @offset))")
  return [context, memory, reload, address, indirectCall] + returns()
    + windowFamilies.flatMap(\.members)
}()

let windowFamilies = [
  HandlerFamily(name: "wcalls", members: windowArguments.map { call(arguments: $0) })
]

/// The handlers in WindowCalls.swift.
let specialWindowHandlers: [SpecialHandler] =
  [
    SpecialHandler(
      "wtail", [.immediate("window", bytes: 4), .unused(bytes: 4), .immediate("entry", bytes: 8)]),
    SpecialHandler(
      "wtail_indirect", [.immediate("window", bytes: 4), .immediate("address", bytes: 4)]),
    SpecialHandler(
      "wcall_host",
      [
        .register("window"), .unused(bytes: 2), .immediate("signature", bytes: 4),
        .immediate("top", bytes: 4),
      ]),
    SpecialHandler(
      "wcall_host_escape",
      [
        .register("window"), .register("index"), .immediate("top", bytes: 4),
        .immediate("signatures", bytes: 8), .immediate("count", bytes: 8),
      ]),
    SpecialHandler("return_from_instance"),
    SpecialHandler(
      "wenter_large", [.immediate("size", bytes: 4), .immediate("extent", bytes: 4)]),
    SpecialHandler(
      "wleave_large", [.immediate("size", bytes: 4), .immediate("extent", bytes: 4)]),
    SpecialHandler("wslot_load64", [.register("value"), .immediate("offset", bytes: 4)]),
    SpecialHandler("wslot_load128", [.register("value"), .immediate("offset", bytes: 4)]),
    SpecialHandler("wslot_store64", [.register("value"), .immediate("offset", bytes: 4)]),
    SpecialHandler("wslot_store128", [.register("value"), .immediate("offset", bytes: 4)]),
  ]
