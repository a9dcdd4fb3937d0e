"""Random modules in the text format that throw and catch much, with both encodings of exceptions, in loops, with
operands below the blocks that catch, and with tail calls, calls by reference, casts and tables.

A module exports `main`, which calls the first function several times and returns a digest of what the functions have
put into a global. It ends: loops are counted, functions call only later ones, and all of them cost fuel."""
import random

NUMBERS = ["i32", "i64", "f64", "f32"]
TYPES = NUMBERS + ["anyref"]
#: The payloads of the tags.
TAGS = [["i32"], ["i64", "f64"], [], ["f32", "i32", "i64"], ["anyref"]]
SOME = {"i32": "(i32.const 7)", "i64": "(i64.const -3)", "f64": "(f64.const 1.5)", "f32": "(f32.const 0.25)",
        "anyref": "(ref.i31 (i32.const 5))"}
#: What the last result of the first function adds to the digest.
TO_I64 = {"i32": "i64.extend_i32_s", "i64": "", "f64": "i64.trunc_sat_f64_s"}
RESULTS = [["i32"], ["i64"], ["f64"], ["i32", "f64"], []]

FIXED = """
(type $unary (func (param i32) (result i32)))
(type $s (struct (field (mut i32)) (field (mut f64)) (field (mut anyref))))
(type $a (array (mut i64)))
(tag $out)
(global $digest (mut i64) (i64.const 1))
(global $fuel (mut i32) (i32.const 0))
(global $turn (mut i32) (i32.const 0))
(table $functions 2 2 funcref) (elem (table $functions) (i32.const 0) func $u0 $u1)
(table $objects 4 4 anyref)
(elem declare func $u0 $u1)
(func $u0 (type $unary) (i32.add (local.get 0) (i32.const 3)))
(func $u1 (type $unary) (call $maybe (local.get 0)))
(func $maybe (param i32) (result i32)
  (global.set $turn (i32.add (global.get $turn) (i32.const 1)))
  (if (i32.eqz (i32.rem_u (global.get $turn) (i32.const 5))) (then (throw $t0 (i32.const 77))))
  (if (i32.eqz (i32.rem_u (global.get $turn) (i32.const 7))) (then (throw $t1 (i64.const 5) (f64.const 2.5))))
  (if (i32.eqz (i32.rem_u (global.get $turn) (i32.const 11))) (then (throw $t2)))
  (if (i32.eqz (i32.rem_u (global.get $turn) (i32.const 13))) (then (throw $t4 (ref.i31 (local.get 0)))))
  (local.get 0))
"""

MAIN = """
(func $run
  (block $caught
    (block $tired
      (try_table (catch $out $tired) (catch_all $caught) (call $f0 {arguments}) {use} (return)))
    (global.set $digest (i64.mul (i64.const 3) (global.get $digest)))
    (return))
  (global.set $digest (i64.mul (i64.const 5) (global.get $digest))))
(func (export "main") (result i64) (local $i i32)
  (loop $next
    (global.set $fuel (i32.const 300))
    (call $run)
    (global.set $digest (i64.rotl (global.get $digest) (i64.const 7)))
    (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 12))))
  (global.get $digest))
"""


