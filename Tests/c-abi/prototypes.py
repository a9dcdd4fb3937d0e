"""Random types and prototypes of C: structures of every mix of scalars, pointers to them, handles, strings, callbacks.

The texts of types and declarations are C. `words` are what the generated functions make_WORD and check_WORD are
named after (sources.py, values.h)."""
import dataclasses
import random


@dataclasses.dataclass(frozen=True)
class Scalar:
    word: str
    text: str
    size: int  # in the host, bytes

    alignment = property(lambda self: self.size)

    @property
    def signature(self):
        """The word in the signatures of pulley_register. Of members of structures it has no question mark."""
        return {"pointer": "ptr?", "string": "cstr?", "enum": "i32", "handle0": "handle(struct handle0)",
                "handle1": "handle(struct handle1)"}.get(self.word, self.text)

    def leaves(self, path):
        yield path


@dataclasses.dataclass(frozen=True)
class Array:
    element: object
    count: int

    size = property(lambda self: self.element.size * self.count)
    alignment = property(lambda self: self.element.alignment)
    signature = property(lambda self: f"{self.element.signature.rstrip('?')}[{self.count}]")

    def leaves(self, path):
        for index in range(self.count):
            yield from self.element.leaves(f"{path}[{index}]")


@dataclasses.dataclass(frozen=True)
class Structure:
    word: str
    text: str
    members: tuple  # of (name, type)

    @property
    def alignment(self):
        return max((type_.alignment for _, type_ in self.members), default=1)

    @property
    def size(self):
        end = 0
        for _, type_ in self.members:
            end = rounded(end, type_.alignment) + type_.size
        return rounded(end, self.alignment)

    def leaves(self, path):
        for name, type_ in self.members:
            yield from type_.leaves(f"{path}.{name}")

    @property
    def signature(self):
        return "struct{" + ", ".join(type_.signature.rstrip("?") for _, type_ in self.members) + "}"

    def definition(self):
        body = " ".join(declaration(type_, name) + ";" for name, type_ in self.members)
        if self.text.startswith("struct"):
            return f"{self.text} {{ {body} }};"
        return f"typedef struct {{ {body} }} {self.text};"


def rounded(number, alignment):
    return (number + alignment - 1) // alignment * alignment


def declaration(type_, name):
    """The declaration of an object."""
    if isinstance(type_, Array):
        return declaration(type_.element, f"{name}[{type_.count}]")
    return f"{type_.text}{'' if type_.text.endswith('*') else ' '}{name}"


NUMBERS = [Scalar(*row) for row in [
    ("i8", "signed char", 1), ("u8", "unsigned char", 1), ("char", "char", 1), ("bool", "_Bool", 1),
    ("i16", "short", 2), ("u16", "unsigned short", 2), ("i32", "int", 4), ("u32", "unsigned", 4),
    ("i64", "long long", 8), ("u64", "unsigned long long", 8), ("long", "long", 8),
    ("ulong", "unsigned long", 8), ("size", "size_t", 8), ("enum", "enum colour", 4),
    ("float", "float", 4), ("double", "double", 8)]]
CHAR = next(type_ for type_ in NUMBERS if type_.word == "char")
SIZE = next(type_ for type_ in NUMBERS if type_.word == "size")
POINTER = Scalar("pointer", "void *", 8)
STRING = Scalar("string", "const char *", 8)
HANDLES = [Scalar(f"handle{k}", f"struct handle{k} *", 8) for k in range(2)]

# What a prototype may contain beyond numbers and structures by value. `--without` leaves it out.
FEATURES = {
    "pointers": "addresses in the guest's memory, as arguments, members and results",
    "strings": "strings as arguments and results",
    "handles": "pointers to incomplete structures",
    "data": "pointers to numbers and structures, const and not",
    "arrays": "pointers to several elements, with their count",
    "callbacks": "function pointers",
    "callback-data": "pointers to numbers and structures as arguments of callbacks",
    "empty": "structures without members",
}


@dataclasses.dataclass(frozen=True)
class Parameter:
    # "value"; "in" and "inout" for pointers to one; "elements" and "elements-inout" for pointers to as many as
    # another parameter says; "count", which says it; "callback".
    kind: str
    type: object
    name: str
    # Of "elements…": the position of the count. Of "count": the position of the pointer.
    partner: int = -1
    count: str = ""  # of "elements…": the name of the count
    parameters: tuple = ()  # of a callback; its type is that of the result

    @property
    def text(self):
        if self.kind == "callback":
            inner = ", ".join(p.text for p in self.parameters) or "void"
            return f"{result_text(self.type)}(*{self.name})({inner})"
        if self.kind in ("value", "count"):
            return declaration(self.type, self.name)
        const = "const " if self.kind in ("in", "elements") else ""
        if const and self.type.text.endswith("*"):
            return f"{self.type.text}const *{self.name}"
        return declaration(Scalar("", f"{const}{self.type.text} *", 8), self.name)

    @property
    def signature(self):
        if self.kind == "callback":
            return f"callback({signature(self.type, self.parameters)})?"
        if self.kind == "value":
            return self.type.signature
        if self.kind == "count":
            return f"{self.type.signature} {self.name}"
        if self.kind in ("in", "inout"):
            return f"{self.kind} {self.type.signature}?"
        return f"{'in ' if self.is_read_only else ''}array({self.type.signature}, {self.count})"

    is_read_only = property(lambda self: self.kind in ("in", "elements"))
    is_pointer = property(lambda self: self.kind not in ("value", "count", "callback"))


