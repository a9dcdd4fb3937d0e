"""Random operations on memories, compared with a bytearray that does the same."""

import gc
import random

import pytest

import pulley

GUEST = """
(module
  (memory (export "memory") 1 12)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "fill") (param i32 i32 i32)
    (memory.fill (local.get 0) FILL (local.get 2))))
"""

PAGE = 65536


def bytes_of(source, length):
    data = source.getrandbits(8 * length + 8).to_bytes(length + 1, "little")[:length]
    return source.choice([bytes, bytearray, memoryview])(data)


def address_of(source, size):
    near = source.choice([0, PAGE, size, size // 2, 2**32, -2**31, 2**64, -size])
    return near + source.randrange(-20, 20)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("moves", [False, True], ids=["reserved", "moving"])
def test_random_operations_have_the_effect_that_they_have_on_a_bytearray(seed, moves):
    source = random.Random(seed)
    engine = pulley.Engine(memory_limit=1 << 60) if moves else pulley.Engine()
    text = GUEST.replace("FILL", "(i32.wrap_i64 (local.get 1))" if moves else "(local.get 1)")
    if moves:
        # No system can reserve the address space of such a memory.
        text = text.replace("1 12", "i64 1").replace("i32 i32 i32", "i64 i64 i64").replace(
            "(param i32) (result i32)", "(param i64) (result i64)")
    instance = pulley.Instance(pulley.load(text, engine))
    model = bytearray(PAGE)
    views = []
    for _ in range(400):
        memory = instance.memory
        size = len(model)
        address, length = address_of(source, size), source.choice([0, 1, 4, 8, 30, 3000])
        inside = 0 <= address and address + length <= size
        operation = source.randrange(10)
        if operation == 0:
            data = bytes_of(source, length)
            if inside:
                memory.write(address, data)
                model[address:address + length] = data
            elif address % 2**memory.type.address_bits + length > size:
                with pytest.raises(IndexError):
                    memory.write(address, data)
        elif operation == 1 and inside:
            assert memory.read(address, length) == model[address:address + length]
            assert memory[address:address + length] == model[address:address + length]
        elif operation == 2 and inside:
            views.append((memory.view("u8", address, length), address))
        elif operation == 3 and views:
            views.pop(source.randrange(len(views)))
        elif operation == 4 and views:
            view, start = source.choice(views)
            assert view == model[start:start + len(view)]
            if len(view):
                view[-1] = model[start + len(view) - 1] = source.randrange(256)
            del view
        elif operation == 5 and inside and length:
            instance.fill(address, 77, length)
            model[address:address + length] = b"\x4d" * length
        elif operation == 6 and size < 10 * PAGE:
            if source.randrange(2):
                grown = instance.grow(1) >= 0
            else:
                try:
                    grown = memory.grow(1) * PAGE == size
                except pulley.LimitError:
                    grown = False
            assert grown or moves and views
            model.extend(bytes(PAGE if grown else 0))
            assert memory.size == len(model)
        elif operation == 7 and inside and address + 8 <= size:
            memory.i64[address] = value = source.getrandbits(64) - 2**63
            model[address:address + 8] = value.to_bytes(8, "little", signed=True)
        elif operation == 8:
            memory.close()
        elif operation == 9 and not source.randrange(10):
            gc.collect()
    assert bytes(instance.memory) == model
    instance.close()
    for view, start in views:
        assert view == model[start:start + len(view)]