class FunctionMaker:
    def __init__(self, generator, signatures, index, older):
        self.random, self.choose, self.chance = generator, generator.choice, lambda p: generator.random() < p
        self.signatures, self.index, self.older = signatures, index, older
        self.count = 0
        #: The open labels that take one value, and its type.
        self.labels = []
        self.counters = []
        self.parameters, self.results = signatures[index]
        self.locals = [(f"$p{i}", kind) for i, kind in enumerate(self.parameters)]
        self.locals += [(f"$l{i}", TYPES[i % 5]) for i in range(self.choose([5, 8, 20]))]

    def label(self):
        self.count += 1
        return f"$b{self.count}"

    def local(self, kind):
        found = [name for name, other in self.locals if other == kind]
        return self.choose(found) if found else None

    # Expressions

    def expression(self, kind, depth):
        if depth <= 0 or self.chance(0.15):
            return self.simple(kind)
        what = self.choose(["arithmetic"] * 4 + ["try", "call"] * 2 + ["block", "if", "tee", "select", "reference"])
        if what == "tee":
            return f"(local.tee {self.local(kind)} {self.expression(kind, depth - 1)})"
        if what == "select":
            return (f"(select (result {kind}) {self.expression(kind, depth - 1)} {self.expression(kind, depth - 1)}"
                    f" {self.expression('i32', depth - 1)})")
        if what == "block":
            label = self.label()
            self.labels.append((label, kind))
            body = (f"{self.statements(self.random.randrange(2), depth - 1)} (drop (br_if {label}"
                    f" {self.expression(kind, depth - 1)} {self.expression('i32', depth - 1)}))"
                    f" {self.expression(kind, depth - 1)}")
            self.labels.pop()
            return f"(block {label} (result {kind}) {body})"
        if what == "if":
            return (f"(if (result {kind}) {self.expression('i32', depth - 1)}"
                    f" (then {self.statements(1, depth - 2)} {self.expression(kind, depth - 1)})"
                    f" (else {self.expression(kind, depth - 1)}))")
        if what == "try":
            return self.older_try(kind, depth) if self.older and self.chance(0.7) else self.try_table(kind, depth)
        if what == "call":
            return self.call(kind, depth)
        if kind == "anyref":
            return self.object(depth)
        return self.test(depth) if what == "reference" and kind == "i32" else self.arithmetic(kind, depth)

    def simple(self, kind):
        name = self.local(kind)
        if name and self.chance(0.7):
            return f"(local.get {name})"
        if kind == "anyref":
            return self.choose(["(ref.null any)", f"(ref.i31 (i32.const {self.random.randrange(-9, 9)}))"])
        values = [0, 1, 2, -1, 3, 100, 65536, -70000] if kind[0] == "i" else [0, 1, -1, 0.5, 3.25]
        return f"({kind}.const {self.choose(values)})"

    def call(self, kind, depth):
        later = [i for i in range(self.index + 1, len(self.signatures)) if self.signatures[i][1] == [kind]]
        if later and self.chance(0.7):
            return f"(call {self.arguments(self.choose(later), depth)})"
        if kind != "i32":
            return self.simple(kind)
        argument = self.expression("i32", depth - 1)
        return self.choose([
            f"(call_indirect $functions (type $unary) {argument} (i32.and (i32.const 1) {self.simple('i32')}))",
            f"(call_ref $unary {argument} (ref.func $u{self.random.randrange(2)}))", f"(call $maybe {argument})"])

    def arguments(self, callee, depth):
        return " ".join([f"$f{callee}", *(self.expression(kind, depth - 2) for kind in self.signatures[callee][0])])

    def object(self, depth):
        return self.choose([
            lambda: (f"(struct.new $s {self.expression('i32', depth - 1)} {self.expression('f64', depth - 1)}"
                     f" {self.expression('anyref', depth - 1)})"),
            lambda: f"(array.new_fixed $a 2 {self.expression('i64', depth - 1)} {self.expression('i64', depth - 1)})",
            lambda: f"(array.new $a {self.expression('i64', depth - 1)} (i32.and (i32.const 7) {self.simple('i32')}))",
            lambda: f"(table.get $objects (i32.and (i32.const 3) {self.expression('i32', depth - 1)}))"])()

    def test(self, depth):
        """An i32 that depends on what an object is."""
        label, other = self.label(), self.label()
        value = self.expression("anyref", depth - 1)
        number = self.expression("i32", depth - 1)
        kind = self.choose(["$s", "$a", "i31", "eq", "struct", "array"])
        return self.choose([
            f"(ref.test (ref {self.choose(['null ', ''])}{kind}) {value})", f"(ref.is_null {value})",
            f"(block {label} (result i32) (block {other} (result anyref) (br_on_cast_fail {other} anyref (ref $s)"
            f" {value}) (br {label} (struct.get $s 0))) (drop) {number})",
            f"(block {label} (result i32) (block {other} (br_on_null {other} {value}) (drop) (br {label} {number}))"
            " (i32.const 4))",
            f"(block {label} (result i32) (block {other} (result (ref $a)) (br_on_cast {other} anyref (ref $a)"
            f" {value}) (drop) (br {label} {number})) (array.len))"])

    def arithmetic(self, kind, depth):
        if kind == "i32" and self.chance(0.3):
            other = self.choose(NUMBERS)
            condition = self.choose(["eq", "ne", "lt_s", "gt_u", "le_s"] if other[0] == "i" else ["eq", "lt", "ge"])
            return f"({other}.{condition} {self.expression(other, depth - 1)} {self.expression(other, depth - 1)})"
        if kind == "i64" and self.chance(0.2):
            return f"(i64.extend_i32_s {self.expression('i32', depth - 1)})"
        name = self.choose(["add", "sub", "mul", "xor", "shl", "shr_u"] if kind[0] == "i" else ["add", "sub", "min"])
        return f"({kind}.{name} {self.expression(kind, depth - 1)} {self.expression(kind, depth - 1)})"

    # Exceptions

    def throw(self, depth):
        tag = self.random.randrange(len(TAGS))
        values = " ".join(self.expression(kind, depth - 2) for kind in TAGS[tag])
        return f"(if {self.expression('i32', depth - 1)} (then (throw $t{tag} {values})))"

    def body(self, kind, depth):
        """What a block tries: a value, which is below the operands of a call."""
        before = self.statements(self.random.randrange(3), depth - 1)
        throw = self.throw(depth - 1) if self.chance(0.6) else ""
        call = f"(drop (call $maybe {self.expression('i32', depth - 2)}))" if self.chance(0.5) else ""
        return f"{before} {throw} {self.expression(kind, depth - 1)} {call}"

    def keep(self, types):
        """Takes values from the stack into locals."""
        return " ".join(f"(local.set {name})" if (name := self.local(kind)) else "(drop)" for kind in reversed(types))

    def try_table(self, kind, depth):
        if self.chance(0.3):
            # The targets are any blocks around it, or there are none.
            clauses = [f"(catch $t{tag} {label})" for label, other in self.labels
                       for tag, types in enumerate(TAGS) if types == [other] and self.chance(0.4)]
            return f"(try_table (result {kind}) {' '.join(clauses)} {self.body(kind, depth)})"
        end = self.label()
        clauses, targets = [], []
        for _ in range(self.random.randrange(1, 4)):
            tag = self.choose([*range(len(TAGS)), None, None])
            suffix = self.choose(["", "", "_ref"])
            label = self.label()
            targets.append((label, [*([] if tag is None else TAGS[tag]), *(["exnref"] if suffix else [])]))
            clauses.append(f"(catch_all{suffix} {label})" if tag is None else f"(catch{suffix} $t{tag} {label})")
        text = f"(block {end} (result {kind}) "
        for label, types in reversed(targets):
            text += f"(block {label} {f'(result {chr(32).join(types)})' if types else ''} "
        self.labels.append((end, kind))
        text += f"(try_table (result {kind}) {' '.join(clauses)} {self.body(kind, depth)}) (br {end})"
        for _, types in targets:
            text += ") "
            if types[-1:] == ["exnref"]:
                text += "(local.set $exn) " + ("(throw_ref (local.get $exn)) " if self.chance(0.15) else "")
                types = types[:-1]
            text += f"{self.keep(types)} (br {end} {self.expression(kind, depth - 1)})"
        self.labels.pop()
        return text + ")"

    def older_try(self, kind, depth):
        label = self.label()
        self.labels.append((label, kind))
        body = f"(try {label} (result {kind}) (do {self.body(kind, depth)})"
        if self.chance(0.25):
            self.labels.pop()
            return f"{body} (delegate {self.choose([name for name, _ in self.labels] or ['0'])}))"
        handlers = ""
        for _ in range(self.random.randrange(3)):
            tag = self.random.randrange(len(TAGS))
            handlers += f"(catch $t{tag} {self.keep(TAGS[tag])} {self.handler(kind, depth, label)})"
        if not handlers or self.chance(0.6):
            handlers += f"(catch_all {self.handler(kind, depth, label)})"
        self.labels.pop()
        return f"{body} {handlers})"

    def handler(self, kind, depth, label):
        again = f"(if {self.expression('i32', depth - 2)} (then (rethrow {label})))" if self.chance(0.3) else ""
        return f"{again} {self.statements(self.random.randrange(2), depth - 2)} {self.expression(kind, depth - 1)}"

    # Statements

    def statements(self, count, depth):
        return " ".join(self.statement(depth) for _ in range(count)) if depth > 0 else ""

    def statement(self, depth):
        what = self.choose(["set"] * 3 + ["loop"] * 2
                           + ["digest", "if", "try", "throw", "branch", "drop", "table", "tail"])
        if what == "digest":
            return ("(global.set $digest (i64.add (i64.mul (global.get $digest) (i64.const 31))"
                    f" {self.expression('i64', depth - 1)}))")
        if what == "if":
            return (f"(if {self.expression('i32', depth - 1)} (then {self.statements(2, depth - 1)})"
                    f" (else {self.statements(1, depth - 1)}))")
        if what == "loop":
            return self.loop(depth)
        if what in ("try", "drop"):
            kind = self.choose(NUMBERS)
            return f"(drop {self.try_table(kind, depth) if what == 'try' else self.expression(kind, depth - 1)})"
        if what == "throw":
            return self.throw(depth)
        if what == "branch" and self.labels:
            label, kind = self.choose(self.labels)
            return f"(drop (br_if {label} {self.expression(kind, depth - 1)} {self.expression('i32', depth - 1)}))"
        if what == "table":
            return (f"(table.set $objects (i32.and (i32.const 3) {self.expression('i32', depth - 1)})"
                    f" {self.expression('anyref', depth - 1)})")
        later = [i for i in range(self.index + 1, len(self.signatures)) if self.signatures[i][1] == self.results]
        if what == "tail" and later:
            call = f"(return_call {self.arguments(self.choose(later), depth)})"
            return f"(if {self.expression('i32', depth - 1)} (then {call}))"
        kind = self.choose(TYPES)
        return f"(local.set {self.local(kind)} {self.expression(kind, depth - 1)})"

    def loop(self, depth):
        label = self.label()
        counter = f"$c{self.count}"
        self.counters.append(counter)
        return (f"(local.set {counter} (i32.const {self.random.randrange(1, 7)})) (loop {label}"
                f" {self.statements(2, depth - 1)} (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))"
                f" (br_if {label} (i32.and (i32.gt_s (global.get $fuel) (i32.const 0)) (i32.gt_s (local.tee {counter}"
                f" (i32.sub (local.get {counter}) (i32.const 1))) (i32.const 0)))))")

    def function(self):
        body = self.statements(self.random.randrange(2, 6), 4)
        results = " ".join(self.expression(kind, 4) for kind in self.results)
        declared = " ".join(f"(local {name} {kind})" for name, kind in self.locals[len(self.parameters):])
        counters = " ".join(f"(local {name} i32)" for name in self.counters)
        parameters = " ".join(f"(param {name} {kind})" for name, kind in self.locals[:len(self.parameters)])
        return (f"(func $f{self.index} {parameters} {' '.join(f'(result {kind})' for kind in self.results)} {declared}"
                f" (local $exn exnref) {counters}\n  (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))\n"
                f"  (if (i32.lt_s (global.get $fuel) (i32.const 0)) (then (throw $out)))\n  {body}\n  {results})")


def text(seed):
    """The module of a seed, always the same."""
    generator = random.Random(seed)
    older = generator.random() < 0.5
    signatures = [([generator.choice(TYPES) for _ in range(generator.choice([0, 1, 2, 3, 5, 9]))],
                   generator.choice(RESULTS)) for _ in range(6)]
    functions = [FunctionMaker(generator, signatures, index, older).function() for index in range(6)]
    parameters, results = signatures[0]
    use = ""
    if results:
        use = (f"{TO_I64[results[-1]]} (global.set $digest (i64.xor (global.get $digest)))"
               + " (drop)" * (len(results) - 1))
    tags = [f"(tag $t{i} {' '.join(f'(param {kind})' for kind in tag)})" for i, tag in enumerate(TAGS)]
    main = MAIN.format(arguments=" ".join(SOME[kind] for kind in parameters), use=use)
    return "\n".join(["(module", *tags, FIXED, *functions, main, ")", ""])
