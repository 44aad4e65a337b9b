import multiprocessing as mp
from multiprocessing import Pool, Process


def work(path):  # want: fs.write!
    with open(path, "w") as f:
        f.write("done")


def start(path):  # want: subprocess fs.write
    p = Process(target=work, args=(path,))
    p.start()
    return p


def pooled(paths):  # want: subprocess! sleep! fs.write
    with Pool(4) as pool:
        pool.map(work, paths)


def context(path):  # want: subprocess fs.write
    ctx = mp.get_context("spawn")
    ctx.Process(target=work, args=(path,)).start()
