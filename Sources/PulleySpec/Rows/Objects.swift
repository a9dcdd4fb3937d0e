// Objects of WebAssembly's collected heap, which upstream's Pulley knows nothing of: it calls the host for
// them. `PulleyHeap` describes objects, shapes and references.

/// What an instruction does to an element: the name, the register file, and the width in bits.
private let elements: [(name: String, file: RegisterFile, bits: Int)] = [
  ("x", .x, 32), ("x", .x, 64), ("f", .f, 32), ("f", .f, 64), ("v", .v, 128),
]

private func load(
  _ name: String, _ file: RegisterFile, _ bits: Int, _ means: String
) -> Operation {
  Operation(
    name, .write(file, "dst"), .read(.x, "array"), .read(.x, "index"),
    traps: [.nullAddress, .elementOutOfBounds], means: means)
}

private func store(_ name: String, _ file: RegisterFile, _ means: String) -> Operation {
  Operation(
    name, .read(.x, "array"), .read(.x, "index"), .read(file, "src"),
    traps: [.nullAddress, .elementOutOfBounds], means: means)
}

let objectRows: [Operation] =
  [
    Operation(
      "xobject_new", .write(.x, "dst"), .read(.x, "shape"), .u32("size"), traps: [.heapExhausted],
      means: "`dst` = a new object of `size` bytes; all fields are 0."),
    Operation(
      "xarray_new", .write(.x, "dst"), .read(.x, "shape"), .read(.x, "length"),
      traps: [.heapExhausted],
      means: "`dst` = a new array of `low32(length)` elements, which are 0."),
  ]
  + [8, 16].flatMap { bits in
    [
      load("xarray_load\(bits)_u32", .x, bits, "`low32(dst) = zext(array[low32(index)])`."),
      load("xarray_load\(bits)_s32", .x, bits, "`low32(dst) = sext(array[low32(index)])`."),
      store("xarray_store\(bits)", .x, "`array[low32(index)] = low\(bits)(src)`."),
    ]
  }
  + elements.flatMap { name, file, bits in
    [
      load(
        "\(name)array_load\(bits)", file, bits,
        bits == 32 ? "`low32(dst) = array[low32(index)]`." : "`dst = array[low32(index)]`."),
      store(
        "\(name)array_store\(bits)", file,
        bits == 32 ? "`array[low32(index)] = low32(src)`." : "`array[low32(index)] = src`."),
    ]
  }
  + [
    store(
      "xarray_store_reference", .x,
      "`array[low32(index)] = src`, a reference, with the collector's barrier."),
    Operation(
      "xstore_reference", .addressZ, .read(.x, "src"), traps: [.nullAddress], stores: 8,
      means: "`store64(addr, src)`, a reference in an object, with the collector's barrier."),
    Operation(
      "xreference_test", .binary(.x),
      means:
        "`dst` = 1 or 0: whether the reference `src1` is to an object of the type of the shape `src2`."
    ),
    Operation(
      "xreference_cast", .read(.x, "reference"), .read(.x, "shape"), traps: [.castFailure],
      means: "Traps unless the reference is to an object of the type of the shape."),
    Operation(
      "xreference_cast_null", .read(.x, "reference"), .read(.x, "shape"), traps: [.castFailure],
      means: "Traps unless the reference is null or to an object of the type of the shape."),
    Operation(
      "xreference_kind", .write(.x, "dst"), .read(.x, "reference"),
      means:
        "`dst` = 0 for null, 1 for a small integer, 2 for a structure, 3 for an array, 4 for another object."
    ),
  ]
