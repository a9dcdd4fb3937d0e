"""Modules and texts that grow in one dimension. Each shape has a function that returns the input of size n, and the n
with which the growth test starts."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from wasm import F64, I32, I64, V128, get, name, s, section, set_, u, vec

SHAPES = {}


class Shape:
    """`make` gives the input of a size; the test begins at `start`. `outcome` is a pattern for what
    becomes of it."""

    def __init__(self, make, start, outcome):
        self.make, self.start, self.outcome = make, start, outcome


# What may happen to bodies in which two bytes pass a thousand values.
PASSING = "compiled$|refused: blocks, branches, calls and throws pass too many values"


def shape(start, outcome="compiled(, called: ok)?$"):
    """Adds the function by its name."""
    def add(function):
        SHAPES[function.__name__.replace("_", " ")] = Shape(function, start, outcome)
        return function
    return add


# WebAssembly, binary

def tee(index):
    return b"\x22" + u(index)


def const(value):
    return b"\x41" + s(value)


BLOCK, LOOP, IF, ELSE, END = b"\x02\x40", b"\x03\x40", b"\x04\x40", b"\x05", b"\x0b"
DROP, ADD, RETURN = b"\x1a", b"\x6a", b"\x0f"


def br(depth):
    return b"\x0c" + u(depth)


def br_if(depth):
    return b"\x0d" + u(depth)


def br_table(depths, default):
    return b"\x0e" + vec(u(d) for d in depths) + u(default)


def call(index):
    return b"\x10" + u(index)


def locals_(count, kind=I32):
    return vec([u(count) + bytes([kind])] if count else [])


def body(code, local=locals_(0)):
    code = local + code + END
    return u(len(code)) + code


def func_type(parameters=(), results=()):
    return b"\x60" + vec(bytes([p]) for p in parameters) + vec(bytes([r]) for r in results)


def module(bodies, types=(func_type(),), functions=None, imports=(), tables=(), memories=1,
           globals_=(), exports=(), start=None, elements=(), data=(), data_count=False, tags=()):
    """`functions` has the type of each body, 0 if it is not given."""
    out = b"\0asm\1\0\0\0" + section(1, vec(types))
    if imports:
        out += section(2, vec(imports))
    out += section(3, vec(u(t) for t in functions or [0] * len(bodies)))
    if tables:
        out += section(4, vec(tables))
    if memories:
        out += section(5, vec([b"\x00\x01"] * memories))
    if tags:
        out += section(13, vec(tags))
    if globals_:
        out += section(6, vec(globals_))
    if exports:
        out += section(7, vec(exports))
    if start is not None:
        out += section(8, u(start))
    if elements:
        out += section(9, vec(elements))
    if data_count:
        out += section(12, u(len(data)))
    out += section(10, vec(bodies))
    if data:
        out += section(11, vec(data))
    return out


def one(code, local=locals_(0), parameters=(), results=(), **more):
    """A module of one function."""
    return module([body(code, local)], types=(func_type(parameters, results),), **more)


RUN = name("run") + b"\0"
GLOBAL = b"\x7f\x01\x41\x00\x0b"
# Gives a value a use, so that it is needed.
KEEP = b"\x24\x00"
STORE = b"\x36\x02\x00"
LOAD = b"\x28\x02\x00"


def with_maker(code, local=locals_(0), **more):
    """A module whose function 1 makes a value that nothing is known of: it reads a global."""
    return module([body(code, local), body(b"\x23\x00")],
                  types=(func_type(), func_type((), (I32,))), functions=[0, 1],
                  globals_=[GLOBAL], **more)


# Control flow

@shape(600)
def nested_loops_with_a_conditional_branch(n):
    return one(LOOP * n + (get(0) + br_if(0) + END) * n, parameters=(I32,))


@shape(600)
def nested_loops_with_a_counter_each(n):
    code = b"".join(LOOP + get(i) + const(1) + ADD + set_(i) for i in range(n))
    code += b"".join(get(i) + br_if(0) + END for i in reversed(range(n)))
    return one(code, locals_(n))


@shape(600)
def nested_loops_that_change_one_local(n):
    code = (LOOP + get(0) + const(1) + ADD + set_(0)) * n + (get(0) + br_if(0) + END) * n
    return one(code, locals_(1))


@shape(600)
def nested_loops_that_leave_for_the_outermost(n):
    return one(BLOCK + LOOP * n + b"".join(get(0) + br_if(n - i) + END for i in range(n)) + END,
               parameters=(I32,))


@shape(600)
def nested_loops_with_loads(n):
    return one(LOOP * n + (get(0) + LOAD + br_if(0) + END) * n, parameters=(I32,))


@shape(300)
def nested_loops_with_calls(n):
    return one(LOOP * n + (get(0) + call(0) + get(0) + br_if(0) + END) * n, parameters=(I32,))


@shape(2000)
def nested_blocks(n):
    return one(BLOCK * n + END * n)


@shape(2000)
def nested_blocks_with_branches_to_all(n):
    return one(BLOCK * n + b"".join(get(0) + br_if(i) for i in range(n)) + END * n,
               parameters=(I32,))


@shape(1000)
def nested_ifs(n):
    return one((get(0) + IF) * n + END * n, parameters=(I32,))


@shape(1000)
def nested_ifs_with_else(n):
    return one((get(0) + IF) * n + (ELSE + END) * n, parameters=(I32,))


@shape(1000)
def nested_ifs_in_else(n):
    return one((get(0) + IF + ELSE) * n + END * n, parameters=(I32,))


@shape(1000)
def nested_ifs_with_results(n):
    return one((get(0) + b"\x04\x7f" + get(1) + ELSE) * n + get(0) + END * n + DROP,
               parameters=(I32, I32))


@shape(1000)
def ifs_one_after_another(n):
    return one((get(0) + IF + get(0) + const(1) + ADD + set_(0) + END) * n, parameters=(I32,))


@shape(1000)
def empty_arms_that_go_to_one_block(n):
    return one(BLOCK + (get(0) + IF + br(1) + END) * n + END, parameters=(I32,))


@shape(1000)
def empty_arms_that_go_round_one_loop(n):
    return one(LOOP + (get(0) + IF + br(1) + END) * n + END, parameters=(I32,))


@shape(1000)
def conditional_branches_round_one_loop(n):
    return one(LOOP + (get(0) + br_if(0)) * n + END, parameters=(I32,))


@shape(1000)
def conditional_branches_with_a_changing_local(n):
    return one(BLOCK + (get(0) + br_if(0) + get(0) + const(3) + ADD + set_(0)) * n + END
               + get(0) + DROP, parameters=(I32,))


@shape(1000)
def returns_in_arms(n):
    return one((get(0) + IF + RETURN + END) * n, parameters=(I32,))


@shape(1000)
def traps_in_arms(n):
    return one((get(0) + IF + b"\x00" + END) * n, parameters=(I32,))


@shape(1000)
def loops_one_after_another(n):
    return one((LOOP + get(0) + const(1) + b"\x6b" + tee(0) + br_if(0) + END) * n,
               parameters=(I32,))


@shape(3000)
def a_branch_table_of_many_entries(n):
    return one(BLOCK * 4 + get(0) + br_table((i % 4 for i in range(n)), 0) + END * 4,
               parameters=(I32,))


@shape(1500)
def a_branch_table_of_many_targets(n):
    return one(BLOCK * n + get(0) + br_table(range(n), 0)
               + (END + get(0) + const(1) + ADD + set_(0)) * n, parameters=(I32,))


@shape(300)
def branch_tables_one_after_another(n):
    return one((BLOCK * 3 + get(0) + br_table([0, 1, 2, 1, 0], 2) + END * 3) * n,
               parameters=(I32,))


@shape(400)
def a_branch_table_in_a_loop_with_locals(n):
    """Like an interpreter: each case changes its own local."""
    code = LOOP + BLOCK * n + get(0) + br_table(range(n), 0)
    code += b"".join(END + get(i) + const(1) + ADD + set_(i) + br(n - 1 - i) for i in range(n))
    return one(code + END, locals_(n), parameters=(I32,))


@shape(120)
def branch_tables_with_many_entries_and_locals(n):
    setting = b"".join(get(0) + set_(i + 1) for i in range(n))
    code = BLOCK + b"".join(
        BLOCK + setting + get(0) + br_table([0, 1] * 20, 0) + END for _ in range(8))
    return one(code + END + b"".join(get(i) + KEEP for i in range(n)), locals_(n),
               parameters=(I32,), globals_=[GLOBAL])


@shape(1000)
def unreachable_code(n):
    return one(b"\x00" + (BLOCK + get(0) + br_if(0) + LOOP + END + END) * n, parameters=(I32,))


@shape(1000)
def irregular_exits_from_loops(n):
    """Each loop is left for the middle of the blocks around it."""
    return one(BLOCK * n + b"".join(LOOP + get(0) + br_if(i + 1) + get(0) + br_if(0) + END + END
                                    for i in [0] * n), parameters=(I32,))


# Values and locals

@shape(2000)
def a_deep_operand_stack(n):
    return one(get(0) * n + ADD * (n - 1) + KEEP, parameters=(I32,), globals_=[GLOBAL])


@shape(2000)
def a_deep_stack_of_different_values(n):
    code = b"".join(get(0) + const(i + 1000) + ADD for i in range(n)) + ADD * (n - 1) + KEEP
    return one(code, parameters=(I32,), globals_=[GLOBAL])


@shape(700)
def calls_on_a_deep_operand_stack(n):
    return with_maker(call(1) * n + KEEP * n)


@shape(700)
def values_that_live_across_many_blocks(n):
    code = call(1) * n + (get(0) + IF + get(0) + const(1) + ADD + set_(0) + END) * n
    code += ADD * (n - 1) + KEEP
    return with_maker(code, locals_(1))


@shape(700)
def values_that_live_across_many_returning_blocks(n):
    code = call(1) * n + (get(0) + IF + RETURN + END) * n + ADD * (n - 1) + KEEP
    return with_maker(code, locals_(1))


@shape(700)
def values_that_live_across_many_loops(n):
    code = call(1) * n + (LOOP + get(0) + br_if(0) + END) * n + ADD * (n - 1) + KEEP
    return with_maker(code, locals_(1))


@shape(300)
def values_used_in_every_block(n):
    """Some long-lived values, and blocks each of which uses three of them."""
    chooser = random.Random(1)
    code = b"".join(call(1) + set_(i) for i in range(n))
    code += b"".join(
        get(chooser.randrange(n)) + IF + get(chooser.randrange(n)) + get(chooser.randrange(n))
        + STORE + END for i in range(n))
    return with_maker(code, locals_(n))


@shape(300)
def values_changed_in_every_block(n):
    chooser = random.Random(2)
    code = b"".join(call(1) + set_(i) for i in range(n))
    code += b"".join(
        get(chooser.randrange(n)) + IF + get(chooser.randrange(n)) + set_(chooser.randrange(n))
        + END for i in range(n))
    return with_maker(code, locals_(n))


@shape(200)
def many_locals_read_at_many_joins(n):
    code = b""
    for i in range(n):
        code += get(i) + IF + const(i) + set_(i) + END
    return one(code + b"".join(get(i) + KEEP for i in range(n)), locals_(n), globals_=[GLOBAL])


@shape(200)
def many_locals_changed_in_nested_loops(n):
    code = LOOP * n + b"".join(get(i) + const(1) + ADD + set_(i) + get(i) + br_if(0) + END
                               for i in range(n))
    return one(code, locals_(n))


@shape(150)
def locals_that_rotate_in_a_loop(n):
    code = get(0) + b"".join(get(i + 1) + set_(i) for i in range(n - 1)) + set_(n - 1)
    return with_maker(
        b"".join(call(1) + set_(i) for i in range(n)) + LOOP + code + get(0) + br_if(0) + END
        + b"".join(get(i) + KEEP for i in range(n)), locals_(n))


@shape(2000)
def functions_with_fifty_thousand_locals(n):
    return module([body(get(7) + DROP, locals_(50_000))] * (n // 20))


@shape(300)
def groups_of_locals(n):
    local = vec(u(1) + bytes([k]) for k in [I32, I64] * n)
    return one(b"".join(get(i) + (b"\xa7" if i % 2 else b"") + KEEP for i in range(2 * n)),
               local, globals_=[GLOBAL])


@shape(100, PASSING)
def calls_that_pass_a_thousand_values(n):
    many = (I32,) * 1000
    return module([body(call(1) + (call(2) + call(1)) * n + call(2)),
                   body(const(1) * 1000), body(b"")],
                  types=(func_type(), func_type((), many), func_type(many, ())),
                  functions=[0, 1, 2])


@shape(60, PASSING)
def blocks_that_pass_a_thousand_values(n):
    many = (I32,) * 1000
    return module([body(call(1) + (b"\x02\x01" + END) * n + call(2)),
                   body(const(1) * 1000), body(b"")],
                  types=(func_type(), func_type(many, many), func_type((), many),
                         func_type(many, ())),
                  functions=[0, 2, 3])


@shape(20, PASSING)
def branches_that_pass_a_thousand_values(n):
    many = (I32,) * 1000
    return module([body(call(1) + b"\x02\x01" + (get(0) + br_if(0)) * n + END + call(2),
                        locals_(1)), body(const(1) * 1000), body(b"")],
                  types=(func_type(), func_type(many, many), func_type((), many),
                         func_type(many, ())),
                  functions=[0, 2, 3])


@shape(30, PASSING)
def branch_tables_of_targets_with_a_thousand_values(n):
    many = (I32,) * 1000
    code = call(1) + b"\x02\x01" * n + get(0) + br_table(range(n), 0) + END * n + call(2)
    return module([body(code, locals_(1)), body(const(1) * 1000), body(b"")],
                  types=(func_type(), func_type(many, many), func_type((), many),
                         func_type(many, ())),
                  functions=[0, 2, 3])


@shape(100)
def functions_with_a_thousand_parameters(n):
    many = (I32,) * 1000
    return module([body(get(0))] * n, types=(func_type(many, (I32,)),))


@shape(2000)
def selects(n):
    return one(get(0) + (get(1) + get(0) + b"\x1b") * n + DROP, parameters=(I32, I32))


@shape(1500)
def constants_that_all_differ(n):
    return one(b"".join(const(0) + const(i * 7_777 + 5) + STORE for i in range(n)))


@shape(1500)
def float_constants(n):
    return one(b"".join(b"\x44" + i.to_bytes(8, "little") + DROP + const(0) + b"\x44"
                        + (i * 3).to_bytes(8, "little") + b"\x39\x03\x00" for i in range(n)))


@shape(600)
def vector_constants(n):
    return one(b"".join(const(0) + b"\xfd\x0c" + (i * 7919).to_bytes(16, "little")
                        + b"\xfd\x0b\x04\x00" for i in range(n)))


@shape(2000)
def a_chain_of_conversions(n):
    return one(get(0) + b"\xad\xa7" * n + set_(0), parameters=(I32,))


@shape(1000)
def reinterpreted_values_stored_each_time(n):
    return one(get(0) + b"".join(b"\xbe" + tee(1) + b"\xbc" + tee(0) + const(8) + get(0) + STORE
                                 for _ in range(n)) + DROP,
               vec([u(1) + b"\x7d"]), parameters=(I32,))


@shape(1500)
def a_chain_of_vector_operations(n):
    code = get(0) + b"\xfd\x0f" + b"".join(
        [b"\xfd\xae\x01", b"\xfd\x8e\x01", b"\xfd\xce\x01"][i % 3].join([get(1), b""])
        for i in range(n)) + set_(1)
    return one(code, vec([u(1) + bytes([V128])]), parameters=(I32,))


@shape(2000)
def a_chain_of_sums(n):
    return one(get(0) + (get(1) + ADD) * n + set_(0), parameters=(I32, I32))


@shape(2000)
def a_chain_of_truths(n):
    return one(get(0) + (get(1) + b"\x4a" + get(1) + b"\x71") * n + IF + END,
               parameters=(I32, I32))


@shape(500)
def locals_read_after_many_conditional_branches(n):
    code = b"".join(get(0) + br_if(0) for _ in range(n))
    code += b"".join(get(i) + KEEP for i in range(n))
    return one(code, locals_(n), globals_=[GLOBAL])


@shape(500)
def locals_set_and_read_between_conditional_branches(n):
    code = b"".join(call(1) + set_(i) + get(i) + br_if(0) for i in range(n))
    code += b"".join(get(i) + KEEP for i in range(n))
    return with_maker(code, locals_(n))


@shape(300)
def locals_read_in_the_arms_of_a_branch_table(n):
    code = b"".join(call(1) + set_(i) for i in range(n)) + BLOCK * (n + 1) + get(0)
    code += br_table(range(n), n)
    code += b"".join(END + get(i) + KEEP + br(n - 1 - i) for i in range(n)) + END
    return with_maker(code, locals_(n))


@shape(400)
def float_values_that_live_across_calls(n):
    return module(
        [body(call(1) * n + (call(2) + DROP) * n + b"\xa0" * (n - 1) + KEEP),
         body(b"\x44" + bytes(8)), body(const(1))],
        types=(func_type(), func_type((), (F64,)), func_type((), (I32,))), functions=[0, 1, 2],
        globals_=[b"\x7c\x01\x44" + bytes(8) + END])


@shape(400)
def vectors_that_live_across_many_blocks(n):
    code = (const(0) + b"\xfd\x00\x04\x00") * n + (get(0) + IF + RETURN + END) * n
    code += b"\xfd\xae\x01" * (n - 1) + KEEP
    return one(code, parameters=(I32,),
               globals_=[b"\x7b\x01\xfd\x0c" + bytes(16) + END])


@shape(1000)
def a_program_of_random_structure(n):
    """Blocks, loops, branches and twenty locals, as in unoptimised code."""
    chooser = random.Random(3)
    code, open_ = [], [False]
    for _ in range(n):
        a, b, c = (chooser.randrange(20) for _ in range(3))
        code.append(get(a) + get(b) + ADD + set_(c))
        act = chooser.randrange(8)
        if act == 0 and len(open_) < 30:
            code.append(BLOCK)
            open_.append(False)
        elif act == 1 and len(open_) < 30:
            code.append(LOOP)
            open_.append(True)
        elif act == 2 and len(open_) < 30:
            code.append(get(a) + IF)
            open_.append(False)
        elif act in (3, 4) and len(open_) > 1:
            code.append(END)
            open_.pop()
        elif act == 5:
            code.append(get(a) + br_if(chooser.randrange(len(open_))))
        elif act == 6:
            code.append(get(a) + LOAD + set_(b))
        else:
            code.append(get(a) + get(b) + STORE)
    code.append(END * (len(open_) - 1))
    return one(b"".join(code), locals_(20))


# Memory, globals, tables, calls

@shape(1500)
def stores_to_one_address(n):
    return one((const(0) + get(0) + STORE) * n, parameters=(I32,))


@shape(1500)
def loads_and_stores_of_one_address(n):
    return one((const(0) + const(0) + LOAD + get(0) + ADD + STORE) * n, parameters=(I32,))


@shape(1500)
def stores_to_many_addresses(n):
    return one(b"".join(get(0) + get(0) + b"\x36\x02" + u(4 * i) for i in range(n)),
               parameters=(I32,))


@shape(1500)
def stores_of_globals(n):
    return one((get(0) + b"\x24\x00") * n, parameters=(I32,), globals_=[GLOBAL])


@shape(1000)
def many_globals(n):
    return one(b"".join(b"\x23" + u(i) + b"\x24" + u(n - 1 - i) for i in range(n)),
               globals_=[GLOBAL] * n)


@shape(800)
def stores_to_tables(n):
    return one((const(0) + b"\xd2\x00" + b"\x26\x00") * n, tables=[b"\x70\x00\x01"],
               elements=[b"\x03\x00" + vec([u(0)])])


@shape(500)
def indirect_calls(n):
    return one((const(0) + b"\x11\x00\x00") * n, tables=[b"\x70\x00\x01"])


@shape(500)
def calls_by_reference(n):
    return one((b"\xd2\x00\x14\x00") * n, elements=[b"\x03\x00" + vec([u(0)])])


@shape(300)
def indirect_calls_of_many_types(n):
    kinds = [I32, I64, 0x7D, F64]
    types = [func_type(kinds[(i >> k) & 3] for k in range(0, 16, 2)) for i in range(n)]
    zero = {I32: const(0), I64: b"\x42\0", 0x7D: b"\x43" + bytes(4), F64: b"\x44" + bytes(8)}
    code = b"".join(b"".join(zero[kinds[(i >> k) & 3]] for k in range(0, 16, 2)) + const(0)
                    + b"\x11" + u(i) + b"\0" for i in range(n))
    return module([body(code)], types=types + [func_type()], functions=[n],
                  tables=[b"\x70\x00\x01"])


@shape(500)
def references_to_many_functions(n):
    return module([body(b"".join(b"\xd2" + u(i) + DROP for i in range(n)))] + [body(b"")] * n,
                  elements=[b"\x03\x00" + vec(u(i) for i in range(n))])


@shape(600)
def branches_on_null(n):
    return one(b"\xd0\x70" + set_(0) + (get(0) + b"\xd5\x00" + DROP) * n,
               vec([u(1) + b"\x70"]))


@shape(300)
def accesses_of_many_memories(n):
    code = b"".join(const(0) + b"\x28\x42" + u(i % 50) + b"\x00" + DROP for i in range(n))
    return one(code, memories=50)


@shape(1500)
def direct_calls(n):
    return one(call(0) * n)


@shape(300)
def calls_of_many_functions(n):
    return module([body(b"".join(call(i) for i in range(n)))] + [body(b"")] * (n - 1))


@shape(500)
def calls_with_arguments(n):
    return one((get(0) + get(1) + get(2) + call(0)) * n, parameters=(I32, I32, I32))


@shape(300)
def calls_of_imports(n):
    return one(call(0) * n, imports=[name("a") + name("b") + b"\0\0"])


@shape(600)
def memory_growth_and_accesses(n):
    return one((const(0) + b"\x40\x00" + LOAD + DROP) * n)


@shape(400)
def bulk_operations(n):
    return one((const(0) + const(0) + const(9) + b"\xfc\x0b\x00"
                + const(0) + const(0) + const(9) + b"\xfc\x0a\x00\x00") * n)


@shape(600)
def atomic_operations(n):
    return one((const(0) + get(0) + b"\xfe\x1e\x02\x00" + DROP) * n, parameters=(I32,))


@shape(400)
def nested_tries_with_throws(n):
    tried = b"\x1f\x40" + vec([b"\x00\x00\x00"])
    return module(
        [body(BLOCK + tried * n + (get(0) + IF + b"\x08\x00" + END + END) * n + END)],
        types=(func_type((I32,)), func_type()), functions=[0], tags=[b"\x00\x01"])


@shape(400)
def throws_from_nested_blocks(n):
    tried = b"\x1f\x40" + vec([b"\x00\x00\x00"])
    return module([body(BLOCK + tried + BLOCK * n + (get(0) + IF + b"\x08\x00" + END) * n
                        + END * n + END + END)],
                  types=(func_type((I32,)), func_type()), functions=[0], tags=[b"\x00\x01"])


@shape(200, PASSING)
def throws_past_clauses_of_other_tags(n):
    tried = b"\x1f\x40" + vec([b"\x00" + u(i + 1) + b"\x00" for i in range(n)]
                              + [b"\x00\x00\x00"])
    return module([body(BLOCK + tried + (get(0) + IF + b"\x08\x00" + END) * n + END + END)],
                  types=(func_type((I32,)), func_type()), functions=[0],
                  tags=[b"\x00\x01"] * (n + 1))


# Modules

@shape(2000)
def empty_functions(n):
    return module([body(b"")] * n)


@shape(1500)
def small_functions(n):
    return module([body(get(0) + get(1) + ADD)] * n, types=(func_type((I32, I32), (I32,)),))


@shape(2000)
def many_types(n):
    kinds = [I32, I64, 0x7D, F64]
    types = [func_type(kinds[(i >> s_) & 3] for s_ in range(0, 24, 2)) for i in range(n)]
    return module([body(b"")], types=types + [func_type()], functions=[n])


@shape(2000)
def equal_types(n):
    return module([body(b"")], types=[func_type()] * n)


@shape(300)
def types_in_one_recursion_group(n):
    group = b"\x4e" + vec(b"\x60" + vec([b"\x64" + s((i + 1) % n)]) + vec([]) for i in range(n))
    return module([], types=[group], functions=[])


@shape(300)
def recursion_groups_that_are_equal(n):
    types = []
    for i in range(n):
        types.append(b"\x4e" + vec([b"\x60" + vec([b"\x64" + s(2 * i + 1)]) + vec([]),
                                    b"\x60" + vec([b"\x64" + s(2 * i)]) + vec([])]))
    return module([], types=types, functions=[])


@shape(500)
def types_that_name_the_one_before(n):
    types = [func_type()] + [b"\x60" + vec([b"\x64" + s(i)]) + vec([]) for i in range(n)]
    return module([], types=types, functions=[])


@shape(500)
def subtypes_sixty_deep(n):
    types = []
    for i in range(n):
        parent = vec([]) if i % 60 == 0 else vec([u(i - 1)])
        types.append(b"\x50" + parent + func_type())
    return module([], types=types, functions=[])


@shape(200)
def structures_of_many_fields(n):
    fields = vec([b"\x7f\x01"] * n)
    types = [b"\x50" + (vec([]) if i % 60 == 0 else vec([u(i - 1)])) + b"\x5f" + fields
             for i in range(16)]
    return module([], types=types, functions=[])


@shape(1500)
def imported_functions(n):
    return module([], functions=[], imports=[name("env") + name(f"f{i}") + b"\0\0"
                                             for i in range(n)])


@shape(1500)
def exported_functions(n):
    return one(b"", exports=[name(f"f{i}") + b"\0\0" for i in range(n)])


@shape(1500)
def element_segments(n):
    return one(b"", tables=[b"\x70\x00" + u(n)],
               elements=[b"\x00" + const(i) + END + vec([u(0)]) for i in range(n)])


@shape(4000)
def a_large_element_segment(n):
    return one(b"", tables=[b"\x70\x00" + u(n)], elements=[b"\x00\x41\x00\x0b" + vec([u(0)] * n)])


@shape(2000)
def an_element_segment_of_expressions(n):
    return one(b"", tables=[b"\x70\x00" + u(n)],
               elements=[b"\x04\x41\x00\x0b" + vec([b"\xd2\x00\x0b"] * n)])


@shape(1500)
def data_segments(n):
    return one(b"", data=[b"\x00" + const(i) + END + vec([b"x"]) for i in range(n)])


@shape(1500)
def uses_of_data_segments(n):
    return one(b"".join(const(0) + const(0) + const(1) + b"\xfc\x08" + u(i) + b"\x00"
                        + b"\xfc\x09" + u(i) for i in range(n)),
               data=[b"\x01" + vec([b"x"])] * n, data_count=True)


@shape(300)
def many_tables(n):
    return one(b"".join(b"\xfc\x10" + u(i) + DROP for i in range(n)),
               tables=[b"\x70\x00\x01"] * n)


@shape(1500)
def globals_that_name_the_one_before(n):
    return module([], functions=[], globals_=[b"\x7f\x00\x41\x01\x0b"] + [
        b"\x7f\x00\x23" + u(i) + b"\x41\x01\x6a\x0b" for i in range(n)])


@shape(400)
def long_constant_expressions(n):
    return module([], functions=[], globals_=[
        b"\x7f\x00" + const(1) + (const(1) + ADD) * 400 + END for _ in range(n // 40)])


@shape(1000)
def custom_sections(n):
    return one(b"") + b"".join(section(0, name("c") + b"abc") for _ in range(n))


@shape(1500)
def tags(n):
    return one(b"", tags=[b"\x00\x00"] * n)


@shape(1000)
def names_of_functions(n):
    names = vec(u(i) + name(f"function number {i}") for i in range(n))
    return module([body(b"")] * n) + section(0, name("name") + section(1, names))


@shape(1000)
def names_of_locals(n):
    names = vec(u(0) + vec(u(i) + name(f"l{i}") for i in range(n)) for _ in range(1))
    return one(b"", locals_(n)) + section(0, name("name") + section(2, names))


@shape(1000)
def branch_hints(n):
    code = (get(0) + IF + END) * n
    hints = vec([u(0) + vec(u(2 + 5 * i + 2) + b"\x01\x01" for i in range(n))])
    out = one(code, parameters=(I32,))
    head = out[:out.rindex(section(10, vec([body(code)])))]
    return head + section(0, name("metadata.code.branch_hint") + hints) + section(
        10, vec([body(code)]))


@shape(1500)
def a_run_of_code_that_is_prepared(n):
    return one((get(0) + const(1) + ADD + set_(0) + get(0) + const(5) + b"\x46" + IF + END) * n,
               locals_(1), exports=[RUN + b"\0"])


@shape(500)
def a_run_of_calls_that_are_prepared(n):
    return module([body(b"".join(call(i + 1) for i in range(n)))] + [body(b"")] * n,
                  exports=[RUN + b"\0"])


# WebAssembly, text

@shape(1000)
def texts_of_many_functions(n):
    return "(module {})".format(" ".join("(func)" for _ in range(n))).encode()


@shape(800)
def texts_of_many_named_functions(n):
    return "(module {})".format("\n".join(
        f'(func $f{i} (export "e{i}") (param $a i32) (result i32) (local.get $a))'
        for i in range(n))).encode()


@shape(600)
def texts_with_inline_types(n):
    kinds = ["i32", "i64", "f32", "f64"]
    return "(module {})".format("\n".join(
        "(func (param {}))".format(" ".join(kinds[(i >> k) & 3] for k in range(0, 16, 2)))
        for i in range(n))).encode()


@shape(2000)
def a_text_of_one_long_body(n):
    return ("(module (memory 1) (func (param $a i32)\n"
            + "local.get $a i32.const 0x10 i32.add local.set $a\n" * n + "))").encode()


@shape(2000)
def nested_folded_instructions(n):
    return ("(module (func (result i32) " + "(i32.add (i32.const 1) " * n + "(i32.const 1)"
            + ")" * n + "))").encode()


@shape(1000)
def nested_folded_ifs(n):
    return ("(module (func " + "(if (i32.const 1) (then " * n + "))" * n + "))").encode()


@shape(1000)
def nested_folded_blocks_with_labels(n):
    return ("(module (func " + "".join(f"(block $b{i} (br $b{i // 2}) " for i in range(n))
            + ")" * n + "))").encode()


@shape(5000)
def nested_comments(n):
    return ("(module " + "(;" * n + ";)" * n + ")").encode()


@shape(5000, "refused: unexpected token: the source ends too early")
def unbalanced_parentheses(n):
    return ("(module (func " + "(block " * n).encode()


@shape(5000, "refused: unexpected token")
def nothing_but_parentheses(n):
    return ("(" * n).encode()


@shape(1000)
def texts_with_many_locals(n):
    return ("(module (func " + " ".join(f"(local $l{i} i32)" for i in range(n))
            + " ".join(f"(local.set $l{i} (local.get $l{n - 1 - i}))" for i in range(n))
            + "))").encode()


@shape(4000)
def texts_of_data(n):
    return ('(module (memory 10) (data (i32.const 0) ' + '"\\00\\u{1F600}abc" ' * n + "))").encode()


@shape(20000)
def a_long_number(n):
    return ("(module (func (drop (f64.const 1." + "7" * n + "e5))))").encode()


@shape(20000)
def a_long_hexadecimal_number(n):
    return ("(module (func (drop (f64.const 0x1." + "7" * n + "p5))))").encode()


@shape(1000)
def numbers_with_large_exponents(n):
    return ("(module (func " + "(drop (f64.const 1.2345678901234567e-300))" * n + "))").encode()


@shape(1000)
def texts_of_elements(n):
    return ("(module (table 1000000 funcref) (func $f) (elem (i32.const 0) " + "$f " * n
            + "))").encode()


@shape(600)
def texts_of_imports(n):
    return ("(module " + "\n".join(f'(import "a" "b{i}" (func $f{i}))' for i in range(n))
            + ")").encode()


@shape(800)
def texts_of_globals(n):
    return ("(module " + "\n".join(f"(global $g{i} (mut i32) (i32.const {i}))" for i in range(n))
            + "(func " + "\n".join(f"(global.set $g{i} (i32.const 1))" for i in range(n))
            + "))").encode()


@shape(800)
def texts_of_a_branch_table(n):
    return ("(module (func (param i32) " + "".join(f"block $b{i} " for i in range(n))
            + "local.get 0 br_table " + " ".join(f"$b{i}" for i in range(n)) + " end" * n
            + "))").encode()


@shape(3000, "refused: unknown operator i32.bad")
def errors_in_the_last_line(n):
    return ("(module (func (param $a i32)\n" + "local.get $a drop\n" * n + " i32.bad))").encode()


@shape(800)
def texts_of_exports(n):
    return ("(module (func $f) " + "\n".join(f'(export "e{i}" (func $f))' for i in range(n))
            + ")").encode()


@shape(500)
def texts_of_types_and_their_uses(n):
    kinds = ["i32", "i64", "f32", "f64"]
    types = "\n".join("(type $t{} (func (param {})))".format(
        i, " ".join(kinds[(i >> k) & 3] for k in range(0, 16, 2))) for i in range(n))
    return ("(module " + types + "\n".join(f"(func (type $t{i}))" for i in range(n))
            + ")").encode()


@shape(1000)
def texts_with_custom_annotations(n):
    return ("(module " + '(@custom "c" "abc")' * n + "(func))").encode()


@shape(5000)
def nested_annotations(n):
    return ("(module " + "(@a (b " * n + "))" * n + ")").encode()


@shape(20000)
def a_long_name(n):
    return ("(module (func $" + "a" * n + "))").encode()


@shape(400)
def texts_of_segments_in_tables(n):
    return ("(module (func $f)" + "(table funcref (elem $f $f))" * n + ")").encode()


@shape(300)
def texts_with_types_used_before_they_are_there(n):
    return ("(module (func (type 1)) (func (param i32)) (func (type 2)) (func (param i64))"
            + "(func)" * n + ")").encode()


# CLIF

def clif(lines, signature="i32, i32", result=" -> i32"):
    return (f"function %f({signature}){result} {{\n" + "\n".join(lines) + "\n}\n").encode()


@shape(1000)
def clif_functions(n):
    return "".join(f"function %f{i}(i32) -> i32 {{\nblock0(v0: i32):\n  return v0\n}}\n\n"
                   for i in range(n)).encode()


@shape(800)
def clif_functions_that_call_one_another(n):
    return "".join(
        f"function %f{i}(i32) -> i32 {{\n  fn0 = colocated %f{(i + 1) % n}(i32) -> i32\n"
        f"block0(v0: i32):\n  v1 = call fn0(v0)\n  return v1\n}}\n\n"
        for i in range(n)).encode()


@shape(1500)
def clif_sums(n):
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} = iadd v{i + 1}, v{i}" for i in range(n)]
    return clif(lines + [f"  return v{n + 1}"])


@shape(1000)
def clif_casts_of_vectors_that_are_kept(n):
    kinds = ["i32x4", "i16x8", "f32x4", "i8x16"]
    lines = ["block0(v0: i64, v1: i8x16):"]
    for i in range(n):
        kind = kinds[i % 4]
        lines.append(f"  v{i + 2} = bitcast.{kind} little v{i + 1}")
        lines.append(f"  store little v{i + 2}, v0+{16 * i}")
    return clif(lines + ["  return"], "i64, i8x16", "")


@shape(1000)
def clif_casts_of_vectors(n):
    kinds = ["i32x4", "i16x8", "f32x4", "i8x16"]
    lines = ["block0(v0: i64, v1: i8x16):"]
    lines += [f"  v{i + 2} = bitcast.{kinds[i % 4]} little v{i + 1}" for i in range(n)]
    return clif(lines + [f"  store little v{n + 1}, v0", "  return"], "i64, i8x16", "")


@shape(1000)
def clif_extensions_that_are_kept(n):
    lines = ["block0(v0: i64, v1: i32):", "  v2 = uextend.i64 v1"]
    for i in range(n):
        lines.append(f"  v{2 * i + 3} = ireduce.i32 v{2 * i + 2}")
        lines.append(f"  store v{2 * i + 3}, v0+{4 * i}")
        lines.append(f"  v{2 * i + 4} = uextend.i64 v{2 * i + 3}")
    return clif(lines + ["  return"], "i64, i32", "")


@shape(800)
def clif_blocks_one_after_another(n):
    lines = ["block0(v0: i32, v1: i32):", "  jump block1(v0, v1)"]
    for i in range(1, n):
        lines += [f"block{i}(v{2 * i}: i32, v{2 * i + 1}: i32):",
                  f"  brif v{2 * i}, block{i + 1}(v{2 * i + 1}, v{2 * i}), "
                  f"block{i + 1}(v{2 * i}, v{2 * i + 1})"]
    lines += [f"block{n}(v{2 * n}: i32, v{2 * n + 1}: i32):", f"  return v{2 * n}"]
    return clif(lines)


@shape(500)
def clif_blocks_in_reverse_order(n):
    lines = ["block0(v0: i32, v1: i32):", f"  jump block{n}"]
    for i in range(1, n):
        lines += [f"block{i}:", f"  brif v0, block{max(1, i - 1)}, block{n + 1}"]
    lines += [f"block{n}:", f"  jump block{n - 1}", f"block{n + 1}:", "  return v1"]
    return clif(lines)


@shape(500)
def clif_irreducible_loops(n):
    """A ladder: each block goes to the next and the one before, and both ends are entries."""
    lines = ["block0(v0: i32, v1: i32):", f"  brif v0, block1, block{n}"]
    for i in range(1, n):
        lines += [f"block{i}:", f"  brif v0, block{i + 1}, block{max(1, i - 1)}"]
    lines += [f"block{n}:", f"  brif v1, block{n - 1}, block{n + 1}", f"block{n + 1}:",
              "  return v1"]
    return clif(lines)


@shape(500)
def clif_loops_that_reach_out_of_one_another(n):
    lines = ["block0(v0: i32, v1: i32):", "  jump block1"]
    for i in range(1, n):
        lines += [f"block{i}:", f"  brif v0, block{i + 1}, block{n + i}"]
    lines += [f"block{n}:", f"  jump block{n + 1}"]
    for i in range(1, n):
        lines += [f"block{n + i}:", f"  brif v1, block{i}, block{n + i + 1}"]
    lines += [f"block{2 * n}:", "  return v1"]
    return clif(lines)


@shape(100)
def clif_blocks_with_many_parameters(n):
    names = ", ".join(f"v{i + 2}" for i in range(n))
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} = iadd v0, v1" for i in range(n)] + [f"  jump block1({names})"]
    for block in range(1, 20):
        these = [f"v{2 + block * n + i}" for i in range(n)]
        lines.append(f"block{block}({', '.join(v + ': i32' for v in these)}):")
        turned = ", ".join(these[1:] + these[:1])
        lines.append(f"  brif v1, block{block}({turned}), block{block + 1}({turned})")
    these = [f"v{2 + 20 * n + i}" for i in range(n)]
    lines.append(f"block20({', '.join(v + ': i32' for v in these)}):")
    return clif(lines + [f"  return {these[0]}"])


@shape(1500)
def clif_a_jump_table(n):
    lines = ["block0(v0: i32, v1: i32):",
             f"  br_table v0, block1, [{', '.join(f'block{i % 3 + 1}' for i in range(n))}]"]
    for i in range(1, 4):
        lines += [f"block{i}:", "  return v1"]
    return clif(lines)


@shape(600)
def clif_a_jump_table_with_arguments(n):
    entries = ", ".join(f"block{1 + i % 2}(v{i % 2}, v1)" for i in range(n))
    lines = ["block0(v0: i32, v1: i32):", f"  br_table v0, block1(v0, v0), [{entries}]",
             "block1(v2: i32, v3: i32):", "  return v2", "block2(v4: i32, v5: i32):",
             "  return v5"]
    return clif(lines)


@shape(800)
def clif_stack_slots(n):
    lines = [f"  ss{i} = explicit_slot 8" for i in range(n)] + ["block0(v0: i32, v1: i32):"]
    for i in range(n):
        lines += [f"  v{i + 2} = stack_addr.i64 ss{i}", f"  store v0, v{i + 2}"]
    return clif(lines + ["  return v0"])


@shape(400)
def clif_wide_integers(n):
    lines = ["block0(v0: i128, v1: i128):"]
    lines += [f"  v{i + 2} = imul v{i + 1}, v{i}" for i in range(n)]
    return clif(lines + [f"  return v{n + 1}"], "i128, i128", " -> i128")


@shape(200)
def clif_wide_divisions_and_shifts(n):
    lines = ["block0(v0: i128, v1: i128):"]
    for i in range(n):
        lines.append(f"  v{i + 2} = {['rotl', 'ishl', 'sshr'][i % 3]} v{i + 1}, v{i}")
    return clif(lines + [f"  return v{n + 1}"], "i128, i128", " -> i128")


@shape(800)
def clif_aliases(n):
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} -> v{i + 1}" for i in range(n)]
    return clif(lines + [f"  return v{n + 1}"])


@shape(800)
def clif_aliases_of_one_value(n):
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} -> v0" for i in range(n)] + [f"  v{n + 2} = iadd v2, v1"]
    return clif(lines + [f"  return v{n + 1}"])


@shape(600)
def clif_global_values(n):
    lines = ["  gv0 = vmctx"]
    lines += [f"  gv{i + 1} = load.i64 notrap aligned gv{i}" for i in range(n)]
    lines += ["block0(v0: i64):", "  return v0"]
    return clif(lines, "i64 vmctx", " -> i64")


@shape(600)
def clif_symbols(n):
    lines = [f"  gv{i} = symbol %s{i}" for i in range(n)] + ["block0(v0: i64):"]
    lines += [f"  v{i + 1} = symbol_value.i64 gv{i}" for i in range(n)]
    return clif(lines + [f"  return v{n}"], "i64 vmctx", " -> i64")


@shape(600)
def clif_signatures(n):
    lines = [f"  sig{i} = (i32) -> i32" for i in range(n)]
    lines += [f"  fn{i} = %g{i} sig{i}" for i in range(n)] + ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} = call fn{i}(v0)" for i in range(n)]
    return clif(lines + ["  return v0"])


@shape(100)
def clif_calls_with_many_arguments(n):
    arguments = ", ".join(["v0"] * n)
    lines = [f"  fn0 = %g({', '.join(['i32'] * n)})", "block0(v0: i32, v1: i32):"]
    lines += [f"  call fn0({arguments})"] * 20
    return clif(lines + ["  return v0"])


@shape(400)
def clif_calls_with_handlers(n):
    lines = ["  sig0 = (i32) -> i32 tail", "  fn0 = %g(i32) -> i32 tail",
             "block0(v0: i32, v1: i32):", "  jump block1"]
    for i in range(1, n):
        lines += [f"block{i}:",
                  f"  try_call fn0(v0), sig0, block{i + 1}, [ default: block{n + 1}(exn0) ]"]
    lines += [f"block{n}:", "  return v1", f"block{n + 1}(v2: i64):", "  return v0"]
    return clif(lines)


@shape(100)
def clif_calls_with_handlers_and_many_results(n):
    types = ", ".join(["i64"] * n)
    results = ", ".join(f"ret{i}" for i in range(n))
    parameters = ", ".join(f"v{i + 10}: i64" for i in range(n))
    return clif([f"  sig0 = (i32) -> {types} tail", f"  fn0 = %g(i32) -> {types} tail",
                 "block0(v0: i32, v1: i32):",
                 f"  try_call fn0(v0), sig0, block1({results}), [ default: block2(exn0) ]",
                 f"block1({parameters}):", f"  v5 = iadd v10, v{n + 9}", "  return v0",
                 "block2(v2: i64):", "  return v0"])


@shape(400)
def clif_values_that_live_across_many_blocks(n):
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} = iadd v{i}, v{i + 1}" for i in range(n)] + ["  jump block1"]
    for i in range(1, n):
        lines += [f"block{i}:", f"  brif v0, block{i + 1}, block{n + 1}"]
    lines += [f"block{n}:"]
    lines += [f"  v{n + 3 + i} = bxor v{n + 2 + i if i else 2}, v{i + 2}" for i in range(n)]
    return clif(lines + [f"  return v{2 * n + 2}", f"block{n + 1}:", "  return v1"])


@shape(300)
def clif_values_that_live_backwards(n):
    """Blocks in reverse order, so that nothing comes before what it depends on."""
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} = iadd v{i}, v{i + 1}" for i in range(n)] + [f"  jump block{n}"]
    lines += ["block1:"]
    lines += [f"  v{n + 3 + i} = bxor v{n + 2 + i if i else 2}, v{i + 2}" for i in range(n)]
    lines += [f"  return v{2 * n + 2}", f"block{n + 1}:", "  return v1"]
    for i in range(2, n + 1):
        lines += [f"block{i}:", f"  brif v0, block{i - 1}, block{n + 1}"]
    return clif(lines)


@shape(400, "refused: %g0 is declared as colocated")
def clif_errors_of_linking(n):
    return "".join(
        f"function %f{i}(i32) -> i32 {{\n  fn0 = colocated %g{i}(i32) -> i32\n"
        f"block0(v0: i32):\n  v1 = call fn0(v0)\n  return v1\n}}\n\n"
        for i in range(n)).encode()


@shape(400)
def clif_directives(n):
    return b"target pulley64\n" * n + "".join(
        f"function %f{i}(i32) -> i32 {{\nblock0(v0: i32):\n  return v0\n}}\n\n"
        for i in range(n)).encode()


@shape(800, "refused: undefined operand value v900000")
def clif_texts_of_errors(n):
    lines = ["block0(v0: i32, v1: i32):"]
    lines += [f"  v{i + 2} = iadd v{i + 1}, v{i + 900_000}" for i in range(n)]
    return clif(lines + [f"  return v{n + 1}"])


@shape(3000)
def clif_comments(n):
    return b"; a comment\n" * n + clif(["block0(v0: i32, v1: i32):", "  return v0"])


@shape(800)
def clif_stores_to_one_address(n):
    lines = ["block0(v0: i64, v1: i32):"] + ["  store v1, v0"] * n
    return clif(lines + ["  return"], "i64, i32", "")
