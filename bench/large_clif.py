"""Writes large CLIF texts. The cost of compiling must be proportional to their size."""

# The number of instructions in the small and the large text of each kind.
SIZES = (250_000, 1_000_000)


def straight(count):
    """One block of arithmetic. Each value is computed from two earlier ones."""
    yield "function %f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n"
    names = ["iadd", "bxor", "imul", "isub", "band", "bor"]
    for i in range(2, count + 2):
        yield f"    v{i} = {names[i % 6]} v{i - 1}, v{i * 7 % i if i % 3 else i - 2}\n"
    yield f"    return v{count + 1}\n}}\n"


def blocks(count):
    """Blocks of a few instructions, each with branches to the next two."""
    last = count // 4 + 1
    yield "function %f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n    jump block1(v0)\n"
    for i in range(1, last):
        v = 3 * i
        yield (f"block{i}(v{v}: i64):\n    v{v + 1} = iadd v{v}, v1\n    v{v + 2} = icmp slt v{v + 1}, v0\n"
               f"    brif v{v + 2}, block{i + 1}(v{v + 1}), block{min(i + 2, last)}(v{v})\n")
    yield f"block{last}(v{3 * last}: i64):\n    return v{3 * last}\n}}\n"


def live(count):
    """Half of the instructions define values that live until the other half adds them."""
    half = count // 2
    yield "function %f(i64) -> i64 {\nblock0(v0: i64):\n"
    for i in range(1, half):
        yield f"    v{i} = imul v{i - 1}, v0\n"
    for i in range(half, 2 * half - 1):
        yield f"    v{i} = iadd v{i - 1}, v{2 * half - 1 - i}\n"
    yield f"    return v{2 * half - 2}\n}}\n"


def functions(count):
    """Functions of five instructions, each with a declaration of another function."""
    total = count // 5
    for i in range(total):
        yield (f"function %f{i}(i64) -> i64 {{\n    fn0 = %f{(i * 31 + 7) % total}(i64) -> i64\n"
               "block0(v0: i64):\n    v1 = iadd v0, v0\n    v2 = imul v1, v0\n    v3 = bxor v2, v1\n"
               "    v4 = call fn0(v3)\n    return v4\n}\n")


KINDS = [
    ("one block of arithmetic", straight),
    ("many small blocks", blocks),
    ("half a million values alive at once", live),
    ("functions of five instructions", functions),
]


def write(path, kind, count):
    with open(path, "w") as file:
        file.writelines(kind(count))
