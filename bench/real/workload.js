// What QuickJS runs: objects, closures, arrays, strings, a class hierarchy, typed arrays and regular expressions.
class Shape {
  constructor(size) { this.size = size; }
  area() { return 0; }
}
class Square extends Shape { area() { return this.size * this.size; } }
class Circle extends Shape { area() { return 3 * this.size * this.size; } }

let seed = 12345;
const random = () => (seed = (seed * 16807) % 2147483647);

let sum = 0;
const shapes = Array.from({ length: 2000 }, () => random() % 2 ? new Square(random() % 10) : new Circle(random() % 10));
for (let round = 0; round < 40; round++)
  for (const shape of shapes) sum += shape.area();

const counts = new Map();
for (let i = 0; i < 40000; i++) {
  const key = "key" + random() % 1000;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

const sieve = new Uint8Array(200000);
let primes = 0;
for (let i = 2; i < sieve.length; i++) {
  if (sieve[i]) continue;
  primes++;
  for (let j = i * 2; j < sieve.length; j += i) sieve[j] = 1;
}

const text = JSON.stringify(sorted);
const matches = text.match(/key(\d)\1/g).length;
const fibonacci = n => n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
print(sum, sorted[0].join(), primes, JSON.parse(text).length, matches, fibonacci(20));
