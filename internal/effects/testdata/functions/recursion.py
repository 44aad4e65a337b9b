import os


def walk(folder, depth=0):  # want: fs.read! stdout
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            walk(path, depth + 1)
        else:
            show(path, depth)


def show(path, depth):  # want: stdout
    print(" " * depth + path)


def even(n):  # want: stdout
    return True if n == 0 else odd(n - 1)


def odd(n):  # want: stdout
    if n == 0:
        print("not even")
        return False
    return even(n - 1)


def factorial(n):  # want:
    return 1 if n < 2 else n * factorial(n - 1)
