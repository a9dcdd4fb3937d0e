"""Random modules in the text format that use structures, arrays, casts, function references and exceptions much.

wasm-tools smith reaches most of these operators only with null references and default values. Here functions keep
objects in locals, fields, elements and globals, so that one operation finds what another has stored. Now and then a
function allocates megabytes that nothing refers to, so that a collector works while objects are used and changed. A
module exports numeric functions, globals and a memory only, and a function that returns a digest of the objects that
the other globals reach. It ends: loops are counted, functions call only later ones, and each function costs fuel, which
the exported function that was called fills up."""
import random

from object_functions import LENGTH, NUMBERS, TO_I64, FunctionMaker

FUEL = 400
#: How far the digest of an object follows references.
DIGEST_DEPTH = 4
#: The fuel that a function pays for making garbage, and how often it repeats that at the most, which a module chooses.
#: One time makes 1.6 kB of numbers and an object of each shape, whose cells the next objects may get. Few repetitions
#: suffice, and many take long, if each allocation collects.
GARBAGE_FUEL = 20
MOST_GARBAGE = (10, 10, 10, 3000)


class Shape:
    """A structure or array type. `fields`: storage types and whether each is mutable. `parent`: an index or None."""

    def __init__(self, name, kind, fields, parent, final):
        self.name, self.kind, self.fields, self.parent, self.final = name, kind, fields, parent, final

    def text(self, shapes):
        parts = " ".join(f"(mut {storage})" if mutable else storage for storage, mutable in self.fields)
        body = (f"(array {parts})" if self.kind == "array"
                else "(struct " + " ".join(f"(field {part})" for part in self.storages()) + ")")
        if self.parent is None and self.final:
            return f"(type ${self.name} {body})"
        parent = f"${shapes[self.parent].name} " if self.parent is not None else ""
        return f"(type ${self.name} (sub {'final ' if self.final else ''}{parent}{body}))"

    def storages(self):
        return [f"(mut {storage})" if mutable else storage for storage, mutable in self.fields]


