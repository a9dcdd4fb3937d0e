"""What CPython runs: classes, closures, dictionaries, strings, big integers, sorting and regular expressions."""
import hashlib
import json
import re


class Account:
    def __init__(self, name):
        self.name, self.balance, self.history = name, 0, []

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)


def numbers(count, seed=12345):
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % (1 << 31)
        yield seed


def main():
    accounts = {f"account {i}": Account(f"account {i}") for i in range(500)}
    for value in numbers(25_000):
        accounts[f"account {value // 65536 % 500}"].deposit(value % 1000)
    ranking = sorted(accounts.values(), key=lambda account: (-account.balance, account.name))
    text = json.dumps([{"name": a.name, "balance": a.balance, "last": a.history[-5:]} for a in ranking])
    words = {}
    for word in re.findall(r"[a-z]+|\d+", text):
        words[word] = words.get(word, 0) + 1
    factorial = 1
    for i in range(1, 800):
        factorial *= i
    grid = [[(x * y) % 7 for x in range(90)] for y in range(90)]
    total = sum(row[i] * grid[i][j] for j, row in enumerate(grid) for i in range(90))
    digest = hashlib.sha256((text + str(factorial)).encode()).hexdigest()
    print(len(json.loads(text)), len(words), total, digest)


main()
