"""The functions of the modules that object_modules.py makes."""
NUMBERS = ["i32", "i64", "f32", "f64"]
#: What an i64 sum of expressions of each type is made from.
TO_I64 = {"i32": "(i64.extend_i32_s {})", "i64": "{}", "f32": "(i64.trunc_sat_f32_s {})",
          "f64": "(i64.trunc_sat_f64_s {})"}
#: The length of every array that is not filled from a list; indices below it are in bounds.
LENGTH = 6


def unpacked(storage):
    return "i32" if storage in ("i8", "i16") else storage


class FunctionMaker:
    """Makes a function. Expressions and statements are folded instructions. `depth` limits their nesting."""

    def __init__(self, maker, index):
        self.maker, self.index, self.random = maker, index, maker.random
        self.chance, self.choose, self.shapes = maker.chance, maker.choose, maker.shapes
        self.parameters, self.result = maker.functions[index]
        self.locals = [(f"$p{i}", kind) for i, kind in enumerate(self.parameters)]
        self.locals += [(f"$v{i}", kind) for i, kind in enumerate(NUMBERS + ["anyref", "exnref"])]
        self.locals += [(f"$l{i}", f"(ref null ${name})") for i, name in enumerate(maker.names)]
        #: Assigned at the function's begin, and never null.
        self.solid = [(f"$s{i}", i) for i in range(len(self.shapes))]
        self.labels = 0
        #: Labels without values that a branch can leave.
        self.open = []

    def label(self):
        self.labels += 1
        return f"$b{self.labels}"

    # Expressions

    def number(self, kind):
        if kind in ("i32", "i64"):
            value = self.choose([0, 1, -1, 2, 5, 127, 128, 255, 256, 65535, 0x3fffffff, 0x40000000, -0x40000000,
                                 0x7fffffff, -0x80000000, self.random.randrange(-1000, 1000)])
            return f"({kind}.const {value})"
        return f"({kind}.const {self.choose(['0', '1', '-1.5', '0.25', '1e10', '-1e-10', '-0', '3.5e30'])})"

    def variable(self, kind):
        """A local of exactly this type, or None."""
        found = [name for name, other in self.locals if other == kind]
        return f"(local.get {self.choose(found)})" if found else None

    def object(self, index, depth):
        """A reference to a shape, null only rarely: a trap ends all that a function would do after it."""
        own = f"(local.get $s{self.choose(self.maker.below(index))})"
        if depth <= 0 or self.chance(0.6):
            return own
        value = self.expression(f"(ref null ${self.shapes[index].name})", depth - 1)
        if self.chance(0.02):
            return value
        label = self.label()
        return f"(block {label} (result (ref ${self.shapes[index].name})) (br_on_non_null {label} {value}) {own})"

    def fresh(self, index, depth):
        """A new object."""
        shape = self.shapes[index]
        defaults = all(storage != "(ref i31)" for storage, _ in shape.fields)
        if shape.kind == "struct":
            if defaults and (depth <= 0 or self.chance(0.2)):
                return f"(struct.new_default ${shape.name})"
            values = " ".join(self.expression(unpacked(storage), depth - 1) for storage, _ in shape.fields)
            return f"(struct.new ${shape.name} {values})"
        storage = shape.fields[0][0]
        kind = self.random.random()
        if defaults and (depth <= 0 or kind < 0.2):
            return f"(array.new_default ${shape.name} (i32.const {LENGTH}))"
        if storage in ("i8", "i16", "i32", "i64", "f32", "f64") and kind < 0.35:
            return f"(array.new_data ${shape.name} $bytes (i32.const {self.random.randrange(9)}) (i32.const {LENGTH}))"
        if kind < 0.6:
            values = " ".join(self.expression(unpacked(storage), depth - 1) for _ in range(LENGTH))
            return f"(array.new_fixed ${shape.name} {LENGTH} {values})"
        return f"(array.new ${shape.name} {self.expression(unpacked(storage), depth - 1)} (i32.const {LENGTH}))"

    def at(self, depth):
        """An index, in bounds as a rule."""
        if self.chance(0.7):
            return f"(i32.const {self.random.randrange(LENGTH)})"
        if self.chance(0.9):
            return f"(i32.rem_u {self.expression('i32', depth - 1)} (i32.const {LENGTH}))"
        return self.expression("i32", depth - 1)

    def load(self, kind, depth):
        """A field or element whose value has this type, or None."""
        found = [(shape, number) for shape in range(len(self.shapes))
                 for number, (storage, _) in enumerate(self.shapes[shape].fields) if unpacked(storage) == kind]
        if not found:
            return None
        index, number = self.choose(found)
        shape = self.shapes[index]
        storage = shape.fields[number][0]
        sign = self.choose(["_s", "_u"]) if storage in ("i8", "i16") else ""
        if shape.kind == "struct":
            return f"(struct.get{sign} ${shape.name} {number} {self.object(index, depth)})"
        return f"(array.get{sign} ${shape.name} {self.object(index, depth)} {self.at(depth)})"

    def call(self, kind, depth):
        """A call of a later function with this result, or None."""
        found = [i for i in range(self.index + 1, len(self.maker.functions)) if self.maker.functions[i][1] == kind]
        if not found:
            return None
        callee = self.choose(found)
        arguments = " ".join(self.expression(p, depth - 1) for p in self.maker.functions[callee][0])
        return f"(call $f{callee} {arguments})"

    def expression(self, kind, depth):
        if depth > 0:
            for _ in range(3):
                made = self.composed(kind, depth)
                if made:
                    return made
        return (self.variable(kind) if self.chance(0.6) else None) or self.simple(kind)

    def simple(self, kind):
        if kind in NUMBERS:
            return self.number(kind)
        if kind in ("i31ref", "(ref i31)") or (kind in ("eqref", "anyref") and self.chance(0.5)):
            return f"(ref.i31 {self.number('i32')})"
        if kind == "(ref null $number)":
            return self.choose(["(ref.func $half)", "(ref.func $double)", "(ref.null $number)"])
        if kind == "externref":
            return self.choose(["(ref.null extern)", f"(extern.convert_any {self.simple('anyref')})"])
        if kind == "exnref":
            return self.choose(["(ref.null exn)", "(local.get $v5)", "(global.get $exn)"])
        if kind.startswith("(ref null $"):
            index = self.maker.names.index(kind[11:-1])
            return self.choose([f"(local.get $s{index})", f"(global.get $r{index})", f"(ref.null ${kind[11:-1]})"])
        wanted = {"structref": "struct", "arrayref": "array"}.get(kind)
        names = [name for name, index in self.solid if wanted in (None, self.shapes[index].kind)]
        return f"(local.get {self.choose(names)})"

    def composed(self, kind, depth):
        """An expression with parts, or None if the chosen one has no variant of this type."""
        general = ["load", "load", "call", "if", "block", "try", "select"]
        what = self.choose(general + ["own"] * len(general))
        if what == "load":
            return self.load(kind, depth)
        if what == "call":
            return self.call(kind, depth)
        if what == "if":
            return (f"(if (result {kind}) {self.expression('i32', depth - 1)} (then {self.expression(kind, depth - 1)})"
                    f" (else {self.expression(kind, depth - 1)}))")
        if what == "select":
            return (f"(select (result {kind}) {self.expression(kind, depth - 1)} {self.expression(kind, depth - 1)}"
                    f" {self.expression('i32', depth - 1)})")
        if what == "block":
            label = self.label()
            return (f"(block {label} (result {kind}) (drop (br_if {label} {self.expression(kind, depth - 1)}"
                    f" {self.expression('i32', depth - 1)})) {self.expression(kind, depth - 1)})")
        if what == "try":
            return self.caught_value(kind, depth)
        if kind in NUMBERS:
            return self.arithmetic(kind, depth)
        return self.reference(kind, depth)

    def caught_value(self, kind, depth):
        """The value of a block with handlers, or that of an exception whose only value has this type."""
        tags = [i for i, tag in enumerate(self.maker.tags) if tag == [kind]]
        inner, outer, end = self.label(), self.label(), self.label()
        body = self.expression(kind, depth - 1)
        other = self.expression(kind, depth - 1)
        if tags and self.chance(0.7):
            tag = self.choose(tags)
            return (f"(block {outer} (result {kind}) (try_table (result {kind}) (catch $t{tag} {outer})"
                    f" (if {self.expression('i32', depth - 1)} (then (throw $t{tag} {other}))) {body}))")
        return (f"(block {end} (result {kind}) (block {inner} (try_table (catch_all {inner}) (br {end} {body})))"
                f" {other})")

    def arithmetic(self, kind, depth):
        a, b = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
        if kind in ("f32", "f64"):
            return self.choose([f"({kind}.{self.choose(['add', 'sub', 'mul', 'min', 'max'])} {a} {b})",
                                f"({kind}.convert_i32_s {self.expression('i32', depth - 1)})",
                                f"({kind}.convert_i64_u {self.expression('i64', depth - 1)})"])
        binary = f"({kind}.{self.choose(['add', 'sub', 'mul', 'xor', 'and', 'or', 'shl', 'shr_s', 'rotr'])} {a} {b})"
        if kind == "i64":
            return self.choose([binary, TO_I64[source := self.choose(NUMBERS)].format(
                self.expression(source, depth - 1))])
        compared = self.choose(NUMBERS)
        reference = self.expression(self.choose(["anyref", "eqref", "structref"]), depth - 1)
        array = self.choose([i for i, shape in enumerate(self.shapes) if shape.kind == "array"])
        return self.choose([
            binary,
            f"({compared}.{'eq' if compared[0] == 'f' else 'lt_s'} {self.expression(compared, depth - 1)}"
            f" {self.expression(compared, depth - 1)})",
            f"(ref.test {self.target()} {reference})",
            f"(ref.is_null {reference})",
            f"(ref.eq {self.expression('eqref', depth - 1)} {self.expression('eqref', depth - 1)})",
            f"(array.len {self.object(array, depth)})",
            f"({self.choose(['i31.get_s', 'i31.get_u'])} (ref.i31 {a}))",
            f"({self.choose(['i31.get_s', 'i31.get_u'])} {self.expression('(ref i31)', depth - 1)})",
            f"(call_ref $number {a} (ref.func {self.choose(['$half', '$double'])}))",
            f"(call_ref $number {a} {self.expression('(ref null $number)', depth - 1)})" if self.chance(0.05)
            else binary,
        ])

    def target(self):
        """A type that anything below any can be cast to."""
        name = self.choose(["eq", "i31", "struct", "array", "none", *(f"${name}" for name in self.maker.names)])
        return f"(ref {self.choose(['', 'null '])}{name})"

    def reference(self, kind, depth):
        if kind == "externref":
            return f"(extern.convert_any {self.expression('anyref', depth - 1)})"
        if kind == "exnref":
            return self.caught_exception(depth)
        if kind == "(ref i31)":
            return f"(ref.i31 {self.expression('i32', depth - 1)})"
        if kind == "(ref null $number)":
            return None
        if kind == "anyref" and self.chance(0.3):
            return self.choose([f"(any.convert_extern {self.expression('externref', depth - 1)})",
                                f"(table.get $things (i32.and {self.expression('i32', depth - 1)} (i32.const 3)))",
                                "(global.get $any)"])
        if kind.startswith("(ref null $"):
            index = self.maker.names.index(kind[11:-1])
            below = self.choose(self.maker.below(index))
            made = self.random.random()
            if made < 0.6:
                return self.fresh(below, depth)
            return self.cast(kind, self.shapes[index].name, depth)
        wanted = {"structref": "struct", "arrayref": "array"}.get(kind)
        if kind == "i31ref":
            if self.chance(0.3):
                return self.cast(kind, "i31", depth)
            return f"(ref.i31 {self.expression('i32', depth - 1)})"
        fitting = [i for i, shape in enumerate(self.shapes) if wanted in (None, shape.kind)]
        return self.fresh(self.choose(fitting), depth)

    def cast(self, kind, name, depth):
        """A cast that has another value if it fails, or, rarely, one that traps."""
        source = self.choose(["anyref", "anyref", "eqref"])
        value = self.expression(source, depth - 1)
        if self.chance(0.03):
            return f"(ref.cast (ref null {name if name == 'i31' else '$' + name}) {value})"
        to = f"(ref {self.choose(['', 'null '])}{name if name == 'i31' else '$' + name})"
        label, inner = self.label(), self.label()
        other = self.expression(kind, depth - 1)
        if self.chance(0.5):
            return f"(block {label} (result {kind}) (drop (br_on_cast {label} {source} {to} {value})) {other})"
        return (f"(block {label} (result {kind}) (block {inner} (result {source})"
                f" (br {label} (br_on_cast_fail {inner} {source} {to} {value}))) (drop) {other})")

    def caught_exception(self, depth):
        label = self.label()
        tag = self.random.randrange(len(self.maker.tags))
        thrown = self.throw(tag, depth)
        values = self.maker.tags[tag]
        if self.chance(0.5) or values:
            return f"(block {label} (result exnref) (try_table (catch_all_ref {label}) {thrown}) (ref.null exn))"
        return f"(block {label} (result exnref) (try_table (catch_ref $t{tag} {label}) {thrown}) (ref.null exn))"

    def throw(self, tag, depth):
        return f"(throw $t{tag} {' '.join(self.expression(p, depth - 1) for p in self.maker.tags[tag])})"

    # Statements

    def statements(self, count, depth):
        return [self.statement(depth) for _ in range(count)]

    def statement(self, depth):
        kinds = [self.set_variable, self.set_variable, self.store, self.store, self.store, self.add_to_global,
                 self.bulk, self.table_or_global, self.table_or_global]
        if depth > 0:
            kinds += [self.conditional, self.loop, self.handlers, self.handlers, self.leave, self.throw_again,
                      self.on_null, self.garbage]
        return self.choose(kinds)(depth)

    def garbage(self, depth):
        return f"(call $garbage (i32.const {self.random.randrange(1, self.maker.most_garbage)}))"

    def set_variable(self, depth):
        if self.chance(0.3):
            name, index = self.choose(self.solid)
            return f"(local.set {name} {self.fresh(self.choose(self.maker.below(index)), depth)})"
        name, kind = self.choose(self.locals)
        return f"(local.set {name} {self.expression(kind, depth)})"

    def mutable(self, kind):
        return [(index, number) for index, shape in enumerate(self.shapes) if kind in (None, shape.kind)
                for number, (_, mutable) in enumerate(shape.fields) if mutable]

    def store(self, depth):
        found = self.mutable(None)
        if not found:
            return "(nop)"
        index, number = self.choose(found)
        shape = self.shapes[index]
        value = self.expression(unpacked(shape.fields[number][0]), depth)
        if shape.kind == "struct":
            return f"(struct.set ${shape.name} {number} {self.object(index, depth)} {value})"
        return f"(array.set ${shape.name} {self.object(index, depth)} {self.at(depth)} {value})"

    def bulk(self, depth):
        found = self.mutable("array")
        if not found:
            return "(nop)"
        index, _ = self.choose(found)
        shape = self.shapes[index]
        storage = shape.fields[0][0]
        start, count = self.random.randrange(4), self.random.randrange(4)
        if self.chance(0.3):
            return (f"(array.fill ${shape.name} {self.object(index, depth)} (i32.const {start})"
                    f" {self.expression(unpacked(storage), depth)} (i32.const {count}))")
        if storage in ("i8", "i16", "i32", "i64", "f32", "f64") and self.chance(0.4):
            return (f"(array.init_data ${shape.name} $bytes {self.object(index, depth)} (i32.const {start})"
                    f" (i32.const {self.random.randrange(9)}) (i32.const {count}))")
        return (f"(array.copy ${shape.name} ${shape.name} {self.object(index, depth)} (i32.const {start})"
                f" {self.object(index, depth)} (i32.const {self.random.randrange(4)}) (i32.const {count}))")

    def add_to_global(self, depth):
        kind = self.choose(NUMBERS)
        value = TO_I64[kind].format(self.expression(kind, depth))
        return self.choose([f"(global.set $n1 (i64.add (i64.mul (global.get $n1) (i64.const 31)) {value}))",
                            f"(global.set $n{NUMBERS.index(kind)} {self.expression(kind, depth)})",
                            f"(i64.store (i32.and {self.expression('i32', depth - 1)} (i32.const 0xff8)) {value})"])

    def table_or_global(self, depth):
        number = self.random.randrange(len(self.maker.names))
        return self.choose([
            f"(global.set $r{number} {self.expression(f'(ref null ${self.maker.names[number]})', depth)})",
            f"(global.set $any {self.expression('anyref', depth)})",
            f"(global.set $exn {self.expression('exnref', depth)})",
            f"(table.set $things (i32.const {self.random.randrange(4)}) {self.expression('anyref', depth)})"])

    def conditional(self, depth):
        return (f"(if {self.expression('i32', depth - 1)} (then {' '.join(self.statements(2, depth - 1))})"
                f" (else {' '.join(self.statements(1, depth - 1))}))")

    def loop(self, depth):
        """Repeats statements a few times; the counter is a local of its own."""
        label, counter = self.label(), f"$c{self.labels}"
        self.counters.append(counter)
        body = " ".join(self.statements(2, depth - 1))
        return (f"(local.set {counter} (i32.const {self.random.randrange(1, 6)})) (loop {label} {body}"
                f" (br_if {label} (local.tee {counter} (i32.sub (local.get {counter}) (i32.const 1)))))")

    def handlers(self, depth):
        """Statements whose exceptions are caught: by their tag, with the values kept or dropped, or all of them."""
        tag = self.random.randrange(len(self.maker.tags))
        values = list(self.maker.tags[tag])
        caught, end, everything = self.label(), self.label(), self.label()
        with_reference = self.chance(0.5)
        results = values + (["exnref"] if with_reference else [])
        keep = [f"(local.set {name})" if (name := self.place(kind)) else "(drop)" for kind in reversed(results)]
        body = " ".join(self.statements(2, depth - 1))
        if self.chance(0.6):
            body += f" (if {self.expression('i32', depth - 1)} (then {self.throw(tag, depth - 1)}))"
        result = f"(result {' '.join(results)})" if results else ""
        clause = f"(catch{'_ref' if with_reference else ''} $t{tag} {caught})"
        if self.chance(0.4):
            return (f"(block {end} (block {everything} (block {caught} {result} (try_table {clause}"
                    f" (catch_all {everything}) {body}) (br {end})) {' '.join(keep)} (br {end}))"
                    f" {' '.join(self.statements(1, depth - 1))})")
        return f"(block {end} (block {caught} {result} (try_table {clause} {body}) (br {end})) {' '.join(keep)})"

    def place(self, kind):
        found = [name for name, other in self.locals if other == kind]
        return self.choose(found) if found else None

    def leave(self, depth):
        label = self.label()
        self.open.append(label)
        body = " ".join([*self.statements(1, depth - 1),
                         f"(br_if {self.choose(self.open)} {self.expression('i32', depth - 1)})",
                         *self.statements(1, depth - 1)])
        self.open.pop()
        return f"(block {label} {body})"

    def throw_again(self, depth):
        exception = self.expression("exnref", depth - 1)
        label, inner = self.label(), self.label()
        if self.chance(0.05):
            return f"(if {self.expression('i32', depth - 1)} (then (throw_ref {exception})))"
        return (f"(block {label} (local.set $v5 (block {inner} (result exnref) (try_table (catch_all_ref {inner})"
                f" (throw_ref (br_on_null {label} {exception}))) (br {label}))))")

    def on_null(self, depth):
        index = self.random.randrange(len(self.shapes))
        kind = f"(ref null ${self.shapes[index].name})"
        label = self.label()
        value = self.expression(kind, depth - 1)
        if self.chance(0.5):
            return f"(block {label} (local.set $s{index} (br_on_null {label} {value})))"
        return (f"(local.set $s{index} (block {label} (result (ref ${self.shapes[index].name}))"
                f" (br_on_non_null {label} {value}) {self.fresh(index, 1)}))")

    # The function

    def function(self):
        self.counters = []
        begin = [f"(local.set $s{index} {self.first(index)})" for index in range(len(self.shapes))]
        body = self.statements(self.random.randrange(3, 9), 3)
        result = self.expression(self.result, 3)
        declared = [f"(local {name} {kind})" for name, kind in self.locals[len(self.parameters):]]
        declared += [f"(local {name} (ref ${self.shapes[index].name}))" for name, index in self.solid]
        declared += [f"(local {counter} i32)" for counter in self.counters]
        header = f"(func $f{self.index} {' '.join(f'(param {n} {k})' for n, k in self.locals[:len(self.parameters)])}"
        return [f"{header} (result {self.result})", *declared,
                "(if (i32.le_s (global.get $fuel) (i32.const 0)) (then (unreachable)))",
                "(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))",
                *begin, *body, result, ")"]

    def first(self, index):
        """An object that is made without the other ones."""
        shape = self.shapes[index]
        plain = {"(ref i31)": "(ref.i31 (i32.const 3))"}
        values = " ".join(plain.get(storage) or (self.number(unpacked(storage)) if unpacked(storage) in NUMBERS
                                                 else self.null(storage)) for storage, _ in shape.fields)
        if shape.kind == "struct":
            return f"(struct.new ${shape.name} {values})"
        return f"(array.new ${shape.name} {values} (i32.const {LENGTH}))"

    @staticmethod
    def null(storage):
        heap = {"anyref": "any", "eqref": "eq", "i31ref": "i31", "structref": "struct", "arrayref": "array",
                "externref": "extern", "exnref": "exn"}.get(storage)
        return f"(ref.null {heap or storage[10:-1]})"