class ModuleMaker:
    def __init__(self, generator):
        self.random = generator
        self.shapes = []
        self.tags = []
        self.functions = []
        self.most_garbage = self.choose(MOST_GARBAGE)

    def chance(self, probability):
        return self.random.random() < probability

    def choose(self, items):
        return self.random.choice(items)

    # Types

    def storage(self):
        kind = self.random.random()
        if kind < 0.45:
            return self.choose(["i8", "i16", "i32", "i64", "f32", "f64"])
        if kind < 0.8:
            return f"(ref null ${self.choose(self.names)})"
        return self.choose(["anyref", "eqref", "i31ref", "structref", "arrayref", "externref", "exnref",
                            "(ref null $number)", "(ref i31)"])

    def make_shapes(self):
        count = self.random.randrange(2, 7)
        kinds = ["struct", "array"] + [self.choose(["struct", "struct", "array"]) for _ in range(count)]
        self.names = [f"{kind[0]}{index}" for index, kind in enumerate(kinds)]
        for index, kind in enumerate(kinds):
            open_parents = [i for i in range(index) if self.shapes[i].kind == kind and not self.shapes[i].final]
            parent = self.choose(open_parents) if open_parents and self.chance(0.6) else None
            if kind == "array":
                fields = (list(self.shapes[parent].fields) if parent is not None
                          else [(self.storage(), self.chance(0.9))])
            else:
                fields = list(self.shapes[parent].fields) if parent is not None else []
                fields += [(self.storage(), self.chance(0.8)) for _ in range(self.random.randrange(0, 5))]
            self.shapes.append(Shape(self.names[index], kind, fields, parent, self.chance(0.3)))

    def is_below(self, index, ancestor):
        while index is not None and index != ancestor:
            index = self.shapes[index].parent
        return index is not None

    def below(self, ancestor):
        return [i for i in range(len(self.shapes)) if self.is_below(i, ancestor)]

    # The module

    def module(self):
        self.make_shapes()
        self.tags = [[], ["i32"]] + [[self.choose(NUMBERS + [f"(ref null ${self.choose(self.names)})", "anyref"])
                                     for _ in range(self.random.randrange(1, 4))] for _ in range(2)]
        count = self.random.randrange(3, 7)
        for index in range(count):
            values = NUMBERS + ["anyref", "exnref"] + [f"(ref null ${name})" for name in self.names]
            parameters = [self.choose(NUMBERS if index < 3 else values) for _ in range(self.random.randrange(0, 4))]
            self.functions.append((parameters, self.choose(NUMBERS if index < 3 else values)))
        groups = [shape.text(self.shapes) for shape in self.shapes]
        lines = ["(module", "(type $number (func (param i32) (result i32)))", "(type $waste (array (mut i64)))", "(rec",
                 *groups, ")"]
        lines += [f"(tag $t{i} {' '.join(f'(param {p})' for p in tag)})" for i, tag in enumerate(self.tags)]
        lines += [f'(global $n{i} (export "n{i}") (mut {kind}) ({kind}.const 0))' for i, kind in enumerate(NUMBERS)]
        lines += [f"(global $r{i} (mut (ref null ${name})) (ref.null ${name}))" for i, name in enumerate(self.names)]
        lines += ["(global $any (mut anyref) (ref.null any))", "(global $exn (mut exnref) (ref.null exn))",
                  "(global $waste (mut anyref) (ref.null any))", "(global $fuel (mut i32) (i32.const 0))",
                  "(table $things 4 4 anyref (ref.null any))",
                  '(memory (export "memory") 1 1)',
                  "(elem declare func $half $double)",
                  '(data $bytes "\\00\\01\\7f\\80\\ff and some more bytes, enough for eight elements of 64 bits each")',
                  "(func $half (type $number) (i32.shr_s (local.get 0) (i32.const 1)))",
                  "(func $double (type $number) (i32.shl (local.get 0) (i32.const 1)))"]
        for index in range(count):
            maker = FunctionMaker(self, index)
            lines += maker.function()
        lines += self.make_garbage(maker)
        for index in range(3):
            parameters, result = self.functions[index]
            arguments = " ".join(f"(local.get {i})" for i in range(len(parameters)))
            lines.append(f'(func (export "f{index}") {" ".join(f"(param {p})" for p in parameters)} (result {result})'
                         f" (global.set $fuel (i32.const {FUEL})) (call $f{index} {arguments}))")
        return "\n".join([*lines, *self.digest(), ")", ""])

    # The digest

    def digest(self):
        """Functions that combine all that an object contains, and one that does so for all globals and the table."""
        tests = [f"(if (ref.test (ref ${shape.name}) (local.get $value)) (then (return (call $digest_{shape.name}"
                 f" (ref.cast (ref ${shape.name}) (local.get $value)) (local.get $depth)))))"
                 for shape in reversed(self.shapes)]
        lines = ["(func $digest (param $value anyref) (param $depth i32) (result i64)",
                 "(if (i32.or (i32.eqz (local.get $depth)) (ref.is_null (local.get $value)))"
                 " (then (return (i64.const 3))))",
                 "(if (ref.test i31ref (local.get $value)) (then (return (i64.extend_i32_s"
                 " (i31.get_s (ref.cast i31ref (local.get $value)))))))",
                 "(local.set $depth (i32.sub (local.get $depth) (i32.const 1)))", *tests, "(i64.const 5))"]
        for shape in self.shapes:
            lines += self.digest_of_shape(shape)
        roots = [f"(global.get $r{index})" for index in range(len(self.names))] + ["(global.get $any)"]
        roots += [f"(table.get $things (i32.const {index}))" for index in range(4)]
        mixed = [f"(local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))"
                 f" (call $digest {root} (i32.const {DIGEST_DEPTH}))))" for root in roots]
        return [*lines, '(func (export "digest") (result i64) (local $sum i64)', *mixed, "(local.get $sum))"]

    def digest_of_shape(self, shape):
        header = [f"(func $digest_{shape.name} (param $object (ref ${shape.name})) (param $depth i32) (result i64)",
                  f"(local $sum i64) (local $i i32) (local.set $sum (i64.const {len(shape.name) + len(shape.fields)}))"]
        mix = "(local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) {}))"
        if shape.kind == "struct":
            parts = [mix.format(self.digest_of_value(storage, "(struct.get{} $%s %d (local.get $object))"
                                                     % (shape.name, number)))
                     for number, (storage, _) in enumerate(shape.fields)]
            return [*header, *parts, "(local.get $sum))"]
        value = self.digest_of_value(shape.fields[0][0],
                                     f"(array.get{{}} ${shape.name} (local.get $object) (local.get $i))")
        return [*header, "(block $end (loop $next",
                f"(br_if $end (i32.ge_u (local.get $i) (i32.const {LENGTH})))",
                "(br_if $end (i32.ge_u (local.get $i) (array.len (local.get $object))))", mix.format(value),
                "(local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next)))", "(local.get $sum))"]

    @staticmethod
    def digest_of_value(storage, access):
        if storage in ("i8", "i16"):
            return (f"(i64.add (i64.extend_i32_s {access.format('_s')})"
                    f" (i64.mul (i64.const 3) (i64.extend_i32_u {access.format('_u')})))")
        value = access.format("")
        if storage in NUMBERS:
            return TO_I64[storage].format(value)
        if storage == "exnref":
            return f"(i64.extend_i32_u (ref.is_null {value}))"
        if storage == "(ref null $number)":
            return (f"(if (result i64) (ref.is_null {value}) (then (i64.const 1))"
                    f" (else (i64.extend_i32_s (call_ref $number (i32.const 21) {value}))))")
        if storage == "externref":
            value = f"(any.convert_extern {value})"
        return f"(call $digest {value} (local.get $depth))"


    def make_garbage(self, maker):
        return ["(func $garbage (param $times i32)",
                f"(if (i32.lt_s (global.get $fuel) (i32.const {GARBAGE_FUEL})) (then (return)))",
                f"(global.set $fuel (i32.sub (global.get $fuel) (i32.const {GARBAGE_FUEL})))", "(loop $next",
                "(global.set $waste (array.new $waste (i64.const 0x5a5a5a5a5a5a5a5a) (i32.const 200)))",
                *(f"(global.set $waste {maker.first(index)})" for index in range(len(self.shapes))),
                "(br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))"]


def text(seed):
    """The module of a seed, always the same."""
    return ModuleMaker(random.Random(seed)).module()
