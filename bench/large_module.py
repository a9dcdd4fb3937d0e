"""Makes a large module by repeating the functions of a small one, so that decoding and validating are measured on
compiler output without storing a large file."""


def read_number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def number(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sections(data):
    at = 8
    while at < len(data):
        kind = data[at]
        size, start = read_number(data, at + 1)
        at = start + size
        yield kind, data[start:at]


def repeat(data, size):
    """Repeats the function bodies and their declarations until the module has at least `size` bytes."""
    parts = list(sections(data))
    code = dict(parts)[10]
    times = max(1, -(-(size - len(data)) // len(code)) + 1)
    output = bytearray(data[:8])
    for kind, contents in parts:
        if kind in (3, 10):
            count, start = read_number(contents, 0)
            contents = number(count * times) + contents[start:] * times
        if kind != 0:
            output += bytes([kind]) + number(len(contents)) + contents
    return bytes(output)