def signature(result, parameters):
    """The signature in the words of pulley_register."""
    inner = ", ".join(p.signature for p in parameters) or "void"
    return f"{result.signature.rstrip('?') if result else 'void'}({inner})"


def result_text(type_):
    text = type_.text if type_ else "void"
    return text if text.endswith("*") else text + " "


@dataclasses.dataclass(frozen=True)
class Prototype:
    name: str
    result: object  # None for void
    parameters: tuple

    signature = property(lambda self: signature(self.result, self.parameters))
    callbacks = property(lambda self: [p for p in self.parameters if p.kind == "callback"])

    @property
    def text(self):
        """The declaration without its semicolon."""
        inner = ", ".join(p.text for p in self.parameters) or "void"
        text = f"{result_text(self.result)}{self.name}({inner})"
        for position, parameter in enumerate(self.parameters, 1):
            if parameter.kind.startswith("elements"):
                mode = "read_only" if parameter.is_read_only else "read_write"
                text += f" __attribute__((access({mode}, {position}, {parameter.partner + 1})))"
        return text


class Generator:
    """The types and prototypes of one module. The first ones do not depend on the count."""

    def __init__(self, seed, count, without=()):
        self.random = random.Random(seed)
        self.features = set(FEATURES) - set(without)
        self.scalars = NUMBERS + [POINTER] * ("pointers" in self.features) + (
            HANDLES if "handles" in self.features else [])
        self.structures = []
        for _ in range(50):
            self.structures.append(self.structure(len(self.structures)))
        self.prototypes = [self.prototype(f"f{k}") for k in range(count)]

    def chance(self, probability):
        return self.random.random() < probability

    def structure(self, number):
        """A structure of at most 64 bytes. Its members nest at most three deep."""
        while True:
            shape = self.random.random()
            if shape < 0.1:
                # One scalar, which is passed as this scalar.
                members = [self.member(0.3, counts=[1])]
            elif shape < 0.14 and "empty" in self.features:
                members = []
            else:
                members = [self.member(0.25, counts=[1, 2, 3, 5, 7])
                           for _ in range(self.random.choice([1, 2, 2, 3, 4, 5, 8, 12]))]
            members = tuple((f"m{k}", type_) for k, type_ in enumerate(members))
            text = f"struct s{number}" if self.chance(0.7) else f"type{number}"
            made = Structure(f"s{number}", text, members)
            if made.size <= 64 and depth(made) <= 3:
                return made

    def member(self, nested, counts):
        known = [s for s in self.structures if s.size <= 24]
        type_ = self.random.choice(known) if known and self.chance(nested) else (
            self.random.choice(self.scalars))
        return Array(type_, self.random.choice(counts)) if self.chance(0.25) else type_

    def value(self, structures=0.35):
        if self.chance(structures):
            return self.random.choice(self.structures)
        if "strings" in self.features and self.chance(0.07):
            return STRING
        return self.random.choice(self.scalars)

    def pointee(self, is_of_callback=False):
        """A type that has bytes; `char` would be a string. How many bytes a pointer of C to bytes leads to is not
        known, so callbacks have none."""
        while True:
            type_ = self.value(0.6)
            if type_.size and type_ not in (CHAR, STRING, POINTER) and not (
                    is_of_callback and type_.word in ("i8", "u8")):
                return type_

    def prototype(self, name):
        count = self.random.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20])
        result = None if self.chance(0.2) else self.value()
        parameters = []
        while len(parameters) < count:
            parameters += self.some(len(parameters), room=count - len(parameters))
        return Prototype(name, result, tuple(parameters))

    def some(self, position, room):
        """One parameter, or two that belong together."""
        names = [f"p{position}", f"p{position + 1}"]
        shape = self.random.random()
        if "data" in self.features and shape < 0.2:
            return [Parameter(self.random.choice(["in", "inout"]), self.pointee(), names[0])]
        if "callbacks" in self.features and shape < 0.27:
            return [self.callback(names[0])]
        if "arrays" in self.features and shape < 0.34 and room >= 2:
            kind = self.random.choice(["elements", "elements-inout"])
            count = self.random.choice([t for t in NUMBERS if t.word in ("i32", "u32", "size")])
            is_first = self.chance(0.5)
            pointer = Parameter(kind, self.pointee(), names[not is_first], position + is_first,
                                names[is_first])
            length = Parameter("count", count, names[is_first], position + (not is_first))
            return [pointer, length] if is_first else [length, pointer]
        return [Parameter("value", self.value(), names[0])]

    def callback(self, name):
        parameters = []
        for k in range(self.random.choice([0, 1, 2, 2, 3, 4, 6, 9])):
            if "callback-data" in self.features and self.chance(0.2):
                parameters.append(
                    Parameter(self.random.choice(["in", "inout"]), self.pointee(True), f"c{k}"))
            else:
                parameters.append(Parameter("value", self.value(), f"c{k}"))
        result = None if self.chance(0.2) else self.value()
        return Parameter("callback", result, name, parameters=tuple(parameters))


def depth(type_):
    if isinstance(type_, Array):
        return depth(type_.element)
    if isinstance(type_, Structure):
        return 1 + max((depth(member) for _, member in type_.members), default=0)
    return 0
