"""Builds small WebAssembly modules for the test drivers."""

I32, I64, F32, F64, V128 = 0x7F, 0x7E, 0x7D, 0x7C, 0x7B
FUNCTION, TABLE, MEMORY, GLOBAL = range(4)


def u(value):
    """Unsigned LEB128."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if not value:
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def s(value):
    """Signed LEB128."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40):
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def vec(items):
    items = list(items)
    return u(len(items)) + b"".join(items)


def name(text):
    data = text.encode()
    return u(len(data)) + data


def section(number, content):
    return bytes([number]) + u(len(content)) + content


class Module:
    """A module under construction. The methods add to its sections, and bytes() encodes it."""

    def __init__(self):
        self.types, self.imports, self.functions, self.exports = [], [], [], []
        self.memory, self.data, self.start = None, [], None
        self.names = {}

    def type(self, parameters, results):
        kind = b"\x60" + vec(bytes([p]) for p in parameters) + vec(bytes([r]) for r in results)
        if kind not in self.types:
            self.types.append(kind)
        return self.types.index(kind)

    def imported(self, module, field, parameters=(), results=()):
        """Adds an imported function. All imports must precede the first function."""
        assert not self.functions
        number = self.type(parameters, results)
        self.imports.append(name(module) + name(field) + b"\x00" + u(number))
        return len(self.imports) - 1

    def function(self, field, parameters, results, code, local_types=()):
        """Adds a function that is exported as `field`. `code` is its body without the final end."""
        number = len(self.imports) + len(self.functions)
        body = vec(u(1) + bytes([t]) for t in local_types) + code + b"\x0b"
        self.functions.append((self.type(parameters, results), u(len(body)) + body))
        if field:
            self.exports.append(name(field) + bytes([FUNCTION]) + u(number))
            self.names[number] = field
        return number

    def with_memory(self, pages, export="memory"):
        self.memory = b"\x00" + u(pages)
        self.exports.append(name(export) + bytes([MEMORY]) + u(0))

    def bytes(self):
        out = b"\0asm\1\0\0\0" + section(1, vec(self.types))
        if self.imports:
            out += section(2, vec(self.imports))
        out += section(3, vec(u(t) for t, _ in self.functions))
        if self.memory:
            out += section(5, vec([self.memory]))
        out += section(7, vec(self.exports))
        out += section(10, vec(body for _, body in self.functions))
        if self.data:
            out += section(
                11, vec(b"\x00\x41" + s(at) + b"\x0b" + u(len(d)) + d for at, d in self.data))
        functions = vec(u(n) + name(text) for n, text in sorted(self.names.items()))
        return out + section(0, name("name") + section(1, functions))


def get(index):
    return b"\x20" + u(index)


def set_(index):
    return b"\x21" + u(index)


def i32(value):
    return b"\x41" + s(value)


def call(index):
    return b"\x10" + u(index)
