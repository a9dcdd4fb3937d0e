/* What GCC's cc1 compiles: the functions below, many times under other names. */
#define JOIN(a, b) a##b
#define FUNCTIONS(n)                                                                                  \
  struct JOIN(node, n) { struct JOIN(node, n) *left, *right; long key; unsigned char data[8]; };      \
  static unsigned JOIN(hash, n)(const unsigned char *bytes, unsigned length) {                        \
    unsigned value = 5381, i;                                                                         \
    for (i = 0; i < length; i++) value = (value << 5) + value + bytes[i];                             \
    return value;                                                                                     \
  }                                                                                                   \
  struct JOIN(node, n) *JOIN(insert, n)(struct JOIN(node, n) *root, struct JOIN(node, n) *added) {    \
    if (!root) return added;                                                                          \
    if (added->key < root->key) root->left = JOIN(insert, n)(root->left, added);                      \
    else root->right = JOIN(insert, n)(root->right, added);                                           \
    return root;                                                                                      \
  }                                                                                                   \
  long JOIN(total, n)(const struct JOIN(node, n) *root, int depth) {                                  \
    long sum = 0;                                                                                     \
    switch (depth % 6) {                                                                              \
    case 0: sum = root->key; break;                                                                   \
    case 1: sum = root->key * 3; break;                                                               \
    case 2: sum = root->key / 5; break;                                                               \
    case 3: sum = JOIN(hash, n)(root->data, 8); break;                                                \
    case 4: sum = root->key >> 2; break;                                                              \
    default: sum = -root->key;                                                                        \
    }                                                                                                 \
    if (root->left) sum += JOIN(total, n)(root->left, depth + 1);                                     \
    if (root->right) sum += JOIN(total, n)(root->right, depth + 1);                                   \
    return sum;                                                                                       \
  }
#define TEN(n)                                                                                        \
  FUNCTIONS(n##0) FUNCTIONS(n##1) FUNCTIONS(n##2) FUNCTIONS(n##3) FUNCTIONS(n##4)                     \
  FUNCTIONS(n##5) FUNCTIONS(n##6) FUNCTIONS(n##7) FUNCTIONS(n##8) FUNCTIONS(n##9)
TEN(1) TEN(2)
