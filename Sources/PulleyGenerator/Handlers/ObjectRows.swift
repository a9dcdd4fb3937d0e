// Objects of the collected heap. What takes long is in HeapHandlers.swift.

/// An element of an array: how it is moved, and the binary logarithm of its size.
private struct Element {
  var load: String
  var store: String
  var view: RegisterView
  var stored: RegisterView
  /// The element as a value of the view's type.
  var loaded: String
  /// What is stored of `$v`.
  var value: String
  var shift: Int
}

private let elements: [Element] = [
  Element(
    load: "xarray_load8_u32", store: "xarray_store8", view: .w32, stored: .w32,
    loaded: "UInt32(load(@, as: UInt8.self))", value: "UInt8(truncatingIfNeeded: $v)", shift: 0),
  Element(
    load: "xarray_load8_s32", store: "", view: .w32, stored: .w32,
    loaded: "u32(Int32(load(@, as: Int8.self)))", value: "", shift: 0),
  Element(
    load: "xarray_load16_u32", store: "xarray_store16", view: .w32, stored: .w32,
    loaded: "UInt32(load(@, as: UInt16.self))", value: "UInt16(truncatingIfNeeded: $v)", shift: 1),
  Element(
    load: "xarray_load16_s32", store: "", view: .w32, stored: .w32,
    loaded: "u32(Int32(load(@, as: Int16.self)))", value: "", shift: 1),
  Element(
    load: "xarray_load32", store: "xarray_store32", view: .w32, stored: .w32,
    loaded: "load(@, as: UInt32.self)", value: "$v", shift: 2),
  Element(
    load: "xarray_load64", store: "xarray_store64", view: .w64, stored: .w64,
    loaded: "load(@, as: UInt64.self)", value: "$v", shift: 3),
  Element(
    load: "farray_load32", store: "farray_store32", view: .zeroExtendedF32, stored: .b32,
    loaded: "load(@, as: Float.self)", value: "$v", shift: 2),
  Element(
    load: "farray_load64", store: "farray_store64", view: .f64, stored: .b64,
    loaded: "load(@, as: Double.self)", value: "$v", shift: 3),
  Element(
    load: "varray_load128", store: "varray_store128", view: .u64x2, stored: .u64x2,
    loaded: "load(@, as: SIMD2<UInt64>.self)", value: "$v", shift: 4),
]

/// The array in `$x` has an element `$y`.
private let inBounds: [Template.Guard] = [
  .init(condition: "$x != 0", trap: .nullAddress),
  .init(condition: "$y < arrayLength($x)", trap: .elementOutOfBounds),
]

private func load(_ element: Element) -> Template {
  var template = Template(
    element.load,
    [
      .result(element.view, field: "dst"), .source("x", .w64, field: "array"),
      .source("y", .w32, field: "index"),
    ],
    value: element.loaded.replacing("@", with: "element($x, $y, \(element.shift))"))
  template.guards = inBounds
  return template
}

private func store(_ element: Element) -> Template {
  var template = Template(
    element.store,
    [
      .source("x", .w64, field: "array"), .source("y", .w32, field: "index"),
      .source("v", element.stored, field: "src"),
    ])
  template.guards = inBounds
  template.effects = ["store(\(element.value), element($x, $y, \(element.shift)))"]
  return template
}

/// Takes a cell of the run of a size class. `size` is the class's offset in the allocator's record above the
/// size of the cells.
private var newObject: Template {
  var template = Template(
    "xobject_new",
    [
      .result(.w64, field: "dst"), .source("x", .w64, field: "shape"),
      .derived("size", bytes: 4, field: "size"), .derived("top", bytes: 4),
    ], value: "$f")
  template.lets = [
    "let $e = unsigned32($p, @size)", "let $t = allocator(r) &+ UInt64($e >> 16)",
    "let $f = loadWord($t)", "let $u = $f &+ UInt64($e & 0xFFFF)",
  ]
  template.guards = [
    .init(
      condition: "$u <= loadWord($t &+ 8)", trap: .heapExhausted, otherwise: "newObjectSlowly")
  ]
  template.effects = ["storeWord($u, $t)", "storeWord($x, $f)"]
  return template
}

private var newArray: Template {
  var template = Template(
    "xarray_new",
    [
      .result(.w64, field: "dst"), .source("x", .w64, field: "shape"),
      .source("n", .w32, field: "length"), .unused(bytes: 2), .derived("top", bytes: 4),
    ], value: "$f")
  template.lets = [
    "let $e = arrayCell($x, $n)", "let $t = allocator(r) &+ UInt64($e >> 16)",
    "let $f = loadWord($t)", "let $u = $f &+ UInt64($e & 0xFFFF)",
  ]
  template.guards = [
    .init(
      condition: "$u <= loadWord($t &+ 8)", trap: .heapExhausted, otherwise: "newArraySlowly")
  ]
  template.effects = ["storeWord($u, $t)", "storeWord($x, $f)", "setArrayLength($f, $n)"]
  return template
}

private var storeReference: Template {
  var template = Template(
    "xstore_reference_z",
    [
      .source("v", .w64, field: "src"), .source("x", .w64, field: "addr"),
      .immediate("offset", bytes: 4, field: "offset"),
    ])
  template.executes = ["xstore_reference"]
  template.guards = [
    .init(condition: "$x != 0", trap: .nullAddress),
    .init(
      condition: "!isMarking(r)", trap: .nullAddress, otherwise: "storeReferenceWithBarrier"),
  ]
  template.effects = ["storeWord($v, $x &+ signed64($p, @offset))"]
  return template
}

private var storeReferenceInArray: Template {
  var template = Template(
    "xarray_store_reference",
    [
      .source("x", .w64, field: "array"), .source("y", .w32, field: "index"),
      .source("v", .w64, field: "src"),
    ])
  template.guards =
    inBounds + [
      .init(
        condition: "!isMarking(r)", trap: .nullAddress, otherwise: "storeElementWithBarrier")
    ]
  template.effects = ["store($v, element($x, $y, 3))"]
  return template
}

private var tests: [Template] {
  let test = Template(
    "xreference_test", [.result(.w64), .source("x", .w64), .source("y", .w64)],
    value: "isInstance($x, $y) ? 1 : 0")
  var cast = Template("xreference_cast", [.source("x", .w64), .source("y", .w64)])
  cast.guards = [.init(condition: "isInstance($x, $y)", trap: .castFailure)]
  var castOrNull = cast
  castOrNull.name = "xreference_cast_null"
  castOrNull.executes = ["xreference_cast_null"]
  castOrNull.guards[0].condition = "$x == 0 || isInstance($x, $y)"
  let kind = Template(
    "xreference_kind", [.result(.w64), .source("x", .w64)], value: "referenceKind($x)")
  return [test, cast, castOrNull, kind]
}

let objectRows: [Template] =
  [newObject, newArray, storeReference, storeReferenceInArray] + elements.map(load)
  + elements.filter { !$0.store.isEmpty }.map(store) + tests
