"""Calls of math.h's functions, made from their types."""
import re

VALUES = {
    "double": ["0.0", "-0.0", "1.0", "-1.5", "0.3", "2.75", "1e10", "-3e-300", "1.0/0", "0.0/0"],
    "float": ["0.0f", "-0.0f", "1.0f", "-1.5f", "0.3f", "2.75f", "1e10f", "-3e-40f", "1.0f/0", "0.0f/0"],
    "int": ["0", "1", "-1", "3", "7"],
    "long": ["0", "1", "-3", "12"],
    "const char *": ['""', '"5"'],
}
# Results of the type `long` must fit 32 bits.
SMALL = slice(0, 6)
RESULTS = {"double": "result_double", "float": "result_float", "int": "result_integer", "long": "result_integer",
           "long long": "result_integer"}


def type_of(parameter):
    """The type, without the name that glibc's headers begin with __."""
    return re.sub(r"\s*\b__\w+$", "", parameter).strip()


def call(function):
    """The C function that calls, or nil with the reason."""
    types = [type_of(parameter) for parameter in function.parameters]
    if any("long double" in type_ for type_ in [function.result, *types]):
        return None, "long double has another format in the guest"
    arguments, loops, before, after = [], [], [], []
    for position, type_ in enumerate(types):
        name = f"a{position}"
        if type_ in VALUES:
            values = VALUES[type_][SMALL] if function.result.startswith("long") else VALUES[type_]
            values = values[::2] if len(types) > 2 else values
            element = "const char *const" if "char" in type_ else f"const {type_}"
            before.append(f"static {element} {name}s[] = {{{', '.join(values)}}};")
            loops.append(f"for (int {name} = 0; {name} < {len(values)}; {name}++)")
            arguments.append(f"{name}s[{name}]")
        elif type_ in ("int *", "double *", "float *"):
            pointee = type_[:-2]
            before.append(f"{pointee} {name} = 0;")
            arguments.append(f"&{name}")
            after.append(f'{RESULTS[pointee]}("{function.name}", {name});')
        else:
            return None, f"no values are known for {type_}"
    if function.result not in RESULTS:
        return None, f"no way to give a result of {function.result} is known"
    statement = f'{RESULTS[function.result]}("{function.name}", {function.name}({", ".join(arguments)}));'
    body = " ".join([*before, *loops, "{", statement, *after, "}"])
    return f"CALL({function.name}) {{ {body} }}\n", ""
