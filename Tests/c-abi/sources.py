"""The C of a module's prototypes: a header, the functions of its types, the host's functions, the guest's calls."""
from prototypes import HANDLES, Array, declaration, result_text

# An array parameter has at most so many elements; a callback is called at most so often.
ELEMENTS = 5
ROUNDS = 2


# The functions of every module, as signatures of pulley_register.
OWN = [("begin", "void(i32, i32, ptr?)"),
       ("differs", "void(i32, i32, i32, i32, i32, i32, i32, i32, u64, u64)"),
       *((f"get_{handle.word}", f"{handle.signature}(i32)") for handle in HANDLES)]


def header(generator):
    """The types and prototypes, for host, guest and libpulley."""
    return "\n".join([
        "typedef __SIZE_TYPE__ size_t;",
        "enum colour { RED, GREEN = 7, BLUE = 1 << 20, NO_COLOUR = -1 };",
        *(f"struct {handle.word};" for handle in HANDLES),
        *(structure.definition() for structure in generator.structures),
        "void begin(int function, int call, void *pool);",
        "void differs(int function, int call, int stage, int parameter, int round, int inner, int element,",
        "             int leaf, unsigned long long expected, unsigned long long actual);",
        *(f"struct {handle.word} *get_{handle.word}(int number);" for handle in HANDLES),
        *(prototype.text + ";" for prototype in generator.prototypes), ""])


def types(generator):
    """make_… and check_… of each structure."""
    lines = []
    for structure in generator.structures:
        for verb, const in (("make", ""), ("check", "const ")):
            lines.append(f"FUNCTION void {verb}_{structure.word}({const}{structure.text} *value, "
                         "struct place *place) {")
            for name, type_ in structure.members:
                if isinstance(type_, Array):
                    lines.append(f"  for (int k = 0; k < {type_.count}; k++) "
                                 f"{verb}_{type_.element.word}(&value->{name}[k], place);")
                else:
                    lines.append(f"  {verb}_{type_.word}(&value->{name}, place);")
            lines.append("}")
    return "\n".join(lines) + "\n"


class Frame:
    """A call: of a function, or of a callback that is parameter `outer` of one."""

    def __init__(self, parameters, result, outer=None):
        self.parameters = parameters
        self.result = result
        self.outer = outer

    def at(self, stage, position, element="0"):
        if self.outer is None:
            return f"AT({stage}, {position}, 0, 0, {element})"
        return f"AT(CALLBACK_{stage}, {self.outer}, round, {position}, {element})"

    def is_null(self, position):
        if self.parameters[position].kind.startswith("elements"):
            return "0"
        if self.outer is None:
            return f"IS_NULL({position}, 0, 0)"
        return f"IS_NULL({self.outer}, round, {position} + 1)"

    def count(self, position):
        """How many elements a pointer leads to."""
        kind = self.parameters[position].kind
        return f"NUMBER({position}, {ELEMENTS + 1})" if kind.startswith("elements") else "1"

    # The side that calls.

    def arguments(self, callbacks):
        """The statements that make the arguments, and the arguments. `callbacks` names the callbacks by position."""
        lines, arguments = [], []
        for position, parameter in enumerate(self.parameters):
            type_, name = parameter.type, parameter.name
            argument = name
            if parameter.kind == "count":
                argument = self.count(parameter.partner)
            elif parameter.kind == "callback":
                argument = f"{self.is_null(position)} ? 0 : {callbacks[position]}"
            elif parameter.kind == "value":
                lines += [f"{declaration(type_, name)};",
                          f"make_{type_.word}(&{name}, {self.at('ARGUMENT', position)});"]
            else:
                lines += [f"{declaration(Array(type_, ELEMENTS), name)};",
                          f"for (int e = 0; e < {ELEMENTS}; e++) "
                          f"make_{type_.word}(&{name}[e], {self.at('ARGUMENT', position, 'e')});"]
                argument = f"{self.is_null(position)} ? 0 : {name}"
            arguments.append(argument)
        return lines, ", ".join(arguments)

    def call(self, function, callbacks=None):
        """Makes the arguments, calls, and checks the result and what pointers lead to."""
        lines, arguments = self.arguments(callbacks or {})
        if self.outer is None:
            lines.append("begin(function, call, pool);")
        if self.result:
            lines += [f"{declaration(self.result, 'result')} = {function}({arguments});",
                      f"check_{self.result.word}(&result, {self.at('RESULT', 0)});"]
        else:
            lines.append(f"{function}({arguments});")
        for position, parameter in enumerate(self.parameters):
            if parameter.is_pointer:
                written = "0" if parameter.is_read_only else (
                    f"{self.is_null(position)} ? 0 : {self.count(position)}")
                lines += [f"for (int e = 0, written = {written}; e < {ELEMENTS}; e++)",
                          f"  check_{parameter.type.word}(&{parameter.name}[e], e < written",
                          f"    ? {self.at('AFTER', position, 'e')} : {self.at('ARGUMENT', position, 'e')});"]
        return lines

    # The side that is called.

    def check_arguments(self):
        lines = []
        for position, parameter in enumerate(self.parameters):
            type_, name, place = parameter.type, parameter.name, self.at("ARGUMENT", position)
            if parameter.kind == "value":
                lines.append(f"check_{type_.word}(&{name}, {place});")
            elif parameter.kind == "count":
                lines.append(f"check_equal({name}, {self.count(parameter.partner)}, {place});")
            else:
                lines.append(f"check_equal(!{name}, {self.is_null(position)}, {place});")
            if parameter.is_pointer:
                lines += [f"for (int e = 0, count = {name} ? {self.count(position)} : 0; e < count; e++)",
                          f"  check_{type_.word}(&{name}[e], {self.at('ARGUMENT', position, 'e')});"]
        return lines

    def give(self):
        """Writes through the pointers that are not const, and returns."""
        lines = []
        for position, parameter in enumerate(self.parameters):
            if parameter.is_pointer and not parameter.is_read_only:
                lines += [f"for (int e = 0, count = {parameter.name} ? {self.count(position)} : 0; e < count; e++)",
                          f"  make_{parameter.type.word}(&{parameter.name}[e], {self.at('AFTER', position, 'e')});"]
        if self.result:
            lines += [f"{declaration(self.result, 'result')};",
                      f"make_{self.result.word}(&result, {self.at('RESULT', 0)});", "return result;"]
        return lines


def body(lines):
    return "".join(f"  {line}\n" for line in lines)


def callback_frame(parameter, position):
    return Frame(parameter.parameters, parameter.type, outer=position)


def host(generator):
    """The functions, which check their arguments and call their callbacks."""
    texts = []
    for number, prototype in enumerate(generator.prototypes):
        frame = Frame(prototype.parameters, prototype.result)
        lines = [f"enum {{ function = {number} }};", "int call = begun(function);", *frame.check_arguments()]
        for position, parameter in enumerate(prototype.parameters):
            if parameter.kind == "callback":
                inner = callback_frame(parameter, position).call(parameter.name)
                lines += [f"for (int round = 0; {parameter.name} && round < NUMBER({position}, {ROUNDS + 1}); "
                          "round++) {", *inner, "}"]
        texts.append(f"{plain(prototype)} {{\n{body(lines + frame.give())}}}\n")
    return "\n".join(texts)


def guest(generator):
    """For each function a function `call_…`, and the callbacks."""
    texts = []
    quiet = [number for number, prototype in enumerate(generator.prototypes) if not prototype.callbacks]
    for number, prototype in enumerate(generator.prototypes):
        frame = Frame(prototype.parameters, prototype.result)
        own, names, before, after = [], {}, [], []
        for position, parameter in enumerate(prototype.parameters):
            if parameter.kind != "callback":
                continue
            names[position] = f"callback_{number}_{position}"
            own.append(callback(number, position, parameter, quiet))
            before.append(f"rounds_{number}_{position} = 0;")
            after.append(f"check_equal(rounds_{number}_{position}, {frame.is_null(position)} ? 0 : "
                         f"NUMBER({position}, {ROUNDS + 1}), {frame.at('AFTER', position)});")
        lines = [f"enum {{ function = {number} }};", *before, *frame.call(prototype.name, names), *after]
        if own:
            lines.insert(1, f"call_of_{number} = call;")
            texts += [f"static int call_of_{number};\n", *own]
        texts.append(f"static void call_{number}(int call) {{\n{body(lines)}}}\n")
    calls = ", ".join(f"call_{number}" for number in range(len(generator.prototypes)))
    texts.append(f"static void (*const calls[])(int) = {{{calls}}};\n")
    return "\n".join(texts)


def callback(number, position, parameter, quiet):
    frame = callback_frame(parameter, position)
    lines = [f"enum {{ function = {number} }};",
             f"int call = call_of_{number}, round = rounds_{number}_{position}++;", *frame.check_arguments()]
    # Some callbacks call the host again.
    earlier = [other for other in quiet if other < number]
    if earlier and number % 3:
        lines.append(f"call_{earlier[(number * 7 + position) % len(earlier)]}(call);")
    inner = ", ".join(p.text for p in parameter.parameters) or "void"
    return (f"static int rounds_{number}_{position};\n\n"
            f"static {result_text(parameter.type)}callback_{number}_{position}({inner}) {{\n"
            f"{body(lines + frame.give())}}}\n")


def plain(prototype):
    """The declarator without attributes, as a definition needs it."""
    return prototype.text.split(" __attribute__")[0]
